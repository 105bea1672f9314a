// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/package.h"

#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"

const char *package_architecture(void)
{
	/* uname's words where they are not OCI's (Go's GOARCH) */
	static const char *const words[][2] = {
		{ "x86_64", "amd64" },	  { "aarch64", "arm64" }, { "i686", "386" },
		{ "armv7l", "arm" },	  { "armv6l", "arm" },	  { "loongarch64", "loong64" },
		{ "mips64", "mips64le" },
	};
	static struct utsname names;

	if (uname(&names) < 0)
		return "unknown";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(names.machine, words[i][0]))
			return words[i][1];
	return names.machine;
}

void package_free(struct package *package)
{
	if (!package)
		return;
	free(package->reference);
	free(package->name);
	store_target_done(&package->signed_target);
	str_done(&package->object);
	str_done(&package->types);
	config_free(package->config);
	json_decref(package->package_config);
	json_decref(package->annotations);
	free(package);
}

void package_info_done(struct package_info *info)
{
	store_target_done(&info->target);
	str_done(&info->raw);
	str_done(&info->config_raw);
	oci_manifest_free(info->manifest);
	oci_index_free(info->index);
	json_decref(info->package_config);
	*info = (struct package_info){ 0 };
}

/* A blob that something in the store promises: that it is missing means the store is damaged. */
static int read_promised(struct store *store, const struct oci_descriptor *descriptor,
			 struct str *out, struct err *err)
{
	if (oci_layout_get(store_layout(store), &descriptor->digest, descriptor->size_bytes, out,
			   err) == 0)
		return 0;
	if (err->code == EC_NOT_FOUND) {
		err->code = EC_CORRUPT;
		err_hint(err, "build or pull the package again; 'epm fsck' checks the whole store");
	}
	return -1;
}

/* The manifest of an index for this machine. any: else the first. */
static const struct oci_descriptor *choose(const struct oci_index *index, bool any)
{
	const char *architecture = package_architecture();

	for (size_t i = 0; i < index->n_manifests; i++)
		if (index->manifests[i].architecture &&
		    !strcmp(index->manifests[i].architecture, architecture))
			return &index->manifests[i];
	return any && index->n_manifests ? &index->manifests[0] : NULL;
}

static int no_architecture(const struct oci_index *index, const char *what, struct err *err)
{
	AUTO(str) struct str list = STR_MAX(256);

	for (size_t i = 0; i < index->n_manifests; i++)
		str_addf(&list, "%s%s", i ? ", " : "",
			 index->manifests[i].architecture ? index->manifests[i].architecture : "?");
	return err_set(err, EC_UNSUPPORTED, "%s has nothing for this machine (%s), only for %s",
		       what, package_architecture(), list.len ? str_text(&list) : "none");
}

/* The manifest of the target, through an index where it is one; digest and bytes of it. */
static int read_manifest(struct store *store, struct package_info *info, bool any,
			 struct oci_digest *out_digest, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	const struct oci_descriptor *chosen;
	struct oci_descriptor top = { .digest = info->target.digest,
				      .size_bytes = info->target.size_bytes };
	const char *what = info->target.digest.text;

	info->raw = (struct str)STR_MAX(LIMIT_MANIFEST);
	if (read_promised(store, &top, &info->raw, err) < 0)
		return -1;
	*out_digest = top.digest;
	if (!oci_type_is_index(info->target.media_type))
		return oci_manifest_parse((struct span){ str_text(&info->raw), info->raw.len },
					  what, &info->manifest, err);
	if (oci_index_parse((struct span){ str_text(&info->raw), info->raw.len }, what,
			    &info->index, err) < 0)
		return -1;
	chosen = choose(info->index, any);
	if (!chosen)
		return no_architecture(info->index, info->target.name ? info->target.name : what,
				       err);
	*out_digest = chosen->digest;
	if (read_promised(store, chosen, &text, err) < 0)
		return -1;
	return oci_manifest_parse((struct span){ str_text(&text), text.len }, chosen->digest.text,
				  &info->manifest, err);
}

static bool is_package(const struct oci_manifest *manifest)
{
	return !strcmp(manifest->config.media_type, PACKAGE_TYPE_CONFIG);
}

static int read_config(struct store *store, struct package_info *info, struct err *err)
{
	const struct oci_descriptor *config = &info->manifest->config;

	info->config_raw = (struct str)STR_MAX(LIMIT_CONFIGURATION);
	if (read_promised(store, config, &info->config_raw, err) < 0)
		return err_wrap(err, "package config");
	if (!is_package(info->manifest))
		return 0;
	return js_parse(str_text(&info->config_raw), info->config_raw.len, "package config",
			&info->package_config, err);
}

int package_info_read(struct store *store, const char *reference, struct package_info *out,
		      struct err *err)
{
	AUTO(package_info) struct package_info info = { 0 };
	struct oci_digest digest;

	if (store_resolve(store, reference, &info.target, err) < 0)
		return -1;
	if (read_manifest(store, &info, true, &digest, err) < 0 ||
	    read_config(store, &info, err) < 0)
		return err_wrap(err, "%s", reference);
	*out = info;
	info = (struct package_info){ 0 };
	return 0;
}

static const struct oci_descriptor *find_layer(const struct oci_manifest *manifest,
					       const char *media_type)
{
	for (size_t i = 0; i < manifest->n_layers; i++)
		if (!strcmp(manifest->layers[i].media_type, media_type))
			return &manifest->layers[i];
	return NULL;
}

static int read_configuration(struct store *store, const struct oci_manifest *manifest,
			      struct package *package, struct err *err)
{
	const struct oci_descriptor *layer = find_layer(manifest, PACKAGE_TYPE_CONFIGURATION);
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);
	AUTO(json) json_t *json = NULL;

	if (!layer)
		return err_set(err, EC_CORRUPT, "the package has no configuration layer");
	if (read_promised(store, layer, &text, err) < 0 ||
	    js_parse(str_text(&text), text.len, "configuration", &json, err) < 0)
		return -1;
	return config_parse(json, "configuration", &package->config, NULL, err);
}

static int read_object(struct store *store, const struct oci_manifest *manifest,
		       struct package *package, struct err *err)
{
	const struct oci_descriptor *layer = find_layer(manifest, PACKAGE_TYPE_OBJECT);

	package->object = (struct str)STR_MAX(LIMIT_OBJECT);
	if (!layer)
		return err_set(err, EC_CORRUPT, "the package has no object layer");
	return read_promised(store, layer, &package->object, err);
}

static void find_types(const struct oci_manifest *manifest, struct package *package)
{
	const struct oci_descriptor *layer = find_layer(manifest, PACKAGE_TYPE_BTF);

	if (!layer)
		return;
	package->has_types = true;
	package->types_digest = layer->digest;
	package->types_size = layer->size_bytes;
}

int package_read_types(struct store *store, struct package *package, struct err *err)
{
	struct oci_descriptor layer = { .digest = package->types_digest,
					.size_bytes = package->types_size };

	if (!package->has_types || package->types.len)
		return 0;
	package->types = (struct str)STR_MAX(LIMIT_TYPES_LAYER);
	if (read_promised(store, &layer, &package->types, err) < 0)
		return err_wrap(err, "%s", package->reference);
	return 0;
}

/* What run and check read of the package config must have its type; the rest is theirs. */
static int check_config(json_t *json, const char **out_name, struct err *err)
{
	struct js_at at = JS_ROOT(json, "package config"), place;
	uint64_t version = PACKAGE_FORMAT_VERSION;

	if (js_is_object(&at, err) < 0 || js_need_text(&at, "name", out_name, err) < 0 ||
	    js_get_size(&at, "formatVersion", UINT32_MAX, &version, err) < 0 ||
	    js_get_object(&at, "toolchain", &place, err) < 0 ||
	    js_get_object(&at, "requirements", &place, err) < 0 ||
	    js_get_array(&at, "flags", &place, err) < 0 ||
	    js_get_array(&at, "programs", &place, err) < 0 ||
	    js_get_array(&at, "maps", &place, err) < 0)
		return -1;
	if (version > PACKAGE_FORMAT_VERSION)
		return err_set(err, EC_UNSUPPORTED,
			       "package config: format version %d, this epm knows up to %d",
			       (int)version, PACKAGE_FORMAT_VERSION);
	return 0;
}

static int fill(struct store *store, struct package_info *info, struct package *package,
		struct err *err)
{
	const char *name;

	if (!is_package(info->manifest))
		return err_set(err, EC_UNSUPPORTED, "not a package of epm (its config is %s)",
			       info->manifest->config.media_type);
	if (read_config(store, info, err) < 0 ||
	    check_config(info->package_config, &name, err) < 0 ||
	    read_object(store, info->manifest, package, err) < 0 ||
	    read_configuration(store, info->manifest, package, err) < 0)
		return -1;
	find_types(info->manifest, package);
	package->name = mem_text(name);
	package->package_config = STEAL(info->package_config);
	package->annotations = info->manifest->annotations
				       ? json_incref(info->manifest->annotations)
				       : json_object();
	return 0;
}

int package_load(struct store *store, const char *reference, struct package **out, struct err *err)
{
	AUTO(package_info) struct package_info info = { 0 };
	AUTO(package) struct package *package = mem_alloc(sizeof(*package));

	if (store_resolve(store, reference, &info.target, err) < 0)
		return -1;
	package->reference =
		mem_text(info.target.name ? info.target.name : info.target.digest.text);
	if (read_manifest(store, &info, false, &package->digest, err) < 0 ||
	    fill(store, &info, package, err) < 0)
		return err_wrap(err, "%s", package->reference);
	package->signed_target = info.target;
	info.target = (struct store_target){ 0 };
	*out = STEAL(package);
	return 0;
}

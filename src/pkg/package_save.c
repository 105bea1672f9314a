// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "pkg/package.h"

/* Everything of one package that becomes a blob. */
struct pieces {
	struct store_blob *blobs;
	size_t n_blobs;
	size_t cap;
	char **texts; /* what the spans of blobs borrow from and is ours */
	size_t n_texts;
	size_t texts_cap;
	uint64_t size_bytes;
};

static void pieces_done(struct pieces *pieces)
{
	for (size_t i = 0; i < pieces->n_texts; i++)
		free(pieces->texts[i]);
	free(pieces->texts);
	free(pieces->blobs);
	*pieces = (struct pieces){ 0 };
}

AUTO_STRUCT(pieces, struct pieces, pieces_done);

static void add(struct pieces *pieces, struct span data, const char *media_type, const char *title,
		struct oci_descriptor *out)
{
	oci_descriptor_of(out, media_type, data.data, data.len);
	if (title) {
		out->annotations = json_object();
		js_set_text(out->annotations, OCI_KEY_TITLE, title);
	}
	if (data.len <= PACKAGE_INLINE_MAX)
		oci_descriptor_set_data(out, data.data, data.len);
	ARRAY_ROOM(pieces->blobs, pieces->n_blobs, pieces->cap);
	pieces->blobs[pieces->n_blobs++] =
		(struct store_blob){ .digest = out->digest, .data = data };
	pieces->size_bytes += data.len;
}

/* Text made here: it lives as long as the pieces. */
static struct span own(struct pieces *pieces, char *text)
{
	ARRAY_ROOM(pieces->texts, pieces->n_texts, pieces->texts_cap);
	pieces->texts[pieces->n_texts++] = text;
	return span_of(text);
}

static struct span package_config(struct pieces *pieces, const struct package_input *in)
{
	AUTO(json) json_t *json = json_copy((json_t *)in->package_config);

	js_set_text(json, "name", in->name);
	js_set_text(json, "architecture", in->architecture);
	if (!json_object_get(json, "os"))
		js_set_text(json, "os", "linux");
	js_set_size(json, "formatVersion", PACKAGE_FORMAT_VERSION);
	return own(pieces, js_dump(json));
}

static struct span configuration(struct pieces *pieces, const struct config *config)
{
	AUTO(json) json_t *json = config_dump(config);

	return own(pieces, js_dump(json));
}

/* Blobs and manifest; out takes the manifest's descriptor. */
static void make_manifest(const struct package_input *in, struct pieces *pieces,
			  struct oci_descriptor *out, struct span *out_text)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = mem_alloc(sizeof(*manifest));
	AUTO(free) char *object_title = mem_printf("%s.bpf.o", in->name);
	AUTO(free) char *config_title = mem_printf("%s.skel.json", in->name);
	struct span text;

	manifest->artifact_type = mem_text(PACKAGE_TYPE_ARTIFACT);
	manifest->annotations = json_incref((json_t *)in->annotations);
	add(pieces, package_config(pieces, in), PACKAGE_TYPE_CONFIG, NULL, &manifest->config);
	add(pieces, in->object, PACKAGE_TYPE_OBJECT, object_title,
	    oci_manifest_add_layer(manifest));
	add(pieces, configuration(pieces, in->config), PACKAGE_TYPE_CONFIGURATION, config_title,
	    oci_manifest_add_layer(manifest));
	for (size_t i = 0; i < in->n_layers; i++)
		add(pieces, in->layers[i].data, in->layers[i].media_type, in->layers[i].title,
		    oci_manifest_add_layer(manifest));
	text = own(pieces, oci_manifest_dump(manifest));
	oci_descriptor_of(out, OCI_TYPE_MANIFEST, text.data, text.len);
	out->artifact_type = mem_text(PACKAGE_TYPE_ARTIFACT);
	out->os = mem_text("linux");
	out->architecture = mem_text(in->architecture);
	pieces->size_bytes += text.len;
	*out_text = text;
}

static int check_name(const char *name, struct err *err)
{
	if (!*name || strchr(name, '/') || *name == '.')
		return err_set(err, EC_USAGE, "'%s' cannot be the name of a package", name);
	return 0;
}

static int check_input(const struct package_input *in, struct err *err)
{
	if (check_name(in->name, err) < 0)
		return -1;
	if (!json_is_object(in->package_config))
		return err_set(err, EC_FAILED, "%s: the package config is no object", in->name);
	if (in->object.len > LIMIT_OBJECT)
		return err_set(err, EC_FAILED, "%s: an object of more than %u bytes", in->name,
			       LIMIT_OBJECT);
	return 0;
}

static void free_names(char **names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		free(names[i]);
	free(names);
}

/* Canonical forms of what was typed, then the item into the store. */
static int add_named(struct store *store, struct store_item *item, const struct package_input *in,
		     char digest_out[OCI_DIGEST_LENGTH + 1], struct err *err)
{
	size_t n_names = in->n_names;
	char **names = mem_array(n_names + 1, sizeof(*names));
	struct oci_digest digest;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n_names; i++)
		rc = store_name(in->names[i], &names[i], err);
	item->names = (const char *const *)names;
	item->n_names = n_names;
	if (rc == 0)
		rc = store_add(store, item, err);
	free_names(names, n_names);
	if (rc < 0)
		return -1;
	oci_digest_of(item->manifest.data, item->manifest.len, &digest);
	memcpy(digest_out, digest.text, sizeof(digest.text));
	return 0;
}

int package_save(struct store *store, const struct package_input *in,
		 char digest_out[OCI_DIGEST_LENGTH + 1], struct err *err)
{
	return package_save_all(store, in, 1, digest_out, err);
}

/* An image index over the manifests, which become blobs like the rest. */
static struct span make_index(const struct package_input *inputs, size_t n_inputs,
			      struct pieces *pieces, struct str *architectures)
{
	AUTO(oci_index) struct oci_index *index = mem_alloc(sizeof(*index));
	struct oci_descriptor *entry;
	struct span text;

	index->artifact_type = mem_text(PACKAGE_TYPE_ARTIFACT);
	index->annotations = json_incref((json_t *)inputs[0].annotations);
	for (size_t i = 0; i < n_inputs; i++) {
		entry = oci_index_add(index);
		make_manifest(&inputs[i], pieces, entry, &text);
		ARRAY_ROOM(pieces->blobs, pieces->n_blobs, pieces->cap);
		pieces->blobs[pieces->n_blobs++] =
			(struct store_blob){ .digest = entry->digest, .data = text };
		str_addf(architectures, "%s%s", i ? "," : "", inputs[i].architecture);
	}
	text = own(pieces, oci_index_dump(index));
	pieces->size_bytes += text.len;
	return text;
}

int package_save_all(struct store *store, const struct package_input *inputs, size_t n_inputs,
		     char digest_out[OCI_DIGEST_LENGTH + 1], struct err *err)
{
	AUTO(oci_descriptor) struct oci_descriptor top = { 0 };
	AUTO(str) struct str architectures = STR_MAX(LIMIT_TEXT);
	AUTO(pieces) struct pieces pieces = { 0 };
	struct store_item item = { .media_type = OCI_TYPE_MANIFEST,
				   .artifact_type = PACKAGE_TYPE_ARTIFACT };

	for (size_t i = 0; i < n_inputs; i++)
		if (check_input(&inputs[i], err) < 0)
			return -1;
	if (n_inputs == 1) {
		make_manifest(inputs, &pieces, &top, &item.manifest);
		str_adds(&architectures, inputs[0].architecture);
	} else {
		item.manifest = make_index(inputs, n_inputs, &pieces, &architectures);
		item.media_type = OCI_TYPE_INDEX;
	}
	item.blobs = pieces.blobs;
	item.n_blobs = pieces.n_blobs;
	item.size_bytes = pieces.size_bytes;
	item.architectures = str_text(&architectures);
	item.version = oci_annotation(inputs[0].annotations, OCI_KEY_VERSION);
	return add_named(store, &item, inputs, digest_out, err);
}

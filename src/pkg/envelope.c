// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/envelope.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/compress.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/yaml.h"

static int refuse_content(const char *what, struct err *err)
{
	return err_set(err, EC_CORRUPT,
		       "%s: neither an eBPF object nor a package.json or package.yaml", what);
}

static int read_document(struct span text, const char *what, json_t **out, struct err *err)
{
	struct span start = span_trim(text);

	if (!start.len)
		return err_set(err, EC_CORRUPT, "%s: empty", what);
	if (start.data[0] == '{')
		return js_parse(text.data, text.len, what, out, err);
	if (memchr(text.data, '\0', text.len))
		return err_set(err, EC_CORRUPT, "%s: neither JSON nor YAML", what);
	return yaml_read(text.data, text.len, what, out, err);
}

int envelope_read_config(struct span text, const char *what, struct config **out,
			 struct str *unknown, struct err *err)
{
	AUTO(json) json_t *json = NULL;

	if (read_document(text, what, &json, err) < 0)
		return -1;
	return config_parse(json, what, out, unknown, err);
}

/* base64, then zlib, then as many bytes as were promised, and an ELF file at last. */
static int read_object(const struct js_at *root, struct str *out, struct err *err)
{
	AUTO(str) struct str packed = STR_MAX(LIMIT_ENVELOPE);
	struct js_at place = js_member(root, "bpf_object");
	AUTO(free) char *path = js_path(&place);
	const char *text;
	uint64_t size = 0;

	if (js_need_text(root, "bpf_object", &text, err) < 0 ||
	    js_need_size(root, "bpf_object_size", LIMIT_OBJECT, &size, err) < 0)
		return -1;
	if (base64_decode(span_of(text), &packed, err) < 0)
		return err_wrap(err, "%s", path);
	*out = (struct str)STR_MAX(size);
	if (zlib_unpack((struct span){ str_text(&packed), packed.len }, path, out, err) < 0)
		return out->is_full
			       ? err_set(err, EC_CORRUPT,
					 "%s: more bytes than the %" PRIu64 " of bpf_object_size",
					 path, size)
			       : -1;
	if (out->len != size)
		return err_set(err, EC_CORRUPT, "%s: %zu bytes where bpf_object_size says %" PRIu64,
			       path, out->len, size);
	if (size < 4 || memcmp(out->data, "\177ELF", 4) != 0)
		return err_set(err, EC_CORRUPT, "%s: not an ELF file", path);
	return 0;
}

static void note_unknown(const json_t *json, struct str *unknown)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)json, key, value)
		if (strcmp(key, "bpf_object") != 0 && strcmp(key, "bpf_object_size") != 0 &&
		    strcmp(key, "meta") != 0)
			str_addf(unknown, "%s\n", key);
}

static int read_package(json_t *json, const char *what, struct package *package,
			struct str *unknown, struct err *err)
{
	struct js_at root = JS_ROOT(json, what);
	AUTO(free) char *meta = mem_printf("%s.meta", what);

	if (js_is_object(&root, err) < 0)
		return -1;
	if (json_object_get(json, "bpf_skel") && !json_object_get(json, "bpf_object")) {
		err_set(err, EC_CORRUPT, "%s: a configuration without an object", what);
		return err_hint(err, "name the .bpf.o beside it");
	}
	if (read_object(&root, &package->object, err) < 0)
		return -1;
	if (unknown)
		note_unknown(json, unknown);
	return config_parse(json_object_get(json, "meta"), meta, &package->config, unknown, err);
}

/* Is it a package with an error in it, or something else altogether? */
static bool says_object(struct span text)
{
	static const char key[] = "bpf_object";
	struct span start = span_trim(text);

	return !start.len || start.data[0] == '{' || memmem(text.data, text.len, key, strlen(key));
}

int envelope_read(struct span text, const char *what, struct package **out, struct str *unknown,
		  struct err *err)
{
	AUTO(package) struct package *package = mem_alloc(sizeof(*package));
	AUTO(json) json_t *json = NULL;
	const char *name;

	if (read_document(text, what, &json, err) < 0)
		return says_object(text) ? -1 : refuse_content(what, err);
	if (!json_is_object(json))
		return refuse_content(what, err);
	if (read_package(json, what, package, unknown, err) < 0)
		return -1;
	name = package->config->obj_name;
	package->reference = mem_text(what);
	package->name = mem_text(name && *name ? name : "package");
	package->annotations = json_object();
	*out = STEAL(package);
	return 0;
}

static int write_document(const json_t *json, enum envelope_format format, struct str *out,
			  struct err *err)
{
	AUTO(free) char *text = NULL;

	if (format == ENVELOPE_YAML) {
		if (yaml_write(json, out, err) < 0)
			return -1;
	} else {
		text = js_dump_pretty(json);
		str_adds(out, text);
	}
	return out->is_full ? err_set(err, EC_FAILED, "the text is larger than %zu bytes", out->max)
			    : 0;
}

int envelope_write_config(const struct config *config, enum envelope_format format, struct str *out,
			  struct err *err)
{
	AUTO(json) json_t *json = config_dump(config);

	return write_document(json, format, out, err);
}

int envelope_write(struct span object, const struct config *config, enum envelope_format format,
		   struct str *out, struct err *err)
{
	AUTO(str) struct str packed = STR_MAX(LIMIT_ENVELOPE);
	AUTO(str) struct str text = STR_MAX(LIMIT_ENVELOPE);
	AUTO(json) json_t *json = json_object();

	if (object.len > LIMIT_OBJECT)
		return err_set(err, EC_FAILED, "an object of more than %u bytes", LIMIT_OBJECT);
	zlib_pack(object.data, object.len, &packed);
	base64_encode(str_text(&packed), packed.len, &text);
	js_set_text(json, "bpf_object", str_text(&text));
	js_set_size(json, "bpf_object_size", object.len);
	js_set(json, "meta", config_dump(config));
	return write_document(json, format, out, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/descriptor.h"

#include <string.h>

#include "base/alloc.h"
#include "base/base64.h"

#define TYPE_MAX 255 /* RFC 6838 4.2: 127 characters each side of the slash */

const char *oci_annotation(const json_t *annotations, const char *key)
{
	return json_string_value(json_object_get(annotations, key));
}

int oci_annotations_parse(const struct js_at *at, json_t **out, struct err *err)
{
	struct js_at place, member;
	const char *key;
	json_t *value;

	if (js_get_object(at, "annotations", &place, err) < 0)
		return -1;
	json_object_foreach (place.value, key, value) {
		member = js_member(&place, key);
		if (!json_is_string(value))
			return js_expected(&member, "a string", err);
	}
	*out = json_incref(place.value);
	return 0;
}

/* Members this file does not read itself, as a new object; NULL when there are none. */
static json_t *other_members(json_t *object)
{
	static const char *const known[] = { "mediaType", "digest", "size", "artifactType",
					     "annotations" };
	json_t *other = json_copy(object);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		json_object_del(other, known[i]);
	if (json_object_size(other))
		return other;
	json_decref(other);
	return NULL;
}

static int parse_platform(const struct js_at *at, struct oci_descriptor *out, struct err *err)
{
	const char *os = NULL, *architecture = NULL;
	struct js_at platform;

	if (js_get_object(at, "platform", &platform, err) < 0)
		return -1;
	if (!platform.value)
		return 0;
	if (js_get_text(&platform, "os", &os, err) < 0 ||
	    js_get_text(&platform, "architecture", &architecture, err) < 0)
		return -1;
	out->os = mem_text(os);
	out->architecture = mem_text(architecture);
	return 0;
}

static int check_type(const struct js_at *at, const char *type, struct err *err)
{
	struct js_at place = js_member(at, "mediaType");
	AUTO(free) char *path = NULL;

	if (*type && strlen(type) <= TYPE_MAX)
		return 0;
	path = js_path(&place);
	return err_set(err, EC_CORRUPT, "%s: not a media type", path);
}

static int parse_members(const struct js_at *at, struct oci_descriptor *out, struct err *err)
{
	const char *type, *digest, *artifact_type = NULL;
	struct js_at place = js_member(at, "digest");
	AUTO(free) char *path = NULL;

	if (js_is_object(at, err) < 0 || js_need_text(at, "mediaType", &type, err) < 0 ||
	    check_type(at, type, err) < 0 || js_need_text(at, "digest", &digest, err) < 0 ||
	    js_need_size(at, "size", OCI_BLOB_MAX, &out->size_bytes, err) < 0 ||
	    js_get_text(at, "artifactType", &artifact_type, err) < 0)
		return -1;
	if (oci_digest_parse(digest, &out->digest, err) < 0) {
		path = js_path(&place);
		return err_wrap(err, "%s", path);
	}
	out->media_type = mem_text(type);
	out->artifact_type = mem_text(artifact_type);
	if (oci_annotations_parse(at, &out->annotations, err) < 0)
		return -1;
	out->other = other_members(at->value);
	return parse_platform(at, out, err);
}

int oci_descriptor_parse(const struct js_at *at, struct oci_descriptor *out, struct err *err)
{
	AUTO(oci_descriptor) struct oci_descriptor descriptor = { 0 };

	if (parse_members(at, &descriptor, err) < 0)
		return -1;
	*out = descriptor;
	descriptor = (struct oci_descriptor){ 0 };
	return 0;
}

static void dump_platform(const struct oci_descriptor *descriptor, json_t *json)
{
	json_t *platform = json_object_get(json, "platform");

	if (!descriptor->os && !descriptor->architecture)
		return;
	platform = platform ? json_copy(platform) : json_object();
	js_set_text(platform, "os", descriptor->os);
	js_set_text(platform, "architecture", descriptor->architecture);
	js_set(json, "platform", platform);
}

json_t *oci_descriptor_dump(const struct oci_descriptor *descriptor)
{
	json_t *json = descriptor->other ? json_copy(descriptor->other) : json_object();

	js_set_text(json, "mediaType", descriptor->media_type);
	js_set_text(json, "digest", descriptor->digest.text);
	js_set_size(json, "size", descriptor->size_bytes);
	js_set_text(json, "artifactType", descriptor->artifact_type);
	if (json_object_size(descriptor->annotations))
		js_set(json, "annotations", json_incref(descriptor->annotations));
	dump_platform(descriptor, json);
	return json;
}

void oci_descriptor_done(struct oci_descriptor *descriptor)
{
	free(descriptor->media_type);
	free(descriptor->artifact_type);
	free(descriptor->os);
	free(descriptor->architecture);
	json_decref(descriptor->annotations);
	json_decref(descriptor->other);
	*descriptor = (struct oci_descriptor){ 0 };
}

void oci_descriptor_of(struct oci_descriptor *out, const char *media_type, const void *data,
		       size_t size)
{
	*out = (struct oci_descriptor){ .media_type = mem_text(media_type), .size_bytes = size };
	oci_digest_of(data, size, &out->digest);
}

void oci_descriptor_set_data(struct oci_descriptor *descriptor, const void *data, size_t size)
{
	AUTO(str) struct str text = STR_MAX(2 * size + 4);

	base64_encode(data, size, &text);
	if (!descriptor->other)
		descriptor->other = json_object();
	js_set_text(descriptor->other, "data", str_text(&text));
}

int oci_descriptor_get_data(const struct oci_descriptor *descriptor, struct str *out, bool *out_has,
			    struct err *err)
{
	json_t *data = json_object_get(descriptor->other, "data");
	struct span text = { json_string_value(data), json_string_length(data) };
	struct oci_digest found;

	*out_has = false;
	if (!text.data)
		return 0;
	if (base64_decode(text, out, err) < 0)
		return err_wrap(err, "the data in the descriptor of %s", descriptor->digest.text);
	oci_digest_of(str_text(out), out->len, &found);
	if (out->len != descriptor->size_bytes || !oci_digest_equal(&found, &descriptor->digest))
		return err_set(err, EC_CORRUPT,
			       "the data in the descriptor of %s is not that of its digest",
			       descriptor->digest.text);
	*out_has = true;
	return 0;
}

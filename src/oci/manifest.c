// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/manifest.h"

#include "base/alloc.h"
#include "base/json.h"
#include "oci/mediatype.h"

bool oci_type_is_manifest(const char *media_type)
{
	return !strcmp(media_type, OCI_TYPE_MANIFEST) ||
	       !strcmp(media_type, OCI_TYPE_DOCKER_MANIFEST);
}

bool oci_type_is_index(const char *media_type)
{
	return !strcmp(media_type, OCI_TYPE_INDEX) || !strcmp(media_type, OCI_TYPE_DOCKER_LIST);
}

const char *oci_type_guess(const json_t *document)
{
	static const char *const types[] = { OCI_TYPE_MANIFEST, OCI_TYPE_INDEX,
					     OCI_TYPE_DOCKER_MANIFEST, OCI_TYPE_DOCKER_LIST };
	const char *said = json_string_value(json_object_get(document, "mediaType"));

	if (json_integer_value(json_object_get(document, "schemaVersion")) != 2)
		return NULL;
	for (size_t i = 0; said && i < ARRAY_SIZE(types); i++)
		if (!strcmp(said, types[i]))
			return types[i];
	if (said)
		return NULL;
	if (json_is_array(json_object_get(document, "layers")))
		return OCI_TYPE_MANIFEST;
	return json_is_array(json_object_get(document, "manifests")) ? OCI_TYPE_INDEX : NULL;
}

/* What both documents begin with. A manifest read as an index (or the reverse) is an attack. */
static int check_head(const struct js_at *at, bool (*is_type)(const char *), const char *foreign,
		      struct err *err)
{
	const char *type = NULL;
	struct js_at place = js_member(at, "mediaType");
	struct js_at other = js_member(at, foreign);
	AUTO(free) char *path = NULL;
	uint64_t version = 0;

	if (js_is_object(at, err) < 0 ||
	    js_need_size(at, "schemaVersion", 100, &version, err) < 0 ||
	    js_get_text(at, "mediaType", &type, err) < 0)
		return -1;
	if (version != 2)
		return err_set(err, EC_CORRUPT, "%s: schemaVersion %d is not 2", at->name,
			       (int)version);
	if (type && !is_type(type))
		return js_expected(&place, "the media type of its descriptor", err);
	if (other.value) {
		path = js_path(&other);
		return err_set(err, EC_CORRUPT, "%s: must not be in this kind of document", path);
	}
	return 0;
}

static int parse_artifact(const struct js_at *at, char **out_type, struct oci_descriptor *subject,
			  bool *has_subject, json_t **annotations, struct err *err)
{
	struct js_at place;
	const char *type = NULL;

	if (js_get_text(at, "artifactType", &type, err) < 0 ||
	    js_get_object(at, "subject", &place, err) < 0)
		return -1;
	if (place.value) {
		if (oci_descriptor_parse(&place, subject, err) < 0)
			return -1;
		*has_subject = true;
	}
	*out_type = mem_text(type);
	return oci_annotations_parse(at, annotations, err);
}

static int parse_list(const struct js_at *at, const char *name, struct oci_descriptor **items,
		      size_t *n_items, struct err *err)
{
	struct js_at list, element;
	size_t n;

	if (js_get_array(at, name, &list, err) < 0)
		return -1;
	if (!list.value)
		return js_expected(&list, "an array", err);
	n = json_array_size(list.value);
	*items = mem_array(n ? n : 1, sizeof(**items));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		if (oci_descriptor_parse(&element, &(*items)[i], err) < 0)
			return -1;
		*n_items = i + 1;
	}
	return 0;
}

static int parse_manifest(json_t *json, const char *what, struct oci_manifest *m, struct err *err)
{
	struct js_at root = JS_ROOT(json, what);
	struct js_at config = js_member(&root, "config");

	if (check_head(&root, oci_type_is_manifest, "manifests", err) < 0 ||
	    oci_descriptor_parse(&config, &m->config, err) < 0 ||
	    parse_list(&root, "layers", &m->layers, &m->n_layers, err) < 0)
		return -1;
	return parse_artifact(&root, &m->artifact_type, &m->subject, &m->has_subject,
			      &m->annotations, err);
}

int oci_manifest_parse(struct span text, const char *what, struct oci_manifest **out,
		       struct err *err)
{
	AUTO(json) json_t *json = NULL;

	if (js_parse(text.data, text.len, what, &json, err) < 0)
		return -1;
	return oci_manifest_read(json, what, out, err);
}

int oci_manifest_read(json_t *json, const char *what, struct oci_manifest **out, struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *m = mem_alloc(sizeof(*m));

	if (parse_manifest(json, what, m, err) < 0)
		return -1;
	*out = STEAL(m);
	return 0;
}

static int parse_index(json_t *json, const char *what, struct oci_index *index, struct err *err)
{
	struct js_at root = JS_ROOT(json, what);

	if (check_head(&root, oci_type_is_index, "layers", err) < 0 ||
	    parse_list(&root, "manifests", &index->manifests, &index->n_manifests, err) < 0)
		return -1;
	return parse_artifact(&root, &index->artifact_type, &index->subject, &index->has_subject,
			      &index->annotations, err);
}

int oci_index_parse(struct span text, const char *what, struct oci_index **out, struct err *err)
{
	AUTO(json) json_t *json = NULL;

	if (js_parse(text.data, text.len, what, &json, err) < 0)
		return -1;
	return oci_index_read(json, what, out, err);
}

int oci_index_read(json_t *json, const char *what, struct oci_index **out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = mem_alloc(sizeof(*index));

	if (parse_index(json, what, index, err) < 0)
		return -1;
	*out = STEAL(index);
	return 0;
}

static void free_list(struct oci_descriptor *items, size_t n_items)
{
	for (size_t i = 0; i < n_items; i++)
		oci_descriptor_done(&items[i]);
	free(items);
}

void oci_manifest_free(struct oci_manifest *manifest)
{
	if (!manifest)
		return;
	free(manifest->artifact_type);
	oci_descriptor_done(&manifest->config);
	free_list(manifest->layers, manifest->n_layers);
	oci_descriptor_done(&manifest->subject);
	json_decref(manifest->annotations);
	free(manifest);
}

void oci_index_free(struct oci_index *index)
{
	if (!index)
		return;
	free(index->artifact_type);
	free_list(index->manifests, index->n_manifests);
	oci_descriptor_done(&index->subject);
	json_decref(index->annotations);
	free(index);
}

static struct oci_descriptor *add(struct oci_descriptor **items, size_t *n)
{
	*items = mem_resize(*items, *n + 1, sizeof(**items));
	(*items)[*n] = (struct oci_descriptor){ 0 };
	return &(*items)[(*n)++];
}

struct oci_descriptor *oci_manifest_add_layer(struct oci_manifest *manifest)
{
	return add(&manifest->layers, &manifest->n_layers);
}

struct oci_descriptor *oci_index_add(struct oci_index *index)
{
	return add(&index->manifests, &index->n_manifests);
}

static json_t *dump_list(const struct oci_descriptor *items, size_t n_items)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n_items; i++)
		js_append(list, oci_descriptor_dump(&items[i]));
	return list;
}

static json_t *dump_head(const char *media_type, const char *artifact_type,
			 const struct oci_descriptor *subject, bool has_subject,
			 json_t *annotations)
{
	json_t *json = json_object();

	js_set_size(json, "schemaVersion", 2);
	js_set_text(json, "mediaType", media_type);
	js_set_text(json, "artifactType", artifact_type);
	if (has_subject)
		js_set(json, "subject", oci_descriptor_dump(subject));
	if (json_object_size(annotations))
		js_set(json, "annotations", json_incref(annotations));
	return json;
}

char *oci_manifest_dump(const struct oci_manifest *manifest)
{
	AUTO(json)
	json_t *json = dump_head(OCI_TYPE_MANIFEST, manifest->artifact_type, &manifest->subject,
				 manifest->has_subject, manifest->annotations);

	js_set(json, "config", oci_descriptor_dump(&manifest->config));
	js_set(json, "layers", dump_list(manifest->layers, manifest->n_layers));
	return js_dump(json);
}

char *oci_index_dump(const struct oci_index *index)
{
	AUTO(json)
	json_t *json = dump_head(OCI_TYPE_INDEX, index->artifact_type, &index->subject,
				 index->has_subject, index->annotations);

	js_set(json, "manifests", dump_list(index->manifests, index->n_manifests));
	return js_dump(json);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/tagged.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "oci/upload.h"

#define TYPE_CONFIG "application/vnd.oci.image.config.v1+json"

bool oci_tagged_is_list(const char *tag)
{
	return text_ends(tag, ".sig") || text_ends(tag, ".att");
}

static bool has_layer(const struct oci_manifest *manifest, const struct oci_descriptor *layer)
{
	for (size_t i = 0; i < manifest->n_layers; i++) {
		const struct oci_descriptor *one = &manifest->layers[i];

		/* two keys may have signed the same bytes: the signature is an annotation */
		if (oci_digest_equal(&one->digest, &layer->digest) &&
		    (one->annotations ? json_equal(one->annotations, layer->annotations)
				      : !layer->annotations))
			return true;
	}
	return false;
}

static void copy(const struct oci_descriptor *from, struct oci_descriptor *to)
{
	*to = (struct oci_descriptor){
		.media_type = mem_text(from->media_type),
		.digest = from->digest,
		.size_bytes = from->size_bytes,
		.artifact_type = mem_text(from->artifact_type),
		.annotations = json_deep_copy(from->annotations),
		.other = json_deep_copy(from->other),
	};
}

bool oci_tagged_merge(struct oci_manifest *into, const struct oci_manifest *from)
{
	bool is_changed = false;

	for (size_t i = 0; i < from->n_layers; i++) {
		if (has_layer(into, &from->layers[i]))
			continue;
		copy(&from->layers[i], oci_manifest_add_layer(into));
		is_changed = true;
	}
	if (from->annotations && !into->annotations)
		into->annotations = json_object();
	if (from->annotations)
		json_object_update_missing(into->annotations, from->annotations);
	return is_changed;
}

char *oci_tagged_config(struct oci_manifest *manifest)
{
	static const char never[] = "0001-01-01T00:00:00Z";
	AUTO(json) json_t *json = json_object();
	json_t *history = json_array(), *rootfs = json_object(), *ids = json_array();
	char *text;

	for (size_t i = 0; i < manifest->n_layers; i++) {
		json_t *one = json_object();

		js_set_text(one, "created", never);
		js_append(history, one);
		js_append(ids, json_string(manifest->layers[i].digest.text));
	}
	js_set_text(rootfs, "type", "layers");
	js_set(rootfs, "diff_ids", ids);
	js_set_text(json, "architecture", "");
	js_set_text(json, "os", "");
	js_set_text(json, "created", never);
	js_set(json, "history", history);
	js_set(json, "rootfs", rootfs);
	js_set(json, "config", json_object());
	text = js_dump(json);
	oci_descriptor_done(&manifest->config);
	manifest->config = (struct oci_descriptor){ 0 };
	oci_descriptor_of(&manifest->config, TYPE_CONFIG, text, strlen(text));
	return text;
}

static int open_text(struct oci_upload *upload, struct err *err)
{
	(void)upload;
	(void)err;
	return 0;
}

static int read_text(void *ctx, uint64_t offset, void *buf, size_t size, size_t *out_n,
		     struct err *err)
{
	const struct oci_upload *upload = ctx;

	(void)err;
	memcpy(buf, (const char *)upload->ctx + offset, size);
	*out_n = size;
	return 0;
}

static int on_uploaded(struct oci_upload *upload, enum oci_upload_outcome outcome, struct err *err)
{
	(void)upload;
	(void)outcome;
	(void)err;
	return 0;
}

static int send_text(struct oci_repository *repository, const char *text, struct err *err)
{
	struct oci_upload upload = {
		.repository = repository,
		.size_bytes = strlen(text),
		.open = open_text,
		.read = read_text,
		.finished = on_uploaded,
		.ctx = (void *)text,
	};
	int rc;

	oci_digest_of(text, strlen(text), &upload.digest);
	rc = oci_upload_start(&upload, err);
	if (rc == 0)
		rc = oci_client_run(repository->client, NULL, err);
	oci_upload_done(&upload);
	return rc;
}

/* What is under the tag; NULL: nothing. */
static int read_present(struct oci_repository *repository, const char *tag,
			struct oci_manifest **out, struct err *err)
{
	AUTO(oci_document) struct oci_document document = { 0 };
	bool is_same;

	*out = NULL;
	if (oci_manifest_get(repository, tag, NULL, &document, &is_same, err) < 0) {
		if (err->code != EC_NOT_FOUND)
			return -1;
		*err = (struct err){ 0 };
		return 0;
	}
	if (oci_type_is_manifest(document.media_type) &&
	    oci_manifest_read(document.json, tag, out, err) == 0)
		return 0;
	return err_set(err, EC_CORRUPT, "%s/%s:%s is no manifest to add signatures to",
		       repository->registry, repository->name, tag);
}

int oci_tagged_prepare(struct oci_repository *repository, const char *tag,
		       const struct oci_document *mine, struct oci_document *out,
		       bool *out_is_there, struct err *err)
{
	const struct span text = { str_text(&mine->text), mine->text.len };
	AUTO(oci_manifest) struct oci_manifest *present = NULL;
	AUTO(oci_manifest) struct oci_manifest *own = NULL;
	AUTO(free) char *config = NULL;
	AUTO(free) char *merged = NULL;
	bool has_all;

	if (oci_manifest_parse(text, tag, &own, err) < 0 ||
	    read_present(repository, tag, &present, err) < 0)
		return -1;
	*out_is_there = false;
	*out = (struct oci_document){ 0 };
	if (!present)
		return 0;
	has_all = !oci_tagged_merge(present, own);
	if (has_all) {
		*out_is_there = true;
		return 0;
	}
	if (!oci_tagged_merge(own, present)) /* mine has all that is there */
		return 0;
	config = oci_tagged_config(present);
	if (send_text(repository, config, err) < 0)
		return -1;
	merged = oci_manifest_dump(present);
	out->text = (struct str)STR_MAX(LIMIT_MANIFEST);
	str_adds(&out->text, merged);
	if (str_check(&out->text, tag, err) < 0)
		return -1;
	out->media_type = mem_text(OCI_TYPE_MANIFEST);
	oci_digest_of(out->text.data, out->text.len, &out->digest);
	return 0;
}

/* NULL: it cannot be read. */
static struct oci_manifest *read_stored(struct oci_layout *layout,
					const struct oci_descriptor *entry)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	struct oci_manifest *manifest;
	struct err err;

	if (!oci_type_is_manifest(entry->media_type))
		return NULL;
	if (oci_layout_get(layout, &entry->digest, entry->size_bytes, &text, &err) == 0 &&
	    oci_manifest_parse((struct span){ str_text(&text), text.len }, entry->digest.text,
			       &manifest, &err) == 0)
		return manifest;
	log_warn("signatures that cannot be read are replaced: %s", err.text);
	return NULL;
}

int oci_tagged_join(struct oci_layout *layout, const struct oci_descriptor *present,
		    struct span mine, struct str *out, struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *there = read_stored(layout, present);
	AUTO(oci_manifest) struct oci_manifest *own = NULL;
	AUTO(free) char *config = NULL;
	AUTO(free) char *merged = NULL;
	struct oci_digest digest;

	*out = (struct str)STR_MAX(LIMIT_MANIFEST);
	if (!there)
		return 0;
	if (oci_manifest_parse(mine, "signatures", &own, err) < 0)
		return -1;
	if (!oci_tagged_merge(own, there)) /* it has all that is there */
		return 0;
	config = oci_tagged_config(own);
	merged = oci_manifest_dump(own);
	if (strlen(merged) > LIMIT_MANIFEST) {
		log_warn("%s: the signatures in it are replaced, with the others they are too many",
			 present->digest.text);
		return 0;
	}
	str_adds(out, merged);
	oci_digest_of(merged, strlen(merged), &digest);
	if (oci_layout_put(layout, &own->config.digest, config, strlen(config), err) < 0)
		return -1;
	return oci_layout_put(layout, &digest, merged, strlen(merged), err);
}

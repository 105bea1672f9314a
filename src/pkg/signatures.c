// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/signatures.h"

#include "base/alloc.h"
#include "base/limits.h"

const char *signature_form_word(enum signature_form form)
{
	switch (form) {
#define SIGNATURE_FORM_CASE(name, word) \
	case SIGNATURE_##name:          \
		return word;
		SIGNATURE_FORM_LIST(SIGNATURE_FORM_CASE)
#undef SIGNATURE_FORM_CASE
	case SIGNATURE_OTHER:
		break;
	}
	return "other";
}

/* "application/vnd.dev.sigstore.bundle.v0.3+json", "…bundle+json;version=0.1" */
#define BUNDLE_PREFIX "application/vnd.dev.sigstore.bundle"

enum signature_form signature_layer_form(const char *media_type)
{
	if (text_starts(media_type, BUNDLE_PREFIX))
		return SIGNATURE_BUNDLE;
	if (!strcmp(media_type, SIGNATURE_TYPE_SIMPLE))
		return SIGNATURE_SIMPLE;
	if (!strcmp(media_type, SIGNATURE_TYPE_ENVELOPE))
		return SIGNATURE_ENVELOPE;
	if (!strcmp(media_type, SIGNATURE_TYPE_JWS) || !strcmp(media_type, SIGNATURE_TYPE_COSE))
		return SIGNATURE_NOTATION;
	return SIGNATURE_OTHER;
}

bool signature_is_no_part(const struct oci_descriptor *blob)
{
	return signature_layer_form(blob->media_type) == SIGNATURE_OTHER;
}

/* What is read on the way. */
struct reading {
	const struct signatures_from *from;
	struct signatures *found;
	uint64_t room; /* bytes that may still be read */
	size_t n_left_out;
};

static struct signature *add(struct reading *reading, const struct oci_digest *manifest,
			     size_t layer)
{
	struct signatures *found = reading->found;

	ARRAY_ROOM(found->items, found->n_items, found->cap);
	found->items[found->n_items] = (struct signature){
		.manifest = *manifest,
		.layer = layer,
		.body = STR_MAX(LIMIT_SIGNED),
	};
	return &found->items[found->n_items++];
}

static int read_body(struct reading *reading, const struct oci_descriptor *layer, struct str *out,
		     struct err *err)
{
	if (layer->size_bytes > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, "size: more than %u bytes", LIMIT_SIGNED);
	if (layer->size_bytes > reading->room)
		return err_set(err, EC_CORRUPT, "size: the signatures have more than %u bytes",
			       SIGNATURES_BYTES_MAX);
	reading->room -= layer->size_bytes;
	return reading->from->get(reading->from->ctx, layer, out, err);
}

static void read_layer(struct reading *reading, const struct oci_digest *digest,
		       const struct oci_manifest *manifest, size_t i)
{
	const struct oci_descriptor *layer = &manifest->layers[i];
	enum signature_form form = signature_layer_form(layer->media_type);
	struct signature *one;

	if (form == SIGNATURE_OTHER)
		return;
	if (i >= SIGNATURE_LAYERS_MAX || reading->found->n_items >= SIGNATURES_MAX) {
		reading->n_left_out++;
		return;
	}
	one = add(reading, digest, i);
	one->form = form;
	one->media_type = mem_text(layer->media_type);
	one->annotations = json_incref(layer->annotations);
	if (form == SIGNATURE_BUNDLE && manifest->n_layers != 1)
		err_set(&one->err, EC_CORRUPT, "bundle: it is not the only layer of its manifest");
	else if (read_body(reading, layer, &one->body, &one->err) < 0)
		str_cut(&one->body, 0);
}

static int read_manifest(struct reading *reading, const struct oci_descriptor *descriptor,
			 struct oci_manifest **out, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);

	if (reading->from->get(reading->from->ctx, descriptor, &text, err) < 0)
		return -1;
	return oci_manifest_parse((struct span){ str_text(&text), text.len },
				  descriptor->digest.text, out, err);
}

static void read_referrer(struct reading *reading, const struct oci_descriptor *descriptor)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;
	struct err err;

	if (!oci_type_is_manifest(descriptor->media_type))
		return;
	if (reading->found->n_items >= SIGNATURES_MAX) {
		reading->n_left_out++;
		return;
	}
	if (read_manifest(reading, descriptor, &manifest, &err) < 0) {
		add(reading, &descriptor->digest, 0)->err = err;
		return;
	}
	for (size_t i = 0; i < manifest->n_layers; i++)
		read_layer(reading, &descriptor->digest, manifest, i);
}

static int by_digest(const void *a, const void *b)
{
	const struct signature *x = a, *y = b;
	int order = strcmp(x->manifest.text, y->manifest.text);

	return order ? order : (x->layer > y->layer) - (x->layer < y->layer);
}

void signatures_collect(const struct signatures_from *from, const struct oci_digest *subject,
			struct signatures *out)
{
	struct reading reading = { .from = from, .found = out, .room = SIGNATURES_BYTES_MAX };

	*out = (struct signatures){ 0 };
	for (size_t i = 0; i < from->n_referrers; i++)
		read_referrer(&reading, &from->referrers[i]);
	if (out->n_items)
		qsort(out->items, out->n_items, sizeof(*out->items), by_digest);
	if (reading.n_left_out)
		err_set(&add(&reading, subject, SIZE_MAX)->err, EC_CORRUPT,
			"%zu more are left out: there are too many", reading.n_left_out);
}

static int get_stored(void *ctx, const struct oci_descriptor *blob, struct str *out,
		      struct err *err)
{
	return oci_layout_get(store_layout(ctx), &blob->digest, blob->size_bytes, out, err);
}

int signatures_read(struct store *store, const struct oci_digest *subject, struct signatures *out,
		    struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct signatures_from from = { .ctx = store, .get = get_stored };

	if (store_referrers_all(store, subject, &index, err) < 0)
		return -1;
	from.referrers = index->manifests;
	from.n_referrers = index->n_manifests;
	signatures_collect(&from, subject, out);
	return 0;
}

void signatures_done(struct signatures *signatures)
{
	for (size_t i = 0; i < signatures->n_items; i++) {
		struct signature *one = &signatures->items[i];

		str_done(&one->body);
		json_decref(one->annotations);
		free(one->media_type);
	}
	free(signatures->items);
	*signatures = (struct signatures){ 0 };
}

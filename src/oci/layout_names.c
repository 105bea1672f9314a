// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/layout_names.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"

int oci_layout_index(struct oci_layout *layout, struct oci_index **out, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);

	if (oci_layout_read_index(layout, &text, NULL, err) < 0)
		return -1;
	return oci_index_parse((struct span){ str_text(&text), text.len }, "index.json", out, err);
}

static const char *name_of(const struct oci_descriptor *entry)
{
	return oci_annotation(entry->annotations, OCI_KEY_REF_NAME);
}

static void list_names(const struct oci_index *index, struct str *out)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (name_of(&index->manifests[i]))
			str_addf(out, "%s%s", out->len ? ", " : "", name_of(&index->manifests[i]));
}

static int not_found(const struct oci_index *index, const char *name, struct err *err)
{
	AUTO(str) struct str names = STR_MAX(400);

	err_set(err, EC_NOT_FOUND, "nothing in it is called %s", name ? name : "anything");
	list_names(index, &names);
	return names.len ? err_hint(err, "it has %s", str_text(&names)) : -1;
}

/* Two entries may say the same. */
static int take(const struct oci_index *index, const struct oci_descriptor *entry,
		const struct oci_descriptor **found, struct err *err)
{
	AUTO(str) struct str names = STR_MAX(400);

	if (!*found || oci_digest_equal(&(*found)->digest, &entry->digest)) {
		*found = *found ? *found : entry;
		return 0;
	}
	err_set(err, EC_USAGE, "it has more than one that could be meant");
	list_names(index, &names);
	return names.len ? err_hint(err, "name one of %s", str_text(&names)) : -1;
}

int oci_layout_find(const struct oci_index *index, const char *name,
		    const struct oci_descriptor **out, struct err *err)
{
	const struct oci_descriptor *found = NULL;
	bool has_names;

	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *entry = &index->manifests[i];
		const char *own = name_of(entry);
		bool is_it = name ? (own && !strcmp(own, name)) || !strcmp(entry->digest.text, name)
				  : own != NULL && !oci_tag_suffix(own);

		if (is_it && take(index, entry, &found, err) < 0)
			return -1;
	}
	has_names = found != NULL;
	for (size_t i = 0; !has_names && !name && i < index->n_manifests; i++)
		if (take(index, &index->manifests[i], &found, err) < 0)
			return -1;
	if (!found)
		return not_found(index, name, err);
	*out = found;
	return 0;
}

static void drop(struct oci_index *index, size_t i)
{
	oci_descriptor_done(&index->manifests[i]);
	index->n_manifests--;
	memmove(&index->manifests[i], &index->manifests[i + 1],
		(index->n_manifests - i) * sizeof(*index->manifests));
}

static bool has_digest(const struct oci_index *index, const struct oci_digest *digest)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, digest))
			return true;
	return false;
}

void oci_layout_add_name(struct oci_index *index, const struct oci_descriptor *descriptor,
			 const char *name)
{
	struct oci_descriptor *entry;

	for (size_t i = index->n_manifests; i-- > 0;) {
		const char *own = name_of(&index->manifests[i]);

		if (name &&
		    ((own && !strcmp(own, name)) ||
		     (!own && oci_digest_equal(&index->manifests[i].digest, &descriptor->digest))))
			drop(index, i);
	}
	if (!name && has_digest(index, &descriptor->digest))
		return;
	entry = oci_index_add(index);
	*entry = (struct oci_descriptor){
		.media_type = mem_text(descriptor->media_type),
		.digest = descriptor->digest,
		.size_bytes = descriptor->size_bytes,
		.artifact_type = mem_text(descriptor->artifact_type),
		.os = mem_text(descriptor->os),
		.architecture = mem_text(descriptor->architecture),
		.annotations = json_deep_copy(descriptor->annotations),
	};
	if (!name)
		return;
	if (!entry->annotations)
		entry->annotations = json_object();
	js_set_text(entry->annotations, OCI_KEY_REF_NAME, name);
}

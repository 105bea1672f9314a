// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "oci/referrers.h"
#include "pkg/store_index.h"
#include "pkg/store_reach.h"

bool store_entry_subject(const struct oci_descriptor *entry, struct oci_digest *out)
{
	const char *text = oci_annotation(entry->annotations, STORE_KEY_SUBJECT);
	const char *tag = store_entry_tag(entry);
	struct err ignored = { 0 };

	if (tag) {
		oci_tag_subject(tag, out);
		return true;
	}
	return text && oci_digest_is_valid(text) && oci_digest_parse(text, out, &ignored) == 0;
}

/* What a referrer's own document says of it. */
struct said {
	char *artifact_type;	   /* or NULL */
	json_t *annotations;	   /* or NULL */
	struct oci_digest subject; /* empty: none */
};

static void said_done(struct said *said)
{
	free(said->artifact_type);
	json_decref(said->annotations);
}

AUTO_STRUCT(said, struct said, said_done);

static int read_index(struct span text, const char *what, struct said *out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;

	if (oci_index_parse(text, what, &index, err) < 0)
		return -1;
	out->artifact_type = STEAL(index->artifact_type);
	out->annotations = STEAL(index->annotations);
	out->subject = index->subject.digest;
	return 0;
}

static int read_manifest(struct span text, const char *what, struct said *out, struct err *err)
{
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;

	if (oci_manifest_parse(text, what, &manifest, err) < 0)
		return -1;
	out->artifact_type = manifest->artifact_type ? STEAL(manifest->artifact_type)
						     : mem_text(manifest->config.media_type);
	out->annotations = STEAL(manifest->annotations);
	out->subject = manifest->subject.digest;
	return 0;
}

/* Neither manifest nor image index: nothing is said. */
static int read_said(struct store *store, const struct oci_descriptor *entry, struct said *out,
		     struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	bool is_index = oci_type_is_index(entry->media_type);
	struct span body;

	if (!is_index && !oci_type_is_manifest(entry->media_type))
		return 0;
	if (oci_layout_get(store->layout, &entry->digest, entry->size_bytes, &text, err) < 0)
		return -1;
	body = (struct span){ str_text(&text), text.len };
	return is_index ? read_index(body, entry->digest.text, out, err)
			: read_manifest(body, entry->digest.text, out, err);
}

static bool is_nameless(const struct oci_descriptor *entry)
{
	AUTO(free) char *name = store_entry_name(entry);

	return !name && !store_entry_is_alias(entry);
}

void store_index_adopt(struct store *store, struct oci_index *index)
{
	for (size_t i = 0; i < index->n_manifests; i++) {
		struct oci_descriptor *entry = &index->manifests[i];
		AUTO(said) struct said said = { 0 };
		struct oci_digest subject;
		struct err err = { 0 };

		if (!is_nameless(entry) || store_entry_subject(entry, &subject))
			continue;
		if (read_said(store, entry, &said, &err) < 0)
			log_trace(TRACE_store, "%s", err.text); /* fsck's to say */
		if (!said.subject.text[0])
			continue;
		if (!entry->annotations)
			entry->annotations = json_object();
		js_set_text(entry->annotations, STORE_KEY_SUBJECT, said.subject.text);
	}
}

static void add_referrer(struct store *store, const struct oci_descriptor *entry,
			 const struct oci_digest *subject, struct store_referrers *out)
{
	AUTO(said) struct said said = { 0 };
	struct err err = { 0 };

	if (read_said(store, entry, &said, &err) < 0) {
		log_warn("a referrer of %s is left out: %s", subject->text, err.text);
		return;
	}
	if (!oci_digest_equal(&said.subject, subject))
		return;
	ARRAY_ROOM(out->referrers, out->n_referrers, out->cap);
	out->referrers[out->n_referrers++] = (struct oci_descriptor){
		.media_type = mem_text(entry->media_type),
		.digest = entry->digest,
		.size_bytes = entry->size_bytes,
		.artifact_type = STEAL(said.artifact_type),
		.annotations = STEAL(said.annotations),
	};
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_descriptor *x = a, *y = b;

	return strcmp(x->digest.text, y->digest.text);
}

/* Sorted, and one that has several entries (names) once. */
static void sort(struct store_referrers *list)
{
	size_t n = 0;

	if (!list->n_referrers)
		return;
	qsort(list->referrers, list->n_referrers, sizeof(*list->referrers), by_digest);
	for (size_t i = 0; i < list->n_referrers; i++) {
		if (n && !by_digest(&list->referrers[n - 1], &list->referrers[i]))
			oci_descriptor_done(&list->referrers[i]);
		else
			list->referrers[n++] = list->referrers[i];
	}
	list->n_referrers = n;
}

int store_referrers(struct store *store, const struct oci_digest *subject,
		    struct store_referrers *out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct oci_digest of;

	*out = (struct store_referrers){ 0 };
	if (!store->layout)
		return 0;
	if (store_index_read(store, &index, NULL, err) < 0)
		return -1;
	store_index_adopt(store, index);
	for (size_t i = 0; i < index->n_manifests; i++)
		if (!store_entry_tag(&index->manifests[i]) &&
		    store_entry_subject(&index->manifests[i], &of) &&
		    oci_digest_equal(&of, subject))
			add_referrer(store, &index->manifests[i], subject, out);
	sort(out);
	return 0;
}

static void add_tagged(const struct oci_descriptor *entry, struct oci_index *out)
{
	struct oci_descriptor *to = oci_index_add(out);

	to->media_type = mem_text(entry->media_type);
	to->digest = entry->digest;
	to->size_bytes = entry->size_bytes;
	to->annotations = json_object();
	js_set_text(to->annotations, OCI_KEY_REF_NAME, store_entry_tag(entry));
}

int store_referrers_all(struct store *store, const struct oci_digest *subject,
			struct oci_index **out, struct err *err)
{
	AUTO(store_referrers) struct store_referrers list = { 0 };
	AUTO(oci_index) struct oci_index *all = mem_alloc(sizeof(*all));
	AUTO(oci_index) struct oci_index *index = NULL;
	struct oci_digest of;

	if (store->layout && (store_referrers(store, subject, &list, err) < 0 ||
			      store_index_read(store, &index, NULL, err) < 0))
		return -1;
	for (size_t i = 0; i < list.n_referrers; i++) {
		*oci_index_add(all) = list.referrers[i];
		list.referrers[i] = (struct oci_descriptor){ 0 };
	}
	for (size_t i = 0; index && i < index->n_manifests; i++)
		if (store_entry_tag(&index->manifests[i]) &&
		    store_entry_subject(&index->manifests[i], &of) &&
		    oci_digest_equal(&of, subject))
			add_tagged(&index->manifests[i], all);
	*out = STEAL(all);
	return 0;
}

void store_referrers_done(struct store_referrers *list)
{
	for (size_t i = 0; i < list->n_referrers; i++)
		oci_descriptor_done(&list->referrers[i]);
	free(list->referrers);
	*list = (struct store_referrers){ 0 };
}

/* Add what an entry leads to; the first error is kept. */
static void add_entry(struct store *store, const struct oci_descriptor *entry,
		      struct store_reach *reach, struct err *first)
{
	struct err err = { 0 };

	if (store_reach_entry(store, entry, reach, &err) < 0 && !first->code)
		*first = err;
}

/* Referrers whose subject is reached are kept, and what they lead to is reached as well. */
static bool keep_more(struct store *store, const struct oci_index *index, bool *is_orphan,
		      struct store_reach *reach, struct err *first)
{
	AUTO(free) size_t *kept = mem_array(index->n_manifests + 1, sizeof(*kept));
	struct oci_digest subject;
	size_t n = 0;

	store_reach_end(reach);
	for (size_t i = 0; i < index->n_manifests; i++) {
		if (!is_orphan[i] || !store_entry_subject(&index->manifests[i], &subject) ||
		    !store_reach_has(reach, &subject))
			continue;
		is_orphan[i] = false;
		kept[n++] = i;
	}
	for (size_t i = 0; i < n; i++)
		add_entry(store, &index->manifests[kept[i]], reach, first);
	return n > 0;
}

int store_reach_index(struct store *store, const struct oci_index *index, const bool *is_gone,
		      bool *is_orphan, struct store_reach *reach, struct err *err)
{
	struct err first = { 0 };
	struct oci_digest subject;

	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *entry = &index->manifests[i];

		is_orphan[i] = false;
		if (store_entry_is_alias(entry) || (is_gone && is_gone[i]))
			continue;
		is_orphan[i] = store_entry_subject(entry, &subject) && is_nameless(entry);
		if (!is_orphan[i])
			add_entry(store, entry, reach, &first);
	}
	while (keep_more(store, index, is_orphan, reach, &first))
		continue;
	if (!first.code)
		return 0;
	*err = first;
	return -1;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/store_index.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "oci/reference.h"
#include "oci/referrers.h"

int store_name(const char *text, char **out, struct err *err)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };

	if (oci_reference_parse(text, &reference, err) < 0)
		return -1;
	if (reference.digest.text[0])
		return err_set(err, EC_USAGE, "'%s': a name cannot have a digest", text);
	if (!reference.tag)
		reference.tag = mem_text("latest");
	*out = oci_reference_text(&reference);
	return 0;
}

/* What stands after the last colon: names are canonical and have a tag. */
static const char *tag_of(const char *name)
{
	return strrchr(name, ':') + 1;
}

bool store_entry_is_alias(const struct oci_descriptor *entry)
{
	return oci_annotation(entry->annotations, STORE_KEY_ALIAS) != NULL;
}

/* The name an annotation holds; NULL when there is none or it cannot be one. */
static char *name_at(const struct oci_descriptor *entry, const char *key)
{
	const char *text = oci_annotation(entry->annotations, key);
	struct err ignored = { 0 };
	char *name;

	return text && store_name(text, &name, &ignored) == 0 ? name : NULL;
}

bool store_entry_root(const struct oci_descriptor *entry, struct oci_digest *out)
{
	const char *text = oci_annotation(entry->annotations, STORE_KEY_ROOT);
	struct err ignored = { 0 };

	return text && oci_digest_is_valid(text) && oci_digest_parse(text, out, &ignored) == 0;
}

const char *store_entry_tag(const struct oci_descriptor *entry)
{
	const char *text = oci_annotation(entry->annotations, OCI_KEY_REF_NAME);

	return text && oci_tag_suffix(text) ? text : NULL;
}

/*
 * Both annotations are the name where epm wrote them. containerd has the tag alone in ref.name;
 * oras copies the one and sets the other, so that a ref.name that is neither is the newer name.
 */
char *store_entry_name(const struct oci_descriptor *entry)
{
	const char *ref_name = oci_annotation(entry->annotations, OCI_KEY_REF_NAME);
	AUTO(free) char *full = NULL;

	if (store_entry_is_alias(entry) || store_entry_tag(entry))
		return NULL;
	full = name_at(entry, OCI_KEY_CONTAINERD_NAME);
	if (full && (!ref_name || !strcmp(ref_name, full) || !strcmp(ref_name, tag_of(full))))
		return STEAL(full);
	return name_at(entry, OCI_KEY_REF_NAME);
}

void store_entry_set_name(struct oci_descriptor *entry, const char *name)
{
	if (!entry->annotations)
		entry->annotations = json_object();
	json_object_del(entry->annotations, OCI_KEY_CONTAINERD_NAME);
	json_object_del(entry->annotations, OCI_KEY_REF_NAME);
	js_set_text(entry->annotations, OCI_KEY_CONTAINERD_NAME, name);
	js_set_text(entry->annotations, OCI_KEY_REF_NAME, name);
}

void store_entry_copy(const struct oci_descriptor *from, struct oci_descriptor *to)
{
	*to = (struct oci_descriptor){
		.media_type = mem_text(from->media_type),
		.digest = from->digest,
		.size_bytes = from->size_bytes,
		.artifact_type = mem_text(from->artifact_type),
		.os = mem_text(from->os),
		.architecture = mem_text(from->architecture),
		.annotations = from->annotations ? json_copy(from->annotations) : json_object(),
		.other = json_incref(from->other),
	};
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_digest *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* An alias whose package is not there was copied here by another tool: it becomes the name. */
static void adopt_alias(struct oci_descriptor *entry)
{
	AUTO(free) char *name = name_at(entry, STORE_KEY_ALIAS);

	json_object_del(entry->annotations, STORE_KEY_ALIAS);
	if (name)
		store_entry_set_name(entry, name);
}

void store_index_drop_aliases(struct oci_index *index)
{
	AUTO(free) struct oci_digest *own = mem_array(index->n_manifests + 1, sizeof(*own));
	size_t n_own = 0, n = 0;

	for (size_t i = 0; i < index->n_manifests; i++)
		if (!store_entry_is_alias(&index->manifests[i]))
			own[n_own++] = index->manifests[i].digest;
	qsort(own, n_own, sizeof(*own), by_digest);
	for (size_t i = 0; i < index->n_manifests; i++) {
		struct oci_descriptor *entry = &index->manifests[i];

		if (!store_entry_is_alias(entry)) {
			index->manifests[n++] = *entry;
		} else if (bsearch(&entry->digest, own, n_own, sizeof(*own), by_digest)) {
			oci_descriptor_done(entry);
		} else {
			adopt_alias(entry);
			index->manifests[n++] = *entry;
		}
	}
	index->n_manifests = n;
}

int store_index_read(struct store *store, struct oci_index **out, struct oci_stamp *stamp,
		     struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *what = path_join(store->home, "index.json");

	if (oci_layout_read_index(store->layout, &text, stamp, err) < 0)
		return -1;
	if (oci_index_parse((struct span){ str_text(&text), text.len }, what, out, err) < 0)
		return err_hint(err, "'epm fsck' makes it again from its backup and the blobs");
	store_index_drop_aliases(*out);
	return 0;
}

/* Text from outside that is only shown: with a control byte in it, it is not shown. */
static char *shown(const char *text)
{
	for (const char *p = text; p && *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return NULL;
	return mem_text(text);
}

static void fill(const struct oci_descriptor *from, struct store_entry *to)
{
	const char *added = oci_annotation(from->annotations, STORE_KEY_ADDED);
	const char *size = oci_annotation(from->annotations, STORE_KEY_SIZE);
	const char *arch = oci_annotation(from->annotations, STORE_KEY_ARCH);
	struct err ignored = { 0 };

	*to = (struct store_entry){
		.name = store_entry_name(from),
		.digest = from->digest,
		.media_type = shown(from->media_type),
		.manifest_bytes = from->size_bytes,
		.architectures = shown(arch ? arch : from->architecture),
		.version = shown(oci_annotation(from->annotations, OCI_KEY_VERSION)),
		.origin = shown(oci_annotation(from->annotations, STORE_KEY_ORIGIN)),
	};
	store_entry_root(from, &to->root);
	store_entry_subject(from, &to->subject);
	to->tag = mem_text(store_entry_tag(from));
	if (added)
		to->added = clock_parse_rfc3339(added);
	if (to->added < 0)
		to->added = 0;
	if (size && text_number(span_of(size), INT64_MAX, "size", &to->size_bytes, &ignored) < 0)
		to->size_bytes = 0;
}

struct row {
	struct store_entry entry;
	size_t position;
};

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order;

	if (!x->entry.name != !y->entry.name)
		return x->entry.name ? -1 : 1;
	order = x->entry.name ? strcmp(x->entry.name, y->entry.name)
			      : strcmp(x->entry.digest.text, y->entry.digest.text);
	if (order)
		return order;
	return x->position < y->position ? -1 : 1;
}

static void entry_done(struct store_entry *entry)
{
	free(entry->name);
	free(entry->media_type);
	free(entry->architectures);
	free(entry->version);
	free(entry->origin);
	free(entry->tag);
}

/* Of two entries with one name (another tool's doing) the first counts, as it does for that tool. */
static bool is_double(const struct store_entry *a, const struct store_entry *b)
{
	if (!a->name || !b->name)
		return !a->name && !b->name && oci_digest_equal(&a->digest, &b->digest) &&
		       (a->tag ? b->tag && !strcmp(a->tag, b->tag) : !b->tag);
	return !strcmp(a->name, b->name);
}

void store_index_list(const struct oci_index *index, struct store_list *out)
{
	AUTO(free) struct row *rows = mem_array(index->n_manifests + 1, sizeof(*rows));
	struct store_entry *entries = mem_array(index->n_manifests + 1, sizeof(*entries));
	size_t n_rows = 0, n = 0;

	for (size_t i = 0; i < index->n_manifests; i++) {
		if (store_entry_is_alias(&index->manifests[i]))
			continue;
		rows[n_rows].position = i;
		fill(&index->manifests[i], &rows[n_rows++].entry);
	}
	qsort(rows, n_rows, sizeof(*rows), by_name);
	for (size_t i = 0; i < n_rows; i++) {
		if (n && is_double(&entries[n - 1], &rows[i].entry))
			entry_done(&rows[i].entry);
		else
			entries[n++] = rows[i].entry;
	}
	*out = (struct store_list){ entries, n };
}

void store_list_done(struct store_list *list)
{
	for (size_t i = 0; i < list->n_entries; i++)
		entry_done(&list->entries[i]);
	free(list->entries);
	*list = (struct store_list){ 0 };
}

static bool matches(const struct store_entry *entry, const char *name, const char *digest)
{
	if (name && (!entry->name || strcmp(entry->name, name) != 0))
		return false;
	return !digest || text_starts(entry->digest.text, digest);
}

static void keep_matches(struct store_list *list, const char *name, const char *digest)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_entries; i++) {
		if (matches(&list->entries[i], name, digest))
			list->entries[n++] = list->entries[i];
		else
			entry_done(&list->entries[i]);
	}
	list->n_entries = n;
}

int store_query(struct store *store, const char *name, const char *digest, struct store_list *out,
		struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct oci_stamp stamp;

	if (!store->layout) {
		*out = (struct store_list){ 0 };
		return 0;
	}
	if (!store_cache_query(store, name, digest, out)) {
		if (store_index_read(store, &index, &stamp, err) < 0)
			return -1;
		store_index_adopt(store, index);
		store_index_list(index, out);
		store_cache_write(store, out, &stamp);
	}
	keep_matches(out, name, digest);
	return 0;
}

struct tag {
	const char *text; /* borrowed from the entry's annotations */
	size_t position;  /* of the entry */
	bool is_name;	  /* an entry has this very text as its ref.name */
};

static int by_tag(const void *a, const void *b)
{
	const struct tag *x = a, *y = b;
	int order = strcmp(x->text, y->text);

	return order ? order : (x->position > y->position) - (x->position < y->position);
}

static void add_alias(struct oci_index *index, size_t position, const char *tag)
{
	AUTO(free) char *text = mem_text(tag);
	AUTO(free) char *name = store_entry_name(&index->manifests[position]);
	struct oci_descriptor *alias = oci_index_add(index);

	store_entry_copy(&index->manifests[position], alias);
	json_decref(alias->annotations);
	alias->annotations = json_object();
	js_set_text(alias->annotations, OCI_KEY_REF_NAME, text);
	js_set_text(alias->annotations, STORE_KEY_ALIAS, name);
}

/* Tags of all entries, sorted: [first, last) of one tag agree when they have one digest. */
static void add_aliases(struct oci_index *index, const struct tag *tags, size_t n_tags)
{
	for (size_t first = 0, last; first < n_tags; first = last) {
		bool agrees = true;

		for (last = first; last < n_tags && !strcmp(tags[last].text, tags[first].text);
		     last++)
			if (tags[last].is_name ||
			    !oci_digest_equal(&index->manifests[tags[last].position].digest,
					      &index->manifests[tags[first].position].digest))
				agrees = false;
		if (agrees)
			add_alias(index, tags[first].position, tags[first].text);
	}
}

void store_index_add_aliases(struct oci_index *index)
{
	AUTO(free) struct tag *tags = mem_array(index->n_manifests + 1, 2 * sizeof(*tags));
	size_t n = 0;

	for (size_t i = 0; i < index->n_manifests; i++) {
		const json_t *annotations = index->manifests[i].annotations;
		const char *name = oci_annotation(annotations, OCI_KEY_CONTAINERD_NAME);
		const char *ref_name = oci_annotation(annotations, OCI_KEY_REF_NAME);

		if (name && strrchr(name, ':'))
			tags[n++] = (struct tag){ tag_of(name), i, false };
		if (ref_name)
			tags[n++] = (struct tag){ ref_name, i, true };
	}
	qsort(tags, n, sizeof(*tags), by_tag);
	add_aliases(index, tags, n);
}

int store_index_write(struct store *store, struct oci_index *index, struct err *err)
{
	AUTO(store_list) struct store_list list = { 0 };
	AUTO(free) char *text = NULL;
	struct oci_stamp stamp;

	store_index_adopt(store, index);
	store_index_add_aliases(index);
	text = oci_index_dump(index);
	if (oci_layout_replace_index(store->layout, text, strlen(text), err) < 0)
		return -1;
	store_index_list(index, &list);
	if (oci_layout_stamp(store->layout, &stamp, err) < 0)
		return -1;
	store_cache_write(store, &list, &stamp);
	return 0;
}

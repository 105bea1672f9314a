// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "oci/reference.h"
#include "oci/referrers.h"
#include "pkg/bundle.h"
#include "pkg/bundle_tree.h"
#include "pkg/store_index.h"

/* What the entries of one digest give: one item of the store. */
struct part {
	const struct oci_descriptor *entries; /* borrowed from the index */
	size_t n_entries;
	struct bundle_tree tree;
	const char *tag; /* sha256-HEX.sig, that its subject is found by; or NULL */
	const struct oci_archive_blob *root; /* the index it was chosen from; or NULL */
	char **names;
	size_t n_names;
	size_t cap;
	bool is_taken;
};

struct loading {
	struct store *store;
	const char *what; /* the archive, for errors */
	struct oci_archive *archive;
	struct oci_index *index;
	const char *name;   /* asked for, or NULL */
	struct part *parts; /* by digest */
	size_t n_parts;
};

static void loading_done(struct loading *l)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		bundle_tree_done(&l->parts[i].tree);
		for (size_t k = 0; k < l->parts[i].n_names; k++)
			free(l->parts[i].names[k]);
		free(l->parts[i].names);
	}
	free(l->parts);
	oci_archive_free(l->archive);
	oci_index_free(l->index);
}

AUTO_STRUCT(loading, struct loading, loading_done);

/* A ref.name that is only a tag: it has nothing that a name has. */
static const char *bare_tag(const struct oci_descriptor *entry)
{
	const char *text = oci_annotation(entry->annotations, OCI_KEY_REF_NAME);

	return text && oci_tag_is_valid(text) && !store_entry_tag(entry) ? text : NULL;
}

/* "REPOSITORY" and a tag, as a canonical name. */
static int join(const char *repository, const char *tag, char **out, struct err *err)
{
	AUTO(free) char *text = mem_printf("%s:%s", repository, tag ? tag : "latest");

	return store_name(text, out, err);
}

/* containerd's annotation, when it has this tag. */
static char *containerd_name(const struct oci_descriptor *entry, const char *tag)
{
	const char *text = oci_annotation(entry->annotations, OCI_KEY_CONTAINERD_NAME);
	AUTO(free) char *name = NULL;
	struct err ignored = { 0 };

	if (!text || store_name(text, &name, &ignored) < 0 || strcmp(strrchr(name, ':') + 1, tag))
		return NULL;
	return STEAL(name);
}

/* What the entry itself is called. NULL: nothing. */
static int own_name(const struct loading *l, const struct oci_descriptor *entry,
		    const struct bundle_tree *tree, char **out, struct err *err)
{
	const char *tag = bare_tag(entry), *title = tree->title ? tree->title : "";
	struct err ignored = { 0 };

	if (!tag) {
		*out = store_entry_name(entry);
		return 0;
	}
	*out = containerd_name(entry, tag);
	if (*out)
		return 0;
	/* "oci-archive:FILE:opensnoop" means the tag by the letter, and the name by intent */
	if (!strpbrk(title, ":@") &&
	    join(title, strcmp(title, tag) ? tag : NULL, out, &ignored) == 0)
		return 0;
	err_set(err, EC_USAGE, "%s: it has only the tag '%s', and nothing that says of what",
		l->what, tag);
	return err_hint(err, "--name gives it a name");
}

/* The name that was asked for; its tag is that of the entry where none was given. */
static int asked_name(const struct loading *l, const struct oci_descriptor *entry, char **out,
		      struct err *err)
{
	AUTO(oci_reference) struct oci_reference asked = { 0 };
	AUTO(free) char *name = store_entry_name(entry);
	const char *tag = bare_tag(entry);

	if (oci_reference_parse(l->name, &asked, err) < 0)
		return -1;
	if (asked.digest.text[0] || asked.tag)
		return store_name(l->name, out, err);
	if (!tag && name)
		tag = strrchr(name, ':') + 1;
	return join(l->name, tag, out, err);
}

static int add_name(const struct loading *l, const struct oci_descriptor *entry, struct part *part,
		    bool is_asked, struct err *err)
{
	AUTO(free) char *name = NULL;
	int rc = is_asked ? asked_name(l, entry, &name, err)
			  : own_name(l, entry, &part->tree, &name, err);

	if (rc < 0 || !name)
		return rc;
	for (size_t i = 0; i < part->n_names; i++)
		if (!strcmp(part->names[i], name))
			return 0;
	ARRAY_ROOM(part->names, part->n_names, part->cap);
	part->names[part->n_names++] = STEAL(name);
	return 0;
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_descriptor *x = a, *y = b;

	return strcmp(x->digest.text, y->digest.text);
}

/* Entries of one digest become one part, whose tree is read once. */
static int make_parts(struct loading *l, struct err *err)
{
	struct oci_descriptor *entries = l->index->manifests;
	struct bundle_source source = bundle_of_archive(l->archive);
	size_t n = l->index->n_manifests;

	if (n)
		qsort(entries, n, sizeof(*entries), by_digest);
	l->parts = mem_array(n + 1, sizeof(*l->parts));
	for (size_t i = 0; i < n; i++) {
		if (i && !by_digest(&entries[i], &entries[i - 1])) {
			l->parts[l->n_parts - 1].n_entries++;
			continue;
		}
		l->parts[l->n_parts] = (struct part){ .entries = &entries[i], .n_entries = 1 };
		if (bundle_tree_read(&source, &entries[i], &l->parts[l->n_parts++].tree, err) < 0)
			return err_wrap(err, "%s", l->what);
	}
	return 0;
}

/* Whether a part is within another: an entry that only says again what an image index has. */
static bool is_inner(const struct loading *l, const struct part *part)
{
	for (size_t i = 0; i < l->n_parts; i++)
		if (&l->parts[i] != part &&
		    bundle_tree_has(&l->parts[i].tree, &part->tree.root.digest))
			return true;
	return false;
}

/* Signatures of cosign's older form name no subject but by their tag. */
static void find_tags(struct loading *l)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		struct part *part = &l->parts[i];

		for (size_t k = 0; k < part->n_entries && !part->tag; k++)
			part->tag = store_entry_tag(&part->entries[k]);
		if (part->tag)
			oci_tag_subject(part->tag, &part->tree.subject);
	}
}

/* It decides nothing by itself: who believes it looks for signatures of it, and for its list. */
static void find_roots(struct loading *l)
{
	struct oci_digest root;

	for (size_t i = 0; i < l->n_parts; i++)
		for (size_t k = 0; k < l->parts[i].n_entries && !l->parts[i].root; k++)
			if (store_entry_root(&l->parts[i].entries[k], &root))
				l->parts[i].root = oci_archive_find(l->archive, &root);
}

/* Parts that are within others have their own names or none. */
static int name_parts(struct loading *l, struct err *err)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		struct part *part = &l->parts[i];
		bool may_be_asked = l->name && !part->tree.subject.text[0] && !is_inner(l, part);

		for (size_t k = 0; k < part->n_entries; k++)
			if (add_name(l, &part->entries[k], part, may_be_asked, err) < 0)
				return -1;
	}
	return 0;
}

/* Whether what it refers to comes along, or is in the store. */
static bool has_subject(const struct loading *l, const struct part *part)
{
	const struct oci_digest *subject = &part->tree.subject;
	uint64_t size;

	for (size_t i = 0; i < l->n_parts; i++)
		if (l->parts[i].is_taken &&
		    (bundle_tree_has(&l->parts[i].tree, subject) ||
		     (l->parts[i].root && oci_digest_equal(&l->parts[i].root->digest, subject))))
			return true;
	return oci_layout_has(store_layout(l->store), subject, &size);
}

/* Until there are no more, since there may be referrers of referrers. How many were taken. */
static size_t take_referrers(struct loading *l)
{
	size_t n_left, n = 0, n_before;

	do {
		n_before = n;
		n_left = 0;
		for (size_t i = 0; i < l->n_parts; i++) {
			struct part *part = &l->parts[i];

			if (part->is_taken || !part->tree.subject.text[0])
				continue;
			part->is_taken = has_subject(l, part);
			n += part->is_taken;
			n_left += !part->is_taken;
		}
	} while (n > n_before);
	if (n_left)
		log_note("%zu referrer%s left out: what they refer to is not there", n_left,
			 n_left == 1 ? "" : "s");
	return n;
}

static int choose(struct loading *l, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_parts; i++) {
		struct part *part = &l->parts[i];

		part->is_taken =
			part->n_names || (!part->tree.subject.text[0] && !is_inner(l, part));
		n += part->is_taken;
	}
	n += take_referrers(l);
	if (n)
		return 0;
	return err_set(err, EC_NOT_FOUND, "%s: there is no package in it", l->what);
}

struct named {
	const char *name;
	size_t part;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* One name is one package. */
static int check_names(const struct loading *l, struct err *err)
{
	size_t n = 0;
	AUTO(free) struct named *all = mem_array(l->index->n_manifests + 1, sizeof(*all));

	for (size_t i = 0; i < l->n_parts; i++)
		for (size_t k = 0; k < l->parts[i].n_names; k++)
			all[n++] = (struct named){ l->parts[i].names[k], i };
	qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 1; i < n; i++)
		if (!by_name(&all[i - 1], &all[i]))
			return err_set(err, l->name ? EC_USAGE : EC_CORRUPT,
				       "%s: %s would be the name of several packages", l->what,
				       all[i].name);
	return 0;
}

struct blob_list {
	struct store_blob *items;
	size_t n_items;
	bool *is_added; /* by its place in the archive */
};

/* Each blob once. */
static void add_blob(const struct loading *l, const struct oci_archive_blob *blob,
		     struct blob_list *list)
{
	if (!blob || list->is_added[blob - l->archive->blobs])
		return;
	list->is_added[blob - l->archive->blobs] = true;
	list->items[list->n_items++] =
		(struct store_blob){ .digest = blob->digest, .written = blob->written };
}

static void add_blobs(const struct loading *l, const struct part *part, struct blob_list *list)
{
	for (size_t i = 0; i < part->tree.n_blobs; i++)
		add_blob(l, oci_archive_find(l->archive, &part->tree.blobs[i].digest), list);
	add_blob(l, part->root, list);
}

static struct store_item item_of(const struct part *part)
{
	const struct bundle_tree *tree = &part->tree;

	return (struct store_item){
		.manifest = { str_text(&tree->text), tree->text.len },
		.media_type = tree->root.media_type,
		.artifact_type = tree->root.artifact_type,
		.architectures = tree->architectures.len ? str_text(&tree->architectures) : NULL,
		.version = tree->version,
		.size_bytes = tree->size_bytes,
		.names = (const char *const *)part->names,
		.n_names = part->n_names,
		.subject = tree->subject.text[0] ? &tree->subject : NULL,
		.suffix = part->tag && !part->n_names ? oci_tag_suffix(part->tag) : NULL,
		.root = part->root ? &part->root->digest : NULL,
	};
}

static int add_all(const struct loading *l, struct bundle_report *report, struct err *err)
{
	size_t n_items = 0, most = l->archive->n_blobs + 1;
	AUTO(free) struct store_item *items = mem_array(l->n_parts + 1, sizeof(*items));
	AUTO(free) struct store_blob *blobs = mem_array(most, sizeof(*blobs));
	AUTO(free) bool *is_added = mem_array(most, sizeof(*is_added));
	struct blob_list list = { .items = blobs, .is_added = is_added };

	for (size_t i = 0; i < l->n_parts; i++) {
		if (!l->parts[i].is_taken)
			continue;
		add_blobs(l, &l->parts[i], &list);
		items[n_items++] = item_of(&l->parts[i]);
	}
	report->n_blobs = list.n_items;
	for (size_t i = 0; i < list.n_items; i++)
		report->bytes += oci_blob_size(blobs[i].written);
	return store_add_all(l->store, items, n_items, blobs, list.n_items, err);
}

static void report_parts(const struct loading *l, struct bundle_report *report)
{
	for (size_t i = 0; i < l->n_parts; i++) {
		const struct part *part = &l->parts[i];

		if (!part->is_taken)
			continue;
		for (size_t k = 0; k < part->n_names; k++)
			bundle_report_add(report, part->names[k], &part->tree);
		if (part->tree.subject.text[0])
			report->n_referrers++;
		else if (!part->n_names)
			bundle_report_add(report, NULL, &part->tree);
	}
	bundle_report_sort(report);
}

static int load(struct loading *l, struct bundle_report *report, struct err *err)
{
	const struct str *text = &l->archive->index_json;

	if (oci_index_parse((struct span){ str_text(text), text->len }, "index.json", &l->index,
			    err) < 0)
		return err_wrap(err, "%s", l->what);
	store_index_drop_aliases(l->index);
	if (make_parts(l, err) < 0)
		return -1;
	find_tags(l);
	find_roots(l);
	if (name_parts(l, err) < 0 || choose(l, err) < 0 || check_names(l, err) < 0)
		return -1;
	return add_all(l, report, err);
}

int bundle_load(struct store *store, const char *path, const char *name, struct bundle_report *out,
		struct err *err)
{
	AUTO(loading)
	struct loading l = { .store = store,
			     .what = strcmp(path, "-") ? path : "standard input",
			     .name = name };
	struct bundle_report report = { 0 };

	if (oci_archive_read(path, store_layout(store), &l.archive, err) < 0 ||
	    load(&l, &report, err) < 0)
		return -1;
	report_parts(&l, &report);
	*out = report;
	return 0;
}

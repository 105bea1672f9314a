// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/mediatype.h"
#include "pkg/store_index.h"
#include "pkg/store_reach.h"

/* What one check carries along. */
struct check {
	struct store *store;
	struct store_report *report;
	bool can_write; /* holds the lock */
};

static void problem(struct check *check, const char *kind, const char *what, char *text,
		    bool is_repaired)
{
	struct store_report *report = check->report;

	ARRAY_ROOM(report->problems, report->n_problems, report->cap);
	report->problems[report->n_problems++] = (struct store_problem){
		.kind = kind, .what = mem_text(what), .text = text, .is_repaired = is_repaired
	};
}

void store_report_done(struct store_report *report)
{
	for (size_t i = 0; i < report->n_problems; i++) {
		free(report->problems[i].what);
		free(report->problems[i].text);
	}
	free(report->problems);
	*report = (struct store_report){ 0 };
}

static void check_blob(struct check *check, const struct oci_digest *digest)
{
	struct err err = { 0 }, failed = { 0 };
	uint64_t size = 0;
	bool is_moved;

	check->report->n_blobs++;
	if (oci_layout_check(check->store->layout, digest, &size, &err) == 0) {
		check->report->bytes += size;
		return;
	}
	if (err.code != EC_CORRUPT) {
		problem(check, "unreadable", digest->text, mem_text(err.text), false);
		return;
	}
	is_moved = check->can_write &&
		   oci_layout_quarantine(check->store->layout, digest, &failed) == 0;
	problem(check, "corrupt", digest->text,
		mem_printf("blob %s: its bytes are not those of its digest%s", digest->text,
			   is_moved ? "; moved to quarantine" : ""),
		is_moved);
}

static int check_blobs(struct check *check, struct err *err)
{
	AUTO(oci_blob_list) struct oci_blob_list list = { 0 };

	if (oci_layout_list(check->store->layout, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.n_blobs; i++)
		check_blob(check, &list.blobs[i].digest);
	for (size_t i = 0; i < list.n_strangers; i++)
		problem(check, "malformed", list.strangers[i],
			mem_printf("blobs/sha256/%s: the name is not a digest", list.strangers[i]),
			false);
	return 0;
}

/*
 * One that the index has to lead to. An image index of which only a part is here was kept for its
 * signatures: what it was kept for is found by itself.
 */
static bool is_whole(struct check *check, const struct oci_digest *digest, const char *type,
		     uint64_t size)
{
	const struct store_target target = { .digest = *digest,
					     .media_type = (char *)type,
					     .size_bytes = size };

	return type && (!oci_type_is_index(type) || store_is_complete(check->store, &target));
}

/* Every manifest among the blobs that the index does not lead to becomes an entry without a name. */
static int add_found(struct check *check, struct oci_index *index, struct err *err)
{
	AUTO(oci_blob_list) struct oci_blob_list list = { 0 };
	AUTO(store_reach) struct store_reach reach = { 0 };
	struct err ignored = { 0 };

	if (oci_layout_list(check->store->layout, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++)
		if (store_reach_entry(check->store, &index->manifests[i], &reach, &ignored) < 0)
			continue; /* said later, by check_entries() */
	store_reach_end(&reach);
	for (size_t i = 0; i < list.n_blobs; i++) {
		AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
		AUTO(json) json_t *json = NULL;
		struct oci_descriptor *entry;

		if (store_reach_has(&reach, &list.blobs[i].digest) ||
		    list.blobs[i].size_bytes > LIMIT_MANIFEST ||
		    oci_layout_get(check->store->layout, &list.blobs[i].digest, UINT64_MAX, &text,
				   &ignored) < 0 ||
		    js_parse(str_text(&text), text.len, "blob", &json, &ignored) < 0 ||
		    !is_whole(check, &list.blobs[i].digest, oci_type_guess(json), text.len))
			continue;
		entry = oci_index_add(index);
		oci_descriptor_of(entry, oci_type_guess(json), str_text(&text), text.len);
	}
	return 0;
}

/* Manifests that an index among the found ones leads to need no entry of their own. */
static void drop_inner(struct check *check, struct oci_index *index)
{
	AUTO(store_reach) struct store_reach inner = { 0 };
	struct err ignored = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < index->n_manifests; i++) {
		AUTO(store_reach) struct store_reach below = { 0 };

		if (store_reach_add(check->store, &index->manifests[i], &below, &ignored) < 0)
			continue;
		for (size_t k = 1; k < below.n_digests; k++) {
			ARRAY_ROOM(inner.digests, inner.n_digests, inner.cap);
			inner.digests[inner.n_digests++] = below.digests[k];
		}
	}
	store_reach_end(&inner);
	for (size_t i = 0; i < index->n_manifests; i++) {
		AUTO(free) char *name = store_entry_name(&index->manifests[i]);

		if (!name && store_reach_has(&inner, &index->manifests[i].digest))
			oci_descriptor_done(&index->manifests[i]);
		else
			index->manifests[n++] = index->manifests[i];
	}
	index->n_manifests = n;
}

static int read_backup(struct check *check, struct oci_index **out)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	struct err ignored = { 0 };

	if (oci_layout_read_backup(check->store->layout, &text, &ignored) < 0)
		return -1;
	if (oci_index_parse((struct span){ str_text(&text), text.len }, "index.json.bak", out,
			    &ignored) < 0)
		return -1;
	store_index_drop_aliases(*out);
	return 0;
}

/* index.json cannot be read: make it again. */
static int recover(struct check *check, const struct err *why, struct oci_index **out,
		   struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	bool has_backup = read_backup(check, &index) == 0;
	size_t n_backup;

	if (!has_backup)
		index = mem_alloc(sizeof(*index));
	n_backup = index->n_manifests;
	if (add_found(check, index, err) < 0)
		return -1;
	drop_inner(check, index);
	if (check->can_write && (oci_layout_set_index_aside(check->store->layout, err) < 0 ||
				 store_index_write(check->store, index, err) < 0))
		return -1;
	problem(check, "index", "index.json",
		mem_printf("%s%s%s%s", why->text,
			   check->can_write ? "; made again from " : "; could be made again from ",
			   has_backup ? "its backup (the last change may be missing)"
				      : "the manifests, which have lost their names",
			   index->n_manifests > n_backup
				   ? "; manifests without a name can be named with 'epm tag'"
				   : ""),
		check->can_write);
	*out = STEAL(index);
	return 0;
}

/* What was signed, where the signatures are of the index. */
static void check_root(struct check *check, const struct oci_descriptor *entry, const char *what)
{
	struct oci_digest root;
	uint64_t size;

	if (store_entry_root(entry, &root) && !oci_layout_has(check->store->layout, &root, &size))
		problem(check, "missing", what,
			mem_printf("%s: the image index %s that it was chosen from is missing; "
				   "pull it again",
				   what, root.text),
			false);
}

static void check_entry(struct check *check, const struct oci_descriptor *entry)
{
	AUTO(store_reach) struct store_reach reach = { 0 };
	AUTO(free) char *name = store_entry_name(entry);
	const char *what = name ? name : entry->digest.text;
	struct err err = { 0 };
	uint64_t size;

	check->report->n_names += name != NULL;
	check_root(check, entry, what);
	if (store_reach_add(check->store, entry, &reach, &err) < 0)
		problem(check, err.code == EC_NOT_FOUND ? "missing" : "malformed", what,
			mem_printf("%s: %s", what, err.text), false);
	for (size_t i = err.code ? 1 : 0; i < reach.n_digests; i++)
		if (!oci_layout_has(check->store->layout, &reach.digests[i], &size))
			problem(check, "missing", what,
				mem_printf("%s: blob %s is missing; build or pull it again", what,
					   reach.digests[i].text),
				false);
}

static int check_index(struct check *check, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	struct err why = { 0 };

	if (store_index_read(check->store, &index, NULL, &why) < 0 &&
	    recover(check, &why, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++)
		if (!store_entry_is_alias(&index->manifests[i]))
			check_entry(check, &index->manifests[i]);
	return 0;
}

/* oci-layout or index.json gone: put an empty frame around the blobs, then look again. */
static int open_damaged(const char *home, struct check *check, struct err *err)
{
	AUTO(free) char *index = path_join(home, "index.json");
	bool has_index = fs_exists(AT_FDCWD, index);
	struct err why = *err;
	AUTO(oci_index) struct oci_index *made = NULL;

	if (oci_layout_repair(home, err) < 0)
		return -1;
	if (store_open(home, STORE_READ, &check->store, err) < 0)
		return -1;
	check->can_write = oci_layout_lock(check->store->layout, err) == 0;
	if (!check->can_write)
		return -1;
	if (!has_index)
		return recover(check, &why, &made, err);
	problem(check, "index", home, mem_printf("%s; made again", why.text), true);
	return 0;
}

int store_fsck(const char *home, struct store_report *out, struct err *err)
{
	AUTO(store_report) struct store_report report = { 0 };
	struct check check = { .report = &report };
	struct err denied = { 0 };
	AUTO(store) struct store *store = NULL;
	int rc = store_open(home, STORE_READ, &store, err);

	check.store = store;
	if (rc < 0 && (err->code != EC_CORRUPT || open_damaged(home, &check, err) < 0)) {
		store_close(check.store);
		return -1;
	}
	store = check.store;
	if (!store->layout)
		return err_set(err, EC_NOT_FOUND, "there is no store at %s", home);
	if (!check.can_write)
		check.can_write = oci_layout_lock(store->layout, &denied) == 0;
	if (check_blobs(&check, err) < 0 || check_index(&check, err) < 0)
		return -1;
	*out = report;
	report = (struct store_report){ 0 };
	return 0;
}

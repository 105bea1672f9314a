// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "pkg/store_index.h"

/*
 * A line of stamp and count, then "\n" before and after each entry:
 * NAME TAB DIGEST TAB MEDIATYPE TAB MANIFEST_BYTES TAB SIZE TAB ADDED TAB ARCHITECTURES TAB VERSION
 * TAB SUBJECT TAB ORIGIN TAB ROOT TAB TAG
 */
#define CACHE_NAME "index.cache"
#define CACHE_FROM (64u << 10) /* bytes of index.json; below, parsing it is as fast */
#define N_FIELDS 12

static const char last_line[] = "\nend\n";

static void head_line(const struct oci_stamp *stamp, struct str *out)
{
	str_addf(out, "epm-index-cache 4 %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 "\n",
		 stamp->device, stamp->inode, stamp->size_bytes, stamp->changed_ns);
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

void store_cache_write(struct store *store, const struct store_list *list,
		       const struct oci_stamp *stamp)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	struct err err = { 0 };

	if (stamp->size_bytes < CACHE_FROM)
		return;
	head_line(stamp, &text);
	for (size_t i = 0; i < list->n_entries; i++) {
		const struct store_entry *e = &list->entries[i];

		str_addf(&text,
			 "\n%s\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64
			 "\t%s\t%s\t%s\t%s\t%s\t%s",
			 or_empty(e->name), e->digest.text, or_empty(e->media_type),
			 e->manifest_bytes, e->size_bytes, e->added, or_empty(e->architectures),
			 or_empty(e->version), e->subject.text, or_empty(e->origin), e->root.text,
			 or_empty(e->tag));
	}
	str_adds(&text, last_line);
	if (text.is_full || fs_write(oci_layout_dir(store->layout), CACHE_NAME, str_text(&text),
				     text.len, 0644, &err) < 0)
		log_trace(TRACE_store, "index.cache not written: %s", err.text);
}

/* The text of a cache that is index.json's. */
static bool load(struct store *store, struct str *out)
{
	AUTO(str) struct str head = STR_MAX(256);
	struct oci_stamp stamp;
	struct err err = { 0 };

	if (oci_layout_stamp(store->layout, &stamp, &err) < 0 || stamp.size_bytes < CACHE_FROM ||
	    fs_read(oci_layout_dir(store->layout), CACHE_NAME, out, &err) < 0)
		return false;
	head_line(&stamp, &head);
	return text_starts(str_text(out), str_text(&head)) && text_ends(str_text(out), last_line);
}

static char *field_text(struct span field)
{
	return field.len ? mem_textn(field.data, field.len) : NULL;
}

static bool number(struct span field, uint64_t *out)
{
	struct err ignored = { 0 };

	return text_number(field, INT64_MAX, "number", out, &ignored) == 0;
}

static bool parse_line(struct span line, struct store_entry *out)
{
	struct span fields[N_FIELDS];
	const char *tab;
	uint64_t added;

	for (size_t i = 0; i < N_FIELDS; i++) {
		tab = memchr(line.data, '\t', line.len);
		if (!tab != (i == N_FIELDS - 1))
			return false;
		fields[i] = (struct span){ line.data, tab ? (size_t)(tab - line.data) : line.len };
		line = tab ? (struct span){ tab + 1, line.len - fields[i].len - 1 } : line;
	}
	*out = (struct store_entry){ 0 };
	if (fields[1].len != OCI_DIGEST_LENGTH || !number(fields[3], &out->manifest_bytes) ||
	    !number(fields[4], &out->size_bytes) || !number(fields[5], &added))
		return false;
	memcpy(out->digest.text, fields[1].data, fields[1].len);
	if (!oci_digest_is_valid(out->digest.text))
		return false;
	if (fields[8].len == OCI_DIGEST_LENGTH)
		memcpy(out->subject.text, fields[8].data, fields[8].len);
	if (fields[10].len == OCI_DIGEST_LENGTH)
		memcpy(out->root.text, fields[10].data, fields[10].len);
	out->added = added;
	out->origin = field_text(fields[9]);
	out->tag = field_text(fields[11]);
	out->name = field_text(fields[0]);
	out->media_type = field_text(fields[2]);
	out->architectures = field_text(fields[6]);
	out->version = field_text(fields[7]);
	return true;
}

/*
 * The lines that have `needle` (NULL: all), from the byte after the head. A needle begins with the
 * newline or tab before its field, so that it is found in no other place of a line that matters.
 */
static bool collect(const char *body, size_t len, const char *needle, struct store_list *out)
{
	const char *at = body, *end = body + len, *hit, *stop;
	struct store_list list = { 0 };
	size_t cap = 0;

	while (at < end) {
		hit = needle ? memmem(at, end - at, needle, strlen(needle)) : at;
		if (!hit)
			break;
		/* back to the newline that begins the line */
		while (*hit != '\n')
			hit--;
		stop = memchr(hit + 1, '\n', end - hit - 1);
		if (!stop)
			break;
		ARRAY_ROOM(list.entries, list.n_entries, cap);
		if (!parse_line((struct span){ hit + 1, stop - hit - 1 },
				&list.entries[list.n_entries])) {
			store_list_done(&list);
			return false;
		}
		list.n_entries++;
		at = stop;
		if (!memchr(stop + 1, '\n', end - stop - 1))
			break;
	}
	*out = list;
	return true;
}

bool store_cache_query(struct store *store, const char *name, const char *digest,
		       struct store_list *out)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *needle = NULL;
	const char *body;

	if (!load(store, &text))
		return false;
	if (name)
		needle = mem_printf("\n%s\t", name);
	else if (digest)
		needle = mem_printf("\t%s", digest);
	body = strchr(str_text(&text), '\n') + 1;
	/* the last newline is that of the last entry: what follows it is the end mark */
	return collect(body, text.len - (body - text.data) - sizeof("end\n") + 1, needle, out);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <dirent.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "kernel/cache.h"
#include "kernel/cache_priv.h"

#define FILE_MOST (1ull << 30)
#define LINKS_MOST 20000
#define PRUNE_EACH 16	      /* files that are written */
#define FRESH_S (2 * 60 * 60) /* uses are noted once an hour */
#define TEMP_S (60 * 60)      /* what is called so and is older was left by a process that died */

static uint64_t put_aligned(struct str *out, const void *data, size_t size)
{
	static const char zeros[8];
	uint64_t at;

	str_add(out, zeros, -out->len % 8);
	at = out->len;
	str_add(out, data, size);
	return at;
}

static void put_row(struct str *out, size_t row_at, const struct cache_part *part)
{
	struct cache_row row = { .name_size = strlen(part->name) + 1,
				 .btf_size = part->btf.len,
				 .n_buckets = part->names.n_buckets,
				 .n_next = part->names.n_next,
				 .first_id = part->names.first_id };

	row.name_at = put_aligned(out, part->name, row.name_size);
	row.btf_at = put_aligned(out, part->btf.data, part->btf.len);
	row.names_at = put_aligned(out, part->names.heads, row.n_buckets * sizeof(uint32_t));
	str_add(out, part->names.next, row.n_next * sizeof(uint32_t));
	if (!out->is_full)
		memcpy(out->data + row_at, &row, sizeof(row));
}

/* What the kept file holds; and its name, by the BTF it is of. */
static void make_file(const struct cache_part *parts, size_t n_parts, struct str *out)
{
	struct cache_header header = { .n_parts = n_parts };
	AUTO(free) struct cache_row *rows = mem_array(n_parts, sizeof(*rows));

	memcpy(header.magic, CACHE_MAGIC, sizeof(header.magic));
	str_add(out, &header, sizeof(header));
	str_add(out, rows, n_parts * sizeof(*rows));
	for (size_t i = 0; i < n_parts; i++)
		put_row(out, sizeof(header) + i * sizeof(*rows), &parts[i]);
	if (out->is_full)
		return;
	header.size = out->len;
	memcpy(out->data, &header, sizeof(header));
}

static char *make_name(const struct cache_part *parts, size_t n_parts)
{
	AUTO(hash) struct hash *hash = hash_new();
	uint8_t bytes[HASH_SIZE];
	char hex[HASH_HEX + 1];
	bool has_btf = false;

	for (size_t i = 0; i < n_parts; i++) {
		if (parts[i].btf.len)
			has_btf = true;
		hash_update(hash, parts[i].btf.data, parts[i].btf.len);
	}
	/* an index alone is named by what it says: the BTF is not worth reading for it */
	for (size_t i = 0; !has_btf && i < n_parts; i++)
		hash_update(hash, parts[i].names.heads,
			    ((size_t)parts[i].names.n_buckets + parts[i].names.n_next) *
				    sizeof(uint32_t));
	hash_final(hash, bytes);
	hex_encode(bytes, sizeof(bytes), hex);
	return mem_printf("%s%s", hex, has_btf ? "" : ".names");
}

static int write_kept(int dir, const char *name, const struct cache_part *parts, size_t n_parts,
		      struct err *err)
{
	AUTO(str) struct str file = STR_MAX(FILE_MOST);

	if (fs_exists(dir, name))
		return 0;
	make_file(parts, n_parts, &file);
	if (str_check(&file, name, err) < 0)
		return -1;
	return fs_write_lightly(dir, name, file.data, file.len, 0600, err);
}

static int put(int dir, const struct cache_key *key, const struct kernel_facts *facts,
	       const struct cache_part *parts, size_t n_parts, struct err *err)
{
	AUTO(free) char *name = make_name(parts, n_parts);
	AUTO(free) char *link = mem_printf("source/%s", key->text);
	AUTO(free)
	char *text = mem_printf("%s\n%s\n%s\n", name, facts->release ? facts->release : "",
				facts->details ? facts->details : "");
	AUTO(close) int sources = -1;

	if (fs_open_dir(dir, "source", 0700, &sources, err) < 0 ||
	    write_kept(dir, name, parts, n_parts, err) < 0)
		return -1;
	return fs_write_lightly(dir, link, text, strlen(text), 0600, err);
}

void cache_put(const char *folder, const struct cache_key *key, const struct kernel_facts *facts,
	       const struct cache_part *parts, size_t n_parts)
{
	static unsigned int n_written;
	static bool is_full;
	AUTO(close) int dir = -1;
	struct err err;

	if (n_written++ % PRUNE_EACH == 0)
		is_full = !cache_prune(folder, LIMIT_KERNEL_CACHE, time(NULL) - FRESH_S);
	if (is_full)
		return;
	if (fs_open_dir(AT_FDCWD, folder, 0700, &dir, &err) < 0 ||
	    put(dir, key, facts, parts, n_parts, &err) < 0) {
		log_trace(TRACE_btf, "not kept: %s", err.text);
		return;
	}
}

struct old {
	char *name;
	int64_t used;
	uint64_t size;
};

struct olds {
	struct old *items;
	size_t n;
	size_t cap;
	uint64_t bytes;
};

static int by_use(const void *a, const void *b)
{
	const struct old *x = a, *y = b;

	return (x->used > y->used) - (x->used < y->used);
}

static void list_files(int fd, struct olds *out)
{
	AUTO(closedir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct stat st;
	time_t now = time(NULL);

	if (!dir && fd >= 0)
		close(fd);
	while (dir && (entry = readdir(dir))) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		if (text_ends(entry->d_name, ".tmp")) {
			if (now - st.st_mtime > TEMP_S)
				unlinkat(fd, entry->d_name, 0);
			continue;
		}
		ARRAY_ROOM(out->items, out->n, out->cap);
		out->items[out->n++] = (struct old){ .name = mem_text(entry->d_name),
						     .used = st.st_mtime,
						     .size = st.st_size };
		out->bytes += st.st_size;
	}
}

static bool prune_folder(const char *folder, uint64_t bytes_most, size_t files_most, int64_t fresh)
{
	AUTO(close) int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct olds olds = { 0 };
	size_t n_left;

	if (dir < 0)
		return true;
	list_files(dup(dir), &olds);
	if (olds.n)
		qsort(olds.items, olds.n, sizeof(*olds.items), by_use);
	n_left = olds.n;
	for (size_t i = 0; i < olds.n; i++) {
		const struct old *old = &olds.items[i];

		if ((olds.bytes > bytes_most || n_left > files_most) && old->used < fresh &&
		    unlinkat(dir, old->name, 0) == 0) {
			olds.bytes -= old->size;
			n_left--;
		}
		free(old->name);
	}
	free(olds.items);
	return olds.bytes <= bytes_most;
}

bool cache_prune(const char *folder, uint64_t bytes_most, int64_t fresh)
{
	AUTO(free) char *sources = path_join(folder, "source");

	prune_folder(sources, UINT64_MAX, LINKS_MOST, INT64_MAX);
	return prune_folder(folder, bytes_most, SIZE_MAX, fresh);
}

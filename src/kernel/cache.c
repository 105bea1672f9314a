// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/cache.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "kernel/cache_priv.h"

#define SOURCES "source"
#define LINK_MOST 4096
#define USED_AGAIN_S (60 * 60) /* how often a use is noted */
#define SETTLED_NS 50000000    /* clocks of file systems tick every 10 ms at most */
#define NS_PER_S 1000000000ll

static int open_folder(const char *folder)
{
	return open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static void finish_key(struct hash *hash, struct cache_key *out)
{
	uint8_t bytes[HASH_SIZE];

	hash_final(hash, bytes);
	hex_encode(bytes, sizeof(bytes), out->text);
}

static int64_t since(const struct timespec *now, const struct timespec *then)
{
	return (now->tv_sec - then->tv_sec) * NS_PER_S + now->tv_nsec - then->tv_nsec;
}

/* False: it changed just now. */
static bool add_identity(struct hash *hash, const struct stat *st)
{
	const int64_t identity[] = { st->st_dev,	 st->st_ino,	      st->st_size,
				     st->st_mtim.tv_sec, st->st_mtim.tv_nsec, st->st_ctim.tv_sec,
				     st->st_ctim.tv_nsec };
	struct timespec now;

	hash_update(hash, identity, sizeof(identity));
	return clock_gettime(CLOCK_REALTIME, &now) == 0 && since(&now, &st->st_ctim) >= SETTLED_NS;
}

bool cache_key_file(const struct stat *st, const char *member, struct cache_key *out)
{
	AUTO(hash) struct hash *hash = hash_new();

	hash_update(hash, CACHE_MAGIC, strlen(CACHE_MAGIC));
	if (!add_identity(hash, st))
		return false;
	hash_update(hash, member, strlen(member));
	finish_key(hash, out);
	return true;
}

bool cache_key_files(const char *const *paths, size_t n, uint64_t number, struct cache_key *out)
{
	AUTO(hash) struct hash *hash = hash_new();
	struct stat st;

	hash_update(hash, CACHE_MAGIC, strlen(CACHE_MAGIC));
	hash_update(hash, &n, sizeof(n));
	hash_update(hash, &number, sizeof(number));
	for (size_t i = 0; i < n; i++)
		if (stat(paths[i], &st) < 0 || !add_identity(hash, &st))
			return false;
	finish_key(hash, out);
	return true;
}

void cache_key_bytes(const char *kind, struct span bytes, uint64_t number, struct cache_key *out)
{
	AUTO(hash) struct hash *hash = hash_new();

	hash_update(hash, CACHE_MAGIC, strlen(CACHE_MAGIC));
	hash_update(hash, kind, strlen(kind) + 1);
	hash_update(hash, &number, sizeof(number));
	hash_update(hash, bytes.data, bytes.len);
	finish_key(hash, out);
}

static void link_name(const struct cache_key *key, char out[128])
{
	snprintf(out, 128, SOURCES "/%s", key->text);
}

static bool is_kept_name(const char *name)
{
	return hex_is_lower(name, strnlen(name, HASH_HEX)) && strlen(name) >= HASH_HEX &&
	       (!name[HASH_HEX] || !strcmp(name + HASH_HEX, ".names"));
}

/* "NAME\nRELEASE\nDETAILS\n" */
static bool read_link(int dir, const struct cache_key *key, char **out_name,
		      struct kernel_facts *facts)
{
	AUTO(str) struct str text = STR_MAX(LINK_MOST);
	char *line[3], *p;
	struct err err;
	char path[128];

	link_name(key, path);
	if (fs_read(dir, path, &text, &err) < 0 || !text.len)
		return false;
	p = text.data;
	for (size_t i = 0; i < ARRAY_SIZE(line); i++) {
		line[i] = p;
		p = strchr(p, '\n');
		if (!p)
			return false;
		*p++ = '\0';
	}
	if (!is_kept_name(line[0]))
		return false;
	*out_name = mem_text(line[0]);
	facts->release = *line[1] ? mem_text(line[1]) : NULL;
	facts->details = *line[2] ? mem_text(line[2]) : NULL;
	return true;
}

static bool is_within(uint64_t at, uint64_t n, uint64_t size)
{
	return at <= size && n <= size - at;
}

static bool take_row(const struct cache_kept *kept, const struct cache_row *row,
		     struct cache_part *out)
{
	const char *base = kept->mapped;
	uint64_t n = (uint64_t)row->n_buckets + row->n_next, size = kept->mapped_size;

	if (!is_within(row->name_at, row->name_size, size) || !row->name_size ||
	    base[row->name_at + row->name_size - 1] ||
	    !is_within(row->btf_at, row->btf_size, size) || row->btf_at % 8 ||
	    !is_within(row->names_at, n * sizeof(uint32_t), size) || row->names_at % 4 ||
	    !row->n_buckets || row->n_buckets & (row->n_buckets - 1))
		return false;
	out->name = base + row->name_at;
	out->btf = (struct span){ base + row->btf_at, row->btf_size };
	out->names.heads = (const uint32_t *)(base + row->names_at);
	out->names.n_buckets = row->n_buckets;
	out->names.next = out->names.heads + row->n_buckets;
	out->names.n_next = row->n_next;
	out->names.first_id = row->first_id;
	return true;
}

static bool take_rows(struct cache_kept *kept)
{
	const struct cache_header *header = kept->mapped;
	const struct cache_row *rows = (const struct cache_row *)(header + 1);

	if (memcmp(header->magic, CACHE_MAGIC, sizeof(header->magic)) != 0 ||
	    header->size != kept->mapped_size || !header->n_parts ||
	    header->n_parts > CACHE_PARTS_MOST ||
	    !is_within(sizeof(*header), header->n_parts * sizeof(*rows), kept->mapped_size))
		return false;
	kept->parts = mem_array(header->n_parts, sizeof(*kept->parts));
	for (; kept->n_parts < header->n_parts; kept->n_parts++)
		if (!take_row(kept, &rows[kept->n_parts], &kept->parts[kept->n_parts]))
			return false;
	return true;
}

static bool map_kept(int dir, const char *name, struct cache_kept *kept)
{
	AUTO(close) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct timespec now;
	struct stat st;
	void *mapped;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < (off_t)sizeof(struct cache_header))
		return false;
	mapped = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		return false;
	kept->mapped = mapped;
	kept->mapped_size = st.st_size;
	if (clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec - st.st_mtime > USED_AGAIN_S)
		(void)!futimens(fd, NULL);
	return take_rows(kept);
}

bool cache_get(const char *folder, const struct cache_key *key, struct cache_kept *out)
{
	AUTO(cache_kept) struct cache_kept kept = { 0 };
	AUTO(close) int dir = open_folder(folder);
	AUTO(free) char *name = NULL;

	if (dir < 0 || !read_link(dir, key, &name, &kept.facts))
		return false;
	if (!map_kept(dir, name, &kept)) {
		unlinkat(dir, name, 0);
		return false;
	}
	*out = kept;
	kept = (struct cache_kept){ 0 };
	return true;
}

void cache_kept_done(struct cache_kept *kept)
{
	kernel_facts_done(&kept->facts);
	free(kept->parts);
	if (kept->mapped)
		munmap(kept->mapped, kept->mapped_size);
	*kept = (struct cache_kept){ 0 };
}

void cache_drop(const char *folder, const struct cache_key *key)
{
	AUTO(close) int dir = open_folder(folder);
	AUTO(free) char *name = NULL;
	AUTO(kernel_facts) struct kernel_facts facts = { 0 };
	char path[128];

	if (dir < 0)
		return;
	if (read_link(dir, key, &name, &facts))
		unlinkat(dir, name, 0);
	link_name(key, path);
	unlinkat(dir, path, 0);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/log.h"
#include "oci/layout.h"
#include "oci/layout_priv.h"

#define CHUNK (256u << 10)
#define WRITE_AHEAD (8u << 20)
#define SYNC_EACH 32	  /* more files than this are synced with the whole file system */
#define INGEST_GRACE_S 60 /* between creating a file in ingest/ and locking it */

struct oci_blob {
	struct oci_layout *layout; /* borrowed */
	int fd;
	char *name; /* in ingest/; NULL once it is committed */
	struct hash *hash;
	uint64_t size_bytes;
	uint64_t begun_bytes;	  /* that the disk was told to write */
	struct oci_digest digest; /* empty until its end */
	bool is_durable;
};

/* A file in ingest/ that nobody else has. */
static int open_new(struct oci_layout *layout, char **out_name)
{
	static unsigned int counter;
	int fd;

	do {
		free(*out_name);
		*out_name = mem_printf("%d.%u", (int)getpid(), counter++);
		fd = openat(layout->ingest, *out_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	} while (fd < 0 && errno == EEXIST);
	return fd;
}

int oci_blob_begin(struct oci_layout *layout, struct oci_blob **out, struct err *err)
{
	AUTO(oci_blob) struct oci_blob *blob = mem_alloc(sizeof(*blob));
	AUTO(free) char *name = NULL;

	*blob = (struct oci_blob){ .layout = layout, .fd = -1, .hash = hash_new() };
	if (layout->ingest < 0 &&
	    fs_open_dir(layout->dir, "ingest", 0755, &layout->ingest, err) < 0)
		return err_wrap(err, "%s", layout->path);
	blob->fd = open_new(layout, &name);
	if (blob->fd < 0)
		return err_errno(err, "%s: write ingest/%s", layout->path, name);
	blob->name = STEAL(name);
	if (flock(blob->fd, LOCK_EX) < 0)
		return err_errno(err, "%s: lock ingest/%s", layout->path, blob->name);
	*out = STEAL(blob);
	return 0;
}

/*
 * The disk begins with what is there while more comes, so that the sync at the end has little left
 * to wait for. It is a hint: whether it works makes no difference but time.
 */
static void begin_writing(struct oci_blob *blob)
{
	uint64_t bytes = blob->size_bytes - blob->begun_bytes;

	if (bytes < WRITE_AHEAD)
		return;
	(void)sync_file_range(blob->fd, (off_t)blob->begun_bytes, (off_t)bytes,
			      SYNC_FILE_RANGE_WRITE);
	blob->begun_bytes = blob->size_bytes;
}

int oci_blob_write(struct oci_blob *blob, const void *data, size_t size, struct err *err)
{
	if (blob->digest.text[0])
		return err_set(err, EC_FAILED, "blob %s: is ended already", blob->digest.text);
	if (fs_write_fd(blob->fd, data, size, "blob", err) < 0)
		return err_wrap(err, "%s", blob->layout->path);
	hash_update(blob->hash, data, size);
	blob->size_bytes += size;
	begin_writing(blob);
	return 0;
}

int oci_blob_read(struct oci_blob *blob, uint64_t offset, void *buf, size_t size, size_t *out_n,
		  struct err *err)
{
	ssize_t n;

	do
		n = pread(blob->fd, buf, size, offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "%s: read a blob", blob->layout->path);
	*out_n = n;
	return 0;
}

uint64_t oci_blob_size(const struct oci_blob *blob)
{
	return blob->size_bytes;
}

const struct oci_digest *oci_blob_digest(const struct oci_blob *blob)
{
	return &blob->digest;
}

static void digest_of(struct hash *hash, struct oci_digest *out)
{
	uint8_t raw[HASH_SIZE];

	hash_final(hash, raw);
	memcpy(out->text, "sha256:", sizeof("sha256:"));
	hex_encode(raw, sizeof(raw), out->text + sizeof("sha256:") - 1);
}

int oci_blob_check(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		   struct err *err)
{
	if (!blob->digest.text[0])
		digest_of(blob->hash, &blob->digest);
	if (size_bytes != UINT64_MAX && size_bytes != blob->size_bytes)
		return err_set(err, EC_CORRUPT,
			       "blob %s: %" PRIu64 " bytes came where %" PRIu64 " were promised",
			       digest && digest->text[0] ? digest->text : blob->digest.text,
			       blob->size_bytes, size_bytes);
	if (digest && digest->text[0] && !oci_digest_equal(digest, &blob->digest))
		return err_set(err, EC_CORRUPT, "blob %s: what came has the digest %s",
			       digest->text, blob->digest.text);
	return 0;
}

int oci_blob_end(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		 struct err *err)
{
	if (oci_blob_check(blob, digest, size_bytes, err) < 0)
		return -1;
	if (!blob->is_durable && !blob->layout->is_passing && fsync(blob->fd) < 0)
		return err_errno(err, "%s: sync blob %s", blob->layout->path, blob->digest.text);
	blob->is_durable = true;
	return 0;
}

int oci_blobs_sync(struct oci_layout *layout, struct oci_blob *const *blobs, size_t n_blobs,
		   struct err *err)
{
	bool is_all = n_blobs > SYNC_EACH && !layout->is_passing && syncfs(layout->ingest) == 0;

	for (size_t i = 0; i < n_blobs; i++) {
		blobs[i]->is_durable = blobs[i]->is_durable || is_all;
		if (oci_blob_end(blobs[i], NULL, UINT64_MAX, err) < 0)
			return -1;
	}
	return 0;
}

int oci_blob_commit(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		    struct oci_digest *out, struct err *err)
{
	struct oci_layout *layout = blob->layout;

	if (oci_blob_end(blob, digest, size_bytes, err) < 0)
		return -1;
	if (blob->name &&
	    renameat(layout->ingest, blob->name, layout->blobs, oci_digest_hex(&blob->digest)) < 0)
		return err_errno(err, "%s: rename to blob %s", layout->path, blob->digest.text);
	log_trace(TRACE_store, "blob %s, %" PRIu64 " bytes", blob->digest.text, blob->size_bytes);
	free(STEAL(blob->name));
	*out = blob->digest;
	return 0;
}

void oci_blob_free(struct oci_blob *blob)
{
	if (!blob)
		return;
	if (blob->name)
		unlinkat(blob->layout->ingest, blob->name, 0);
	if (blob->fd >= 0)
		close(blob->fd);
	hash_free(blob->hash);
	free(blob->name);
	free(blob);
}

int oci_layout_put(struct oci_layout *layout, const struct oci_digest *digest, const void *data,
		   size_t size, struct err *err)
{
	AUTO(oci_blob) struct oci_blob *blob = NULL;
	struct oci_digest found;
	struct err damage = { 0 };
	uint64_t there = 0;

	if (oci_layout_has(layout, digest, &there) && there == size &&
	    oci_layout_check(layout, digest, &there, &damage) == 0)
		return 0;
	if (oci_blob_begin(layout, &blob, err) < 0 || oci_blob_write(blob, data, size, err) < 0)
		return -1;
	return oci_blob_commit(blob, digest, size, &found, err);
}

static int corrupt(const struct oci_digest *digest, struct err *err)
{
	err_set(err, EC_CORRUPT, "blob %s: its bytes are not those of its digest", digest->text);
	return err_hint(err, "'epm fsck' puts it into quarantine; then build or pull it again");
}

/* Opens a blob and holds its size against the promised one. */
static int open_blob(struct oci_layout *layout, const struct oci_digest *digest,
		     uint64_t size_bytes, int *out_fd, uint64_t *out_size, struct err *err)
{
	AUTO(close)
	int fd = openat(layout->blobs, oci_digest_hex(digest),
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, EC_NOT_FOUND, "blob %s is missing from %s", digest->text,
			       layout->path);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, "open blob %s", digest->text);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EC_CORRUPT, "blob %s is not a file", digest->text);
	if (size_bytes != UINT64_MAX && (uint64_t)st.st_size != size_bytes) {
		err_set(err, EC_CORRUPT,
			"blob %s has %" PRIu64 " bytes where %" PRIu64 " were promised",
			digest->text, (uint64_t)st.st_size, size_bytes);
		return err_hint(err, "'epm fsck' checks the whole store");
	}
	*out_size = st.st_size;
	*out_fd = STEAL_FD(fd);
	return 0;
}

int oci_layout_open_blob(struct oci_layout *layout, const struct oci_digest *digest,
			 uint64_t size_bytes, int *out_fd, struct err *err)
{
	uint64_t size;

	return open_blob(layout, digest, size_bytes, out_fd, &size, err);
}

int oci_layout_get(struct oci_layout *layout, const struct oci_digest *digest, uint64_t size_bytes,
		   struct str *out, struct err *err)
{
	AUTO(close) int fd = -1;
	struct oci_digest found;
	uint64_t size = 0;

	if (open_blob(layout, digest, size_bytes, &fd, &size, err) < 0)
		return -1;
	if (size > out->max)
		return err_set(err, EC_CORRUPT,
			       "blob %s: %" PRIu64 " bytes are more than the limit of %zu",
			       digest->text, size, out->max);
	str_cut(out, 0);
	str_room(out, size);
	if (fs_read_fd(fd, digest->text, out, err) < 0)
		return -1;
	oci_digest_of(str_text(out), out->len, &found);
	return oci_digest_equal(digest, &found) ? 0 : corrupt(digest, err);
}

int oci_layout_check(struct oci_layout *layout, const struct oci_digest *digest, uint64_t *out_size,
		     struct err *err)
{
	AUTO(hash) struct hash *hash = hash_new();
	AUTO(free) char *chunk = mem_alloc(CHUNK);
	AUTO(close) int fd = -1;
	struct oci_digest found;
	ssize_t n;

	if (open_blob(layout, digest, UINT64_MAX, &fd, out_size, err) < 0)
		return -1;
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "read blob %s", digest->text);
		hash_update(hash, chunk, n);
	}
	digest_of(hash, &found);
	return oci_digest_equal(digest, &found) ? 0 : corrupt(digest, err);
}

bool oci_layout_has(struct oci_layout *layout, const struct oci_digest *digest, uint64_t *out_size)
{
	struct stat st;

	if (fstatat(layout->blobs, oci_digest_hex(digest), &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode))
		return false;
	*out_size = st.st_size;
	return true;
}

int oci_layout_delete(struct oci_layout *layout, const struct oci_digest *digest, struct err *err)
{
	if (unlinkat(layout->blobs, oci_digest_hex(digest), 0) < 0 && errno != ENOENT)
		return err_errno(err, "delete blob %s", digest->text);
	return 0;
}

int oci_layout_quarantine(struct oci_layout *layout, const struct oci_digest *digest,
			  struct err *err)
{
	AUTO(close) int dir = -1;

	if (fs_open_dir(layout->dir, "quarantine", 0755, &dir, err) < 0)
		return -1;
	if (renameat(layout->blobs, oci_digest_hex(digest), dir, oci_digest_hex(digest)) < 0)
		return err_errno(err, "move blob %s to quarantine", digest->text);
	return fs_sync_dir(layout->blobs, "blobs", err);
}

static void list_add(struct oci_blob_list *list, int dir, const char *name)
{
	struct stat st;

	if (strlen(name) != HASH_HEX || !hex_is_lower(name, HASH_HEX) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode)) {
		ARRAY_ROOM(list->strangers, list->n_strangers, list->strangers_cap);
		list->strangers[list->n_strangers++] = mem_text(name);
		return;
	}
	ARRAY_ROOM(list->blobs, list->n_blobs, list->cap);
	memcpy(list->blobs[list->n_blobs].digest.text, "sha256:", sizeof("sha256:"));
	memcpy(list->blobs[list->n_blobs].digest.text + sizeof("sha256:") - 1, name, HASH_HEX + 1);
	list->blobs[list->n_blobs++].size_bytes = st.st_size;
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_blob_entry *x = a, *y = b;

	return strcmp(x->digest.text, y->digest.text);
}

/* fdopendir() takes a descriptor of its own, whose position is not that of others. */
static int open_listing(int dir, const char *name, DIR **out, struct err *err)
{
	AUTO(close) int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "open directory %s", name);
	*out = fdopendir(fd);
	if (!*out)
		return err_errno(err, "list %s", name);
	STEAL_FD(fd);
	return 0;
}

int oci_layout_list(struct oci_layout *layout, struct oci_blob_list *out, struct err *err)
{
	AUTO(closedir) DIR *dir = NULL;
	struct dirent *entry;

	if (open_listing(layout->blobs, ".", &dir, err) < 0)
		return -1;
	while ((errno = 0, entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			list_add(out, layout->blobs, entry->d_name);
	if (errno)
		return err_errno(err, "list blobs");
	if (out->n_blobs)
		qsort(out->blobs, out->n_blobs, sizeof(*out->blobs), by_digest);
	return 0;
}

void oci_blob_list_done(struct oci_blob_list *list)
{
	for (size_t i = 0; i < list->n_strangers; i++)
		free(list->strangers[i]);
	free(list->strangers);
	free(list->blobs);
	*list = (struct oci_blob_list){ 0 };
}

/* A file of ingest/ whose writer is gone; those of the top folder are written under the lock. */
static bool is_left_over(int dir, const char *name, const struct stat *st, bool is_ingest)
{
	AUTO(close) int fd = -1;

	if (!S_ISREG(st->st_mode))
		return false;
	if (!is_ingest)
		return name[0] == '.' && text_ends(name, ".tmp");
	if (st->st_mtime + INGEST_GRACE_S > clock_wall())
		return false;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static int sweep(struct oci_layout *layout, const char *name, bool is_dry, size_t *n,
		 uint64_t *bytes, struct err *err)
{
	AUTO(closedir) DIR *dir = NULL;
	bool is_ingest = strcmp(name, ".") != 0;
	struct dirent *entry;
	struct stat st;

	if (is_ingest && !fs_is_dir(layout->dir, name))
		return 0;
	if (open_listing(layout->dir, name, &dir, err) < 0)
		return -1;
	while ((entry = readdir(dir))) {
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !is_left_over(dirfd(dir), entry->d_name, &st, is_ingest))
			continue;
		if (!is_dry && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			return err_errno(err, "delete %s", entry->d_name);
		(*n)++;
		*bytes += st.st_size;
	}
	return 0;
}

int oci_layout_sweep(struct oci_layout *layout, bool is_dry, size_t *out_n, uint64_t *out_bytes,
		     struct err *err)
{
	if (sweep(layout, ".", is_dry, out_n, out_bytes, err) < 0)
		return -1;
	return sweep(layout, "ingest", is_dry, out_n, out_bytes, err);
}

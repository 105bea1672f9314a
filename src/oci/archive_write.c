// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/library.h"
#include "oci/archive.h"

#define CHUNK (256u << 10)

static const char frame[] = "{\"imageLayoutVersion\":\"1.0.0\"}";

#define ARCHIVE_FUNCTIONS(X)                            \
	X(lib, archive_write_new)                       \
	X(lib, archive_write_free)                      \
	X(lib, archive_write_open)                      \
	X(lib, archive_write_close)                     \
	X(lib, archive_write_header)                    \
	X(lib, archive_write_data)                      \
	X(lib, archive_write_set_format_pax_restricted) \
	X(lib, archive_error_string)                    \
	X(lib, archive_entry_new)                       \
	X(lib, archive_entry_free)                      \
	X(lib, archive_entry_set_pathname)              \
	X(lib, archive_entry_set_size)                  \
	X(lib, archive_entry_set_filetype)              \
	X(lib, archive_entry_set_perm)                  \
	X(lib, archive_entry_set_mtime)

LIBRARY_TABLE(lib, ARCHIVE_FUNCTIONS);

static int load_library(struct err *err)
{
	return library_load("libarchive.so.13", "libarchive13", lib_symbols,
			    ARRAY_SIZE(lib_symbols), err);
}

/* What libarchive writes to. */
struct stream {
	struct archive *archive;
	const char *what;  /* for errors */
	int fd;		   /* borrowed */
	struct err failed; /* of the callback, which libarchive knows only as -1 */
	char *chunk;	   /* room for what is read of blobs */
};

/* What went wrong in libarchive, or below it. */
static int fail(struct stream *s, struct err *err)
{
	const char *why;

	if (s->failed.code) {
		*err = s->failed;
		return -1;
	}
	why = lib.archive_error_string(s->archive);
	return err_set(err, EC_FAILED, "%s: %s", s->what, why ? why : "cannot be written");
}

static int by_digest(const void *a, const void *b)
{
	const struct oci_digest *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static la_ssize_t on_write(struct archive *archive, void *arg, const void *data, size_t size)
{
	struct stream *s = arg;

	if (s->failed.code)
		return -1;
	return fs_write_fd(s->fd, data, size, s->what, &s->failed) < 0 ? -1 : (la_ssize_t)size;
}

static void free_entry(struct archive_entry **entry)
{
	if (*entry)
		lib.archive_entry_free(*entry);
}

static int put_header(struct stream *s, const char *name, uint64_t size, struct err *err)
{
	__attribute__((cleanup(free_entry))) struct archive_entry *entry = lib.archive_entry_new();

	lib.archive_entry_set_pathname(entry, name);
	lib.archive_entry_set_filetype(entry, AE_IFREG);
	lib.archive_entry_set_perm(entry, 0644);
	lib.archive_entry_set_mtime(entry, 0, 0);
	lib.archive_entry_set_size(entry, size);
	return lib.archive_write_header(s->archive, entry) == ARCHIVE_OK ? 0 : fail(s, err);
}

static int put_data(struct stream *s, const void *data, size_t size, struct err *err)
{
	return lib.archive_write_data(s->archive, data, size) == (la_ssize_t)size ? 0
										  : fail(s, err);
}

static int put_text(struct stream *s, const char *name, struct span text, struct err *err)
{
	if (put_header(s, name, text.len, err) < 0)
		return -1;
	return put_data(s, text.data, text.len, err);
}

/* The bytes of an opened blob, up to size. */
static int put_bytes(struct stream *s, int fd, uint64_t size, struct hash *hash, struct err *err)
{
	ssize_t n;

	for (uint64_t left = size; left; left -= n) {
		do
			n = read(fd, s->chunk, left < CHUNK ? left : CHUNK);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_errno(err, "read a blob");
		if (n == 0)
			return err_set(err, EC_CORRUPT, "a blob became shorter as it was read");
		hash_update(hash, s->chunk, n);
		if (put_data(s, s->chunk, n, err) < 0)
			return -1;
	}
	return 0;
}

static int put_blob(struct stream *s, struct oci_layout *layout, const struct oci_digest *digest,
		    struct err *err)
{
	AUTO(hash) struct hash *hash = hash_new();
	AUTO(free) char *name = mem_printf("blobs/sha256/%s", oci_digest_hex(digest));
	AUTO(close) int fd = -1;
	char hex[HASH_HEX + 1];
	uint8_t raw[HASH_SIZE];
	struct stat st;

	if (oci_layout_open_blob(layout, digest, UINT64_MAX, &fd, err) < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return err_errno(err, "blob %s", digest->text);
	if (put_header(s, name, st.st_size, err) < 0 || put_bytes(s, fd, st.st_size, hash, err) < 0)
		return -1;
	hash_final(hash, raw);
	hex_encode(raw, sizeof(raw), hex);
	if (strcmp(hex, oci_digest_hex(digest)) == 0)
		return 0;
	err_set(err, EC_CORRUPT, "blob %s: its bytes are not those of its digest", digest->text);
	return err_hint(err, "'epm fsck' puts it into quarantine; then build or pull it again");
}

/* What goes into the archive. */
struct content {
	struct oci_layout *layout;
	struct oci_digest *digests; /* sorted */
	size_t n_digests;
	struct span index_json;
};

static int put_all(struct stream *s, const struct content *content, struct err *err)
{
	const struct oci_digest *digests = content->digests;

	if (lib.archive_write_set_format_pax_restricted(s->archive) != ARCHIVE_OK ||
	    lib.archive_write_open(s->archive, s, NULL, on_write, NULL) != ARCHIVE_OK)
		return fail(s, err);
	if (put_text(s, "oci-layout", span_of(frame), err) < 0 ||
	    put_text(s, "index.json", content->index_json, err) < 0)
		return -1;
	for (size_t i = 0; i < content->n_digests; i++)
		if ((!i || !oci_digest_equal(&digests[i], &digests[i - 1])) &&
		    put_blob(s, content->layout, &digests[i], err) < 0)
			return -1;
	return lib.archive_write_close(s->archive) == ARCHIVE_OK ? 0 : fail(s, err);
}

static int write_to(int fd, const char *what, const struct content *content, struct err *err)
{
	AUTO(free) char *chunk = mem_alloc(CHUNK);
	struct stream s = {
		.archive = lib.archive_write_new(), .what = what, .fd = fd, .chunk = chunk
	};
	int rc = put_all(&s, content, err);

	if (rc < 0)
		s.failed = *err; /* nothing more is written: what is cut must not look whole */
	lib.archive_write_free(s.archive);
	return rc;
}

static int write_file(const char *path, const struct content *content, struct err *err)
{
	AUTO(fs_temp) struct fs_temp temp = { 0 };

	if (fs_output_open(path, &temp, err) < 0 ||
	    write_to(temp.fd, strcmp(path, "-") ? path : "standard output", content, err) < 0)
		return -1;
	return fs_temp_commit(&temp, err);
}

int oci_archive_write(const char *path, struct oci_layout *layout, const struct oci_digest *blobs,
		      size_t n_blobs, struct span index_json, struct err *err)
{
	AUTO(free) struct oci_digest *sorted = mem_array(n_blobs + 1, sizeof(*sorted));
	const struct content content = { layout, sorted, n_blobs, index_json };

	if (load_library(err) < 0)
		return -1;
	for (size_t i = 0; i < n_blobs; i++)
		sorted[i] = blobs[i];
	qsort(sorted, n_blobs, sizeof(*sorted), by_digest);
	return write_file(path, &content, err);
}

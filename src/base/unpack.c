// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>

#include "base/alloc.h"
#include "base/library.h"

#define CHUNK (256u << 10)

/* Objects and BTF become a tenth of their size; zeros a thousandth and less. */
#define RATIO_MAX 200
#define RATIO_FROM (64u << 20)

#define TAR_BLOCK 512
#define TAR_MAGIC_AT 257

#define ARCHIVE_FUNCTIONS(X)                      \
	X(lib, archive_read_new)                  \
	X(lib, archive_read_free)                 \
	X(lib, archive_read_open)                 \
	X(lib, archive_read_next_header)          \
	X(lib, archive_read_data_block)           \
	X(lib, archive_read_support_format_tar)   \
	X(lib, archive_read_support_format_raw)   \
	X(lib, archive_read_support_filter_gzip)  \
	X(lib, archive_read_support_filter_xz)    \
	X(lib, archive_read_support_filter_zstd)  \
	X(lib, archive_read_support_filter_bzip2) \
	X(lib, archive_read_support_filter_lzma)  \
	X(lib, archive_read_support_filter_lz4)   \
	X(lib, archive_filter_bytes)              \
	X(lib, archive_filter_count)              \
	X(lib, archive_format)                    \
	X(lib, archive_error_string)              \
	X(lib, archive_entry_pathname)            \
	X(lib, archive_entry_hardlink)            \
	X(lib, archive_entry_filetype)            \
	X(lib, archive_entry_size)

LIBRARY_TABLE(lib, ARCHIVE_FUNCTIONS);
LIBRARY_NOTE("archive", "Save and load packages as OCI archives, read kernel images",
	     "libarchive.so.13");

struct unpack {
	struct archive *archive;
	const char *what;
	struct unpack_limits limits;
	int fd; /* or bytes */
	struct span bytes;
	char *chunk;
	struct err failed; /* of a callback, which libarchive knows only as -1 */
	size_t n_entries;
	uint64_t taken; /* bytes of all files so far */
	uint64_t size;	/* of this entry, as it says */
	uint64_t done;	/* of this entry */
	bool is_alone;
	bool is_at_end;
};

/* libarchive has a text of each compressor for what is damaged: "Lzma library error:  No progress is
 * possible", "Truncated zstd input", … */
static const char *in_plain_words(const char *why)
{
	static const char *const damages[] = { "runcated",	"No progress is possible",
					       "Corrupted",	"corrupt",
					       "decompression", "decoding failed" };

	for (size_t i = 0; why && i < ARRAY_SIZE(damages); i++)
		if (strstr(why, damages[i]))
			return "truncated or damaged";
	return why ? why : "cannot be read";
}

/* What went wrong in libarchive, or below it. */
static int fail(struct unpack *unpack, struct err *err)
{
	if (unpack->failed.code) {
		*err = unpack->failed;
		return -1;
	}
	return err_set(err, EC_CORRUPT, "%s: %s", unpack->what,
		       in_plain_words(lib.archive_error_string(unpack->archive)));
}

static la_ssize_t on_read(struct archive *archive, void *arg, const void **out)
{
	struct unpack *unpack = arg;
	ssize_t n;

	(void)archive;
	if (unpack->fd < 0) {
		n = unpack->bytes.len < CHUNK ? unpack->bytes.len : CHUNK;
		*out = unpack->bytes.data;
		unpack->bytes.data += n;
		unpack->bytes.len -= n;
		return n;
	}
	do
		n = read(unpack->fd, unpack->chunk, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		err_errno(&unpack->failed, "read %s", unpack->what);
	*out = unpack->chunk;
	return n;
}

/* ARCHIVE_WARN: libarchive would run a program for it, which is not wanted. */
static void allow_filter(struct archive *archive, int (*support)(struct archive *))
{
	struct archive *probe = lib.archive_read_new();

	if (support(probe) == ARCHIVE_OK)
		support(archive);
	lib.archive_read_free(probe);
}

static void allow(struct archive *archive, enum unpack_form form)
{
	lib.archive_read_support_format_tar(archive);
	allow_filter(archive, lib.archive_read_support_filter_gzip);
	allow_filter(archive, lib.archive_read_support_filter_xz);
	allow_filter(archive, lib.archive_read_support_filter_zstd);
	if (form == UNPACK_TAR)
		return;
	lib.archive_read_support_format_raw(archive);
	allow_filter(archive, lib.archive_read_support_filter_bzip2);
	allow_filter(archive, lib.archive_read_support_filter_lzma);
	allow_filter(archive, lib.archive_read_support_filter_lz4);
}

static int start(struct unpack *unpack, enum unpack_form form, struct err *err)
{
	if (library_load("libarchive.so.13", "libarchive13", lib_symbols, ARRAY_SIZE(lib_symbols),
			 err) < 0)
		return -1;
	unpack->archive = lib.archive_read_new();
	if (!unpack->archive)
		return err_set(err, EC_FAILED, "%s: libarchive does not start", unpack->what);
	allow(unpack->archive, form);
	if (lib.archive_read_open(unpack->archive, unpack, NULL, on_read, NULL) != ARCHIVE_OK)
		return fail(unpack, err);
	return 0;
}

int unpack_open_fd(int fd, const char *what, enum unpack_form form,
		   const struct unpack_limits *limits, struct unpack **out, struct err *err)
{
	AUTO(unpack) struct unpack *unpack = mem_alloc(sizeof(*unpack));

	unpack->fd = fd;
	unpack->what = what;
	unpack->limits = *limits;
	unpack->chunk = mem_alloc(CHUNK);
	if (start(unpack, form, err) < 0)
		return -1;
	*out = STEAL(unpack);
	return 0;
}

int unpack_open(struct span bytes, const char *what, enum unpack_form form,
		const struct unpack_limits *limits, struct unpack **out, struct err *err)
{
	AUTO(unpack) struct unpack *unpack = mem_alloc(sizeof(*unpack));

	unpack->fd = -1;
	unpack->bytes = bytes;
	unpack->what = what;
	unpack->limits = *limits;
	if (start(unpack, form, err) < 0)
		return -1;
	*out = STEAL(unpack);
	return 0;
}

void unpack_free(struct unpack *unpack)
{
	if (!unpack)
		return;
	if (unpack->archive)
		lib.archive_read_free(unpack->archive);
	free(unpack->chunk);
	free(unpack);
}

static int check_size(struct unpack *unpack, uint64_t more, struct err *err)
{
	uint64_t in = lib.archive_filter_bytes(unpack->archive, -1);
	uint64_t all = lib.archive_filter_bytes(unpack->archive, 0);

	if (more > unpack->limits.bytes || unpack->taken > unpack->limits.bytes - more)
		return err_set(err, EC_CORRUPT, "%s: more than %" PRIu64 " bytes in its files",
			       unpack->what, unpack->limits.bytes);
	if (all > RATIO_FROM && all / RATIO_MAX > in)
		return err_set(err, EC_CORRUPT,
			       "%s: %" PRIu64 " bytes became more than %" PRIu64
			       ": honest content is not compressed so far",
			       unpack->what, in, all);
	return 0;
}

/* A piece wherever it stands in the file; n 0 at its end. */
static int take(struct unpack *unpack, struct span *out, uint64_t *out_at, struct err *err)
{
	const void *data = NULL;
	la_int64_t at = 0;
	size_t n = 0;
	int rc = ARCHIVE_OK;

	/* libarchive may give pieces of no length */
	while (!unpack->is_at_end && rc == ARCHIVE_OK && !n)
		rc = lib.archive_read_data_block(unpack->archive, &data, &n, &at);
	if (rc == ARCHIVE_EOF)
		unpack->is_at_end = true;
	else if (rc != ARCHIVE_OK)
		return fail(unpack, err);
	*out = unpack->is_at_end ? (struct span){ NULL, 0 } : (struct span){ data, n };
	*out_at = at;
	unpack->taken += out->len;
	return check_size(unpack, 0, err);
}

int unpack_data(struct unpack *unpack, struct span *out, struct err *err)
{
	struct span piece;
	uint64_t at;
	bool is_whole;

	if (take(unpack, &piece, &at, err) < 0)
		return -1;
	if (!unpack->is_alone) {
		is_whole = piece.len ? at == unpack->done && piece.len <= unpack->size - at
				     : unpack->done == unpack->size;
		if (!is_whole)
			return err_set(err, EC_CORRUPT, "%s: a sparse file", unpack->what);
	}
	unpack->done += piece.len;
	*out = piece;
	return 0;
}

/* What is of no use is read here all the same: libarchive would skip any number of bytes. */
static int skip_rest(struct unpack *unpack, struct err *err)
{
	struct span piece;
	uint64_t at;

	if (!unpack->n_entries)
		return 0;
	do
		if (take(unpack, &piece, &at, err) < 0)
			return -1;
	while (piece.len);
	return 0;
}

static enum unpack_type type_of(struct archive_entry *entry)
{
	if (lib.archive_entry_hardlink(entry))
		return UNPACK_HARD_LINK;
	switch (lib.archive_entry_filetype(entry)) {
	case AE_IFREG:
		return UNPACK_FILE;
	case AE_IFDIR:
		return UNPACK_FOLDER;
	case AE_IFLNK:
		return UNPACK_LINK;
	default:
		return UNPACK_OTHER;
	}
}

int unpack_next(struct unpack *unpack, struct unpack_entry *out, struct err *err)
{
	struct archive_entry *entry;
	int64_t size;
	int rc;

	if (skip_rest(unpack, err) < 0)
		return -1;
	rc = lib.archive_read_next_header(unpack->archive, &entry);
	if (rc == ARCHIVE_EOF) {
		*out = (struct unpack_entry){ .type = UNPACK_END };
		return 0;
	}
	if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
		return fail(unpack, err);
	if (!unpack->n_entries && lib.archive_filter_count(unpack->archive) > 2)
		return err_set(err, EC_CORRUPT, "%s: compressed more than once", unpack->what);
	if (++unpack->n_entries > unpack->limits.entries)
		return err_set(err, EC_CORRUPT, "%s: more than %zu entries", unpack->what,
			       unpack->limits.entries);
	size = lib.archive_entry_size(entry);
	unpack->size = size < 0 ? 0 : size;
	unpack->done = 0;
	unpack->is_at_end = false;
	unpack->is_alone = lib.archive_format(unpack->archive) == ARCHIVE_FORMAT_RAW;
	if (check_size(unpack, unpack->size, err) < 0)
		return -1;
	*out = (struct unpack_entry){ .type = type_of(entry),
				      .name = lib.archive_entry_pathname(entry),
				      .target = lib.archive_entry_hardlink(entry),
				      .size = unpack->size,
				      .is_alone = unpack->is_alone };
	return 0;
}

bool unpack_is_compressed(struct span bytes)
{
	/* lzma has no magic: its usual properties, and a dictionary of whole 64 KiB */
	static const struct span magics[] = {
		{ "\x1f\x8b\x08", 3 },	   { "\xfd\x37zXZ\0", 6 },    { "\x28\xb5\x2f\xfd", 4 },
		{ "\x02\x21\x4c\x18", 4 }, { "\x04\x22\x4d\x18", 4 }, { "BZh", 3 },
		{ "\x5d\0\0", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (bytes.len > magics[i].len && !memcmp(bytes.data, magics[i].data, magics[i].len))
			return true;
	return false;
}

bool unpack_is_tar(struct span bytes)
{
	return bytes.len >= TAR_BLOCK && !memcmp(bytes.data + TAR_MAGIC_AT, "ustar", 5);
}

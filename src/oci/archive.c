// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/library.h"
#include "base/limits.h"

#define CHUNK (256u << 10)
#define FRAME_MAX 4096 /* the file oci-layout */
#define BLOBS "blobs/sha256/"

/* Objects and BTF become a tenth of their size; zeros a thousandth and less. */
#define RATIO_MAX 200
#define RATIO_FROM (64u << 20)

#define ARCHIVE_FUNCTIONS(X)                     \
	X(lib, archive_read_new)                 \
	X(lib, archive_read_free)                \
	X(lib, archive_read_open)                \
	X(lib, archive_read_next_header)         \
	X(lib, archive_read_data_block)          \
	X(lib, archive_read_support_format_tar)  \
	X(lib, archive_read_support_filter_gzip) \
	X(lib, archive_read_support_filter_xz)   \
	X(lib, archive_read_support_filter_zstd) \
	X(lib, archive_filter_bytes)             \
	X(lib, archive_filter_count)             \
	X(lib, archive_error_string)             \
	X(lib, archive_entry_pathname)           \
	X(lib, archive_entry_hardlink)           \
	X(lib, archive_entry_filetype)           \
	X(lib, archive_entry_size)

LIBRARY_TABLE(lib, ARCHIVE_FUNCTIONS);
LIBRARY_NOTE("archive", "Save and load packages as OCI archives", "libarchive.so.13");

static int load_library(struct err *err)
{
	return library_load("libarchive.so.13", "libarchive13", lib_symbols,
			    ARRAY_SIZE(lib_symbols), err);
}

/* What libarchive reads from. */
struct stream {
	struct archive *archive;
	const char *what;  /* for errors */
	int fd;		   /* borrowed */
	struct err failed; /* of a callback, which libarchive knows only as -1 */
	char *chunk;
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
	return err_set(err, EC_CORRUPT, "%s: %s", s->what, why ? why : "cannot be read");
}

/* What was seen of an archive that is read. */
struct reading {
	struct stream stream;
	struct oci_layout *layout;
	struct oci_archive *archive;
	bool has_frame;
	bool has_index;
	bool has_docker; /* manifest.json */
	size_t n_entries;
	uint64_t bytes;	    /* of the files so far */
	struct err refused; /* the first entry that cannot be in an image layout */
};

static la_ssize_t on_read(struct archive *archive, void *arg, const void **out)
{
	struct stream *s = arg;
	ssize_t n;

	do
		n = read(s->fd, s->chunk, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		err_errno(&s->failed, "read %s", s->what);
	*out = s->chunk;
	return n;
}

static int check_size(struct reading *r, uint64_t more, struct err *err)
{
	struct archive *archive = r->stream.archive;
	uint64_t in = lib.archive_filter_bytes(archive, -1);
	uint64_t all = lib.archive_filter_bytes(archive, 0);

	if (more > LIMIT_ARCHIVE || r->bytes > LIMIT_ARCHIVE - more)
		return err_set(err, EC_CORRUPT, "%s: more than %llu bytes in its files",
			       r->stream.what, LIMIT_ARCHIVE);
	if (all > RATIO_FROM && all / RATIO_MAX > in)
		return err_set(err, EC_CORRUPT,
			       "%s: %" PRIu64 " bytes became more than %" PRIu64
			       ": honest content is not compressed so far",
			       r->stream.what, in, all);
	return 0;
}

/* Where the bytes of an entry go. */
struct sink {
	struct oci_blob *blob;
	struct str *text;
};

static int take(struct reading *r, const void *data, size_t n, const struct sink *sink,
		struct err *err)
{
	r->bytes += n;
	if (check_size(r, 0, err) < 0)
		return -1;
	if (sink->text)
		str_add(sink->text, data, n);
	return sink->blob ? oci_blob_write(sink->blob, data, n, err) : 0;
}

/* Reads an entry to its end. A hole (of a sparse file) is refused: it is size without bytes. */
static int read_entry(struct reading *r, const char *name, uint64_t size, const struct sink *sink,
		      struct err *err)
{
	const void *data;
	uint64_t done = 0;
	la_int64_t at;
	size_t n = 0;
	int rc;

	if (check_size(r, size, err) < 0)
		return -1;
	while ((rc = lib.archive_read_data_block(r->stream.archive, &data, &n, &at)) ==
	       ARCHIVE_OK) {
		if ((uint64_t)at != done || n > size - done)
			break;
		if (take(r, data, n, sink, err) < 0)
			return -1;
		done += n;
	}
	if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF)
		return fail(&r->stream, err);
	if (rc == ARCHIVE_OK || done != size)
		return err_set(err, EC_CORRUPT, "%s: %s: a sparse file", r->stream.what, name);
	return 0;
}

/* What is of no use is read here all the same: libarchive would skip any number of bytes. */
static int skip_entry(struct reading *r, struct err *err)
{
	const struct sink nowhere = { 0 };
	const void *data;
	la_int64_t at;
	size_t n = 0;
	int rc;

	while ((rc = lib.archive_read_data_block(r->stream.archive, &data, &n, &at)) == ARCHIVE_OK)
		if (take(r, data, n, &nowhere, err) < 0)
			return -1;
	return rc == ARCHIVE_EOF ? 0 : fail(&r->stream, err);
}

static int read_text(struct reading *r, const char *name, uint64_t size, bool *has, struct str *out,
		     struct err *err)
{
	if (*has)
		return err_set(err, EC_CORRUPT, "%s: %s is there twice", r->stream.what, name);
	*has = true;
	if (read_entry(r, name, size, &(struct sink){ .text = out }, err) < 0)
		return -1;
	return str_check(out, name, err);
}

static int read_frame(struct reading *r, const char *name, uint64_t size, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(FRAME_MAX);
	AUTO(json) json_t *json = NULL;
	const char *version;

	if (read_text(r, name, size, &r->has_frame, &text, err) < 0 ||
	    js_parse(str_text(&text), text.len, name, &json, err) < 0)
		return -1;
	version = json_string_value(json_object_get(json, "imageLayoutVersion"));
	if (version && text_starts(version, "1."))
		return 0;
	return err_set(err, EC_CORRUPT, "%s: not version 1 of the image layout", r->stream.what);
}

static int read_blob(struct reading *r, const char *name, uint64_t size, struct err *err)
{
	AUTO(free) char *text = mem_printf("sha256:%s", name + sizeof(BLOBS) - 1);
	struct oci_archive *archive = r->archive;
	struct oci_archive_blob *blob;

	ARRAY_ROOM(archive->blobs, archive->n_blobs, archive->cap);
	blob = &archive->blobs[archive->n_blobs];
	*blob = (struct oci_archive_blob){ .size_bytes = size };
	if (oci_digest_parse(text, &blob->digest, err) < 0 ||
	    oci_blob_begin(r->layout, &blob->written, err) < 0)
		return -1;
	archive->n_blobs++;
	if (read_entry(r, name, size, &(struct sink){ .blob = blob->written }, err) < 0 ||
	    oci_blob_check(blob->written, &blob->digest, size, err) < 0)
		return err_wrap(err, "%s", r->stream.what);
	return 0;
}

static bool leads_out(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '/' || !strcmp(name, "..") || text_starts(name, "../") ||
	       strstr(name, "/../") || (len > 2 && !strcmp(name + len - 3, "/.."));
}

/* Why an entry cannot be one of an image layout; NULL: it can. */
static const char *objection(struct archive_entry *entry, const char *name)
{
	if (!name)
		return "a name that is not text";
	if (leads_out(name))
		return "the name leads out of the archive";
	if (lib.archive_entry_hardlink(entry))
		return "a hard link";
	switch (lib.archive_entry_filetype(entry)) {
	case AE_IFREG:
	case AE_IFDIR:
		return NULL;
	case AE_IFLNK:
		return "a symbolic link";
	default:
		return "neither a file nor a folder";
	}
}

static int read_file(struct reading *r, const char *name, uint64_t size, struct err *err)
{
	if (!strcmp(name, "oci-layout"))
		return read_frame(r, name, size, err);
	if (!strcmp(name, "index.json"))
		return read_text(r, name, size, &r->has_index, &r->archive->index_json, err);
	if (text_starts(name, BLOBS))
		return read_blob(r, name, size, err);
	if (!strcmp(name, "manifest.json"))
		r->has_docker = true;
	return skip_entry(r, err);
}

/*
 * An entry that is refused does not end the reading at once: Docker's older archives have links, and
 * what they are is more use to a person than that.
 */
static int read_any(struct reading *r, struct archive_entry *entry, struct err *err)
{
	const char *name = lib.archive_entry_pathname(entry), *why = objection(entry, name);
	AUTO(free) char *shown = name ? text_printable(name, strlen(name)) : NULL;
	int64_t size = lib.archive_entry_size(entry);

	if (++r->n_entries > LIMIT_ARCHIVE_ENTRIES)
		return err_set(err, EC_CORRUPT, "%s: more than %d entries", r->stream.what,
			       LIMIT_ARCHIVE_ENTRIES);
	if (why) {
		if (!r->refused.code)
			err_set(&r->refused, EC_CORRUPT, "%s: %s: %s", r->stream.what,
				shown ? shown : "?", why);
		return skip_entry(r, err);
	}
	while (text_starts(name, "./"))
		name += 2;
	if (lib.archive_entry_filetype(entry) == AE_IFDIR)
		return skip_entry(r, err);
	return read_file(r, name, size < 0 ? 0 : size, err);
}

static int judge(const struct reading *r, struct err *err)
{
	const char *what = r->stream.what;

	if (r->has_docker && !r->has_index) {
		err_set(err, EC_CORRUPT, "%s: a docker archive, not an OCI archive", what);
		return err_hint(
			err, "skopeo copy docker-archive:%s oci-archive:OUT makes one of it", what);
	}
	if (r->refused.code) {
		*err = r->refused;
		return -1;
	}
	if (r->has_frame && r->has_index)
		return 0;
	return err_set(err, EC_CORRUPT, "%s: not an OCI archive: %s is missing", what,
		       r->has_frame ? "index.json" : "oci-layout");
}

static int read_all(struct reading *r, struct err *err)
{
	struct archive_entry *entry;
	int rc;

	while ((rc = lib.archive_read_next_header(r->stream.archive, &entry)) == ARCHIVE_OK ||
	       rc == ARCHIVE_WARN) {
		if (r->n_entries == 0 && lib.archive_filter_count(r->stream.archive) > 2)
			return err_set(err, EC_CORRUPT, "%s: compressed more than once",
				       r->stream.what);
		if (read_any(r, entry, err) < 0)
			return -1;
	}
	return rc == ARCHIVE_EOF ? judge(r, err) : fail(&r->stream, err);
}

/* Each blob that waits holds a descriptor. What the system does not give is an error later. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* ARCHIVE_WARN: libarchive would run a program for it, which is not wanted. */
static void allow_filter(struct archive *archive, int (*support)(struct archive *))
{
	struct archive *probe = lib.archive_read_new();

	if (support(probe) == ARCHIVE_OK)
		support(archive);
	lib.archive_read_free(probe);
}

static int open_input(const char *path, int *out_fd, struct err *err)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, "open %s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(err, EC_USAGE, "%s is a directory", path);
	*out_fd = STEAL_FD(fd);
	return 0;
}

static int read_from(int fd, const char *what, struct oci_layout *layout,
		     struct oci_archive *archive, struct err *err)
{
	AUTO(free) char *chunk = mem_alloc(CHUNK);
	struct reading r = { .stream = { .archive = lib.archive_read_new(),
					 .what = what,
					 .fd = fd,
					 .chunk = chunk },
			     .layout = layout,
			     .archive = archive };
	int rc;

	allow_descriptors();
	lib.archive_read_support_format_tar(r.stream.archive);
	allow_filter(r.stream.archive, lib.archive_read_support_filter_gzip);
	allow_filter(r.stream.archive, lib.archive_read_support_filter_xz);
	allow_filter(r.stream.archive, lib.archive_read_support_filter_zstd);
	if (lib.archive_read_open(r.stream.archive, &r.stream, NULL, on_read, NULL) == ARCHIVE_OK)
		rc = read_all(&r, err);
	else
		rc = fail(&r.stream, err);
	lib.archive_read_free(r.stream.archive);
	return rc;
}

static int by_blob(const void *a, const void *b)
{
	const struct oci_archive_blob *x = a, *y = b;

	return strcmp(x->digest.text, y->digest.text);
}

static int check_doubles(const struct oci_archive *archive, const char *what, struct err *err)
{
	for (size_t i = 1; i < archive->n_blobs; i++)
		if (!by_blob(&archive->blobs[i - 1], &archive->blobs[i]))
			return err_set(err, EC_CORRUPT, "%s: blob %s is there twice", what,
				       archive->blobs[i].digest.text);
	return 0;
}

static int sync_all(const struct oci_archive *archive, struct oci_layout *layout, struct err *err)
{
	AUTO(free) struct oci_blob **blobs = mem_array(archive->n_blobs + 1, sizeof(*blobs));

	for (size_t i = 0; i < archive->n_blobs; i++)
		blobs[i] = archive->blobs[i].written;
	return oci_blobs_sync(layout, blobs, archive->n_blobs, err);
}

int oci_archive_read(const char *path, struct oci_layout *layout, struct oci_archive **out,
		     struct err *err)
{
	AUTO(oci_archive) struct oci_archive *archive = mem_alloc(sizeof(*archive));
	AUTO(close) int fd = -1;
	bool is_stdin = !strcmp(path, "-");
	const char *what = is_stdin ? "standard input" : path;

	archive->index_json.max = LIMIT_INDEX;
	if (load_library(err) < 0 || (!is_stdin && open_input(path, &fd, err) < 0) ||
	    read_from(is_stdin ? STDIN_FILENO : fd, what, layout, archive, err) < 0)
		return -1;
	if (archive->n_blobs)
		qsort(archive->blobs, archive->n_blobs, sizeof(*archive->blobs), by_blob);
	if (check_doubles(archive, what, err) < 0 || sync_all(archive, layout, err) < 0)
		return -1;
	*out = STEAL(archive);
	return 0;
}

void oci_archive_free(struct oci_archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->n_blobs; i++)
		oci_blob_free(archive->blobs[i].written);
	free(archive->blobs);
	str_done(&archive->index_json);
	free(archive);
}

const struct oci_archive_blob *oci_archive_find(const struct oci_archive *archive,
						const struct oci_digest *digest)
{
	const struct oci_archive_blob key = { .digest = *digest };

	if (!archive->n_blobs)
		return NULL;
	return bsearch(&key, archive->blobs, archive->n_blobs, sizeof(key), by_blob);
}

int oci_archive_get(const struct oci_archive *archive, const struct oci_digest *digest,
		    struct str *out, struct err *err)
{
	const struct oci_archive_blob *blob = oci_archive_find(archive, digest);
	char *room;
	size_t n = 0;

	if (!blob)
		return err_set(err, EC_NOT_FOUND, "blob %s is not in the archive", digest->text);
	str_cut(out, 0);
	room = str_room(out, blob->size_bytes ? blob->size_bytes : 1);
	if (!room)
		return err_set(err, EC_CORRUPT,
			       "blob %s: %" PRIu64 " bytes are more than the limit of %zu",
			       digest->text, blob->size_bytes, out->max);
	if (oci_blob_read(blob->written, 0, room, blob->size_bytes, &n, err) < 0)
		return -1;
	if (n != blob->size_bytes)
		return err_set(err, EC_FAILED, "blob %s became shorter", digest->text);
	out->len += n;
	room[n] = '\0';
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/archive.h"

#include <inttypes.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/unpack.h"

#define FRAME_MAX 4096 /* the file oci-layout */
#define BLOBS "blobs/sha256/"

/* What was seen of an archive that is read. */
struct reading {
	struct unpack *unpack;
	const char *what; /* for errors */
	struct oci_layout *layout;
	struct oci_archive *archive;
	bool has_frame;
	bool has_index;
	bool has_docker;    /* manifest.json */
	struct err refused; /* the first entry that cannot be in an image layout */
};

/* Where the bytes of an entry go. */
struct sink {
	struct oci_blob *blob;
	struct str *text;
};

/* Reads an entry to its end. */
static int read_entry(struct reading *r, const char *name, const struct sink *sink, struct err *err)
{
	struct span piece;

	do {
		if (unpack_data(r->unpack, &piece, err) < 0)
			return err_wrap(err, "%s", name);
		if (sink->text)
			str_add(sink->text, piece.data, piece.len);
		if (sink->blob && oci_blob_write(sink->blob, piece.data, piece.len, err) < 0)
			return -1;
	} while (piece.len);
	return 0;
}

static int read_text(struct reading *r, const char *name, bool *has, struct str *out,
		     struct err *err)
{
	if (*has)
		return err_set(err, EC_CORRUPT, "%s: %s is there twice", r->what, name);
	*has = true;
	if (read_entry(r, name, &(struct sink){ .text = out }, err) < 0)
		return -1;
	return str_check(out, name, err);
}

static int read_frame(struct reading *r, const char *name, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(FRAME_MAX);
	AUTO(json) json_t *json = NULL;
	const char *version;

	if (read_text(r, name, &r->has_frame, &text, err) < 0 ||
	    js_parse(str_text(&text), text.len, name, &json, err) < 0)
		return -1;
	version = json_string_value(json_object_get(json, "imageLayoutVersion"));
	if (version && text_starts(version, "1."))
		return 0;
	return err_set(err, EC_CORRUPT, "%s: not version 1 of the image layout", r->what);
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
	if (read_entry(r, name, &(struct sink){ .blob = blob->written }, err) < 0 ||
	    oci_blob_check(blob->written, &blob->digest, size, err) < 0)
		return err_wrap(err, "%s", r->what);
	return 0;
}

static bool leads_out(const char *name)
{
	size_t len = strlen(name);

	return name[0] == '/' || !strcmp(name, "..") || text_starts(name, "../") ||
	       strstr(name, "/../") || (len > 2 && !strcmp(name + len - 3, "/.."));
}

/* Why an entry cannot be one of an image layout; NULL: it can. */
static const char *objection(const struct unpack_entry *entry)
{
	if (!entry->name)
		return "a name that is not text";
	if (leads_out(entry->name))
		return "the name leads out of the archive";
	switch (entry->type) {
	case UNPACK_FILE:
	case UNPACK_FOLDER:
		return NULL;
	case UNPACK_HARD_LINK:
		return "a hard link";
	case UNPACK_LINK:
		return "a symbolic link";
	default:
		return "neither a file nor a folder";
	}
}

static int read_file(struct reading *r, const char *name, uint64_t size, struct err *err)
{
	if (!strcmp(name, "oci-layout"))
		return read_frame(r, name, err);
	if (!strcmp(name, "index.json"))
		return read_text(r, name, &r->has_index, &r->archive->index_json, err);
	if (text_starts(name, BLOBS))
		return read_blob(r, name, size, err);
	if (!strcmp(name, "manifest.json"))
		r->has_docker = true;
	return 0;
}

/*
 * An entry that is refused does not end the reading at once: Docker's older archives have links, and
 * what they are is more use to a person than that.
 */
static int read_any(struct reading *r, const struct unpack_entry *entry, struct err *err)
{
	const char *name = entry->name, *why = objection(entry);
	AUTO(free) char *shown = name ? text_printable(name, strlen(name)) : NULL;

	if (why) {
		if (!r->refused.code)
			err_set(&r->refused, EC_CORRUPT, "%s: %s: %s", r->what, shown ? shown : "?",
				why);
		return 0;
	}
	while (text_starts(name, "./"))
		name += 2;
	return entry->type == UNPACK_FOLDER ? 0 : read_file(r, name, entry->size, err);
}

static int judge(const struct reading *r, struct err *err)
{
	const char *what = r->what;

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
	struct unpack_entry entry;

	for (;;) {
		if (unpack_next(r->unpack, &entry, err) < 0)
			return -1;
		if (entry.type == UNPACK_END)
			return judge(r, err);
		if (read_any(r, &entry, err) < 0)
			return -1;
	}
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
	const struct unpack_limits limits = { LIMIT_ARCHIVE, LIMIT_ARCHIVE_ENTRIES };
	AUTO(unpack) struct unpack *unpack = NULL;
	struct reading r = { .what = what, .layout = layout, .archive = archive };

	allow_descriptors();
	if (unpack_open_fd(fd, what, UNPACK_TAR, &limits, &unpack, err) < 0)
		return -1;
	r.unpack = unpack;
	return read_all(&r, err);
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
	if ((!is_stdin && open_input(path, &fd, err) < 0) ||
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

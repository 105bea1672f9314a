// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/layout_priv.h"
#include "oci/mediatype.h"

static const char frame[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
static const char no_entries[] =
	"{\"manifests\":[],\"mediaType\":\"" OCI_TYPE_INDEX "\",\"schemaVersion\":2}";

#define FRAME_MAX 4096

static int check_frame(int dir, const char *path, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(FRAME_MAX);
	AUTO(json) json_t *json = NULL;
	const char *version;

	if (fs_read(dir, "oci-layout", &text, err) < 0 ||
	    js_parse(str_text(&text), text.len, "oci-layout", &json, err) < 0)
		return err_wrap(err, "%s", path);
	version = json_string_value(json_object_get(json, "imageLayoutVersion"));
	if (!version || !text_starts(version, "1."))
		return err_set(err, EC_CORRUPT, "%s: oci-layout: not version 1 of the image layout",
			       path);
	return 0;
}

static int write_file(const struct oci_layout *layout, const char *name, const char *text,
		      size_t len, struct err *err)
{
	return layout->is_passing ? fs_write_lightly(layout->dir, name, text, len, 0644, err)
				  : fs_write(layout->dir, name, text, len, 0644, err);
}

/* index.json comes last: where there is neither it nor a blob, nothing was begun that counts. */
static int make_frame(const struct oci_layout *layout, struct err *err)
{
	AUTO(close) int blobs = -1;

	if (fs_open_dir(layout->dir, "blobs/sha256", 0755, &blobs, err) < 0)
		return -1;
	if (write_file(layout, "oci-layout", frame, sizeof(frame) - 1, err) < 0)
		return -1;
	if (fs_exists(layout->dir, "index.json"))
		return 0;
	return write_file(layout, "index.json", no_entries, sizeof(no_entries) - 1, err);
}

static int incomplete(const char *path, const char *what, struct err *err)
{
	err_set(err, EC_CORRUPT, "%s: not a complete image layout: %s is missing", path, what);
	return err_hint(err, "'epm fsck' makes it again from what is there");
}

static bool has_blobs(int dir)
{
	AUTO(close) int fd = openat(dir, "blobs/sha256", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(closedir) DIR *blobs = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!blobs)
		return false;
	STEAL_FD(fd);
	while ((entry = readdir(blobs)))
		if (entry->d_name[0] != '.')
			return true;
	return false;
}

/*
 * What a directory is: a layout (0), none at all (NOT_FOUND) or a part of one (CORRUPT). Somebody
 * may be making it at this moment, so that what is made last is looked at first.
 */
static int look(int dir, const char *path, struct err *err)
{
	bool has_any = has_blobs(dir);
	bool has_index = fs_exists(dir, "index.json");
	bool has_frame = fs_exists(dir, "oci-layout");

	if (!has_index && !has_any)
		return err_set(err, EC_NOT_FOUND, "%s: no image layout", path);
	if (!has_frame || !has_index)
		return incomplete(path, has_frame ? "index.json" : "oci-layout", err);
	if (!fs_is_dir(dir, "blobs/sha256"))
		return incomplete(path, "blobs/sha256", err);
	return check_frame(dir, path, err);
}

/* Two that make it at once: the lock makes the second see what the first has made. */
static int make(struct oci_layout *layout, struct err *err)
{
	struct err seen = { 0 };
	int rc = 0;

	if (oci_layout_lock(layout, err) < 0)
		return -1;
	if (look(layout->dir, layout->path, &seen) < 0) {
		if (seen.code == EC_NOT_FOUND) {
			rc = make_frame(layout, err);
		} else {
			*err = seen;
			rc = -1;
		}
	}
	oci_layout_unlock(layout);
	return rc;
}

static struct oci_layout *layout_new(const char *path)
{
	struct oci_layout *layout = mem_alloc(sizeof(*layout));

	layout->path = mem_text(path);
	layout->dir = layout->blobs = layout->ingest = layout->lock = -1;
	return layout;
}

static int open_layout(const char *path, bool creates, bool is_passing, struct oci_layout **out,
		       struct err *err)
{
	AUTO(oci_layout) struct oci_layout *layout = layout_new(path);

	layout->is_passing = is_passing;
	if (fs_open_dir(AT_FDCWD, path, creates ? 0755 : 0, &layout->dir, err) < 0)
		return -1;
	if (look(layout->dir, path, err) < 0) {
		if (!creates || err->code != EC_NOT_FOUND || make(layout, err) < 0)
			return -1;
	}
	if (fs_open_dir(layout->dir, "blobs/sha256", 0, &layout->blobs, err) < 0)
		return err_wrap(err, "%s", path);
	*out = STEAL(layout);
	return 0;
}

int oci_layout_open(const char *path, bool creates, struct oci_layout **out, struct err *err)
{
	return open_layout(path, creates, false, out, err);
}

int oci_layout_open_passing(const char *path, struct oci_layout **out, struct err *err)
{
	return open_layout(path, true, true, out, err);
}

int oci_layout_repair(const char *path, struct err *err)
{
	AUTO(oci_layout) struct oci_layout *layout = layout_new(path);

	if (fs_open_dir(AT_FDCWD, path, 0755, &layout->dir, err) < 0 ||
	    oci_layout_lock(layout, err) < 0)
		return -1;
	return make_frame(layout, err);
}

void oci_layout_close(struct oci_layout *layout)
{
	if (!layout)
		return;
	oci_layout_unlock(layout);
	if (layout->blobs >= 0)
		close(layout->blobs);
	if (layout->ingest >= 0)
		close(layout->ingest);
	if (layout->dir >= 0)
		close(layout->dir);
	free(layout->path);
	free(layout);
}

const char *oci_layout_path(const struct oci_layout *layout)
{
	return layout->path;
}

int oci_layout_dir(const struct oci_layout *layout)
{
	return layout->dir;
}

int oci_layout_lock(struct oci_layout *layout, struct err *err)
{
	if (fs_lock(layout->dir, "lock", &layout->lock, err) < 0)
		return err_wrap(err, "%s", layout->path);
	log_trace(TRACE_store, "locked %s", layout->path);
	return 0;
}

void oci_layout_unlock(struct oci_layout *layout)
{
	if (layout->lock < 0)
		return;
	close(layout->lock);
	layout->lock = -1;
}

int oci_layout_sync(struct oci_layout *layout, struct err *err)
{
	return layout->is_passing ? 0 : fs_sync_dir(layout->blobs, "blobs", err);
}

static int64_t later_ns(const struct timespec *a, const struct timespec *b)
{
	int64_t x = a->tv_sec * 1000000000ll + a->tv_nsec;
	int64_t y = b->tv_sec * 1000000000ll + b->tv_nsec;

	return x > y ? x : y;
}

int oci_layout_stamp(struct oci_layout *layout, struct oci_stamp *out, struct err *err)
{
	struct stat st;

	if (fstatat(layout->dir, "index.json", &st, 0) < 0) {
		if (errno == ENOENT)
			return incomplete(layout->path, "index.json", err);
		return err_errno(err, "%s: index.json", layout->path);
	}
	*out = (struct oci_stamp){
		.device = st.st_dev,
		.inode = st.st_ino,
		.size_bytes = st.st_size,
		.changed_ns = later_ns(&st.st_mtim, &st.st_ctim),
	};
	return 0;
}

int oci_layout_read_index(struct oci_layout *layout, struct str *out, struct oci_stamp *stamp,
			  struct err *err)
{
	if (stamp && oci_layout_stamp(layout, stamp, err) < 0)
		return -1;
	if (fs_read(layout->dir, "index.json", out, err) == 0)
		return 0;
	if (err->code == EC_NOT_FOUND)
		return incomplete(layout->path, "index.json", err);
	return err_wrap(err, "%s", layout->path);
}

int oci_layout_read_backup(struct oci_layout *layout, struct str *out, struct err *err)
{
	return fs_read(layout->dir, "index.json.bak", out, err);
}

/*
 * A second name for the index that is about to be replaced. rename() does nothing when both names
 * are the same file already (a change that failed after this step), hence the last line.
 */
static int keep_backup(struct oci_layout *layout, struct err *err)
{
	static const char temp[] = ".index.json.bak.tmp";
	int rc = 0;

	unlinkat(layout->dir, temp, 0);
	if (linkat(layout->dir, "index.json", layout->dir, temp, 0) < 0) {
		/* no hard links here (FAT, some network file systems): go without */
		if (errno == ENOENT || errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK)
			return 0;
		return err_errno(err, "link index.json.bak");
	}
	if (renameat(layout->dir, temp, layout->dir, "index.json.bak") < 0)
		rc = err_errno(err, "rename to index.json.bak");
	unlinkat(layout->dir, temp, 0);
	return rc;
}

int oci_layout_replace_index(struct oci_layout *layout, const char *text, size_t len,
			     struct err *err)
{
	if (len > LIMIT_INDEX)
		return err_set(err, EC_FAILED, "%s: index.json would be larger than %u bytes",
			       layout->path, LIMIT_INDEX);
	if ((!layout->is_passing && keep_backup(layout, err) < 0) ||
	    write_file(layout, "index.json", text, len, err) < 0)
		return err_wrap(err, "%s", layout->path);
	return 0;
}

int oci_layout_set_index_aside(struct oci_layout *layout, struct err *err)
{
	if (renameat(layout->dir, "index.json", layout->dir, "index.json.broken") < 0 &&
	    errno != ENOENT)
		return err_errno(err, "rename to index.json.broken");
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_FS_H
#define EPM_BASE_FS_H

/*
 * Files. State is written as temporary file, fsync, rename, fsync of the folder, so that a reader
 * sees the old or the new content and never a part. Names are relative to a directory descriptor
 * (AT_FDCWD where the person named a path). All descriptors are close-on-exec.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* The whole file into out (its max is the limit). NOT_FOUND, DENIED, CORRUPT when too large. */
int fs_read(int dir, const char *name, struct str *out, struct err *err) MUST_CHECK;

/* All that comes from a descriptor until its end. */
int fs_read_fd(int fd, const char *what, struct str *out, struct err *err) MUST_CHECK;

/* Writes everything, going on after short writes and EINTR. */
int fs_write_fd(int fd, const void *data, size_t size, const char *what,
		struct err *err) MUST_CHECK;

/* Atomic and durable, see above. An existing file is replaced. Nothing is left on failure. */
int fs_write(int dir, const char *name, const void *data, size_t size, mode_t mode,
	     struct err *err) MUST_CHECK;

/*
 * A new file with exactly these bits of mode, durable. EXISTS when there is something of this name,
 * also a link; nothing is left on any other failure.
 */
int fs_create(int dir, const char *name, const void *data, size_t size, mode_t mode,
	      struct err *err) MUST_CHECK;

/* The same for what may be lost with the power: nothing waits for the disk. */
int fs_write_lightly(int dir, const char *name, const void *data, size_t size, mode_t mode,
		     struct err *err) MUST_CHECK;

/*
 * The same as fs_write() for what comes piece by piece: write into fd, then fs_temp_commit(), after which only
 * fs_temp_done() is left to call. What was not committed is deleted by fs_temp_done(). dir is
 * borrowed.
 */
struct fs_temp {
	int dir;
	int fd;
	char *name; /* what it will be called */
	char *temp; /* what it is called; NULL once it is committed, and where nothing is renamed */
};

int fs_temp_open(int dir, const char *name, mode_t mode, struct fs_temp *out,
		 struct err *err) MUST_CHECK;
int fs_temp_commit(struct fs_temp *temp, struct err *err) MUST_CHECK;
void fs_temp_done(struct fs_temp *temp); /* also of zeroed memory */
AUTO_STRUCT(fs_temp, struct fs_temp, fs_temp_done);

/*
 * What a person named to be written, "-": standard output. A regular file is replaced as above, also
 * where links lead to it, which stay; anything else (a device, a pipe) is written into, never
 * replaced. Mode 0666 before the umask.
 */
int fs_output(const char *path, const void *data, size_t size, struct err *err) MUST_CHECK;
int fs_output_open(const char *path, struct fs_temp *out, struct err *err) MUST_CHECK;

/* Open a directory, making it and its parents where missing (mode before the umask). */
int fs_open_dir(int dir, const char *name, mode_t mode, int *out_fd, struct err *err) MUST_CHECK;

/* Take a whole-file lock, waiting for it; the descriptor holds it until closed. */
int fs_lock(int dir, const char *name, int *out_fd, struct err *err) MUST_CHECK;

/*
 * Delete a folder of our own making with all that is in it, following no link, not leaving its file
 * system, at most eight levels deep. What cannot be deleted stays; nothing is said.
 */
void fs_remove_tree(int dir, const char *name);

bool fs_exists(int dir, const char *name);
bool fs_is_dir(int dir, const char *name);
int fs_sync_dir(int dir, const char *what, struct err *err) MUST_CHECK;

const char *path_base(const char *path); /* what stands after the last slash */

/*
 * The file that a path leads to when it is a symbolic link, also where that file is not there yet;
 * so that fs_write() changes the file and leaves the link. The caller frees it.
 */
char *path_follow(const char *path);
char *path_join(const char *folder, const char *name); /* the caller frees it */

#endif

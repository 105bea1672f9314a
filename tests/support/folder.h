// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

/* A folder of a test's own. */
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/str.h"

static char folder_path[64];

static inline int folder_setup(void **state)
{
	(void)state;
	snprintf(folder_path, sizeof(folder_path), "/tmp/epm-unit.XXXXXX");
	return mkdtemp(folder_path) ? 0 : -1;
}

static inline int folder_teardown(void **state)
{
	(void)state;
	fs_remove_tree(AT_FDCWD, folder_path);
	return 0;
}

/* A path in it; the caller frees it. */
static inline char *folder_at(const char *name)
{
	return path_join(folder_path, name);
}

/* A file with its folders. */
static inline void folder_put(const char *name, struct span bytes)
{
	AUTO(free) char *path = folder_at(name);
	AUTO(free) char *parent = mem_textn(path, path_base(path) - path);
	AUTO(close) int fd = -1;
	struct err err;

	if (fs_open_dir(AT_FDCWD, parent, 0700, &fd, &err) < 0 ||
	    fs_write_lightly(AT_FDCWD, path, bytes.data, bytes.len, 0600, &err) < 0)
		fail_msg("%s", err.text);
}

#endif

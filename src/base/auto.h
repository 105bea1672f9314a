// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_AUTO_H
#define EPM_BASE_AUTO_H

/*
 * Ownership by scope. AUTO(x) before a variable frees it when its scope ends; ownership leaves by
 * return STEAL(p) or *out = STEAL(p) only.
 *
 *	AUTO(free) char *path = NULL;
 *	AUTO(close) int fd = -1;
 *	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
 *
 * A module makes its own with AUTO_POINTER(name, struct type, x_free), for pointers, and
 * AUTO_STRUCT(name, struct type, x_done), for structs held by value.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define AUTO(name) __attribute__((cleanup(auto_##name)))

#define AUTO_POINTER(name, type, release)        \
	static inline void auto_##name(type **p) \
	{                                        \
		release(*p);                     \
	}                                        \
	struct auto_swallow_semicolon

#define AUTO_STRUCT(name, type, release)        \
	static inline void auto_##name(type *p) \
	{                                       \
		release(p);                     \
	}                                       \
	struct auto_swallow_semicolon

#define STEAL(p)                             \
	({                                   \
		__typeof__(p) stolen_ = (p); \
		(p) = NULL;                  \
		stolen_;                     \
	})

#define STEAL_FD(fd)                \
	({                          \
		int stolen_ = (fd); \
		(fd) = -1;          \
		stolen_;            \
	})

static inline void auto_free(void *p)
{
	free(*(void **)p);
}

static inline void auto_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void auto_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void auto_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#endif

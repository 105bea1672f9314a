// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_DATA_H
#define TESTS_SUPPORT_DATA_H

/* Files of tests/data; the build defines TEST_DATA. */
#include <fcntl.h>

#include "base/fs.h"
#include "base/limits.h"

static inline struct str data_read(const char *path)
{
	struct str out = STR_MAX(LIMIT_OBJECT);
	struct err err;

	if (fs_read(AT_FDCWD, path, &out, &err) < 0)
		fail_msg("%s", err.text);
	return out;
}

#endif

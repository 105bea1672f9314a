// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_IDENTITY_H
#define EPM_BASE_IDENTITY_H

/*
 * Whose rights the process uses. Under sudo epm acts as the person who typed the command: from
 * identity_start() on, the effective (and file system) uid and gid are theirs, and root is taken
 * back only between identity_raise() and identity_lower(), around what needs the kernel. Children
 * are started with the person's ids for good (spawn.h). Without sudo nothing changes.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* Reads SUDO_UID and SUDO_GID; they count only for a process that root started. DENIED, USAGE. */
int identity_start(struct err *err) MUST_CHECK;

/* Home of the person epm acts for: under sudo theirs from the password file, else $HOME. */
int identity_home(char **out, struct err *err) MUST_CHECK;

bool identity_has_root(void); /* root can be had: running as root, or raised, or under sudo */

/* Nest: each raise needs its lower. Both do nothing without sudo. A failure aborts the process. */
void identity_raise(void);
void identity_lower(void);

/* In a child, before exec: give root up for good. -1 with errno. */
int identity_drop_for_good(void);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_LOCKED_H
#define EPM_CMD_LOCKED_H

/* Running what a lock file pins a name to, and nothing else. */
#include "cmd/command.h"
#include "pkg/lock.h"
#include "pkg/package.h"
#include "pkg/trust.h"

struct cmd_locked {
	struct lock lock;
	const struct lock_pin *pin; /* of the name; borrowed from the lock */
	char *reference;	    /* NAME@DIGEST */
};

/* file: NULL for the usual one. NOT_FOUND, CORRUPT; UNTRUSTED when the name is not pinned. */
int cmd_locked_open(const struct cmd_env *env, const char *file, const char *text,
		    struct cmd_locked *out, struct err *err) MUST_CHECK;
void cmd_locked_done(struct cmd_locked *locked);
AUTO_STRUCT(cmd_locked, struct cmd_locked, cmd_locked_done);

/* The name leads to what is pinned in the store. */
bool cmd_locked_is_here(const struct cmd_env *env, const struct cmd_locked *locked);

/* What was found is what is pinned; and those who signed it are: UNTRUSTED. */
int cmd_locked_check(const struct cmd_locked *locked, const struct package *package,
		     const struct trust_decision *decision, struct err *err) MUST_CHECK;

#endif

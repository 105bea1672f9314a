// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_LIST_H
#define EPM_CMD_LIST_H

/* THE list of commands, in the order of the help. Each X(name) is a struct cmd cmd_name. */
#include "cmd/command.h"

/* clang-format off */
#define CMD_LIST(X) \
	X(build) \
	X(run) \
	X(check) \
	X(doctor) \
	X(vmlinux) \
	X(pull) \
	X(push) \
	X(copy) \
	X(tags) \
	X(ls) \
	X(inspect) \
	X(tag) \
	X(rm) \
	X(prune) \
	X(fsck) \
	X(save) \
	X(load) \
	X(sign) \
	X(attest) \
	X(verify) \
	X(trust) \
	X(lock) \
	X(key) \
	X(login) \
	X(logout) \
	X(config) \
	X(version) \
	X(complete) \
	X(spec)
/* clang-format on */

#define CMD_DECLARE(name) extern const struct cmd cmd_##name;
CMD_LIST(CMD_DECLARE)
#undef CMD_DECLARE

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_TRUST_H
#define EPM_CMD_TRUST_H

/* Between the files of "epm trust": its options, and the actions. */
#include "cmd/command.h"
#include "cmd/remote.h"

struct trust_options {
	struct cli_common common;
	const char *scope;
	const char *identity, *identity_pattern;
	const char *issuer, *issuer_pattern;
	const char *store;
	struct cli_list subjects;
	const char *trusted_root;
	const char *name;
	struct cli_list deny;
	uint64_t threshold;
	bool allows_unsigned;
	bool is_system;
	bool is_remote;
	bool wants_json;
	struct cmd_remote remote;
};

/* args without the action. */
int cmd_trust_add(const struct cmd_env *env, const struct trust_options *o,
		  const char *const *paths, size_t n_keys, struct err *err) MUST_CHECK;
int cmd_trust_remove(const struct cmd_env *env, const struct trust_options *o,
		     const char *const *who, size_t n_who, struct err *err) MUST_CHECK;
int cmd_trust_revoke(const struct cmd_env *env, const struct trust_options *o,
		     const char *const *keys, size_t n_keys, struct err *err) MUST_CHECK;
int cmd_trust_list(const struct cmd_env *env, const struct trust_options *o,
		   struct err *err) MUST_CHECK;
int cmd_trust_test(const struct cmd_env *env, const struct trust_options *o, const char *text,
		   struct err *err) MUST_CHECK;

#endif

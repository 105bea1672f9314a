// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_GATE_H
#define EPM_CMD_GATE_H

/*
 * The gate that everything goes through on its way into the kernel: the trust policy's decision
 * (pkg/trust.h) on a package of the store or a file, and what the policy denies.
 */
#include "base/auto.h"
#include "base/err.h"
#include "cmd/command.h"
#include "cmd/subject.h"
#include "pkg/package.h"
#include "pkg/trust.h"
#include "run/loader.h"

#define CMD_SYSTEM_POLICY "/etc/epm/policy.yaml"

#define CMD_ALLOW_UNSIGNED_OPTION(type)                                              \
	{                                                                            \
		.name = "allow-unsigned", .kind = CLI_FLAG,                          \
		.offset = offsetof(type, allows_unsigned),                           \
		.help = "go on with what the trust policy does not trust, this once" \
	}

/* CORRUPT, DENIED: the policy cannot be read; then nothing is trusted. */
int cmd_trust_open(const struct cmd_env *env, bool allows_unsigned, struct trust *out,
		   struct err *err) MUST_CHECK;
void cmd_trust_done(struct trust *trust);
AUTO_STRUCT(cmd_trust, struct trust, cmd_trust_done);

/* What rules are found by for a file: its absolute path without links; "-" is "stdin". */
char *cmd_place_of_file(const char *path);

/* What rules are found by for something in the store or at a registry. Owned. */
char *cmd_place_of_subject(const struct cmd_subject *subject);

/* Of a registry's: as a pull would decide. */
int cmd_decide_subject(const struct trust *trust, const struct cmd_subject *subject,
		       struct trust_decision *out, struct err *err) MUST_CHECK;

/*
 * Let a package through or refuse it: UNTRUSTED. file: where it was read from ("-": standard
 * input); NULL: from the store.
 */
struct cmd_passed {  /* what the gate let through */
	char *place; /* for cmd_gate_deny() */
	struct trust_decision decision;
};

void cmd_passed_done(struct cmd_passed *passed);
AUTO_STRUCT(cmd_passed, struct cmd_passed, cmd_passed_done);

int cmd_gate(const struct trust *trust, const struct package *package, const char *file,
	     struct cmd_passed *out, struct err *err) MUST_CHECK;

/* UNTRUSTED, naming what the policy denies of what the opened object would do. */
int cmd_gate_deny(const struct trust *trust, const char *place, const struct loader *loader,
		  struct err *err) MUST_CHECK;

#endif

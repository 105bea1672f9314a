// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_SUBJECT_H
#define EPM_CMD_SUBJECT_H

/*
 * What sign, attest and verify are about: a manifest or an image index with the signatures there
 * are of it, in the store, or at a registry when the store does not have it or --remote is given.
 * Of a registry's only documents and signatures are fetched, into a store for the length of the
 * command; no layer of a package.
 */
#include "cmd/remote.h"
#include "pkg/scratch.h"

struct cmd_subject { /* points into itself: not to be copied */
	bool is_remote;
	struct cmd_session session; /* open where is_remote */
	struct scratch scratch;
	struct store *
		store; /* has documents and signatures: the person's, or where is_remote scratch's */
	char *name;    /* whole, as it is called for a person */
	struct oci_digest digest;
	char *media_type;
	uint64_t size_bytes; /* of the manifest */
	char *origin;	     /* as store_target has them, where it is from the store */
	struct oci_digest root;
};

enum cmd_subject_how {
	CMD_SUBJECT_REMOTE = 1, /* at the registry, also when the store has it */
	CMD_SUBJECT_WRITES = 2, /* the store is going to be written, so that DENIED comes now */
};

static inline unsigned int cmd_subject_how(bool is_remote, bool writes)
{
	return (is_remote ? CMD_SUBJECT_REMOTE : 0) | (writes ? CMD_SUBJECT_WRITES : 0);
}

/* NOT_FOUND, NETWORK, …: as cmd_view_open() and store_resolve(). how: of enum cmd_subject_how. */
int cmd_subject_open(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		     unsigned int how, struct cmd_subject *out, struct err *err) MUST_CHECK;
void cmd_subject_done(struct cmd_subject *subject);
AUTO_STRUCT(cmd_subject, struct cmd_subject, cmd_subject_done);

#endif

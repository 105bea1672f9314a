// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_BUILD_SIGN_H
#define EPM_CMD_BUILD_SIGN_H

/* "epm build" signs what it has made, and attests how. */
#include "build/build.h"
#include "cmd/signer.h"

struct build_sign {
	struct cmd_signer_options who;
	bool wants_provenance;
};

#define BUILD_SIGN_OPTIONS(type, at)                                                            \
	{ .name = "sign",                                                                       \
	  .kind = CLI_TEXT,                                                                     \
	  .offset = offsetof(type, at.who.key_file),                                            \
	  .value = "KEY",                                                                       \
	  .help = "sign the package in the store with this private key",                        \
	  .words = CLI_WORDS_FILE },                                                            \
		{ .name = "provenance",                                                         \
		  .kind = CLI_FLAG,                                                             \
		  .offset = offsetof(type, at.wants_provenance),                                \
		  .help = "attest how it was built, by the key of --sign, else by EPM_KEY's" }, \
	{                                                                                       \
		.name = "password-stdin", .kind = CLI_FLAG,                                     \
		.offset = offsetof(type, at.who.is_password_stdin),                             \
		.help = "read the passphrase of the key from standard input"                    \
	}

/* Before anything is compiled; nothing where nothing is to be signed. As cmd_signer_open(). */
int build_sign_open(const struct cmd_env *env, const struct build_sign *what,
		    struct cmd_signer *out, struct err *err) MUST_CHECK;

/* What was saved. All is borrowed. */
struct build_saved {
	const struct built *built;
	const char *name;   /* what it is called */
	const char *digest; /* of its manifest */
};
int build_sign(const struct cmd_env *env, const struct build_sign *what,
	       const struct signer *signer, const struct build_saved *saved,
	       struct err *err) MUST_CHECK;

/* The predicate of the provenance, unsigned. */
int build_write_provenance(const char *path, const struct built *built, struct err *err) MUST_CHECK;

#endif

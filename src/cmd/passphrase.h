// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_PASSPHRASE_H
#define EPM_CMD_PASSPHRASE_H

/*
 * Where the passphrase of a private key comes from: standard input (--password-stdin), else
 * EPM_KEY_PASSWORD, also when that is empty, else the terminal.
 */
#include "base/err.h"
#include "base/str.h"
#include "cli/option.h"
#include "sign/key.h"

#define CMD_PASSPHRASE_STDIN_OPTION(type)                         \
	{                                                         \
		.name = "password-stdin", .kind = CLI_FLAG,       \
		.offset = offsetof(type, is_password_stdin),      \
		.help = "read the passphrase from standard input" \
	}

/* For keys that are read. Standard input is read once, when it is needed first. */
struct cmd_passphrase {
	bool is_stdin;
	bool has_read;
	struct str kept;
};

/*
 * A key of a file, private or public, with its passphrase where it needs one. NOT_FOUND, DENIED, and
 * what sign_key_read() sets.
 */
int cmd_key_read(const char *path, struct cmd_passphrase *passphrase, struct sign_key **out,
		 struct err *err) MUST_CHECK;

/* The same of public keys and certificates only: USAGE for a private key, with what to do. */
int cmd_key_read_public(const char *path, struct sign_key **out, struct err *err) MUST_CHECK;

void cmd_passphrase_done(struct cmd_passphrase *passphrase);
AUTO_STRUCT(cmd_passphrase, struct cmd_passphrase, cmd_passphrase_done);

/*
 * For a key that is made: twice at the terminal. Not empty. USAGE when there is none to ask at, or
 * when both differ. Appended to out, which the caller wipes.
 */
int cmd_passphrase_new(bool is_password_stdin, struct str *out, struct err *err) MUST_CHECK;

#endif

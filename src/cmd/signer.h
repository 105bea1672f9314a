// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_SIGNER_H
#define EPM_CMD_SIGNER_H

/*
 * What commands that sign share: who signs, by options and environment, and the signing itself, in
 * the store or at a registry.
 */
#include "base/err.h"
#include "cmd/passphrase.h"
#include "cmd/services.h"
#include "cmd/subject.h"
#include "pkg/signing.h"

/* Who is asked for. */
struct cmd_signer_options {
	const char *key_file; /* NULL: EPM_KEY names it, but where an identity is to sign */
	bool is_password_stdin;
	struct cmd_services services;
};

/* Rows for a table of options; `type` has a struct cmd_signer_options called `who`. */
#define CMD_SIGNER_OPTIONS(type)                                              \
	{ .name = "key",                                                      \
	  .letter = 'k',                                                      \
	  .kind = CLI_TEXT,                                                   \
	  .offset = offsetof(type, who.key_file),                             \
	  .value = "FILE",                                                    \
	  .help = "sign with this private key; without it EPM_KEY names one", \
	  .words = CLI_WORDS_FILE },                                          \
		CMD_PASSWORD_OPTION(type), CMD_SERVICES_OPTIONS(type, who.services)

#define CMD_PASSWORD_OPTION(type)                                            \
	{                                                                    \
		.name = "password-stdin", .kind = CLI_FLAG,                  \
		.offset = offsetof(type, who.is_password_stdin),             \
		.help = "read the passphrase of the key from standard input" \
	}

struct cmd_signer { /* points into itself: not to be copied */
	struct cmd_passphrase passphrase;
	struct sign_key *key;
	struct cmd_keyless keyless;
	struct signer signer; /* what the rest is for */
};

/*
 * NOT_FOUND, DENIED, CORRUPT, UNSUPPORTED of the key's file, and of cmd_keyless_open() where services
 * are named; USAGE when nobody is. May ask for the passphrase. Everything is borrowed.
 */
int cmd_signer_open(const struct cmd_env *env, const struct cmd_remote *remote,
		    const struct cmd_signer_options *options, struct cmd_signer *out,
		    struct err *err) MUST_CHECK;
void cmd_signer_done(struct cmd_signer *signer);
AUTO_STRUCT(cmd_signer, struct cmd_signer, cmd_signer_done);

/* Whether EPM_KEY names a key, for whom signing is optional. */
bool cmd_signer_is_named(const struct cmd_signer_options *options);

/* "KEY=VALUE" of -a as an object; NULL where there are none. USAGE for others, and for a KEY twice. */
int cmd_annotations_parse(const struct cli_list *list, json_t **out, struct err *err) MUST_CHECK;

/* A row: --format; `type` has a const char * called `format`. */
#define CMD_FORMAT_OPTION(type)                                                                  \
	{                                                                                        \
		.name = "format", .kind = CLI_TEXT, .offset = offsetof(type, format),            \
		.value = "FORMAT",                                                               \
		.help = "bundle, or simple: cosign's older form, under a tag [default: bundle]", \
		.words = CLI_WORDS_LIST, .choices = "bundle simple"                              \
	}

bool cmd_format_is_simple(const char *word);

/*
 * The reference without tag and digest, as it is written into what is signed: "ghcr.io/x/opensnoop".
 * The caller frees it.
 */
char *cmd_subject_repository(const char *name);

/*
 * Sign what `subject` is, with what `signing` says but for the store and the time. At a registry the
 * signatures are there when it returns.
 */
int cmd_subject_sign(const struct cmd_env *env, struct cmd_subject *subject,
		     const struct signing *signing, struct signing_report *out,
		     struct err *err) MUST_CHECK;

/* The same in a store. name: what it is called in errors. */
int cmd_store_sign(struct store *store, const struct oci_digest *digest, const char *name,
		   const struct signing *how, struct signing_report *out,
		   struct err *err) MUST_CHECK;

/* Tell: on stderr what was done, to out a line "NAME@DIGEST SIGNATURE" for each, or JSON. */
struct cmd_sign_outcome {
	const struct signing *signing;
	const struct signing_report *report;
	const char *name; /* whole */
	bool is_remote;	  /* at the registry; else in the store */
	bool wants_json;
};
void cmd_sign_tell(const struct cmd_sign_outcome *outcome, struct str *out);
void cmd_sign_note(const struct cmd_sign_outcome *outcome); /* only the first */

#endif

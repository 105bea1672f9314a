// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_BELIEVED_H
#define EPM_CMD_BELIEVED_H

/* Whose signatures are believed, by options: keys, identities of certificates, trust stores. */
#include "cli/option.h"
#include "pkg/verify.h"

struct cmd_believed_options {
	struct cli_list keys;
	const char *identity, *identity_pattern;
	const char *issuer, *issuer_pattern;
	const char *root_file;
	struct cli_list trust_stores;
	struct cli_list subjects;
	bool wants_log;
	bool without_log;
	bool without_sct;
};

#define CMD_BELIEVED_ROW(long_name, type, member, value_name, text, complete)           \
	{                                                                               \
		.name = long_name, .kind = type, .offset = member, .value = value_name, \
		.help = text, .words = complete                                         \
	}

/* Rows for a table of options; `type` has a struct cmd_believed_options called `believed`. */
#define CMD_BELIEVED_OPTIONS(type)                                                                 \
	{ .name = "key",                                                                           \
	  .letter = 'k',                                                                           \
	  .kind = CLI_LIST,                                                                        \
	  .offset = offsetof(type, believed.keys),                                                 \
	  .value = "FILE",                                                                         \
	  .help = "believe this public key (PEM), or that of a certificate; may be given several " \
		  "times",                                                                         \
	  .words = CLI_WORDS_FILE },                                                               \
		CMD_BELIEVED_ROW("certificate-identity", CLI_TEXT,                                 \
				 offsetof(type, believed.identity), "NAME",                        \
				 "believe this mail address or URI in a certificate of sigstore",  \
				 CLI_WORDS_NONE),                                                  \
		CMD_BELIEVED_ROW("certificate-identity-regexp", CLI_TEXT,                          \
				 offsetof(type, believed.identity_pattern), "PATTERN",             \
				 "the same as a regular expression for all of the name",           \
				 CLI_WORDS_NONE),                                                  \
		CMD_BELIEVED_ROW("certificate-oidc-issuer", CLI_TEXT,                              \
				 offsetof(type, believed.issuer), "URL",                           \
				 "who has to have vouched for that identity", CLI_WORDS_NONE),     \
		CMD_BELIEVED_ROW("certificate-oidc-issuer-regexp", CLI_TEXT,                       \
				 offsetof(type, believed.issuer_pattern), "PATTERN",               \
				 "the same as a regular expression", CLI_WORDS_NONE),              \
		CMD_BELIEVED_ROW("trusted-root", CLI_TEXT, offsetof(type, believed.root_file),     \
				 "FILE",                                                           \
				 "authorities and logs that certificates are verified by (JSON)",  \
				 CLI_WORDS_FILE),                                                  \
		CMD_BELIEVED_ROW("trust-store", CLI_LIST, offsetof(type, believed.trust_stores),   \
				 "PATH",                                                           \
				 "certificates that signatures of notation are verified by",       \
				 CLI_WORDS_FILE),                                                  \
		CMD_BELIEVED_ROW("subject", CLI_LIST, offsetof(type, believed.subjects), "NAME",   \
				 "believe a certificate of the trust store with this subject: "    \
				 "\"x509.subject: CN=…\", or \"*\"",                               \
				 CLI_WORDS_NONE),                                                  \
		CMD_BELIEVED_ROW("require-log", CLI_FLAG, offsetof(type, believed.wants_log),      \
				 NULL, "keys, too, need an entry of a log of the trusted root",    \
				 CLI_WORDS_NONE),                                                  \
		CMD_BELIEVED_ROW(                                                                  \
			"insecure-ignore-tlog", CLI_FLAG, offsetof(type, believed.without_log),    \
			NULL, "identities need no entry of a transparency log", CLI_WORDS_NONE),   \
		CMD_BELIEVED_ROW(                                                                  \
			"insecure-ignore-sct", CLI_FLAG, offsetof(type, believed.without_sct),     \
			NULL, "certificates need not be in a log of certificates", CLI_WORDS_NONE)

struct cmd_believed {
	struct verify_signer *signers;
	size_t n_signers, cap;
	struct sign_key **keys;
	size_t n_keys;
	struct sign_trust_store *store;
	struct sign_trusted_root root;
	bool has_root;
};

/* Nobody is named, nor how, so that the trust policy decides. */
bool cmd_believed_is_empty(const struct cmd_believed_options *options);

/*
 * Reads the files; borrows the options' texts. USAGE for what does not go together, for a private
 * key and a bad pattern; NOT_FOUND, DENIED, CORRUPT of a file, UNSUPPORTED.
 */
int cmd_believed_open(const struct cmd_believed_options *options, struct cmd_believed *out,
		      struct err *err) MUST_CHECK;
void cmd_believed_done(struct cmd_believed *believed);
AUTO_STRUCT(cmd_believed, struct cmd_believed, cmd_believed_done);

/* Fills in who is believed and by what; the rest of the question is the caller's. */
void cmd_believed_ask(const struct cmd_believed_options *options,
		      const struct cmd_believed *believed, struct verify_question *question);

void cmd_believed_options_done(struct cmd_believed_options *options);

#endif

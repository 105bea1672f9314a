// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_SERVICES_H
#define EPM_CMD_SERVICES_H

/*
 * The services of sigstore that commands which sign ask: options, the files these name, and where
 * the identity token comes from: --identity-token, else EPM_IDENTITY_TOKEN, SIGSTORE_ID_TOKEN, else
 * GitHub's to jobs that may ask for one. A token stands in no argument, message or trace.
 */
#include "base/err.h"
#include "base/limits.h"
#include "cmd/remote.h"
#include "pkg/keyless.h"
#include "sign/signing_config.h"

struct cmd_services {
	const char *token_file; /* "-": standard input */
	const char *config_file;
	const char *ca_url;
	const char *log_url;
	const char *tsa_url;
	const char *root_file; /* NULL: that of the trust policy */
};

#define CMD_SERVICES_ROW(long_name, type, member, value_name, text, complete)          \
	{                                                                              \
		.name = long_name, .kind = CLI_TEXT, .offset = offsetof(type, member), \
		.value = value_name, .help = text, .words = complete                   \
	}

/* Rows for a table of options; `services` is the member of `type` that is a struct cmd_services. */
#define CMD_SERVICES_OPTIONS(type, services)                                                       \
	CMD_SERVICES_ROW("identity-token", type, services.token_file, "FILE",                      \
			 "sign by this identity token (keyless); - is standard input",             \
			 CLI_WORDS_FILE),                                                          \
		CMD_SERVICES_ROW("signing-config", type, services.config_file, "FILE",             \
				 "the services to use (signing_config.json)", CLI_WORDS_FILE),     \
		CMD_SERVICES_ROW("fulcio-url", type, services.ca_url, "URL",                       \
				 "the certificate authority for identities", CLI_WORDS_NONE),      \
		CMD_SERVICES_ROW("rekor-url", type, services.log_url, "URL",                       \
				 "enter signatures into this transparency log", CLI_WORDS_NONE),   \
		CMD_SERVICES_ROW("timestamp-url", type, services.tsa_url, "URL",                   \
				 "have signatures stamped by this timestamp authority (RFC 3161)", \
				 CLI_WORDS_NONE),                                                  \
		CMD_SERVICES_ROW(                                                                  \
			"trusted-root", type, services.root_file, "FILE",                          \
			"verify what the services give with it [default: the trust policy's]",     \
			CLI_WORDS_FILE)

/* Whether services are to be asked at all. */
bool cmd_services_are_named(const struct cmd_services *services);

struct cmd_keyless { /* points into itself: not to be copied */
	/* The caller's: signs, and the services only testify; NULL: keyless. Borrowed, with its name. */
	const struct sign_key *key;
	const char *key_name;

	struct cmd_session session;
	struct str token;
	struct sign_signing_config config;
	struct sign_trusted_root root;
	struct keyless_log logs[LIMIT_SERVICES_USED];
	const char *tsa_urls[LIMIT_SERVICES_USED];
	struct keyless *keyless;
};

/*
 * For keyless_signer(). The options are borrowed. Asks nobody but GitHub for a token. USAGE for options that do not go together
 * or lack something; NOT_FOUND, CORRUPT, UNSUPPORTED of files; DENIED, CORRUPT of the token.
 */
int cmd_keyless_open(const struct cmd_env *env, const struct cmd_remote *remote,
		     const struct cmd_services *services, struct cmd_keyless *out,
		     struct err *err) MUST_CHECK;
void cmd_keyless_done(struct cmd_keyless *keyless);
AUTO_STRUCT(cmd_keyless, struct cmd_keyless, cmd_keyless_done);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_REMOTE_H
#define EPM_CMD_REMOTE_H

/*
 * What commands that talk to registries share: their options, the client made of these, of the
 * configuration and of the environment, and how a transfer is shown.
 */
#include "base/err.h"
#include "cli/progress.h"
#include "cmd/command.h"
#include "cmd/user_files.h"
#include "oci/client.h"
#include "pkg/fetch.h"

struct cmd_remote {
	bool is_plain_http;
	bool is_insecure;
	const char *ca_file;
	const char *cert_file;
	const char *key_file;
	struct cli_list resolve;
	uint64_t timeout_ns;
};

#define CMD_REMOTE_ROW(long_name, type, member, value_name, text, complete)             \
	{                                                                               \
		.name = long_name, .kind = type, .offset = member, .value = value_name, \
		.help = text, .words = complete                                         \
	}

/* Rows for a table of options; `type` has a struct cmd_remote called `remote`. */
#define CMD_REMOTE_OPTIONS(type) CMD_REMOTE_OPTIONS_NAMED(type, "cert", "key")

/* For commands whose --key is that of a signature. */
#define CMD_REMOTE_OPTIONS_TLS(type) CMD_REMOTE_OPTIONS_NAMED(type, "tls-cert", "tls-key")

#define CMD_REMOTE_OPTIONS_NAMED(type, cert_name, key_name)                                        \
	CMD_REMOTE_ROW("plain-http", CLI_FLAG, offsetof(type, remote.is_plain_http), NULL,         \
		       "talk to the registry without TLS", CLI_WORDS_NONE),                        \
		CMD_REMOTE_ROW("insecure", CLI_FLAG, offsetof(type, remote.is_insecure), NULL,     \
			       "accept any certificate", CLI_WORDS_NONE),                          \
		CMD_REMOTE_ROW("ca-file", CLI_TEXT, offsetof(type, remote.ca_file), "FILE",        \
			       "certificate authorities (PEM) besides the system's",               \
			       CLI_WORDS_FILE),                                                    \
		CMD_REMOTE_ROW(cert_name, CLI_TEXT, offsetof(type, remote.cert_file), "FILE",      \
			       "certificate (PEM) to show to the registry", CLI_WORDS_FILE),       \
		CMD_REMOTE_ROW(key_name, CLI_TEXT, offsetof(type, remote.key_file), "FILE",        \
			       "its key (PEM)", CLI_WORDS_FILE),                                   \
		CMD_REMOTE_ROW("resolve", CLI_LIST, offsetof(type, remote.resolve),                \
			       "HOST:PORT:ADDRESS", "use this address instead of asking DNS",      \
			       CLI_WORDS_NONE),                                                    \
		CMD_REMOTE_ROW("timeout", CLI_DURATION, offsetof(type, remote.timeout_ns), "TIME", \
			       "give up when nothing moves for so long", CLI_WORDS_NONE)

struct cmd_session { /* points into itself: not to be copied */
	struct settings settings;
	struct cmd_credential_paths paths;
	char *token_folder;
	struct str ca;
	struct oci_client_settings client_settings;
	struct oci_client *client;
};

/* USAGE, NOT_FOUND for files that were named, UNSUPPORTED without libcurl. Asks no network. */
int cmd_session_open(const struct cmd_env *env, const struct cmd_remote *remote,
		     struct cmd_session *out, struct err *err) MUST_CHECK;
void cmd_session_done(struct cmd_session *session);
AUTO_STRUCT(cmd_session, struct cmd_session, cmd_session_done);

/* "linux/arm64" into its parts, which the caller frees. USAGE. */
int cmd_platform_parse(const char *text, char **out_os, char **out_architecture,
		       struct err *err) MUST_CHECK;

/* Transfers on the terminal, where there is one and -q was not given. */
struct oci_watch cmd_watch(struct progress *progress);

/* Pull one reference into the store, this machine's architecture of it, and say so on stderr. */
int cmd_pull_quietly(const struct cmd_env *env, const struct cmd_remote *remote,
		     const struct trust *trust, const char *text, bool is_quiet,
		     struct err *err) MUST_CHECK;

/*
 * The result: with --json an object a line, else REFERENCE@DIGEST. What was moved is said on stderr,
 * beginning with `verb`.
 */
int cmd_report(const struct fetch_report *report, const char *verb, bool is_json,
	       struct err *err) MUST_CHECK;

#endif

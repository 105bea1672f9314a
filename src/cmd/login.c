// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "cmd/ask.h"
#include "cmd/list.h"
#include "cmd/remote.h"
#include "oci/registry_name.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	const char *user;
	const char *password;
	bool is_password_stdin;
	bool is_identity_stdin;
};

static const struct cli_option options[] = {
	{ .name = "username",
	  .letter = 'u',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, user),
	  .value = "USER",
	  .help = "whom to log in; asked for without it" },
	{ .name = "password-stdin",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_password_stdin),
	  .help = "read the password from standard input" },
	{ .name = "identity-token-stdin",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_identity_stdin),
	  .help = "read an identity token (OAuth2 refresh token) instead" },
	{ .name = "password",
	  .letter = 'p',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, password),
	  .value = "PASSWORD",
	  .help = "refused: others would see it; use --password-stdin" },
	CMD_REMOTE_OPTIONS(struct options),
};

static int check_options(const struct options *o, struct err *err)
{
	if (o->password) {
		err_set(err, EC_USAGE, "login: a password on the command line is seen by others");
		return err_hint(err, "use --password-stdin, or let epm ask for it");
	}
	if (o->is_password_stdin && o->is_identity_stdin)
		return err_set(err, EC_USAGE,
			       "login: --password-stdin and --identity-token-stdin exclude each "
			       "other");
	if (o->is_password_stdin && !o->user)
		return err_set(err, EC_USAGE, "login: --password-stdin needs --username");
	if (o->user && (!*o->user || strchr(o->user, ':')))
		return err_set(err, EC_USAGE, "login: a user name is not empty and has no ':'");
	if (o->is_password_stdin || o->is_identity_stdin || ask_can())
		return 0;
	err_set(err, EC_USAGE, "login: standard input is no terminal to ask for a password at");
	return err_hint(err, "use --password-stdin");
}

/* All of standard input without the end of its last line, which echo adds. */
static int read_stdin(char **out, struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_SECRET);

	if (fs_read_fd(STDIN_FILENO, "standard input", &text, err) < 0)
		return -1;
	if (text.len && text.data[text.len - 1] == '\n')
		str_cut(&text, text.len - 1);
	if (text.len && text.data[text.len - 1] == '\r')
		str_cut(&text, text.len - 1);
	if (!text.len)
		return err_set(err, EC_USAGE, "standard input is empty");
	if (memchr(text.data, '\0', text.len))
		return err_set(err, EC_USAGE, "standard input has a NUL byte");
	*out = str_take(&text);
	return 0;
}

static int ask_for(const char *prompt, bool is_secret, char **out, struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_SECRET);

	if (ask_line(prompt, is_secret, &text, err) < 0)
		return -1;
	if (memchr(text.data, '\0', text.len) || (!is_secret && strchr(text.data, ':')))
		return err_set(err, EC_USAGE, "this cannot be a %s",
			       is_secret ? "password" : "user name");
	*out = str_take(&text);
	return 0;
}

static int read_credentials(const struct options *o, struct oci_credentials *out, struct err *err)
{
	out->user = mem_text(o->user);
	if (o->is_identity_stdin)
		return read_stdin(&out->identity_token, err);
	if (!out->user && ask_for("User name", false, &out->user, err) < 0)
		return -1;
	if (o->is_password_stdin)
		return read_stdin(&out->secret, err);
	return ask_for("Password", true, &out->secret, err);
}

/* Where credentials went is for stderr: the result is that they are kept. */
static void report(const char *registry, const char *what, const struct oci_stored *stored)
{
	if (stored->is_plain) {
		log_warn("the %s is stored unencrypted in %s", what, stored->where);
		log_note("logged in to %s", registry);
	} else {
		log_note("logged in to %s, kept by %s", registry, stored->where);
	}
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(oci_credentials) struct oci_credentials credentials = { 0 };
	AUTO(oci_stored) struct oci_stored stored = { 0 };
	AUTO(free) char *registry = NULL;

	if (check_options(o, err) < 0 || oci_registry_parse(args->items[0], &registry, err) < 0 ||
	    cmd_session_open(env, &o->remote, &session, err) < 0 ||
	    read_credentials(o, &credentials, err) < 0)
		return -1;
	/* what is kept already is not looked at; only what the registry takes is kept */
	session.client_settings.credential_paths = NULL;
	if (oci_client_login(session.client, registry, &credentials, err) < 0 ||
	    oci_credentials_store(&session.paths.paths, registry, &credentials, &stored, err) < 0)
		return -1;
	report(registry, credentials.identity_token ? "identity token" : "password", &stored);
	return 0;
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_login = {
	.cli = { .name = "login",
		 .synopsis = "[OPTIONS] REGISTRY",
		 .summary = "log in to a registry",
		 .details = "The registry is asked whether it takes the user and the password "
			    "before they are kept: by the credential helper that Docker's "
			    "config.json names, else in that file. docker, oras, crane and others "
			    "use them as well, and epm uses theirs.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

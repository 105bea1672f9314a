// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/trust.h"

#include "base/alloc.h"
#include "cmd/gate.h"
#include "cmd/list.h"

#define AT(member) offsetof(struct trust_options, member)
#define TEXT(long_name, member, shown, text)                                               \
	{                                                                                  \
		.name = long_name, .kind = CLI_TEXT, .offset = AT(member), .value = shown, \
		.help = text                                                               \
	}
#define FLAG(long_name, member, text)                                                   \
	{                                                                               \
		.name = long_name, .kind = CLI_FLAG, .offset = AT(member), .help = text \
	}

static const struct cli_option options[] = {
	TEXT("for", scope, "SCOPE",
	     "add, rm: what it is about: REGISTRY[/PATH], file:/FOLDER, a name, or \"*\""),
	TEXT("identity", identity, "WHO", "add: who a keyless certificate is for"),
	TEXT("identity-pattern", identity_pattern, "REGEX", "add: the same as a pattern"),
	TEXT("issuer", issuer, "URL", "add: who vouches for that identity"),
	TEXT("issuer-pattern", issuer_pattern, "REGEX", "add: the same as a pattern"),
	{ .name = "trust-store",
	  .kind = CLI_TEXT,
	  .offset = AT(store),
	  .value = "FILE|DIR",
	  .help = "add: certificates for signatures of notation",
	  .words = CLI_WORDS_FILE },
	{ .name = "subject",
	  .kind = CLI_LIST,
	  .offset = AT(subjects),
	  .value = "SUBJECT",
	  .help = "add: whose certificates: 'x509.subject: C=…, O=…' or \"*\"; can be repeated" },
	{ .name = "trusted-root",
	  .kind = CLI_TEXT,
	  .offset = AT(trusted_root),
	  .value = "FILE",
	  .help = "add: trusted_root.json of the sigstore services identities are verified by",
	  .words = CLI_WORDS_FILE },
	TEXT("name", name, "NAME", "add: what to call it [default: the file's name]"),
	{ .name = "threshold",
	  .kind = CLI_NUMBER,
	  .offset = AT(threshold),
	  .value = "N",
	  .help = "add: how many of those of the scope have to sign",
	  .max = POLICY_THRESHOLD_MAX },
	{ .name = "deny",
	  .kind = CLI_LIST,
	  .offset = AT(deny),
	  .value = "WORD",
	  .help = "add: a helper, program type or kind of attaching that is not let in; can be "
		  "repeated" },
	FLAG("unsigned", allows_unsigned, "add: what comes from there need not be signed"),
	FLAG("system", is_system, "add, rm, revoke: change " CMD_SYSTEM_POLICY),
	FLAG("remote", is_remote, "test: look at the registry, also when the store has it"),
	FLAG("json", wants_json, "ls: print an array of objects; test: print one object"),
	CMD_REMOTE_OPTIONS_TLS(struct trust_options),
};

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct trust_options *o = settings;
	const char *action = args->items[0];
	const char *const *rest = args->items + 1;
	size_t n = args->n_items - 1;

	if (!strcmp(action, "add"))
		return cmd_trust_add(env, o, rest, n, err);
	if (!strcmp(action, "rm"))
		return cmd_trust_remove(env, o, rest, n, err);
	if (!strcmp(action, "revoke"))
		return cmd_trust_revoke(env, o, rest, n, err);
	if (!strcmp(action, "ls"))
		return n ? err_set(err, EC_USAGE, "ls takes no arguments")
			 : cmd_trust_list(env, o, err);
	if (n != 1)
		return err_set(err, EC_USAGE, "test takes one REF or FILE");
	return cmd_trust_test(env, o, rest[0], err);
}

static void done(void *settings)
{
	struct trust_options *o = settings;

	cli_list_done(&o->subjects);
	cli_list_done(&o->deny);
	cli_list_done(&o->remote.resolve);
}

const struct cmd cmd_trust = {
	.cli = { .name = "trust",
		 .synopsis = "add|rm|revoke|ls|test [OPTIONS] [KEY|WHO|REF…]",
		 .summary = "say whose packages may enter the kernel",
		 .details =
			 "add lets those who hold the KEYs (public keys or certificates in PEM), or "
			 "an --identity, sign what is below --for; rm takes WHO (a name, "
			 "fingerprint or identity), or a whole scope, away; revoke lets a key count "
			 "nowhere any more. ls lists the rules. test says which rule decides on a "
			 "package and why, with the exit status 7 when it is not trusted.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .actions = "add rm revoke ls test",
		 .words = CLI_WORDS_REF_OR_FILE,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct trust_options),
	.run = run,
	.done = done,
};

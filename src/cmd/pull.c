// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/log.h"
#include "cmd/gate.h"
#include "cmd/list.h"
#include "cmd/remote.h"
#include "cmd/required.h"
#include "pkg/package.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	const char *platform;
	bool wants_all;
	bool is_unverified;
	bool is_checked;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "platform",
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, platform),
	  .value = "OS/ARCH",
	  .help = "what to take of an image index; this machine's without it" },
	{ .name = "all-platforms",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_all),
	  .help = "take all of an image index" },
	{ .name = "no-verify",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_unverified),
	  .help = "do not ask the trust policy; 'epm run' will" },
	{ .name = "check",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_checked),
	  .help = "refuse what this kernel cannot run, before it is fetched" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print an object for each REF" },
	CMD_REMOTE_OPTIONS(struct options),
};

static int pull_one(struct fetch *fetch, struct store *store, const char *text, bool is_quiet,
		    struct fetch_report *report, struct err *err)
{
	AUTO(progress) struct progress *progress = progress_new(progress_is_wanted() && !is_quiet);

	fetch->watch = cmd_watch(progress);
	return fetch_pull(fetch, store, text, report, err);
}

static int pull_all(const struct cmd_env *env, struct fetch *fetch, struct store *store,
		    const struct options *o, const struct cli_args *args, struct err *err)
{
	for (size_t i = 0; i < args->n_items; i++) {
		AUTO(fetch_report) struct fetch_report report = { 0 };

		if (o->is_checked && cmd_required_check(env, &o->remote, args->items[i], err) < 0)
			return -1;
		if (pull_one(fetch, store, args->items[i], o->common.is_quiet, &report, err) < 0)
			return -1;
		if (report.source)
			log_note("from the mirror %s", report.source);
		if (o->is_unverified)
			log_note("%s is not verified: 'epm trust test' tells whether it would run",
				 report.reference);
		if (cmd_report(&report, "pulled", o->wants_json, err) < 0)
			return -1;
	}
	return 0;
}

int cmd_pull_quietly(const struct cmd_env *env, const struct cmd_remote *remote,
		     const struct trust *trust, const char *text, bool is_quiet, struct err *err)
{
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(store) struct store *store = NULL;
	AUTO(fetch_report) struct fetch_report report = { 0 };
	struct fetch fetch = { .home = env->home,
			       .settings = &session.settings,
			       .trust = trust,
			       .os = "linux",
			       .architecture = package_architecture() };

	if (cmd_session_open(env, remote, &session, err) < 0 ||
	    store_open(env->home, STORE_WRITE, &store, err) < 0)
		return -1;
	fetch.client = session.client;
	if (pull_one(&fetch, store, text, is_quiet, &report, err) < 0)
		return -1;
	log_note("pulled %s@%s%s%s", report.reference, report.digest.text,
		 report.source ? " from the mirror " : "", report.source ? report.source : "");
	return 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(store) struct store *store = NULL;
	AUTO(free) char *os = mem_text("linux");
	AUTO(free) char *architecture = mem_text(package_architecture());
	AUTO(cmd_trust) struct trust trust = { 0 };
	struct fetch fetch = { .home = env->home,
			       .settings = &session.settings,
			       .wants_referrers = o->is_unverified,
			       .trust = o->is_unverified ? NULL : &trust };

	if (o->platform && o->wants_all)
		return err_set(err, EC_USAGE, "--platform and --all-platforms exclude each other");
	if (o->is_checked && (o->platform || o->wants_all))
		return err_set(err, EC_USAGE, "--check is for this machine");
	if (o->platform) {
		free(STEAL(os));
		free(STEAL(architecture));
		if (cmd_platform_parse(o->platform, &os, &architecture, err) < 0)
			return -1;
	}
	if (cmd_trust_open(env, false, &trust, err) < 0 ||
	    cmd_session_open(env, &o->remote, &session, err) < 0 ||
	    store_open(env->home, STORE_WRITE, &store, err) < 0)
		return -1;
	fetch.client = session.client;
	fetch.os = os;
	fetch.architecture = o->wants_all ? NULL : architecture;
	return pull_all(env, &fetch, store, o, args, err);
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_pull = {
	.cli = { .name = "pull",
		 .synopsis = "[OPTIONS] REF…",
		 .summary = "bring packages from a registry into the store",
		 .details = "REF is [REGISTRY/]REPOSITORY[:TAG][@DIGEST]; without a registry it is "
			    "below the default one (see 'epm config registry'). The package is in "
			    "the store under the whole name, once all of it is there. Printed is "
			    "the name with its digest.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

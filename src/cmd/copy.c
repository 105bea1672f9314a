// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/copy.h"
#include "base/alloc.h"
#include "cmd/list.h"
#include "cmd/remote.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	const char *platform;
	bool wants_referrers, wants_no_referrers;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "platform",
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, platform),
	  .value = "OS/ARCH",
	  .help = "of an image index only the manifest for this" },
	{ .name = "referrers",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_referrers),
	  .help = "with signatures and all else that refers to it (the default)" },
	{ .name = "no-referrers",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_no_referrers),
	  .help = "without them" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object" },
	CMD_REMOTE_OPTIONS(struct options),
};

static int copy(const struct fetch *from, struct store *store, const struct cli_args *args,
		bool is_quiet, struct fetch_report *report, struct err *err)
{
	AUTO(progress) struct progress *progress = progress_new(progress_is_wanted() && !is_quiet);
	struct fetch fetch = *from;

	fetch.watch = cmd_watch(progress);
	return fetch_copy(&fetch, store, args->items[0], args->items[1], report, err);
}

static bool is_store(const char *text)
{
	AUTO(copy_place) struct copy_place place = { 0 };
	struct err err;

	return copy_place_parse(text, &place, &err) == 0 && place.kind == COPY_STORE;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(fetch_report) struct fetch_report report = { 0 };
	AUTO(store) struct store *store = NULL;
	AUTO(free) char *os = NULL;
	AUTO(free) char *architecture = NULL;
	struct fetch fetch = { .home = env->home,
			       .settings = &session.settings,
			       .wants_referrers = !o->wants_no_referrers };
	enum store_mode mode = is_store(args->items[1]) ? STORE_WRITE : STORE_READ;

	if (o->wants_referrers && o->wants_no_referrers)
		return err_set(err, EC_USAGE, "--referrers and --no-referrers exclude each other");
	if (o->platform && cmd_platform_parse(o->platform, &os, &architecture, err) < 0)
		return -1;
	if (store_open(env->home, mode, &store, err) < 0 ||
	    cmd_session_open(env, &o->remote, &session, err) < 0)
		return -1;
	fetch.client = session.client;
	fetch.os = os;
	fetch.architecture = architecture;
	if (copy(&fetch, store, args, o->common.is_quiet, &report, err) < 0)
		return -1;
	return cmd_report(&report, "copied", o->wants_json, err);
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_copy = {
	.cli = { .name = "copy",
		 .synopsis = "[OPTIONS] FROM TO",
		 .summary = "copy between registries, the store, layouts and archives",
		 .details = "FROM and TO are references with a registry, names of the store "
			    "(store:NAME, or a name without a registry), oci:DIR[:NAME] for an "
			    "image layout and oci-archive:FILE[:NAME] for one in a tar file. All "
			    "architectures and all referrers go along, byte for byte.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 2,
		 .max_args = 2 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

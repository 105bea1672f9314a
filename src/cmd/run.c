// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "btf/kernel_btf.h"
#include "cmd/gate.h"
#include "cmd/input.h"
#include "cmd/list.h"
#include "cmd/locked.h"
#include "cmd/moved.h"
#include "cmd/types.h"
#include "cmd/url.h"
#include "cmd/view.h"
#include "pkg/lock.h"
#include "run/session.h"

struct options {
	struct cli_common common;
	bool is_json;
	bool has_timestamp;
	bool has_no_header;
	bool fails_on_loss;
	uint64_t duration_ns;
	uint64_t count;
	uint64_t interval_ns;
	const char *configuration;
	const char *btf;
	struct cli_list skip;
	struct cli_list attach;
	const char *interface;
	const char *cgroup;
	uint64_t frequency_hz;
	bool allows_unsigned;
	bool skips_check;
	bool is_locked;
	const char *lock;
	struct cmd_remote remote;
};

#define AT(member) offsetof(struct options, member)

static const struct cli_option options[] = {
	{ "json", 'j', CLI_FLAG, AT(is_json), NULL, "print a JSON object a line", 0, NULL, 0 },
	{ "duration", 'd', CLI_DURATION, AT(duration_ns), "TIME",
	  "end after this time (5, 5s, 250ms, 2m)", 0, NULL, 0 },
	{ "count", 'n', CLI_NUMBER, AT(count), "N", "end after N events", 0, NULL, 0 },
	{ "interval", 'i', CLI_DURATION, AT(interval_ns), "TIME",
	  "how often sampled maps are read, instead of the package's own interval", 0, NULL, 0 },
	{ "timestamp", 't', CLI_FLAG, AT(has_timestamp), NULL,
	  "print the time of day before each line", 0, NULL, 0 },
	{ "no-header", 0, CLI_FLAG, AT(has_no_header), NULL, "leave the names of the columns out",
	  0, NULL, 0 },
	{ "skip", 0, CLI_LIST, AT(skip), "PROGRAM", "do not load this program; can be repeated", 0,
	  NULL, 0 },
	{ "config", 'c', CLI_TEXT, AT(configuration), "FILE",
	  "use this configuration (.skel.json or .skel.yaml) instead of the package's",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "btf", 0, CLI_TEXT, AT(btf), "FILE",
	  "relocate against the BTF in FILE instead of the running kernel's", CLI_WORDS_FILE, NULL,
	  0 },
	{ "attach", 0, CLI_LIST, AT(attach), "PROGRAM=SECTION",
	  "attach this program elsewhere, as 'f=uprobe//bin/bash:readline'; can be repeated", 0,
	  NULL, 0 },
	{ "iface", 0, CLI_TEXT, AT(interface), "NAME",
	  "the network interface for xdp and tc programs", 0, NULL, 0 },
	{ "cgroup", 0, CLI_TEXT, AT(cgroup), "PATH", "the cgroup for cgroup programs",
	  CLI_WORDS_DIR, NULL, 0 },
	{ "freq", 0, CLI_NUMBER, AT(frequency_hz), "HZ",
	  "how often perf_event programs sample each CPU", 0, NULL, 100000 },
	{ "fail-on-loss", 0, CLI_FLAG, AT(fails_on_loss), NULL,
	  "exit with status 10 when events were lost", 0, NULL, 0 },
	{ "no-check", 0, CLI_FLAG, AT(skips_check), NULL,
	  "load it even if it is known that this kernel cannot run it", 0, NULL, 0 },
	CMD_ALLOW_UNSIGNED_OPTION(struct options),
	{ "locked", 0, CLI_FLAG, AT(is_locked), NULL,
	  "run only what " LOCK_FILE " (see epm-lock(1)) pins the name to", 0, NULL, 0 },
	{ "lock-file", 0, CLI_TEXT, AT(lock), "FILE", "the same, by this file", CLI_WORDS_FILE,
	  NULL, 0 },
	CMD_REMOTE_OPTIONS(struct options),
};

static int show_help(const struct loader *loader, const struct config *config, const char *name,
		     struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	params_help(&loader->params, config, name, &text);
	return cmd_print(&text, err);
}

static struct session_options session_options(const struct options *s)
{
	return (struct session_options){
		.is_json = s->is_json,
		.has_timestamp = s->has_timestamp,
		.has_no_header = s->has_no_header,
		.fails_on_loss = s->fails_on_loss,
		.duration_ns = s->duration_ns,
		.count = s->count,
		.interval_ns = s->interval_ns,
		.skip = s->skip.items,
		.n_skip = s->skip.n_items,
	};
}

static bool asks_for_help(const struct cli_args *args)
{
	for (size_t i = 1; i < args->n_items; i++)
		if (!strcmp(args->items[i], "--help") || !strcmp(args->items[i], "-h"))
			return true;
	return false;
}

/* The help of a package needs it for a moment only. */
static int view_package(const struct cmd_env *env, const struct options *s, const char *text,
			struct package **out, struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };

	if (cmd_view_open(env, &s->remote, text, CMD_VIEW_OBJECT, &view, err) < 0)
		return -1;
	return package_load(view.store, view.name, out, err);
}

static int fetch_file(const struct cmd_env *env, const struct options *s, const char *url,
		      struct package **out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_ENVELOPE);

	if (cmd_url_read(env, &s->remote, url, &bytes, err) < 0)
		return -1;
	return input_load_bytes(url, &bytes, s->configuration, out, err);
}

/* What the store does not have: by its whole name, else from its registry. */
static int find_package(const struct cmd_env *env, const struct options *s,
			const struct trust *trust, const struct cli_args *args,
			struct package **out, struct err *err)
{
	const char *text = args->items[0];
	AUTO(free) char *name = NULL;
	struct err store_err;

	if (input_is_url(text))
		return fetch_file(env, s, text, out, err);
	if (input_load(env->home, text, s->configuration, out, err) == 0)
		return 0;
	if (!cmd_view_may(env, text, err, &name))
		return -1;
	store_err = *err;
	if (input_load(env->home, name, s->configuration, out, err) == 0)
		return 0;
	if (err->code != EC_NOT_FOUND)
		return -1;
	*err = (struct err){ 0 };
	if (asks_for_help(args))
		return view_package(env, s, text, out, err) < 0
			       ? cmd_view_failed(text, &store_err, err)
			       : 0;
	if (cmd_pull_quietly(env, &s->remote, trust, text, s->common.is_quiet, err) < 0)
		return cmd_view_failed(text, &store_err, err);
	return input_load(env->home, name, s->configuration, out, err);
}

/* What a lock file pins, from wherever it is. */
static int find_locked(const struct cmd_env *env, const struct options *s,
		       const struct trust *trust, const struct cmd_locked *locked,
		       struct package **out, struct err *err)
{
	if (!cmd_locked_is_here(env, locked) &&
	    cmd_pull_quietly(env, &s->remote, trust, locked->reference, s->common.is_quiet, err) <
		    0)
		return -1;
	return input_load(env->home, locked->pin->name, s->configuration, out, err);
}

/* A run on its way to the kernel. */
struct going {
	const struct cmd_env *env;
	const struct options *options;
	const struct cli_args *args;
	struct trust trust;
	struct cmd_locked locked;
	struct cmd_passed passed; /* place NULL: not yet */
	struct package *package;
	char *cache; /* of what was read of kernels */
};

static void going_done(struct going *going)
{
	free(going->cache);
	cmd_trust_done(&going->trust);
	cmd_locked_done(&going->locked);
	cmd_passed_done(&going->passed);
	package_free(going->package);
}
AUTO_STRUCT(going, struct going, going_done);

static int find(struct going *going, struct err *err)
{
	const struct options *s = going->options;
	const char *text = going->args->items[0];

	if (input_has_configuration(s->configuration, err) < 0 ||
	    cmd_trust_open(going->env, s->allows_unsigned, &going->trust, err) < 0)
		return -1;
	if (!s->is_locked && !s->lock)
		return find_package(going->env, s, &going->trust, going->args, &going->package,
				    err);
	if (input_is_file(text) || input_is_url(text))
		return err_set(err, EC_USAGE, "--locked is for names, and %s is a file", text);
	if (cmd_locked_open(going->env, s->lock, text, &going->locked, err) < 0)
		return -1;
	return find_locked(going->env, s, &going->trust, &going->locked, &going->package, err);
}

/*
 * Once. Whoever only asks for help may look at what is not trusted; whether it was help that was
 * asked for, the flags of the package decide.
 */
static int pass_gate(struct going *going, struct err *err)
{
	const char *text = going->args->items[0];

	if (going->passed.place)
		return 0;
	if (cmd_gate(&going->trust, going->package,
		     input_is_file(text) || input_is_url(text) ? text : NULL, &going->passed,
		     err) < 0)
		return -1;
	if (!going->locked.pin)
		return 0;
	return cmd_locked_check(&going->locked, going->package, &going->passed.decision, err);
}

static int open_package(const struct options *s, const struct cli_args *args,
			struct package *package, struct loader **out, bool *wants_help,
			struct err *err)
{
	struct span object = { str_text(&package->object), package->object.len };
	AUTO(loader) struct loader *loader = NULL;

	*wants_help = false;
	if (cmd_moved_set(&s->attach, package, err) < 0 ||
	    loader_open(object, package->name, package->config, &loader, err) < 0 ||
	    cmd_moved_check(&s->attach, loader, err) < 0 ||
	    params_parse(&loader->params, args->n_items - 1, args->items + 1, wants_help, err) < 0)
		return -1;
	loader->btf_path = s->btf;
	loader->skips_check = s->skips_check;
	loader->place.interface = s->interface;
	loader->place.cgroup = s->cgroup;
	loader->place.frequency_hz = s->frequency_hz;
	*out = STEAL(loader);
	return 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *s = settings;
	struct session_options how = session_options(s);
	AUTO(going) struct going going = { .env = env, .options = s, .args = args };
	AUTO(loader) struct loader *loader = NULL;
	bool wants_help = asks_for_help(args);

	if (find(&going, err) < 0 || (!wants_help && pass_gate(&going, err) < 0) ||
	    open_package(s, args, going.package, &loader, &wants_help, err) < 0)
		return -1;
	if (wants_help)
		return show_help(loader, going.package->config, args->items[0], err);
	going.cache = path_join(env->home, "btf");
	loader->cache = going.cache;
	if (pass_gate(&going, err) < 0 ||
	    cmd_gate_deny(&going.trust, going.passed.place, loader, err) < 0 ||
	    (!s->btf && cmd_types_read(env, going.package, loader, err) < 0))
		return -1;
	return session_run(loader, &how, err);
}

static void done(void *settings)
{
	struct options *s = settings;

	cli_list_done(&s->skip);
	cli_list_done(&s->attach);
	cli_list_done(&s->remote.resolve);
}

const struct cmd cmd_run = {
	.cli = { .name = "run",
		 .synopsis = "[OPTIONS] PACKAGE|FILE|URL|- [FLAGS OF THE PACKAGE]",
		 .summary = "load a package into the kernel and print what it sees",
		 .details =
			 "PACKAGE is a name in the store or at a registry, from which it is pulled then, "
			 "FILE a package.json or .yaml or an object "
			 "(.bpf.o, with its .skel.json or .skel.yaml beside it), URL one at a web "
			 "server, - one on standard input. Options of epm stand before it, flags of the package "
			 "after it: 'epm run PACKAGE --help' shows them, without root. It ends with "
			 "^C, SIGTERM, --duration, --count, or when the reader of its output goes "
			 "away.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF_OR_FILE,
		 .min_args = 1,
		 .max_args = SIZE_MAX,
		 .stops_at_argument = true },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/check_report.h"
#include "cmd/input.h"
#include "cmd/list.h"
#include "cmd/required.h"
#include "cmd/url.h"
#include "cmd/view.h"
#include "kernel/sources.h"
#include "run/subject.h"

#define HOST "host" /* of --btf: the running kernel beside others */

struct options {
	struct cli_common common;
	bool is_json;
	bool explains;
	const char *junit;
	struct cli_list btf;
	const char *arch;
	const char *version;
	const char *kernel_config;
	const char *configuration;
	struct cli_list skip;
	struct cli_list with;
	struct cmd_remote remote;
};

#define AT(member) offsetof(struct options, member)

static const struct cli_option options[] = {
	{ "btf", 'b', CLI_LIST, AT(btf), "PATH",
	  "a kernel, or a folder of them (BTF, vmlinux, vmlinuz, BTFHub's tree), instead of the "
	  "running one; '" HOST "' is that one; can be repeated",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "arch", 0, CLI_TEXT, AT(arch), "ARCH", "of these kernels only those of this machine type",
	  0, NULL, 0 },
	{ "kernel-version", 0, CLI_TEXT, AT(version), "RELEASE",
	  "the release of kernels whose files do not say it", 0, NULL, 0 },
	{ "kernel-config", 0, CLI_TEXT, AT(kernel_config), "FILE",
	  "the options (config-RELEASE) that these kernels were built with", CLI_WORDS_FILE, NULL,
	  0 },
	{ "explain", 0, CLI_FLAG, AT(explains), NULL,
	  "show all that was looked at, also what is there", 0, NULL, 0 },
	{ "json", 'j', CLI_FLAG, AT(is_json), NULL, "print an array of objects", 0, NULL, 0 },
	{ "junit", 0, CLI_TEXT, AT(junit), "FILE", "write the results as JUnit XML, too; - is standard output, in place of the table",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "skip", 0, CLI_LIST, AT(skip), "PROGRAM", "as with epm run; can be repeated", 0, NULL,
	  0 },
	{ "with", 0, CLI_LIST, AT(with), "FLAG",
	  "as if the package were run with this flag (NAME, NAME=VALUE); can be repeated", 0, NULL,
	  0 },
	{ "config", 'c', CLI_TEXT, AT(configuration), "FILE",
	  "use this configuration (.skel.json or .skel.yaml) instead of the package's",
	  CLI_WORDS_FILE, NULL, 0 },
	CMD_REMOTE_OPTIONS(struct options),
};

struct item {		  /* a package that is checked */
	const char *text; /* as it was called */
	struct package *package;
	struct loader *loader;
	struct run_subject subject;
};

struct check {
	const struct cmd_env *env;
	const struct options *options;
	struct item *items;
	size_t n_items;
	struct check_report *report;
	char *cache;
	size_t n_unread; /* kernels */
};

static void check_done(struct check *check)
{
	for (size_t i = 0; i < check->n_items; i++) {
		run_subject_done(&check->items[i].subject);
		loader_free(check->items[i].loader);
		package_free(check->items[i].package);
	}
	free(check->items);
	check_report_free(check->report);
	free(check->cache);
}
AUTO_STRUCT(check, struct check, check_done);

static int fetch(const struct check *check, const char *text, struct package **out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_ENVELOPE);

	if (cmd_url_read(check->env, &check->options->remote, text, &bytes, err) < 0)
		return -1;
	return input_load_bytes(text, &bytes, check->options->configuration, out, err);
}

/* From a file, the store, or without keeping it from a registry. */
static int find_package(const struct check *check, const char *text, struct package **out,
			struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };
	AUTO(free) char *name = NULL;
	struct err store_err;

	if (input_is_url(text))
		return fetch(check, text, out, err);
	if (input_load(check->env->home, text, check->options->configuration, out, err) == 0)
		return 0;
	if (!cmd_view_may(check->env, text, err, &name))
		return -1;
	store_err = *err;
	if (input_load(check->env->home, name, check->options->configuration, out, err) == 0)
		return 0;
	if (err->code != EC_NOT_FOUND)
		return -1;
	/* the object need not come where its package says that it cannot run */
	if (!check->options->btf.n_items && !check->options->explains &&
	    cmd_required_check(check->env, &check->options->remote, text, err) < 0)
		return err->code == EC_UNSUPPORTED ? -1 : cmd_view_failed(text, &store_err, err);
	if (cmd_view_open(check->env, &check->options->remote, text, CMD_VIEW_OBJECT, &view, err) <
	    0)
		return cmd_view_failed(text, &store_err, err);
	return package_load(view.store, view.name, out, err);
}

static int set_flags(const struct check *check, struct loader *loader, struct err *err)
{
	const struct cli_list *with = &check->options->with;
	AUTO(free) const char **args = mem_array(with->n_items + 1, sizeof(char *));
	AUTO(str) struct str words = STR_MAX(LIMIT_TEXT);
	bool wants_help;
	size_t at = 0;

	for (size_t i = 0; i < with->n_items; i++) {
		str_addf(&words, "--%s", with->items[i]);
		str_addc(&words, '\0');
	}
	for (size_t i = 0; i < with->n_items; i++) {
		args[i] = str_text(&words) + at;
		at += strlen(args[i]) + 1;
	}
	return params_parse(&loader->params, with->n_items, args, &wants_help, err);
}

static int open_item(struct check *check, const char *text, struct err *err)
{
	struct item *item = &check->items[check->n_items++];
	const struct cli_list *skip = &check->options->skip;
	struct span object;

	item->text = text;
	if (find_package(check, text, &item->package, err) < 0)
		return -1;
	object = (struct span){ str_text(&item->package->object), item->package->object.len };
	if (loader_open(object, item->package->name, item->package->config, &item->loader, err) <
		    0 ||
	    set_flags(check, item->loader, err) < 0)
		return -1;
	for (size_t i = 0; i < skip->n_items; i++)
		if (!loader_has_program(item->loader, skip->items[i]))
			return err_set(err, EC_USAGE, "--skip: %s has no program '%s'", text,
				       skip->items[i]);
	return run_subject_open(item->loader, skip->items, skip->n_items, &item->subject, err);
}

/* What the person knows of a kernel that its file does not say. */
static int complete(const struct check *check, struct kernel *kernel, struct err *err)
{
	const struct options *s = check->options;

	if (s->version && !kernel->release) {
		kernel->release = mem_text(s->version);
		kernel->version = kernel_parse_version(s->version, NULL);
		if (!kernel->version)
			return err_set(err, EC_USAGE,
				       "--kernel-version: '%s' is no release of a kernel",
				       s->version);
	}
	if (s->kernel_config && kernel_read_options(kernel, s->kernel_config, err) < 0)
		return -1;
	return 0;
}

static int check_kernel(struct check *check, struct kernel *kernel, struct err *err)
{
	const struct options *s = check->options;
	struct check_rules rules = run_check_rules();
	AUTO(live) struct live *live = kernel->is_running ? live_new() : NULL;

	if (s->arch && kernel->arch && strcmp(s->arch, kernel->arch) != 0)
		return 0;
	if (complete(check, kernel, err) < 0)
		return -1;
	rules.live = live;
	rules.wants_all = s->explains;
	for (size_t i = 0; i < check->n_items; i++) {
		struct item *item = &check->items[i];
		AUTO(check_verdict) struct check_verdict verdict = { 0 };

		check_against(item->subject.subject, kernel, &rules, &verdict);
		check_report_add(check->report, item->text, item->subject.subject, kernel,
				 &verdict);
	}
	return 0;
}

static void cannot_read(struct check *check, const char *label, const struct err *why)
{
	check->n_unread++;
	for (size_t i = 0; i < check->n_items; i++)
		check_report_add_failure(check->report, check->items[i].text, label, "not read",
					 why->text);
}

static int check_running(struct check *check, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };

	if (kernel_open_running(check->cache, &kernel, err) < 0)
		return -1;
	return check_kernel(check, &kernel, err);
}

static int check_source(struct check *check, const struct kernel_source *source, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	struct err why;

	if (check->options->arch && source->arch && strcmp(check->options->arch, source->arch) != 0)
		return 0;
	if (kernel_open(source, check->cache, &kernel, &why) < 0) {
		cannot_read(check, source->label, &why);
		return 0;
	}
	return check_kernel(check, &kernel, err);
}

/* Those named, in their order by folder; one at a time is in memory. */
static int check_kernels(struct check *check, struct err *err)
{
	const struct cli_list *btf = &check->options->btf;
	AUTO(kernel_sources) struct kernel_sources sources = { 0 };
	AUTO(free) const char **paths = mem_array(btf->n_items + 1, sizeof(char *));
	bool has_host = btf->n_items == 0;
	size_t n = 0;

	for (size_t i = 0; i < btf->n_items; i++) {
		if (!strcmp(btf->items[i], HOST))
			has_host = true;
		else
			paths[n++] = btf->items[i];
	}
	if (has_host && check_running(check, err) < 0)
		return -1;
	if (n && kernel_sources_find(paths, n, &sources, err) < 0)
		return -1;
	for (size_t i = 0; i < sources.n_items; i++)
		if (check_source(check, &sources.items[i], err) < 0)
			return -1;
	return 0;
}

static int print_junit(const struct check *check, struct err *err)
{
	AUTO(str) struct str xml = STR_MAX(LIMIT_INDEX);

	check_report_junit(check->report, &xml);
	if (str_check(&xml, "the report", err) < 0)
		return -1;
	return fs_output(check->options->junit, str_text(&xml), xml.len, err);
}

static int print(const struct check *check, struct err *err)
{
	const struct options *s = check->options;
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);

	if (s->junit && print_junit(check, err) < 0)
		return -1;
	if (s->junit && !strcmp(s->junit, "-"))
		return 0;
	if (s->is_json)
		check_report_json(check->report, &text);
	else
		check_report_text(check->report, &text);
	return str_check(&text, "the report", err) < 0 ? -1 : cmd_print(&text, err);
}

static int conclude(const struct check *check, struct err *err)
{
	size_t n_bad, n = check_report_count(check->report, &n_bad);

	if (!n)
		return err_set(err, EC_NOT_FOUND, "there is no kernel of architecture %s",
			       check->options->arch);
	if (!n_bad)
		return 0;
	if (check->n_unread * check->n_items == n_bad)
		return err_set(err, EC_CORRUPT, "%zu kernel%s could not be read", check->n_unread,
			       check->n_unread == 1 ? "" : "s");
	return err_set(err, EC_UNSUPPORTED, "%zu of %zu check%s failed", n_bad, n,
		       n == 1 ? "" : "s");
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *s = settings;
	AUTO(check) struct check check = { .env = env, .options = s };
	struct check_report_options how = { .is_json = s->is_json,
					    .explains = s->explains,
					    .has_many = args->n_items > 1 };

	if (s->is_json && s->junit && !strcmp(s->junit, "-"))
		return err_set(err, EC_USAGE, "--json and --junit - both go to standard output");
	check.items = mem_array(args->n_items, sizeof(*check.items));
	check.cache = path_join(env->home, "btf");
	check.report = check_report_new(&how);
	for (size_t i = 0; i < args->n_items; i++)
		if (open_item(&check, args->items[i], err) < 0)
			return -1;
	if (check_kernels(&check, err) < 0 || print(&check, err) < 0)
		return -1;
	return conclude(&check, err);
}

static void done(void *settings)
{
	struct options *s = settings;

	cli_list_done(&s->btf);
	cli_list_done(&s->skip);
	cli_list_done(&s->with);
	cli_list_done(&s->remote.resolve);
}

const struct cmd cmd_check = {
	.cli = { .name = "check",
		 .synopsis = "[OPTIONS] PACKAGE|FILE|URL|-…",
		 .summary = "say whether a package would run on this kernel, or on others",
		 .details =
			 "Nothing is loaded and no root is needed: relocations, attach targets, "
			 "helpers, maps and instructions are held against what each kernel says of "
			 "itself. What is guarded by a check of its own is no obstacle. \"no known "
			 "obstacle\" is no promise: only a kernel's verifier decides. Exit status 8: "
			 "it cannot run on some of the kernels.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF_OR_FILE,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

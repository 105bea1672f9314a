// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "cmd/check_item.h"
#include "cmd/check_report.h"
#include "cmd/input.h"
#include "cmd/list.h"
#include "cmd/types.h"
#include "kernel/release.h"
#include "kernel/sources.h"
#include "run/loader_btf.h"

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
	struct cli_list attach;
	struct cmd_remote remote;
};

#define AT(member) offsetof(struct options, member)

static const struct cli_option options[] = {
	{ "btf", 'b', CLI_LIST, AT(btf), "PATH",
	  "a kernel, or a folder of them (BTF, vmlinux, vmlinuz, BTFHub's tree), instead of the "
	  "running one; '" HOST "' is that one; can be repeated",
	  CLI_WORDS_KERNEL, NULL, 0 },
	{ "arch", 0, CLI_TEXT, AT(arch), "ARCH", "of these kernels only those of this machine type",
	  CLI_WORDS_ARCH, NULL, 0 },
	{ "kernel-version", 0, CLI_TEXT, AT(version), "RELEASE",
	  "the release of kernels whose files do not say it", 0, NULL, 0 },
	{ "kernel-config", 0, CLI_TEXT, AT(kernel_config), "FILE",
	  "the options (config-RELEASE) that these kernels were built with", CLI_WORDS_FILE, NULL,
	  0 },
	{ "explain", 0, CLI_FLAG, AT(explains), NULL,
	  "show all that was looked at, also what is there", 0, NULL, 0 },
	{ "json", 'j', CLI_FLAG, AT(is_json), NULL, "print an array of objects", 0, NULL, 0 },
	{ "junit", 0, CLI_TEXT, AT(junit), "FILE",
	  "write the results as JUnit XML, too; - is standard output, in place of the table",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "skip", 0, CLI_LIST, AT(skip), "PROGRAM", "as with epm run; can be repeated",
	  CLI_WORDS_PROGRAM, NULL, 0 },
	{ "with", 0, CLI_LIST, AT(with), "FLAG",
	  "as if the package were run with this flag (NAME, NAME=VALUE); can be repeated",
	  CLI_WORDS_FLAG, NULL, 0 },
	{ "attach", 0, CLI_LIST, AT(attach), "PROGRAM=SECTION",
	  "as with epm run: as if this program were attached elsewhere; can be repeated",
	  CLI_WORDS_PROGRAM, NULL, 0 },
	{ "config", 'c', CLI_TEXT, AT(configuration), "FILE",
	  "use this configuration (.skel.json or .skel.yaml) instead of the package's",
	  CLI_WORDS_FILE, NULL, 0 },
	CMD_REMOTE_OPTIONS(struct options),
};

struct check {
	const struct cmd_env *env;
	const struct options *options;
	const char *arch; /* of --arch, as `uname -m` has it; or NULL */
	struct check_items packages;
	struct check_report *report;
	char *cache;
	size_t n_unread;	  /* kernels */
	struct err failed;	  /* the first of them */
	struct needs_list others; /* architectures of kernels that --arch leaves out */
};

static void check_done(struct check *check)
{
	check_items_done(&check->packages);
	check_report_free(check->report);
	free(check->cache);
	needs_list_done(&check->others);
}
AUTO_STRUCT(check, struct check, check_done);

/* What the person knows of a kernel that its file does not say. */
static int complete(const struct check *check, struct kernel *kernel, struct err *err)
{
	const struct options *s = check->options;

	if (kernel->is_running) /* says it itself */
		return 0;
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

static bool is_left_out(struct check *check, const char *arch)
{
	if (!check->arch || !arch || !strcmp(check->arch, arch))
		return false;
	needs_list_add(&check->others, arch);
	return true;
}

static void check_item(struct check *check, struct check_item *item, struct kernel *kernel,
		       const struct check_rules *rules)
{
	AUTO(check_verdict) struct check_verdict verdict = { 0 };

	check_against(item->subject.subject, kernel, rules, &verdict);
	check_report_add(check->report, item->text, item->subject.subject, kernel, &verdict);
}

static int check_kernel(struct check *check, struct kernel *kernel, struct err *err)
{
	struct check_rules rules = run_check_rules();
	AUTO(live) struct live *live = kernel->is_running ? live_new() : NULL;

	if (is_left_out(check, kernel->arch))
		return 0;
	if (complete(check, kernel, err) < 0)
		return -1;
	rules.live = live;
	rules.wants_all = check->options->explains;
	for (size_t i = 0; i < check->packages.n_items; i++)
		check_item(check, &check->packages.items[i], kernel, &rules);
	return 0;
}

static void item_unread(struct check *check, const struct check_item *item, const char *label,
			const struct err *why)
{
	if (check->failed.code == EC_NONE || check->failed.code == EC_UNSUPPORTED)
		check->failed = *why;
	check_report_add_unread(check->report, item->text, label, why->text);
}

/* The others go on. */
static void cannot_read(struct check *check, const char *label, const struct err *why)
{
	check->n_unread++;
	for (size_t i = 0; i < check->packages.n_items; i++)
		item_unread(check, &check->packages.items[i], label, why);
}

/* The running kernel has no BTF: what each package brings is used, as epm run does. */
static int open_bare(struct check *check, struct check_item *item, struct err *err)
{
	struct loader *loader = item->loader;
	AUTO(relocations) struct relocations relocations = { 0 };

	loader->cache = check->cache;
	if (cmd_types_read(check->env, item->package, loader, err) < 0 ||
	    loader_btf_open(loader, err) < 0)
		return -1;
	if (loader->types || !relocations_read(loader, &relocations))
		return 0;
	*err = loader->no_types;
	return -1;
}

static void check_bare(struct check *check, const char *label)
{
	AUTO(live) struct live *live = live_new();
	struct check_rules rules = run_check_rules();
	bool has_failed = false;
	struct err why;

	rules.live = live;
	rules.wants_all = check->options->explains;
	for (size_t i = 0; i < check->packages.n_items; i++) {
		struct check_item *item = &check->packages.items[i];

		if (open_bare(check, item, &why) < 0) {
			item_unread(check, item, label, &why);
			has_failed = true;
			continue;
		}
		rules.relocations = item->loader->types;
		check_item(check, item, &item->loader->kernel, &rules);
	}
	check->n_unread += has_failed;
}

static int check_running(struct check *check, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	struct utsname name;
	struct err why;

	if (kernel_open_running(check->cache, &kernel, &why) == 0)
		return check_kernel(check, &kernel, err);
	if (uname(&name) < 0)
		return err_errno(err, "uname");
	if (why.code == EC_UNSUPPORTED && !is_left_out(check, name.machine))
		check_bare(check, name.release);
	else if (why.code != EC_UNSUPPORTED)
		cannot_read(check, name.release, &why);
	return 0;
}

static int check_source(struct check *check, const struct kernel_source *source, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	struct err why;

	if (is_left_out(check, source->arch))
		return 0;
	if (kernel_open(source, check->cache, &kernel, &why) < 0) {
		why.code = EC_CORRUPT; /* whatever it is: one of many that were found */
		cannot_read(check, source->label, &why);
		return 0;
	}
	return check_kernel(check, &kernel, err);
}

/* The same name in the same folder, by another path to it. A link is another. */
static bool is_same(const struct kernel_source *a, const struct kernel_source *b)
{
	const char *base_a = path_base(a->path), *base_b = path_base(b->path);
	AUTO(free) char *folder_a = mem_printf("%.*s.", (int)(base_a - a->path), a->path);
	AUTO(free) char *folder_b = mem_printf("%.*s.", (int)(base_b - b->path), b->path);
	struct stat x, y;

	if (strcmp(base_a, base_b) != 0 || !a->member != !b->member ||
	    (a->member && strcmp(a->member, b->member) != 0))
		return false;
	return stat(folder_a, &x) == 0 && stat(folder_b, &y) == 0 && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

static bool is_known(const struct kernel_sources *sources, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_same(&sources->items[i], &sources->items[at]))
			return true;
	return false;
}

/* All that can be found; of several paths those in which nothing is are told and left out. */
static int find_sources(struct check *check, const char **paths, size_t n,
			struct kernel_sources *out, struct err *err)
{
	size_t n_good = 0;
	struct err why;

	if (check->options->btf.n_items == 1)
		return kernel_sources_find(paths, n, out, err);
	if (kernel_sources_find(paths, n, out, &why) == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		kernel_sources_done(out);
		paths[n_good] = paths[i];
		if (kernel_sources_find(paths, n_good + 1, out, &why) == 0)
			n_good++;
		else
			cannot_read(check, paths[i], &why);
	}
	kernel_sources_done(out);
	return n_good ? kernel_sources_find(paths, n_good, out, err) : 0;
}

static int check_files(struct check *check, const char **paths, size_t n, struct err *err)
{
	AUTO(kernel_sources) struct kernel_sources sources = { 0 };

	if (n && find_sources(check, paths, n, &sources, err) < 0)
		return -1;
	for (size_t i = 0; i < sources.n_items; i++)
		if ((n == 1 || !is_known(&sources, i)) &&
		    check_source(check, &sources.items[i], err) < 0)
			return -1;
	return 0;
}

static bool has_path(const char *const *paths, size_t n, const char *path)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(paths[i], path))
			return true;
	return false;
}

/* What is known of the running kernel is not to be replaced by what somebody says of it. */
static int refuse_told(const struct options *s, struct err *err)
{
	if (!s->version && !s->kernel_config)
		return 0;
	err_set(err, EC_USAGE, "%s is for kernels of --btf, not for the running one",
		s->version ? "--kernel-version" : "--kernel-config");
	return -1;
}

/* Those named, in their order by folder; one at a time is in memory. */
static int check_kernels(struct check *check, struct err *err)
{
	const struct cli_list *btf = &check->options->btf;
	AUTO(free) const char **paths = mem_array(btf->n_items + 1, sizeof(char *));
	bool has_host = btf->n_items == 0;
	size_t n = 0;

	for (size_t i = 0; i < btf->n_items; i++) {
		if (!strcmp(btf->items[i], HOST))
			has_host = true;
		else if (!has_path(paths, n, btf->items[i]))
			paths[n++] = btf->items[i];
	}
	if (!n && refuse_told(check->options, err) < 0)
		return -1;
	if (has_host && check_running(check, err) < 0)
		return -1;
	return check_files(check, paths, n, err);
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

static int no_kernel(struct check *check, struct err *err)
{
	AUTO(str) struct str others = STR_MAX(LIMIT_TEXT);

	needs_list_sort(&check->others);
	for (size_t i = 0; i < check->others.n_items; i++)
		str_addf(&others, "%s%s", i ? ", " : "", check->others.items[i]);
	return err_set(err, EC_NOT_FOUND, "there is no kernel of architecture %s, only of %s",
		       check->options->arch, str_text(&others));
}

static void add_count(struct str *out, const char *what, size_t n, const char *rest)
{
	if (n)
		str_addf(out, "%s%zu %s%s %s", out->len ? "; " : "", n, what, n == 1 ? "" : "s",
			 rest);
}

/* What was worst decides the exit status; that it cannot run is least of it. */
static int conclude(struct check *check, struct err *err)
{
	const struct err *missing = &check->packages.failed, *unread = &check->failed;
	struct check_report_count count = check_report_count(check->report);
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	enum err_code code = missing->code ? missing->code : unread->code;

	if (code == EC_UNSUPPORTED && unread->code)
		code = unread->code;
	if (!count.n && !code)
		return no_kernel(check, err);
	add_count(&text, "package", check->packages.n_failed, "could not be checked");
	add_count(&text, "kernel", check->n_unread, "could not be read");
	if (count.n_bad)
		str_addf(&text, "%s%zu of %zu check%s failed", text.len ? "; " : "", count.n_bad,
			 count.n - count.n_unread, count.n - count.n_unread == 1 ? "" : "s");
	if (!text.len)
		return 0;
	return err_set(err, code ? code : EC_UNSUPPORTED, "%s", str_text(&text));
}

static const char *arch_word(const char *arch)
{
	const char *word = arch ? kernel_arch_word(arch, strlen(arch)) : NULL;

	if (arch && !strcmp(arch, "386")) /* OCI's word */
		return "i686";
	return word ? word : arch;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *s = settings;
	const struct check_choice choice = { .env = env,
					     .remote = &s->remote,
					     .configuration = s->configuration,
					     .skip = &s->skip,
					     .with = &s->with,
					     .attach = &s->attach };
	struct check_report_options how = { .is_json = s->is_json, .explains = s->explains };
	AUTO(check) struct check check = { .env = env, .options = s, .arch = arch_word(s->arch) };

	if (s->is_json && s->junit && !strcmp(s->junit, "-"))
		return err_set(err, EC_USAGE, "--json and --junit - both go to standard output");
	if (input_has_configuration(s->configuration, err) < 0 ||
	    check_items_open(&choice, args, &check.packages, err) < 0)
		return -1;
	how.has_many = check.packages.n_items + check.packages.n_failed > 1;
	check.cache = path_join(env->home, "btf");
	check.report = check_report_new(&how);
	if (check.packages.n_items && check_kernels(&check, err) < 0)
		return -1;
	if (print(&check, err) < 0)
		return -1;
	return conclude(&check, err);
}

static void done(void *settings)
{
	struct options *s = settings;

	cli_list_done(&s->btf);
	cli_list_done(&s->skip);
	cli_list_done(&s->with);
	cli_list_done(&s->attach);
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

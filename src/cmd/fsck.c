// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/json.h"
#include "base/limits.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/store.h"

struct settings {
	struct cli_common common;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, wants_json),
	  .help = "print one object: what was checked, and the problems" },
};

static json_t *value_of(const struct store_report *report)
{
	json_t *value = json_object(), *problems = json_array(), *problem;

	for (size_t i = 0; i < report->n_problems; i++) {
		problem = json_object();
		js_set_text(problem, "kind", report->problems[i].kind);
		js_set_text(problem, "what", report->problems[i].what);
		js_set_text(problem, "text", report->problems[i].text);
		js_set_bool(problem, "repaired", report->problems[i].is_repaired);
		js_append(problems, problem);
	}
	js_set_size(value, "names", report->n_names);
	js_set_size(value, "blobs", report->n_blobs);
	js_set_size(value, "bytes", report->bytes);
	js_set(value, "problems", problems);
	return value;
}

static void make_text(const struct store_report *report, struct str *out)
{
	AUTO(free) char *size = print_size(report->bytes);

	for (size_t i = 0; i < report->n_problems; i++) {
		const char *text = report->problems[i].text;
		AUTO(free) char *clean = text_printable(text, strlen(text));

		str_addf(out, "%s\n", clean);
	}
	str_addf(out, "%zu name%s, %zu blob%s, %s checked\n", report->n_names,
		 report->n_names == 1 ? "" : "s", report->n_blobs, report->n_blobs == 1 ? "" : "s",
		 size);
}

static int print_report(const struct store_report *report, bool wants_json, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *value = NULL;
	AUTO(free) char *json = NULL;

	if (wants_json) {
		value = value_of(report);
		json = js_dump_pretty(value);
		str_adds(&text, json);
	} else {
		make_text(report, &text);
	}
	return cmd_print(&text, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(store_report) struct store_report report = { 0 };
	size_t n_repaired = 0;

	if (store_fsck(env->home, &report, err) < 0 ||
	    print_report(&report, s->wants_json, err) < 0)
		return -1;
	for (size_t i = 0; i < report.n_problems; i++)
		n_repaired += report.problems[i].is_repaired;
	if (!report.n_problems)
		return 0;
	return err_set(err, EC_CORRUPT, "%s: %zu problem%s, %zu of them repaired", env->home,
		       report.n_problems, report.n_problems == 1 ? "" : "s", n_repaired);
}

const struct cmd cmd_fsck = {
	.cli = { .name = "fsck",
		 .synopsis = "[OPTIONS]",
		 .summary = "check the store, byte by byte",
		 .details =
			 "Reads every blob and hashes it. One that is damaged moves to "
			 "quarantine/; what is missing is named with the package that needs it; "
			 "an index that cannot be read is made again from its backup and from "
			 "the manifests. Exit status 6 when something was wrong, repaired or not.",
		 .options = options,
		 .n_options = 1 },
	.settings_size = sizeof(struct settings),
	.run = run,
};

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_CHECK_REPORT_H
#define EPM_CMD_CHECK_REPORT_H

/*
 * What epm check prints: a row for each package and kernel, and below them each reason once,
 * however many kernels have it.
 */
#include "base/auto.h"
#include "base/json.h"
#include "base/str.h"
#include "check/verdict.h"

struct check_report;

struct check_report_options {
	bool is_json;
	bool explains; /* all findings, not only those that are in the way */
	bool has_many; /* packages: they are named in each row */
};

struct check_report *check_report_new(const struct check_report_options *options);
void check_report_free(struct check_report *report);
AUTO_POINTER(check_report, struct check_report, check_report_free);

/* One result. `package` as the person called it. */
void check_report_add(struct check_report *report, const char *package,
		      const struct check_subject *subject, const struct kernel *kernel,
		      const struct check_verdict *verdict);

/* A kernel that could not be read, or a package that says itself that it cannot run there. */
void check_report_add_failure(struct check_report *report, const char *package, const char *kernel,
			      const char *word, const char *why);

void check_report_text(const struct check_report *report, struct str *out);
void check_report_json(const struct check_report *report, struct str *out);
void check_report_junit(const struct check_report *report, struct str *out);

/* How many results there are, and in how many of them it cannot (or probably cannot) run. */
size_t check_report_count(const struct check_report *report, size_t *out_bad);

#endif

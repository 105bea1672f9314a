// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_CHECK_REPORT_H
#define EPM_CMD_CHECK_REPORT_H

/*
 * What epm check prints: a row for each package and kernel, and below them each cause once, with the
 * programs that have it, however many kernels and packages there are.
 */
#include "base/auto.h"
#include "base/json.h"
#include "base/str.h"
#include "check/verdict.h"

struct check_report;

struct check_report_options {
	bool is_json;
	bool explains; /* all findings, not only those that are in the way */
	bool has_many; /* packages: they are named in each row, and with the reasons */
};

struct check_report *check_report_new(const struct check_report_options *options);
void check_report_free(struct check_report *report);
AUTO_POINTER(check_report, struct check_report, check_report_free);

/* One result. `package` as the person called it. */
void check_report_add(struct check_report *report, const char *package,
		      const struct check_subject *subject, const struct kernel *kernel,
		      const struct check_verdict *verdict);

/* A kernel that could not be read, and why. */
void check_report_add_unread(struct check_report *report, const char *package, const char *kernel,
			     const char *why);

void check_report_text(const struct check_report *report, struct str *out);
void check_report_json(const struct check_report *report, struct str *out);
void check_report_junit(const struct check_report *report, struct str *out);

struct check_report_count {
	size_t n;	 /* results */
	size_t n_bad;	 /* of them: it cannot (or probably cannot) run */
	size_t n_unread; /* the kernel could not be read */
};
struct check_report_count check_report_count(const struct check_report *report);

#endif

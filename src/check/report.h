// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_REPORT_H
#define EPM_CHECK_REPORT_H

/* Findings and verdicts as text and JSON. Names from objects and kernels come out printable. */
#include "base/json.h"
#include "base/str.h"
#include "check/verdict.h"

/*
 * What is wrong, on one line without a newline: "struct task_struct has no 'state' (closest:
 * '__state')", "there is no helper bpf_loop (Linux 5.17 has it)".
 */
void report_reason(const struct finding *finding, struct str *out);

/* A name from outside, printable. */
void report_name(const char *text, struct str *out);

/* "opensnoop.bpf.c:116"; nothing where the line is not known. */
void report_line(const struct finding *finding, struct str *out);

/* "read_state (kprobe/f), opensnoop.bpf.c:116 in g()", or "the whole object" instead of a program. */
void report_place(const struct check_subject *subject, const struct finding *finding,
		  struct str *out);

/* The line of the source without its indentation; empty where it is not known. */
void report_source(const struct finding *finding, struct str *out);

/* How bad it is, and the reason: "missing: there is no helper bpf_loop (Linux 5.17 has it)". */
void report_cause(const struct finding *finding, struct str *out);

/*
 * {"level", "kind", "what", "why", …}; --json of epm-check(1). The caller owns it.
 */
json_t *report_finding_json(const struct check_subject *subject, const struct finding *finding);
json_t *report_programs_json(const struct check_subject *subject,
			     const struct check_verdict *verdict);

/* A level, kind or state as JSON has it: "probably-cannot-run". The caller frees it. */
char *report_word(const char *words);

/*
 * The worst finding, by which the package cannot run; NULL: there is none. Of several the one of a
 * program before one of the object.
 */
const struct finding *report_worst(const struct check_verdict *verdict);

#endif

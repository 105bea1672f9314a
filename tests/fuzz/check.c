// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "check/report.h"
#include "check/required.h"

/* An object, held against a kernel whose BTF is the object's own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { (const char *)data, size };
	struct check_wish wish = { .program = "x", .section = "fentry/x", .alternative = "y" };
	AUTO(check_subject) struct check_subject *subject = NULL;
	AUTO(check_verdict) struct check_verdict verdict = { 0 };
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(str) struct str btf = STR_MAX(LIMIT_KERNEL_BTF), text = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *requirements = NULL;
	struct check_rules rules = { .wants_all = size % 2 };
	const struct object_section *section;
	struct err err = { 0 };

	if (check_subject_open(bytes, "x", &wish, 1, &subject, &err) < 0) {
		if (err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED)
			abort();
		return 0;
	}
	section = object_find(subject->object, ".BTF");
	if (!section)
		return 0;
	str_add(&btf, section->data.data, section->data.len);
	if (kernel_from_bytes(&btf, "x", &kernel, &err) < 0)
		return 0;
	check_against(subject, &kernel, &rules, &verdict);
	for (size_t i = 0; i < verdict.n_findings; i++) {
		report_place(subject, &verdict.findings[i], &text);
		report_source(&verdict.findings[i], &text);
		report_cause(&verdict.findings[i], &text);
		json_decref(report_finding_json(subject, &verdict.findings[i]));
	}
	if (required_find(subject, &requirements, &err) == 0)
		required_is_missing(requirements, &kernel, NULL, &text);
	return 0;
}

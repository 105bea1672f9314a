// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/bundle.h"
#include "pkg/bundle_tree.h"

void bundle_report_done(struct bundle_report *report)
{
	for (size_t i = 0; i < report->n_packages; i++) {
		free(report->packages[i].name);
		free(report->packages[i].architectures);
	}
	free(report->packages);
	*report = (struct bundle_report){ 0 };
}

void bundle_report_add(struct bundle_report *report, const char *name,
		       const struct bundle_tree *tree)
{
	ARRAY_ROOM(report->packages, report->n_packages, report->cap);
	report->packages[report->n_packages++] = (struct bundle_package){
		.name = mem_text(name),
		.digest = tree->root.digest,
		.architectures = mem_text(str_text(&tree->architectures)),
		.size_bytes = tree->size_bytes,
	};
}

static int by_package(const void *a, const void *b)
{
	const struct bundle_package *x = a, *y = b;

	if (!x->name != !y->name)
		return x->name ? -1 : 1;
	return x->name ? strcmp(x->name, y->name) : strcmp(x->digest.text, y->digest.text);
}

void bundle_report_sort(struct bundle_report *report)
{
	if (report->n_packages)
		qsort(report->packages, report->n_packages, sizeof(*report->packages), by_package);
}

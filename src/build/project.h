// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_PROJECT_H
#define EPM_BUILD_PROJECT_H

/*
 * What is to be built: the sources a person named, or all *.bpf.c of a folder, with its epm.yaml
 * where there is one. No configuration file is needed.
 */
#include "base/auto.h"
#include "base/err.h"
#include "pkg/spec.h"

struct project {
	char *name; /* epm.yaml's; else of the only source, up to its first dot; else the folder's */
	char *folder;	/* "." or as given */
	char **sources; /* paths, sorted unless epm.yaml orders them */
	size_t n_sources;
	char *header; /* the export header given as second argument, as ecc takes it; or NULL */
	struct spec *spec; /* or NULL */
};

/*
 * args: a folder, or sources, of which the last may be a header; none is the current folder.
 * NOT_FOUND where there is no source; USAGE for a name that no package can have.
 */
int project_find(const char *const *args, size_t n_args, struct project *out,
		 struct err *err) MUST_CHECK;
void project_done(struct project *project);
AUTO_STRUCT(project, struct project, project_done);

#endif

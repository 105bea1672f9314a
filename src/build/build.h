// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_BUILD_H
#define EPM_BUILD_BUILD_H

/*
 * The whole way from a project to what a package is made of. Nothing is stored here.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "build/project.h"
#include "pkg/config.h"

struct build_options {
	const char *home;  /* EPM_HOME, for what is kept between builds */
	const char *clang; /* or NULL */
	const char *btf;   /* kernel whose types vmlinux.h has; NULL: the running one */
	const char *const *cflags;
	size_t n_cflags;
	const char *const *folders; /* -I */
	size_t n_folders;
	bool is_verbose;
	bool wants_provenance;
};

struct built {
	struct str object;
	struct config *config;
	json_t *package_config; /* see pkg/package.h */
	json_t *annotations;	/* of the manifest */
	char *version;		/* or NULL */
	json_t *provenance;	/* see build/provenance.h; NULL: it was not wanted */
};

int build_project(const struct project *project, const struct build_options *options,
		  struct built *out, struct err *err) MUST_CHECK;
void built_done(struct built *built);
AUTO_STRUCT(built, struct built, built_done);

#endif

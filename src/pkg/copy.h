// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_COPY_H
#define EPM_PKG_COPY_H

/*
 * Places that packages are copied from and to, as a person names them:
 *
 *	REGISTRY/REPOSITORY[:TAG][@DIGEST]	also "docker://…", as skopeo calls it
 *	store:NAME, or a name without a registry
 *	oci:DIR[:NAME]				an image layout
 *	oci-archive:FILE[:NAME]			one in a tar file
 */
#include "pkg/fetch.h"

enum copy_kind { COPY_REGISTRY, COPY_STORE, COPY_LAYOUT, COPY_ARCHIVE };

struct copy_place {
	enum copy_kind kind;
	char *path; /* DIR or FILE, or NULL */
	char *name; /* what it is called there; NULL: the only one */
};

int copy_place_parse(const char *text, struct copy_place *out, struct err *err) MUST_CHECK;
void copy_place_done(struct copy_place *place);
AUTO_STRUCT(copy_place, struct copy_place, copy_place_done);

/*
 * Copy one thing, digests and all, with what an index has in it (or what is for fetch->architecture)
 * and its referrers where fetch->wants_referrers. Nothing is named before all of it is there.
 */
int fetch_copy(const struct fetch *fetch, struct store *store, const char *from, const char *to,
	       struct fetch_report *out, struct err *err) MUST_CHECK;

#endif

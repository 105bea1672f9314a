// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_FETCH_PRIV_H
#define EPM_PKG_FETCH_PRIV_H

/* What pulling, pushing and copying share. Not for others. */
#include "pkg/fetch.h"
#include "pkg/remote.h"

/* A reference with everything a registry needs to know: tag or digest, registry, repository. */
struct fetch_target {
	struct oci_reference reference;
	struct settings_places places;
	const struct settings_place *home; /* the repository itself, the last of them */
	const char *what;		   /* to ask for: the digest, else the tag */
	char *name;			   /* whole, for people and the store */
};

/* Without a tag and a digest the tag is "latest". USAGE. */
int fetch_target_parse(const struct settings *settings, const char *text, struct fetch_target *out,
		       struct err *err) MUST_CHECK;
void fetch_target_done(struct fetch_target *target);
AUTO_STRUCT(fetch_target, struct fetch_target, fetch_target_done);

/* What a transfer moved, into the store's layout and under names (none: by its digest). */
int fetch_keep(struct store *store, const struct oci_transfer *transfer, const char *const *names,
	       size_t n_names, struct err *err) MUST_CHECK;

void fetch_report_fill(struct fetch_report *report, const struct oci_transfer *transfer);

/* Blobs of a transfer that are at the registry now. */
void fetch_remember(struct remote *remote, const struct oci_transfer *transfer);

#endif

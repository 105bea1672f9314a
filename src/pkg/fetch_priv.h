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

/*
 * The bytes of a blob of a transfer: what was received, else what the layout has. CORRUPT when it is
 * larger than out may be.
 */
int fetch_read_item(struct oci_layout *layout, const struct oci_item *item, struct str *out,
		    struct err *err) MUST_CHECK;

/* What was received and is in no store yet. All is borrowed. */
struct fetch_judged {
	const struct trust *trust;
	const char *name;
	const char *place;
	struct oci_digest digest; /* of what the name led to */
	const char *media_type;
	uint64_t size_bytes;
};

/* UNTRUSTED, and what trust_decide() sets. The root of the transfer is what would be loaded. */
int fetch_judge(const struct fetch_judged *judged, const struct oci_transfer *transfer,
		struct store *store, struct trust_decision *out, struct err *err) MUST_CHECK;

/* What a transfer moved, into the store's layout and under names (none: by its digest). */
struct fetch_kept {
	const char *const *names;
	size_t n_names;
	const char *origin; /* see store.h; NULL: none */
};

int fetch_keep(struct store *store, const struct oci_transfer *transfer,
	       const struct fetch_kept *kept, struct err *err) MUST_CHECK;

void fetch_report_fill(struct fetch_report *report, const struct oci_transfer *transfer);

struct digest_list {
	struct oci_digest *items;
	size_t n_items, cap;
};
void digest_list_add(struct digest_list *list, const struct oci_digest *digest);
bool digest_list_has(const struct digest_list *list, const struct oci_digest *digest);
void digest_list_done(struct digest_list *list);
AUTO_STRUCT(digest_list, struct digest_list, digest_list_done);

/*
 * What refers to root, or to a manifest in it, and is not listed at the registry, with all on the
 * way to it. Where nothing here refers to it nobody is asked.
 */
int fetch_find_lacking(struct store *store, struct oci_repository *repository,
		       const struct oci_digest *root, struct digest_list *out,
		       struct err *err) MUST_CHECK;

/* fetch_send() to a repository that is open. */
struct fetch_sender {
	const struct fetch *fetch;
	struct store *store;
	struct remote *remote;
	struct oci_repository *to;
};
int fetch_send_to(const struct fetch_sender *sender, const struct fetch_send *what,
		  struct fetch_report *report, struct err *err) MUST_CHECK;

/* Blobs of a transfer that are at the registry now. */
void fetch_remember(struct remote *remote, const struct oci_transfer *transfer);

#endif

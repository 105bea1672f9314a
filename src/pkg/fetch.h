// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_FETCH_H
#define EPM_PKG_FETCH_H

/*
 * Packages between the store and registries: what to ask whom, and what a thing is called where. A
 * name of the store for what came from a registry is the whole reference, as typed or below the
 * default registry; mirrors are asked first and leave no trace in it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "oci/transfer.h"
#include "pkg/settings.h"
#include "pkg/store.h"
#include "pkg/trust.h"

/* Borrowed. */
struct fetch {
	const char *home; /* EPM_HOME */
	const struct settings *settings;
	struct oci_client *client;
	const char *os; /* of an image index only what is for this; NULL: everything in it */
	const char *architecture;
	bool wants_referrers;
	/* What is pulled has to be trusted by it; NULL: it is not asked. */
	const struct trust *trust;
	/* Leave out layers that are not needed; NULL: none. */
	bool (*leaves_out)(const struct oci_descriptor *descriptor);
	struct oci_watch watch;
};

/* A blob of what was moved. */
struct fetch_blob {
	char *label;
	struct oci_digest digest;
	uint64_t size_bytes;
	enum oci_item_state state;
};

struct fetch_report {
	char *reference; /* whole; of a push at the registry */
	char *source;	 /* of a push: the name in the store; of a pull: the mirror; or NULL */
	char *media_type;
	struct oci_digest digest;
	uint64_t size_bytes;  /* of everything */
	uint64_t moved_bytes; /* blobs that travelled */
	struct fetch_blob *blobs;
	size_t n_blobs;
	size_t n_manifests, n_referrers;
	struct trust_decision decision; /* of a pull that asked for one */
	bool is_unchanged;		/* there was nothing to do */
};

void fetch_report_done(struct fetch_report *report);
AUTO_STRUCT(fetch_report, struct fetch_report, fetch_report_done);

/*
 * Bring a reference into the store and name it there. The name is set when all of it is there. With
 * a digest that the store has, nobody is asked. NOT_FOUND, DENIED, NETWORK, CORRUPT, UNSUPPORTED
 * (nothing for the platform), UNTRUSTED; the store is as it was then.
 */
int fetch_pull(const struct fetch *fetch, struct store *store, const char *text,
	       struct fetch_report *out, struct err *err) MUST_CHECK;

struct fetch_push {
	const char *source; /* a name or digest of the store; NULL: found by the target's name */
	const char *target;
	const char *const *tags; /* further ones */
	size_t n_tags;
	bool is_careful; /* do not move a tag that is not as it was last seen (EXISTS) */
};

/* What of the store would be sent. NOT_FOUND, USAGE. */
int fetch_push_source(const struct fetch *fetch, struct store *store, const struct fetch_push *what,
		      struct store_target *out, struct err *err) MUST_CHECK;

/*
 * Send what is in the store to a registry, with all that refers to it. When the tags are as they
 * should be there, only referrers that the registry lacks. Errors as above.
 */
int fetch_push(const struct fetch *fetch, struct store *store, const struct fetch_push *what,
	       struct fetch_report *out, struct err *err) MUST_CHECK;

struct fetch_send {
	const char *target;		    /* what the subject is called at the registry */
	struct oci_digest subject;	    /* which the registry has, with its manifests */
	const struct oci_digest *referrers; /* manifests that refer to it or to one in it */
	size_t n_referrers;
};

/*
 * Send referrers of a package that the store has, and nothing else. Those that are found by a tag
 * are added to what is there. Errors as above.
 */
int fetch_send(const struct fetch *fetch, struct store *store, const struct fetch_send *what,
	       struct fetch_report *out, struct err *err) MUST_CHECK;

/* Referrers that a store has, as a registry would list them; NULL: there is no store, and *out stays. */
int fetch_store_referrers(struct store *store, const struct oci_digest *subject,
			  struct oci_index **out, struct err *err) MUST_CHECK;

/* The reference with the default registry and a tag: "ghcr.io/eunomia-bpf/x:latest". Caller frees. */
int fetch_name(const struct settings *settings, const char *text, char **out,
	       struct err *err) MUST_CHECK;

#endif

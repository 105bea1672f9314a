// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_STORE_H
#define EPM_PKG_STORE_H

/*
 * The store: packages by name, kept in an OCI image layout under EPM_HOME. The layout keeps bytes
 * (oci/layout.h); this module gives them names and collects what no name leads to.
 *
 * A name is a canonical reference with a tag: "opensnoop:1.0", "ghcr.io/x/opensnoop:latest". It
 * stands in the annotations of a descriptor of index.json, each name once:
 *
 *	io.containerd.image.name		the name; what epm goes by
 *	org.opencontainers.image.ref.name	the same text
 *
 * Other tools find a manifest by ref.name alone and take the first that has it. Were it only the
 * tag, "latest" of every package would be one name to them. The image-spec's grammar of ref.name
 * has ':' and '/' (annotations.md), skopeo takes "oci:DIR:opensnoop:1.0" and oras
 * "--oci-layout-path DIR opensnoop:1.0". For those that can only name a tag ("oci:DIR:1.0",
 * "oras --oci-layout DIR:1.0") there is one more descriptor, marked dev.eunomia.store.alias, with
 * ref.name the bare tag, for each tag that all names having it agree on; a tag that means two
 * packages has none, so that it is refused there instead of guessed. Aliases are made anew at each
 * change and are no names for epm. Entries that other tools wrote are kept; their ref.name is their
 * name, unless it is only the tag of their io.containerd.image.name.
 *
 * What a listing shows besides (size, architectures, version, when it was added) is copied into
 * annotations dev.eunomia.store.*: for the eye only, never a ground to decide on.
 *
 * dev.eunomia.store.origin is the repository at a registry that a name was fetched from, and
 * dev.eunomia.store.root the image index that the manifest was chosen from for this machine. Further
 * names (epm tag) inherit both. The origin is not taken from archives. The index is kept with what
 * refers to it, and without the manifests it has for other machines.
 *
 * Referrers (signatures and whatever else has a "subject", image-spec 1.1 manifest.md) are entries
 * without a name. dev.eunomia.store.subject has the digest they refer to, so that not every
 * manifest is read to find them; it is added where another tool left it out. They live as long as
 * what they refer to, which may be a manifest within an image index or another referrer.
 *
 * Signatures of cosign's older form name no subject in their manifest; they are found by a tag made
 * of its digest, sha256-HEX.sig (oci/referrers.h), which is their ref.name here as well. There is
 * one of each tag. When one is added, layers that only the old one has are added to it: each is
 * somebody's signature.
 *
 * Changes are made under one lock and become visible by the rename of a complete index.json;
 * readers take no lock. The index before the last change stays as index.json.bak, which
 * store_fsck() falls back on.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/descriptor.h"
#include "oci/layout.h"
#include "oci/manifest.h"

struct store;

/*
 * home is EPM_HOME. STORE_READ makes nothing: where there is no store it is an empty one.
 * STORE_WRITE makes the layout where it is missing; STORE_PASSING does, for a command's own that goes
 * away with it. DENIED, CORRUPT when it is no image layout.
 */
enum store_mode { STORE_READ, STORE_WRITE, STORE_PASSING };

int store_open(const char *home, enum store_mode mode, struct store **out,
	       struct err *err) MUST_CHECK;
void store_close(struct store *store);
AUTO_POINTER(store, struct store, store_close);

struct oci_layout *store_layout(struct store *store); /* borrowed; NULL where there is no store */

struct store_entry {
	char *name; /* canonical, or NULL for what has none */
	struct oci_digest digest;
	struct oci_digest subject; /* what it refers to; empty: it is no referrer */
	char *tag;		   /* sha256-HEX.sig: what it is found by; or NULL */
	char *media_type;
	uint64_t manifest_bytes;
	/* For the eye, see above; 0 and NULL where not known. */
	uint64_t size_bytes; /* manifests, configurations and layers together */
	int64_t added;	     /* seconds since 1970, when it came into this store */
	char *architectures; /* "amd64", "amd64,arm64" */
	char *version;
	/* Ground of decisions (pkg/trust.h), see below; NULL and empty where it is not said. */
	char *origin;
	struct oci_digest root;
};

struct store_list {
	struct store_entry *entries; /* by name, those without one last */
	size_t n_entries;
};

int store_list(struct store *store, struct store_list *out, struct err *err) MUST_CHECK;
void store_list_done(struct store_list *list);
AUTO_STRUCT(store_list, struct store_list, store_list_done);

/* What a reference led to. From here on everything goes by the digest. */
struct store_target {
	char *name; /* the name it was found by, or the first the digest has; NULL: it has none */
	struct oci_digest digest;
	uint64_t size_bytes; /* of the manifest */
	char *media_type;
	char *origin;		/* where it was fetched from: "ghcr.io/x/opensnoop"; or NULL */
	struct oci_digest root; /* the image index it was chosen from; empty: none */
};

void store_target_done(struct store_target *target);
AUTO_STRUCT(store_target, struct store_target, store_target_done);

/*
 * Find what a person typed: a name ("opensnoop" means "opensnoop:latest"), NAME@DIGEST, a digest,
 * or at least seven hex characters that begin only one digest (a name goes first). NOT_FOUND with
 * the nearest name in the hint; USAGE for text that is no reference or begins several digests.
 */
int store_resolve(struct store *store, const char *text, struct store_target *out,
		  struct err *err) MUST_CHECK;

/* Whether all that it leads to is there, by size; nothing is hashed. */
bool store_is_complete(struct store *store, const struct store_target *target);

/* The canonical name of what was typed, with a tag and without digest. USAGE. Caller frees. */
int store_name(const char *text, char **out, struct err *err) MUST_CHECK;

/*
 * A blob on its way into the store: bytes that are there, or what was received without the lock and
 * is committed now, or one that was found in the store before and may have gone since (NOT_FOUND).
 * All of it is borrowed; a committed oci_blob is still to be freed.
 */
struct store_blob {
	struct oci_digest digest;
	struct span data;
	struct oci_blob *written; /* in place of data; ended, see oci_blob_end() */
	bool is_present;	  /* in place of both */
};

/* A manifest or image index with all it needs. */
struct store_item {
	const struct store_blob *blobs; /* without the manifest itself */
	size_t n_blobs;
	struct span manifest;
	const char *media_type;
	const char *artifact_type; /* or NULL */
	const char *architectures; /* for the eye */
	const char *version;	   /* or NULL */
	uint64_t size_bytes;
	const char *const *names; /* canonical, see store_name(); an existing one moves here */
	size_t n_names;
	const struct oci_digest *subject; /* of a referrer; else NULL */
	const char *suffix;		  /* ".sig" of its tag, where it is found by one; or NULL */
	const char *origin;		  /* see below; or NULL */
	const struct oci_digest *root;	  /* see below; or NULL */
};

/* Blobs first, durable, then the names at once. Failing leaves names as they were. */
int store_add(struct store *store, const struct store_item *item, struct err *err) MUST_CHECK;

/*
 * Several at once: the names of all appear, or none. blobs are those that the items share; they
 * come first.
 */
int store_add_all(struct store *store, const struct store_item *items, size_t n_items,
		  const struct store_blob *blobs, size_t n_blobs, struct err *err) MUST_CHECK;

/* Give a digest that is in the store more names; existing ones move. NOT_FOUND, USAGE. */
int store_set_names(struct store *store, const struct store_target *target,
		    const char *const *names, size_t n_names, struct err *err) MUST_CHECK;

struct store_referrers {		  /* by digest */
	struct oci_descriptor *referrers; /* as a registry would describe them, see below */
	size_t n_referrers;
	size_t cap;
};

/*
 * What refers to this digest, each one's manifest read and hashed for it: the descriptors have the
 * manifest's artifactType (its config's media type where it has none) and its annotations, as
 * distribution-spec 1.1 "Listing Referrers" wants. One that is damaged is left out, with a warning.
 */
int store_referrers(struct store *store, const struct oci_digest *subject,
		    struct store_referrers *out, struct err *err) MUST_CHECK;

void store_referrers_done(struct store_referrers *list);
AUTO_STRUCT(store_referrers, struct store_referrers, store_referrers_done);

/*
 * With those that are found by a tag, whose descriptors have the tag as their only annotation
 * (org.opencontainers.image.ref.name), as an index; without a store one that is empty.
 */
int store_referrers_all(struct store *store, const struct oci_digest *subject,
			struct oci_index **out, struct err *err) MUST_CHECK;

struct store_freed {
	size_t n_names;
	size_t n_blobs;
	uint64_t bytes;
};

struct store_removal {
	const char *const *items; /* each what store_resolve() takes */
	size_t n_items;
	bool is_forced;	     /* a digest that has several names stands for all of them */
	struct str *removed; /* takes the names, one a line */
};

/*
 * Take names away, and with the last name of a digest its blobs, as far as no other manifest needs
 * them. A digest stands for the entry without a name, or for its only name (USAGE when it has
 * several, unless is_forced). All are resolved before the first is removed. Referrers go with what
 * they refer to.
 */
int store_remove(struct store *store, const struct store_removal *removal, struct store_freed *out,
		 struct err *err) MUST_CHECK;

/*
 * Delete referrers of what is gone, blobs that nothing leads to, and left-over temporary files.
 * is_dry: only count.
 */
int store_prune(struct store *store, bool is_dry, struct store_freed *out,
		struct err *err) MUST_CHECK;

struct store_problem {
	const char *kind; /* "corrupt", "unreadable", "missing", "malformed", "index" */
	char *what;	  /* digest, name or file */
	char *text;	  /* one sentence for a person */
	bool is_repaired;
};

struct store_report {
	struct store_problem *problems;
	size_t n_problems;
	size_t cap;
	size_t n_blobs; /* that were read */
	size_t n_names;
	uint64_t bytes;
};

void store_report_done(struct store_report *report);
AUTO_STRUCT(store_report, struct store_report, store_report_done);

/*
 * Read every blob and hash it. A blob whose bytes are not its digest's moves to quarantine/; an
 * entry that leads to something missing is reported and kept (a pull may bring it back); an index
 * that cannot be read is put aside and made anew from index.json.bak and from the manifests among
 * the blobs. On a home that cannot be written everything is reported and nothing repaired. 0 when
 * the check could be made, whatever it found.
 */
int store_fsck(const char *home, struct store_report *out, struct err *err) MUST_CHECK;

/* The bytes of a blob, hashed as they are read. NOT_FOUND, CORRUPT naming the digest. */
int store_read(struct store *store, const struct oci_digest *digest, struct str *out,
	       struct err *err) MUST_CHECK;

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TRANSFER_H
#define EPM_OCI_TRANSFER_H

/*
 * Moving a manifest or an image index with all it leads to from one end to another; an end is a
 * repository at a registry or a layout. Nothing is interpreted but manifests; every blob is hashed
 * as it flows and held against digest and size.
 *
 *	oci_transfer_new()	with the root's own bytes, which the caller has resolved
 *	oci_transfer_collect()	reads the manifests below it, and referrers where they are wanted
 *	oci_transfer_blobs()	moves what the other end does not have, several at once
 *	oci_transfer_name()	to a registry: the manifests, children first, the root by its tags
 *
 * To a layout the last step is the caller's: blobs were received and not committed, so that they
 * can be named under the layout's lock (items' blob, nodes' document).
 */
#include "oci/layout.h"
#include "oci/manifest.h"
#include "oci/registry.h"
#include "oci/upload.h"

#define OCI_TRANSFER_DEPTH 8
#define OCI_TRANSFER_NODES 4096
#define OCI_TRANSFER_ITEMS 65536

struct oci_end { /* one of the two */
	struct oci_repository *repository;
	struct oci_layout *layout;
};

enum oci_item_state { OCI_ITEM_WAITS, OCI_ITEM_SENT, OCI_ITEM_MOUNTED, OCI_ITEM_EXISTS };

struct oci_item { /* a blob that is no manifest; each once */
	struct oci_digest digest;
	uint64_t size_bytes;
	char *label; /* its title, else the last words of its media type: for the eye */
	enum oci_item_state state;
	struct str data; /* of a registry: it came within the manifest; data NULL: it did not */
	struct oci_blob *blob; /* received for a layout, ended; NULL where it was there */
	size_t id;	       /* the watcher's */
	bool is_guest;	       /* only guests have it */
	bool is_lost;	       /* it did not come */
};

struct oci_node { /* a manifest or an image index */
	struct oci_document document;
	struct oci_manifest *manifest; /* one of the two */
	struct oci_index *index;
	char *architecture; /* from the index above, or NULL */
	size_t depth;
	struct oci_digest subject; /* empty: it is no referrer that was looked for */
	char *tag;		   /* a signature's that is found by a tag; or NULL */
	bool is_origin;		   /* the index that the root was chosen from; see below */
	bool is_guest;		   /* a referrer under limits */
	bool is_there;		   /* at the other end: neither it nor its blobs are moved */
};

/*
 * Limits for referrers of a registry that come uninvited. Of several one after the other is taken
 * while there is room; those beyond, and what is broken of them, is left out and counted. Referrers
 * of referrers are not looked for, nor a bill of materials under a tag, which nobody signs.
 */
struct oci_guests {
	size_t n_max;		/* manifests */
	uint64_t manifest_max;	/* bytes of one's manifest */
	size_t layers_max;	/* of one */
	size_t all_layers_max;	/* of all */
	uint64_t bytes_max;	/* of one, with its layers */
	uint64_t all_bytes_max; /* of all */
};

/* Told what goes on; all optional. */
struct oci_watch {
	size_t (*begin)(void *ctx, const struct oci_item *item); /* gives the id */
	void (*moved)(void *ctx, size_t id, uint64_t bytes);	 /* so far */
	void (*ended)(void *ctx, size_t id, enum oci_item_state state);
	void (*tick)(void *ctx);
	void *ctx;
};

/* Borrowed for the life of the transfer. */
struct oci_transfer_settings {
	struct oci_end from, to;
	struct oci_layout *spool; /* between two registries: where bytes wait to be sent */
	const char *os;		  /* of an index only what is for this; NULL: everything */
	const char *architecture;
	bool wants_referrers;
	const struct oci_guests *guests; /* NULL: referrers are wanted as the rest is */
	bool has_only_referrers; /* the rest is there: only referrers move, with their blobs */
	/* Those of a layout, which knows where it keeps them. *out: the caller's. NULL: none. */
	int (*layout_referrers)(void *ctx, const struct oci_digest *subject, struct oci_index **out,
				struct err *err);
	/* Leave out a blob; NULL: none. */
	bool (*leaves_out)(const struct oci_descriptor *descriptor);
	/* Whether `to` is known to have a blob, so that nobody is asked. NULL: nothing is known. */
	bool (*is_there)(void *ctx, const struct oci_digest *digest);
	/* Another repository of to's registry that has it, or NULL. */
	const char *(*mount_from)(void *ctx, const struct oci_digest *digest);
	void *ctx;
	enum oci_single_post *single_post; /* see upload.h; or NULL */
	struct oci_watch watch;
};

struct oci_transfer {
	const struct oci_transfer_settings *settings;
	struct oci_client *client; /* NULL: between layouts */
	struct oci_node **nodes;   /* the first is the root; parents before children */
	size_t n_nodes, nodes_cap;
	struct oci_item *items;
	size_t n_items, items_cap;
	size_t n_left_out;   /* guests */
	struct err left_out; /* why, the first of them */
	/* private to the files of the transfer */
	size_t n_guests, n_guest_layers;
	uint64_t guest_bytes;
	bool has_lost;
	struct oci_digest *asked; /* manifests that were asked for */
	size_t n_asked, asked_cap;
	size_t next_item, n_active;
	struct transfer_job *jobs;
	bool has_subject_support;
	bool is_rejected; /* the registry missed blobs; see oci_transfer_name() */
	bool is_again;	  /* it did, and they are sent: what was known of it is not believed */
};

/* root is taken over. CORRUPT, UNSUPPORTED when the index has nothing for the platform. */
int oci_transfer_new(const struct oci_transfer_settings *settings, struct oci_document *root,
		     struct oci_transfer **out, struct err *err) MUST_CHECK;
void oci_transfer_free(struct oci_transfer *transfer); /* what was received goes away */
AUTO_POINTER(oci_transfer, struct oci_transfer, oci_transfer_free);

/*
 * The image index that the root was chosen from (taken over): it is wanted with what refers to it,
 * which may be the only signatures there are, and without the rest that is in it. Before collecting,
 * and to layouts only.
 */
int oci_transfer_add_origin(struct oci_transfer *transfer, struct oci_document *index,
			    struct err *err) MUST_CHECK;

int oci_transfer_collect(struct oci_transfer *transfer, struct err *err) MUST_CHECK;
int oci_transfer_blobs(struct oci_transfer *transfer, struct err *err) MUST_CHECK;

/* The blob of that digest among the items; NULL: it is none of them. Borrowed. */
const struct oci_item *oci_transfer_item(const struct oci_transfer *transfer,
					 const struct oci_digest *digest);

/* Without tags the root goes by its digest. Blobs that were wrongly thought there are sent. */
int oci_transfer_name(struct oci_transfer *transfer, const char *const *tags, size_t n_tags,
		      struct err *err) MUST_CHECK;

/*
 * A manifest or an index of a layout, or of a registry without the network's other courtesies: the
 * child of an index that is for a platform. NULL: there is none.
 */
const struct oci_descriptor *oci_index_find(const struct oci_index *index, const char *os,
					    const char *architecture);

/* UNSUPPORTED: there is nothing for the platform, with what there is. -1 always. */
int oci_index_lacks(const struct oci_index *index, const char *os, const char *architecture,
		    struct err *err);

/* Read a document of a layout by its descriptor. NOT_FOUND, CORRUPT. */
int oci_layout_document(struct oci_layout *layout, const struct oci_digest *digest,
			uint64_t size_bytes, struct oci_document *out, struct err *err) MUST_CHECK;

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_STORE_INDEX_H
#define EPM_PKG_STORE_INDEX_H

/*
 * How names stand in index.json (see store.h), and the listing made of it. Between the files of the
 * store; not for others.
 *
 * Parsing an index of 10,000 names takes 100 ms, so that the listing of a large one is kept in
 * index.cache: text, sorted, with the stamp of the index.json it was made from. It is believed only
 * while that stamp is index.json's; a small index is always read itself.
 */
#include <stdbool.h>

#include "oci/layout.h"
#include "oci/manifest.h"
#include "pkg/store.h"

#define STORE_KEY_ALIAS "dev.eunomia.store.alias"
#define STORE_KEY_ADDED "dev.eunomia.store.added"
#define STORE_KEY_SIZE "dev.eunomia.store.size"
#define STORE_KEY_SUBJECT "dev.eunomia.store.subject"
#define STORE_KEY_ORIGIN "dev.eunomia.store.origin"
#define STORE_KEY_ROOT "dev.eunomia.store.root"
#define STORE_KEY_ARCH "dev.eunomia.store.architectures"

struct store {
	char *home;
	struct oci_layout *layout; /* NULL: there is none, and nothing was to be made */
};

/* Canonical name of an entry: NULL when it has none or is an alias. The caller frees it. */
char *store_entry_name(const struct oci_descriptor *entry);
bool store_entry_is_alias(const struct oci_descriptor *entry);

/* Give an entry (its annotations are this function's to change) a name; NULL takes it away. */
void store_entry_set_name(struct oci_descriptor *entry, const char *name);

/* A deep enough copy: annotations are its own. */
void store_entry_copy(const struct oci_descriptor *from, struct oci_descriptor *to);

/* Take the aliases out, as if they had never been written; put them in. */
void store_index_drop_aliases(struct oci_index *index);
void store_index_add_aliases(struct oci_index *index);

/* What its annotation or its tag says it refers to; false: there is none. */
bool store_entry_subject(const struct oci_descriptor *entry, struct oci_digest *out);

/* The image index it was chosen from; false: none. */
bool store_entry_root(const struct oci_descriptor *entry, struct oci_digest *out);

/* The tag it is found by, sha256-HEX.sig; NULL: it is no such referrer. Borrowed. */
const char *store_entry_tag(const struct oci_descriptor *entry);

/* Read the manifests of entries that have neither name nor subject, and note their subjects. */
void store_index_adopt(struct store *store, struct oci_index *index);

/* The whole index, without aliases. CORRUPT with a hint to fsck. stamp may be NULL. */
int store_index_read(struct store *store, struct oci_index **out, struct oci_stamp *stamp,
		     struct err *err) MUST_CHECK;

/* With the lock: add the aliases, write index.json and what is derived from it. */
int store_index_write(struct store *store, struct oci_index *index, struct err *err) MUST_CHECK;

/* The listing of an index, see store_list(). */
void store_index_list(const struct oci_index *index, struct store_list *out);

/*
 * Entries by name or by the beginning of their digest (the whole text, "sha256:1f0"); one of them
 * may be NULL, both: all.
 */
int store_query(struct store *store, const char *name, const char *digest, struct store_list *out,
		struct err *err) MUST_CHECK;

/* The cache. Writing it may fail silently: it is only faster with it. */
void store_cache_write(struct store *store, const struct store_list *list,
		       const struct oci_stamp *stamp);
/* false: there is none that is true; out is untouched. */
bool store_cache_query(struct store *store, const char *name, const char *digest,
		       struct store_list *out);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_LAYOUT_H
#define EPM_OCI_LAYOUT_H

/*
 * An OCI image layout on disk, image-spec 1.1 image-layout.md: blobs under blobs/sha256, index.json,
 * oci-layout. Besides these it keeps here
 *
 *	lock		flock()ed by whoever changes index.json or deletes blobs
 *	ingest/		blobs while they are written; each file is flock()ed by its writer
 *	index.json.bak	index.json as it was before the last change
 *	quarantine/	blobs whose bytes were not their digest's
 *
 * Blobs and index appear by rename of a complete, synced file, so that readers need no lock and a
 * process may be killed anywhere. What index.json means is the caller's: here it is bytes.
 *
 * Order for a change: oci_layout_lock(), blobs, oci_layout_sync(), oci_layout_replace_index(),
 * oci_layout_unlock(). A blob that comes slowly (a download) is written without the lock; only its
 * oci_blob_commit() and the naming go under it, so that no collector sees it without a name.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/digest.h"

struct oci_layout;

/*
 * NOT_FOUND when there is none (no index.json and no blob) and it is not to be made; CORRUPT
 * when only part of it is there or its version is not 1; DENIED.
 */
int oci_layout_open(const char *path, bool creates, struct oci_layout **out,
		    struct err *err) MUST_CHECK;

/* One that goes away with the command: made where it is missing, and nothing waits for the disk. */
int oci_layout_open_passing(const char *path, struct oci_layout **out, struct err *err) MUST_CHECK;
void oci_layout_close(struct oci_layout *layout); /* gives the lock back */
AUTO_POINTER(oci_layout, struct oci_layout, oci_layout_close);

/* Make what is missing of the frame: oci-layout, blobs/, index.json with no entries. */
int oci_layout_repair(const char *path, struct err *err) MUST_CHECK;

const char *oci_layout_path(const struct oci_layout *layout);
int oci_layout_dir(const struct oci_layout *layout); /* its folder; borrowed */
int oci_layout_lock(struct oci_layout *layout, struct err *err) MUST_CHECK; /* waits; no nesting */
void oci_layout_unlock(struct oci_layout *layout);

/* The blob's bytes. A good one that is there already stays, a damaged one is replaced. */
int oci_layout_put(struct oci_layout *layout, const struct oci_digest *digest, const void *data,
		   size_t size, struct err *err) MUST_CHECK;

/*
 * The same piece by piece, hashed as it is written. oci_blob_end() holds it against what was
 * promised and makes it durable, all of which needs no lock; oci_blob_commit() then only renames. A
 * blob must not outlive its layout and holds one descriptor.
 */
struct oci_blob; /* being written */

int oci_blob_begin(struct oci_layout *layout, struct oci_blob **out, struct err *err) MUST_CHECK;
int oci_blob_write(struct oci_blob *blob, const void *data, size_t size,
		   struct err *err) MUST_CHECK;

/* What was written so far, from offset: up to size bytes, 0 at the end (as pread() does). */
int oci_blob_read(struct oci_blob *blob, uint64_t offset, void *buf, size_t size, size_t *out_n,
		  struct err *err) MUST_CHECK;
uint64_t oci_blob_size(const struct oci_blob *blob); /* bytes written so far */

/*
 * Nothing can be written after it; it can be read. CORRUPT when the bytes were not those of the
 * digest, or not size_bytes many (UINT64_MAX: any number). The digest may be NULL or empty: then it
 * is not compared.
 */
int oci_blob_end(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		 struct err *err) MUST_CHECK;
/* The same without making it durable, for what is not to be kept. */
int oci_blob_check(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		   struct err *err) MUST_CHECK;
/*
 * Make several durable that were checked, so that their oci_blob_end() has nothing to wait for.
 * Many small ones take one wait of the file system instead of one each.
 */
int oci_blobs_sync(struct oci_layout *layout, struct oci_blob *const *blobs, size_t n_blobs,
		   struct err *err) MUST_CHECK;
const struct oci_digest *oci_blob_digest(const struct oci_blob *blob); /* after its end; borrowed */

/* Give it its name, with oci_blob_end() first, and its codes. out takes what the digest was. */
int oci_blob_commit(struct oci_blob *blob, const struct oci_digest *digest, uint64_t size_bytes,
		    struct oci_digest *out, struct err *err) MUST_CHECK;
void oci_blob_free(struct oci_blob *blob); /* what was not committed goes away */
AUTO_POINTER(oci_blob, struct oci_blob, oci_blob_free);

/* After the last blob, before the index names it. */
int oci_layout_sync(struct oci_layout *layout, struct err *err) MUST_CHECK;

/*
 * Read a whole blob, hashed as it is read. size_bytes is the descriptor's (UINT64_MAX: not known).
 * NOT_FOUND; CORRUPT naming the digest when size or bytes are not what was promised.
 */
int oci_layout_get(struct oci_layout *layout, const struct oci_digest *digest, uint64_t size_bytes,
		   struct str *out, struct err *err) MUST_CHECK;

/*
 * Open it for reading piece by piece; who reads it hashes it. size_bytes as above. NOT_FOUND,
 * CORRUPT.
 */
int oci_layout_open_blob(struct oci_layout *layout, const struct oci_digest *digest,
			 uint64_t size_bytes, int *out_fd, struct err *err) MUST_CHECK;

/* Read it, hash it and throw it away. The same codes. */
int oci_layout_check(struct oci_layout *layout, const struct oci_digest *digest, uint64_t *out_size,
		     struct err *err) MUST_CHECK;

/* Whether it is there, and how many bytes; nothing is read. */
bool oci_layout_has(struct oci_layout *layout, const struct oci_digest *digest, uint64_t *out_size);

/* With the lock. Not being there is no error. */
int oci_layout_delete(struct oci_layout *layout, const struct oci_digest *digest,
		      struct err *err) MUST_CHECK;
int oci_layout_quarantine(struct oci_layout *layout, const struct oci_digest *digest,
			  struct err *err) MUST_CHECK;

struct oci_blob_entry {
	struct oci_digest digest;
	uint64_t size_bytes;
};

struct oci_blob_list { /* sorted by digest */
	struct oci_blob_entry *blobs;
	size_t n_blobs;
	size_t cap;
	char **strangers; /* names in blobs/sha256 that are no digests */
	size_t n_strangers;
	size_t strangers_cap;
};

int oci_layout_list(struct oci_layout *layout, struct oci_blob_list *out,
		    struct err *err) MUST_CHECK;
void oci_blob_list_done(struct oci_blob_list *list);
AUTO_STRUCT(oci_blob_list, struct oci_blob_list, oci_blob_list_done);

/*
 * With the lock: temporary files that no process writes any more. Counts them, and deletes them
 * unless is_dry.
 */
int oci_layout_sweep(struct oci_layout *layout, bool is_dry, size_t *out_n, uint64_t *out_bytes,
		     struct err *err) MUST_CHECK;

/* Which file index.json is, for what is derived from it. Equal stamps are the same content. */
struct oci_stamp {
	uint64_t device;
	uint64_t inode;
	uint64_t size_bytes;
	int64_t changed_ns; /* both times in one: mtime and ctime, whichever is later */
};

int oci_layout_stamp(struct oci_layout *layout, struct oci_stamp *out, struct err *err) MUST_CHECK;

/*
 * index.json as it stands; CORRUPT when it is missing or too large. The stamp (or NULL) is taken
 * before the first byte is read: should the file change meanwhile, it is that of the old one.
 */
int oci_layout_read_index(struct oci_layout *layout, struct str *out, struct oci_stamp *stamp,
			  struct err *err) MUST_CHECK;
int oci_layout_read_backup(struct oci_layout *layout, struct str *out,
			   struct err *err) MUST_CHECK; /* NOT_FOUND */

/* With the lock. The old one becomes index.json.bak. */
int oci_layout_replace_index(struct oci_layout *layout, const char *text, size_t len,
			     struct err *err) MUST_CHECK;

/* With the lock: move index.json away (to index.json.broken); the backup stays as it is. */
int oci_layout_set_index_aside(struct oci_layout *layout, struct err *err) MUST_CHECK;

#endif

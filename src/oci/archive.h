// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_ARCHIVE_H
#define EPM_OCI_ARCHIVE_H

/*
 * OCI archives: an image layout in a tar file, image-spec 1.1 image-layout.md; what skopeo calls
 * oci-archive. libarchive is loaded when it is needed (base/library.h).
 *
 * Nothing of an archive is taken for true. Names lead nowhere: an entry is oci-layout, index.json,
 * a blob, or nothing. What the blobs and the index mean is the caller's.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/digest.h"
#include "oci/layout.h"

/*
 * Write oci-layout, index.json and these blobs of the layout, sorted: the same content gives the
 * same bytes. path is replaced whole or stays as it was; a device or a pipe, and "-" for standard
 * output, is written to as it is. Blobs are hashed as they are read: CORRUPT when one is not what
 * its digest says, NOT_FOUND. UNSUPPORTED where there is no libarchive.
 */
int oci_archive_write(const char *path, struct oci_layout *layout, const struct oci_digest *blobs,
		      size_t n_blobs, struct span index_json, struct err *err) MUST_CHECK;

struct oci_archive_blob {
	struct oci_digest digest;
	uint64_t size_bytes;
	struct oci_blob *written; /* ended; not committed */
};

struct oci_archive {
	struct str index_json;
	struct oci_archive_blob *blobs; /* sorted by digest */
	size_t n_blobs;
	size_t cap;
};

/*
 * Read an archive ("-": standard input), plain or compressed by gzip, xz or zstd. Its blobs go into
 * the layout's ingest folder, each held against its name, and wait there to be committed under the
 * layout's lock; they go away with the archive, which must not outlive the layout. Nothing that the
 * layout has changes.
 *
 * CORRUPT: no tar, not an image layout of version 1 in it, a blob whose bytes are not its name's,
 * an entry twice, links and devices, names that lead out, more than LIMIT_ARCHIVE bytes or
 * LIMIT_ARCHIVE_ENTRIES entries, or far more than compression of honest content gives.
 */
int oci_archive_read(const char *path, struct oci_layout *layout, struct oci_archive **out,
		     struct err *err) MUST_CHECK;
void oci_archive_free(struct oci_archive *archive);
AUTO_POINTER(oci_archive, struct oci_archive, oci_archive_free);

/* NULL: it is not in the archive. Borrowed. */
const struct oci_archive_blob *oci_archive_find(const struct oci_archive *archive,
						const struct oci_digest *digest);

/* The bytes of one, which the maximum of out limits. NOT_FOUND, CORRUPT when it is larger. */
int oci_archive_get(const struct oci_archive *archive, const struct oci_digest *digest,
		    struct str *out, struct err *err) MUST_CHECK;

#endif

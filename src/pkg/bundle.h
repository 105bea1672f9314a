// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_BUNDLE_H
#define EPM_PKG_BUNDLE_H

/*
 * Bundles: packages of the store in one file, an OCI archive (oci/archive.h), with all that belongs
 * to them: the manifests of every architecture that is there, layers, and referrers of all of these
 * (signatures, and what refers to signatures). What the store only shows (when a package was added)
 * is not in it: the same content gives the same bytes.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "pkg/store.h"

struct bundle_package {
	char *name; /* canonical; NULL: it has none */
	struct oci_digest digest;
	char *architectures; /* "amd64,arm64"; empty where it is not said */
	uint64_t size_bytes; /* manifests, configurations and layers together */
};

struct bundle_report {			 /* what is in it */
	struct bundle_package *packages; /* by name, those without one last */
	size_t n_packages;
	size_t cap;
	size_t n_referrers;
	size_t n_blobs;
	uint64_t bytes; /* of the blobs */
};

void bundle_report_done(struct bundle_report *report);
AUTO_STRUCT(bundle_report, struct bundle_report, bundle_report_done);

/*
 * Write what the references (as store_resolve() takes them) lead to into an archive at path, see
 * oci_archive_write(). A reference by digest brings the name that it was found by. In the archive
 * names stand as in the store (store.h), aliases as well. NOT_FOUND; CORRUPT when something of a
 * package is damaged or missing: then nothing is written.
 */
int bundle_save(struct store *store, const char *const *refs, size_t n_refs, const char *path,
		struct bundle_report *out, struct err *err) MUST_CHECK;

/*
 * Read an archive, of epm or of another tool, into the store: all of it or nothing. Names of the
 * store that the archive has too move to what comes. Referrers come along where what they refer to
 * is in the archive or in the store.
 *
 * A package is called what its ref.name or containerd's annotation says when that is more than a
 * tag; a bare tag is that of the package's title. name (NAME[:TAG], or NULL) is used instead. USAGE
 * when a tag has no title to go with, and when name would be that of several packages.
 *
 * Everything is hashed before any of it is named; CORRUPT besides oci_archive_read()'s reasons when
 * something is missing that a manifest promises, of an image index except for whole architectures.
 */
int bundle_load(struct store *store, const char *path, const char *name, struct bundle_report *out,
		struct err *err) MUST_CHECK;

#endif

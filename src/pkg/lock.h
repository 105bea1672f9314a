// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_LOCK_H
#define EPM_PKG_LOCK_H

/*
 * epm.lock: names pinned to digests and to who signed them, a file to be kept with what it is for.
 *
 *	packages:
 *	  ghcr.io/x/opensnoop:1.0:		whole, with the tag
 *	    digest: sha256:…			of the manifest, or of the image index
 *	    signers: [sha256:…]			fingerprints or identities; all have to have signed
 */
#include "base/auto.h"
#include "base/err.h"
#include "oci/digest.h"

#define LOCK_FILE "epm.lock"
#define LOCK_SIGNERS_MAX 64

struct lock_pin {
	char *name;
	struct oci_digest digest;
	char **signers;
	size_t n_signers;
};

struct lock {
	char *path;
	struct lock_pin *pins; /* in the order of the file */
	size_t n_pins;
};

/* NOT_FOUND; CORRUPT with file and place. */
int lock_read(const char *path, struct lock *out, struct err *err) MUST_CHECK;
void lock_done(struct lock *lock);
AUTO_STRUCT(lock, struct lock, lock_done);

const struct lock_pin *lock_find(const struct lock *lock, const char *name); /* NULL: none */

/* Put one pin into a file, which is made where it is missing; what was pinned for its name goes. */
int lock_set(const char *path, const struct lock_pin *pin, struct err *err) MUST_CHECK;

#endif

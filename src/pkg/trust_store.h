// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_TRUST_STORE_H
#define EPM_PKG_TRUST_STORE_H

/* Certificates for notation's signatures on disk: a file, or a folder of them ("notation cert add"). */
#include "base/err.h"
#include "base/str.h"
#include "sign/jws.h"

#define TRUST_STORE_FILES_MAX 256

/*
 * All certificates of a file, or of the files of a folder (not of folders in it; names that begin
 * with a dot are passed over), in the order of their names. bytes (or NULL) takes what was read.
 * NOT_FOUND; CORRUPT, also for an empty folder.
 */
int trust_store_read(const char *path, struct sign_trust_store *store, struct str *bytes,
		     struct err *err) MUST_CHECK;

#endif

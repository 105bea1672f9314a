// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_TLOG_H
#define EPM_SIGN_TLOG_H

/*
 * Entries of transparency logs (Rekor): that a log the trusted root knows holds an entry, and that
 * the entry is about this signature. Nothing is asked of anybody; what proves it comes with the
 * bundle.
 *
 * Each error begins with the check that failed: "inclusion promise", "inclusion proof",
 * "checkpoint", "log entry" (its body), "log key".
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "sign/bundle.h"
#include "sign/trusted_root.h"

/* What an entry has to be about. */
struct sign_logged {
	struct span signed_bytes;  /* what the signature is over: the PAE, or the message */
	const struct str *payload; /* of the DSSE envelope; NULL for a message */
	struct span signature;
	struct span signer; /* DER: the certificate, or the key as SubjectPublicKeyInfo */
};

/*
 * Verify what the log says: its promise and its proof, as far as there are, one at least, and the
 * body. The time is not looked at: see sign_tlog_valid_at(). UNTRUSTED, or CORRUPT for what cannot
 * be read.
 */
int sign_tlog_verify(const struct sign_tlog_entry *entry, const struct sign_log *log,
		     const struct sign_logged *logged, struct err *err) MUST_CHECK;

/* The entry is signed for a time by the log's promise, not only by its tree. */
bool sign_tlog_has_time(const struct sign_tlog_entry *entry);

/* The log's key was valid then; UNTRUSTED "log key: …". */
int sign_tlog_valid_at(const struct sign_log *log, int64_t time, struct err *err) MUST_CHECK;

/*
 * All entries of a bundle that are of logs the root knows; *out_n: how many there are, and all of
 * them are good. Those of other logs are passed over. *out (may be NULL): the first of them.
 */
int sign_tlog_verify_all(const struct sign_bundle *bundle, const struct sign_trusted_root *root,
			 const struct sign_logged *logged, const struct sign_tlog_entry **out,
			 size_t *out_n, struct err *err) MUST_CHECK;

/* The body of an entry is about what was signed; UNTRUSTED or CORRUPT "log entry: …". */
int sign_tlog_body_verify(const struct sign_tlog_entry *entry, const struct sign_logged *logged,
			  struct err *err) MUST_CHECK;

#endif

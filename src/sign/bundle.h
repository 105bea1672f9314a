// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_BUNDLE_H
#define EPM_SIGN_BUNDLE_H

/*
 * The sigstore bundle (sigstore_bundle.proto of protobuf-specs) in versions 0.1 to 0.3: a
 * signature, whose it is, and what proves when it was made.
 *
 * Reading takes what the format allows and judges nothing but the form: verification is that of
 * sign/keyless.h, or of a key and sign/tlog.h. As cosign does, a member that is not known is
 * refused: what one tool overlooks another might believe. Numbers and sizes are held against
 * base/limits.h; a text above LIMIT_SIGNED is refused before it is parsed.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "sign/dsse.h"

#define SIGN_BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"

/* An inclusion proof, RFC 9162 2.1.3, and the checkpoint of the tree it is of. */
struct sign_tlog_proof {
	uint64_t index;
	uint64_t tree_size;
	uint8_t root[HASH_SIZE];
	uint8_t (*hashes)[HASH_SIZE];
	size_t n_hashes;
	char *checkpoint;
};

/* One entry of a transparency log. */
struct sign_tlog_entry {
	uint64_t log_index;
	struct str log_id;
	char *kind; /* "dsse"; NULL in legacy bundles, where only the body says it */
	char *version;
	int64_t integrated_time;       /* seconds since 1970; 0: the entry has none (Rekor v2) */
	struct str promise;	       /* signed entry timestamp; empty: none */
	struct sign_tlog_proof *proof; /* NULL: none */
	struct str body;	       /* canonicalized */
};

struct sign_bundle {
	unsigned int version;		/* 1 to 3, of 0.x */
	struct sign_envelope *envelope; /* DSSE; NULL where a message is signed */
	struct str signature;		/* of the message, whose bytes are elsewhere */
	struct str digest;		/* of the message; the algorithm is by its length */
	bool has_key;			/* signed by a key, which hint names */
	char *hint;			/* base64 of SHA-256 of the key by custom; or NULL */
	struct str *certificates;	/* DER, the leaf first; none where has_key */
	size_t n_certificates;
	struct sign_tlog_entry *entries;
	size_t n_entries;
	struct str *timestamps; /* DER of RFC 3161's TimeStampResp */
	size_t n_timestamps;
};

/* CORRUPT "bundle…: why"; UNSUPPORTED for a version of the format that is not known. */
int sign_bundle_parse(struct span text, struct sign_bundle *out, struct err *err) MUST_CHECK;
void sign_bundle_done(struct sign_bundle *bundle);
AUTO_STRUCT(sign_bundle, struct sign_bundle, sign_bundle_done);

void sign_tlog_entry_done(struct sign_tlog_entry *entry);
AUTO_STRUCT(sign_tlog_entry, struct sign_tlog_entry, sign_tlog_entry_done);

/*
 * The bundle of an envelope signed by a key as cosign writes it, byte for byte: compact, members in
 * the order of the message. hint: sign_key_hint(). The caller frees it.
 */
char *sign_bundle_write(const char *hint, const struct sign_envelope *envelope);

/*
 * The same of any bundle, as version 0.3 whatever it says of itself: of its certificates the leaf is
 * written, of a message, whose digest has to be SHA-256, that and the signature.
 */
char *sign_bundle_dump(const struct sign_bundle *bundle);

/*
 * The annotations of simple signing that cosign gives a log's entry and a timestamp
 * (sign/keyless.h, struct sign_legacy). The caller frees them.
 */
char *sign_legacy_entry_dump(const struct sign_tlog_entry *entry);
char *sign_legacy_timestamp_dump(const struct str *timestamp);

#endif

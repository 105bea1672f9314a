// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_CHECKPOINT_H
#define EPM_SIGN_CHECKPOINT_H

/*
 * Checkpoints: a log's signed word on how large its tree is and what its root (C2SP tlog-checkpoint
 * and signed-note), and the proof that an entry is in that tree (RFC 9162).
 *
 *	ORIGIN \n SIZE \n ROOT in base64 \n [more lines] \n
 *	— NAME base64(4 bytes that hint at the key, signature) \n …
 */
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "sign/key.h"

struct sign_checkpoint {
	struct span note; /* what is signed; all spans borrow the text that was parsed */
	struct span origin;
	uint64_t size;
	uint8_t root[HASH_SIZE];
	struct span signatures; /* the lines of signatures */
};

/* CORRUPT "checkpoint: why". */
int sign_checkpoint_parse(struct span text, struct sign_checkpoint *out,
			  struct err *err) MUST_CHECK;

/*
 * One of the signatures is that of the log's key; those of others (witnesses) are passed over.
 * log_id: what the log is named by, its first four bytes are the hint of ECDSA keys. UNTRUSTED
 * "checkpoint: why".
 */
int sign_checkpoint_verify(const struct sign_checkpoint *checkpoint, const struct sign_key *key,
			   const struct str *log_id, struct err *err) MUST_CHECK;

/*
 * The root of the tree by the proof that `body` is a leaf of it (not what the proof says); RFC 9162
 * 2.1.3.2. UNTRUSTED "inclusion proof: why" when a proof of this length cannot be one.
 */
struct sign_tlog_proof;
int sign_merkle_root(const struct sign_tlog_proof *proof, struct span body, uint8_t out[HASH_SIZE],
		     struct err *err) MUST_CHECK;

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_VERIFY_H
#define EPM_PKG_VERIFY_H

/*
 * Which of the signatures of a package are by whom: each one is held against everybody who is
 * believed, and either is by one of them or says which check failed. Who is to be believed is the
 * asker's (options, or pkg/policy.h); how many are needed as well.
 *
 * What is verified here besides the checks of sign/: the signature is of exactly this manifest (its
 * digest in the statement, the payload, the target), it says what was asked for (a signature, or an
 * attestation of one type: an attestation is no signature), its annotations, and that the key was
 * not revoked.
 */
#include <stdbool.h>
#include <stdint.h>

#include "pkg/signatures.h"
#include "sign/identity.h"
#include "sign/jws.h"
#include "sign/key.h"
#include "sign/trusted_root.h"

enum verify_kind { VERIFY_KEY, VERIFY_IDENTITY, VERIFY_NOTATION };

/* Somebody who is believed. All is borrowed. */
struct verify_signer {
	enum verify_kind kind;
	const char *name;		      /* for people: "epm.pub", an identity */
	const struct sign_key *key;	      /* VERIFY_KEY */
	bool is_revoked;		      /* whoever it is, it is not believed any more */
	struct sign_identity_rule identity;   /* VERIFY_IDENTITY */
	const struct sign_trust_store *store; /* VERIFY_NOTATION */
	const char *const *subjects;	      /* VERIFY_NOTATION: see struct sign_jws_policy */
	size_t n_subjects;
};

/* All is borrowed. */
struct verify_question {
	struct oci_digest digest; /* of what has to be signed */
	const char *media_type;
	uint64_t size_bytes;
	const struct verify_signer *signers;
	size_t n_signers;
	const struct sign_trusted_root *root; /* for identities; NULL: none can be verified */
	bool wants_log;			      /* keys, too, need an entry of a log of the root */
	bool without_log;		      /* of identities: sign/keyless.h */
	bool without_sct;
	bool accepts_timestamps;
	const char *predicate_type; /* SIGN_PREDICATE_SIGNATURE, or an attestation's */
	const json_t *annotations;  /* an object of texts that have to be signed; NULL: none */
	int64_t now;		    /* seconds since 1970 */
};

/* How far a signature came that is not good. */
enum verify_stage {
	VERIFY_UNREADABLE, /* it could not be read, or is in a form that epm does not have */
	VERIFY_BY_ANOTHER, /* nobody of those asked for made it */
	VERIFY_UNPROVED,   /* the log, the time or the certificate does not hold */
	VERIFY_OF_ANOTHER, /* somebody made it; of another manifest, or it says something else */
	VERIFY_REVOKED,	   /* by somebody who is not believed any more */
};

/* What came of one signature. */
struct verify_result {
	enum signature_form form;
	struct oci_digest manifest;	    /* where it stands */
	struct err err;			    /* code EC_NONE: it is good; else "CHECK: why" */
	enum verify_stage stage;	    /* where it is not good */
	const struct verify_signer *signer; /* by whom; NULL where it is not good */
	char *predicate_type;		    /* what it says; NULL where it cannot be read */
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1]; /* of the key; empty: none. Where it is
							  not good what the bundle claims, or empty */
	char *identity;				       /* of a certificate: who; NULL */
	char *issuer;				       /* who vouched for that; NULL */
	int64_t time;	/* of signing, by a log, an authority, or notation's signer; 0: not known */
	int64_t expiry; /* notation's; 0: none */
	bool has_log_index;
	uint64_t log_index;
	json_t *annotations; /* signed ones, an object; NULL: none */
	json_t *predicate;   /* of an attestation; NULL: none */
	struct str envelope; /* of an attestation: the DSSE envelope as JSON; else empty */
};

struct verify_report { /* in the order of the signatures */
	struct verify_result *results;
	size_t n_results;
	/*
	 * Different signers that signed: the same key, or the same identity and issuer, counts once,
	 * whatever name it is listed by.
	 */
	size_t n_signers;
};

/* Asks nobody, reads no file. A report is made in any case: what is wrong stands in its results. */
void verify_all(const struct signatures *signatures, const struct verify_question *question,
		struct verify_report *out);
void verify_report_done(struct verify_report *report);
AUTO_STRUCT(verify_report, struct verify_report, verify_report_done);

/*
 * Why nobody of those asked for signed it, in one sentence: there is no signature, or the reason of
 * the one that came furthest (a revoked key goes before a wrong digest, that before "by another
 * key"). Sets UNTRUSTED; -1 always.
 */
int verify_failed(const struct verify_report *report, const struct verify_question *question,
		  struct err *err);

/*
 * cosign's short words for predicate types: "slsaprovenance1", "spdxjson", …, or any URI. NULL: it
 * is neither. Borrowed.
 */
const char *verify_predicate_type(const char *word);

#endif

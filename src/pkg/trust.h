// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_TRUST_H
#define EPM_PKG_TRUST_H

/*
 * Whether a package may enter this kernel: the decision of the trust policy (pkg/policy.h) on what
 * the store has of it. Nothing is asked of anybody; signatures come with the package.
 *
 * What is trusted:
 *
 *	signed		enough of those whom the rule of its place names have signed it
 *	built		it was built here, which a mark says that is not among its blobs
 *	unsigned	the rule allows what was fetched from there without signatures
 *	option		--allow-unsigned, for one command
 *
 * A rule of the system's decides before the person's, and both must be satisfied where both have
 * one. What was built here satisfies the person's rules unless they say `built: refuse`, and the
 * system's only where they say `built: allow`. No option sets a rule of the system's aside. Without
 * a rule only what was built here is trusted.
 *
 * A verdict is kept (EPM_HOME/trust/verdicts) with the hash of what it was made by, and is believed
 * while that stays; not under a rule of the system's, since the person can write there.
 */
#include <stdbool.h>
#include <stdint.h>

#include "pkg/policy.h"
#include "pkg/store.h"

struct trust {
	const char *home; /* EPM_HOME */
	struct policy policy;
	bool allows_unsigned;
	bool explains; /* judge anew, and tell of each signature */
	int64_t now;   /* seconds since 1970 */
};

/* What is to be judged. All is borrowed. */
struct trust_subject {
	const char *name;  /* as it is called for a person */
	const char *place; /* what rules are found by: "ghcr.io/x/opensnoop", "file:/tmp/x.bpf.o" */
	bool is_from_place;	  /* it was fetched from there; else it only bears that name */
	struct oci_digest digest; /* what has to be signed: a manifest, an image index, a file */
	const char *media_type;	  /* of that; NULL: a file */
	uint64_t size_bytes;
	struct oci_digest loaded; /* what is loaded: digest, or the one of an index; empty: same */
	const struct signatures *signatures; /* of digest; NULL: read from the store when needed */
	struct store *store;		     /* NULL: there is none (a file) */
};

#define TRUST_GROUND_LIST(X)    \
	X(NONE, "not trusted")  \
	X(SIGNED, "signed")     \
	X(BUILT, "built here")  \
	X(UNSIGNED, "unsigned") \
	X(OPTION, "allow-unsigned")

enum trust_ground {
#define TRUST_GROUND_ENUM(name, word) TRUST_##name,
	TRUST_GROUND_LIST(TRUST_GROUND_ENUM)
#undef TRUST_GROUND_ENUM
};

struct trust_signer {
	char *name;   /* "release", an identity */
	char *id;     /* fingerprint of a key, issuer of an identity; or NULL */
	int64_t time; /* of signing; 0: not known */
};

/* What a signer is pinned by: a key's fingerprint, an identity. Borrowed. */
const char *trust_signer_id(const struct trust_signer *signer);

struct trust_decision {
	enum trust_ground ground;
	char *scope;  /* of the rule that decided; NULL: none */
	char *policy; /* the file it stands in; NULL: none */
	struct trust_signer *signers;
	size_t n_signers;
	/* Where it explains: [{"form", "manifest", "good", "by", "reason"}]; NULL: none was looked at. */
	json_t *signatures;
	struct err refusal; /* where ground is NONE: why, and in the hint what would help */
};

void trust_decision_done(struct trust_decision *decision);
AUTO_STRUCT(trust_decision, struct trust_decision, trust_decision_done);

/*
 * 0 when a decision was made, which may be a refusal; -1 when none could be made (a key of the
 * policy cannot be read).
 */
int trust_decide(const struct trust *trust, const struct trust_subject *subject,
		 struct trust_decision *out, struct err *err) MUST_CHECK;

/* A decision that is a refusal, as an error: UNTRUSTED "NAME is not trusted: why". -1 always. */
int trust_refused(const struct trust_decision *decision, const char *name, struct err *err);

/* A refusal as an error: UNTRUSTED. */
int trust_require(const struct trust *trust, const struct trust_subject *subject,
		  struct trust_decision *out, struct err *err) MUST_CHECK;

/* What rules are found by, for a target of the store: its name's repository, or its origin's. Owned. */
char *trust_place_of(const struct store_target *target);

/*
 * trust_decide() for what the store has. Where the target was chosen from an image index, that is
 * what has to be signed, and it has to list what is loaded: CORRUPT or UNTRUSTED. Where it is not
 * trusted, signatures of the manifest itself count: a pull does not take them for those of a name.
 */
int trust_decide_stored(const struct trust *trust, struct store *store,
			const struct store_target *target, const struct oci_digest *loaded,
			struct trust_decision *out, struct err *err) MUST_CHECK;

/* Whether a decision on this place can depend on signatures. */
bool trust_needs_signatures(const struct trust *trust, const char *place);

/* One sentence for a person: "signed by release (sha256:…), rule ghcr.io/x of …/policy.yaml". */
void trust_decision_text(const struct trust_decision *decision, struct str *out);

/* {"trusted", "ground", "scope", "policy", "signers": [{"name", "id", "time"}], "reason"}; owned. */
json_t *trust_decision_json(const struct trust_decision *decision);

/*
 * "Built here": a mark in EPM_HOME/trust/built, for a digest on this machine. It is no blob and no
 * annotation, so that it does not travel with what it marks.
 */
int trust_mark_built(const char *home, const struct oci_digest *digest, struct err *err) MUST_CHECK;
bool trust_is_built(const char *home, const struct oci_digest *digest);

#endif

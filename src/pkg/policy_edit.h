// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_POLICY_EDIT_H
#define EPM_PKG_POLICY_EDIT_H

/*
 * Changing a trust policy. The file is made where it is missing, is a policy before and after
 * (CORRUPT: it was none, and stays as it was), and keeps what people wrote outside of the key that
 * is changed. path: of the policy file.
 */
#include "pkg/policy.h"

/* What is added to the rule of a scope, which is made where there is none. All is borrowed. */
struct policy_addition {
	const char *scope; /* see policy_scope_parse() */
	/* Keys: a name and the base64 of the DER of each. */
	const char *const *key_names;
	const char *const *keys;
	size_t n_keys;
	const struct sign_identity_rule *identity; /* NULL: none */
	const char *name;			   /* of the identity or trust store; or NULL */
	const char *store;			   /* notation: absolute; NULL: none */
	const char *const *subjects;
	size_t n_subjects;
	const char *const *deny;
	size_t n_deny;
	unsigned int threshold; /* 0: as it is */
	bool allows_unsigned;
	const char *trusted_root; /* of the file; NULL: as it is */
};

/*
 * *out_changed: something was not there before. USAGE for what cannot be together, such as unsigned
 * where there are keys; a rule that allowed unsigned does not any more when it gets a key.
 */
int policy_add(const char *path, const struct policy_addition *addition, bool *out_changed,
	       struct err *err) MUST_CHECK;

/*
 * Take somebody out of the rule of a scope, or of all (NULL): a name, a fingerprint or its
 * beginning, an identity. who NULL: the whole rule. A rule that names nobody any more goes, unless it
 * denies something. NOT_FOUND; *out_n: how many places it was taken from.
 */
int policy_remove(const char *path, const char *scope, const char *who, size_t *out_n,
		  struct err *err) MUST_CHECK;

/* A fingerprint onto the list of what counts no more. */
int policy_revoke(const char *path, const char *fingerprint, bool *out_changed,
		  struct err *err) MUST_CHECK;

/* "sha256:…" of a key as it stands in a policy (base64 or PEM); empty for one in a file. */
void policy_key_fingerprint(const struct policy_signer *signer,
			    char out[SIGN_FINGERPRINT_LENGTH + 1]);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_POLICY_H
#define EPM_PKG_POLICY_H

/*
 * The trust policy: policy.yaml of the person (in EPM_HOME) and of the system.
 *
 *	trusted_root: trusted_root.json		whom identities are verified by
 *	revoked: [sha256:…]			fingerprints of keys that count no more
 *	deny: [bpf_probe_write_user]		what no package may have
 *	scopes:
 *	  ghcr.io/x/:				everything below it
 *	    keys:
 *	      - {name: release, key: MFkw…}	base64 of the key's DER
 *	      - keys/other.pub			a file, from the policy's folder
 *	    identities:
 *	      - {identity: …, issuer: …}	exact; or identity_pattern, issuer_pattern
 *	    notation:
 *	      - {store: DIR, subjects: ["x509.subject: CN=…"]}
 *	    threshold: 2			different ones of these that are needed; 1
 *	    unsigned: allow			nobody need sign what comes from there
 *	    built: refuse			nor is it trusted because it was built here
 *	    deny: [lsm, xdp]
 *
 * A scope is REGISTRY[/PATH], file:/FOLDER, https://HOST/PATH, the name of a package without a
 * registry, or "*" for everything; it covers what is equal to it or goes on behind a slash. The
 * longest that covers a place is the one that counts, of the person's and of the system's each: what
 * both have a rule for must satisfy both. Only what is denied is denied by all that cover the place;
 * and what one file revokes is revoked for both.
 *
 * Reading is strict: a member that is not known, or a value that cannot be, is an error and nothing
 * is trusted until it is mended.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "pkg/verify.h"

#define POLICY_FILE "policy.yaml" /* in EPM_HOME */
#define POLICY_THRESHOLD_MAX 64
#define POLICY_SIGNERS_MAX 256 /* of one scope */

enum policy_origin { POLICY_PERSON, POLICY_SYSTEM };
enum policy_word { POLICY_UNSAID, POLICY_ALLOW, POLICY_REFUSE };

struct policy_list {
	const char **items; /* borrowed from the file */
	size_t n_items;
};

/* Borrowed from the file, but what is said to be owned. */
struct policy_signer {
	enum verify_kind kind;
	const char *name; /* or NULL */
	const char *key;  /* base64 of DER, or a PEM text; or NULL */
	const char *file; /* a key's, or NULL */
	struct sign_identity_rule identity;
	const char *store; /* notation: a folder or a file */
	struct policy_list subjects;
};

struct policy_rule {
	const char *scope;
	const struct policy_file *file;
	const json_t *json;
	struct policy_signer *signers;
	size_t n_signers;
	unsigned int threshold;
	enum policy_word unsigned_word, built_word;
	struct policy_list deny;
};

struct policy_file {
	enum policy_origin origin;
	char *path;
	char *folder; /* that its files are relative to */
	json_t *json;
	const char *trusted_root;
	struct policy_list revoked, deny;
	struct policy_rule *rules;
	size_t n_rules;
};

struct policy {			     /* its files point to each other: not to be copied */
	struct policy_file files[2]; /* by enum policy_origin */
};

/*
 * home is EPM_HOME; system_path the system's file, or NULL. A file that is not there is as good as
 * empty. CORRUPT with file and place; DENIED for a file that others than its owner may write, or
 * that belongs to neither this person nor root (the system's: to root).
 */
int policy_load(const char *home, const char *system_path, struct policy *out,
		struct err *err) MUST_CHECK;
void policy_done(struct policy *policy);
AUTO_STRUCT(policy, struct policy, policy_done);

/* One file's text, for policy_load() and tests. path: its name, which is copied. CORRUPT. */
int policy_parse(struct span text, const char *path, enum policy_origin origin,
		 struct policy_file *out, struct err *err) MUST_CHECK;
void policy_file_done(struct policy_file *file);

/*
 * Where a file is that a policy names: relative to the policy's own folder; "~" is no path, since a
 * policy is read for other people, too. The caller frees it.
 */
char *policy_file_path(const struct policy_file *file, const char *name);

/* Where the trusted root is, of the person's policy or else the system's; NULL: nowhere. */
char *policy_trusted_root(const struct policy *policy);

/* The rule of one file that counts for a place; NULL: none. */
const struct policy_rule *policy_find(const struct policy *policy, enum policy_origin origin,
				      const char *place);

/*
 * The place of a repository at a registry, and of a URL (without its query): in the one spelling that
 * scopes are kept in, whatever a person typed. The caller frees them.
 */
char *policy_place(const char *registry, const char *repository);
char *policy_place_of_url(const char *url);

/* Whether a scope covers a place, see above. */
bool policy_scope_covers(const char *scope, const char *place);

/*
 * The scope as it is kept: without slashes at its end, Docker's registry by one name. USAGE for what
 * can be none. The caller frees it.
 */
int policy_scope_parse(const char *text, char **out, struct err *err) MUST_CHECK;

/*
 * What a rule needs to be judged by: keys parsed, files read. Signers whose key is revoked are there
 * and marked; hash is of everything in it that could change a verdict.
 */
struct policy_judges {
	struct verify_signer *signers;
	size_t n_signers;
	struct sign_key **keys;
	struct sign_trust_store **stores;
	struct sign_trusted_root root;
	bool has_root;
	char hash[HASH_HEX + 1];
};

/* The hash alone is there when is_hash_only: nothing is parsed then. NOT_FOUND, DENIED, CORRUPT. */
int policy_judges_open(const struct policy *policy, const struct policy_rule *rule,
		       bool is_hash_only, struct policy_judges *out, struct err *err) MUST_CHECK;
void policy_judges_done(struct policy_judges *judges);
AUTO_STRUCT(policy_judges, struct policy_judges, policy_judges_done);

/* Whether anything is denied to a place. */
bool policy_denies(const struct policy *policy, const char *place);

/*
 * The first of these words (helpers, program types, attach targets such as "fentry/do_unlinkat")
 * that may not be in a package of this place; *out_where: the file that says so. A word of the
 * policy means also what goes on behind a slash: "fentry" every fentry. NULL: all may.
 */
const char *policy_denied(const struct policy *policy, const char *place, const char *const *words,
			  size_t n_words, const char **out_where);

#endif

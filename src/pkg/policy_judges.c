// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <dirent.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/policy_priv.h"
#include "pkg/trust_store.h"

/* Changed when verifying itself changes: what was kept before is then made anew. */
#define JUDGES_VERSION "epm policy 1\n"

struct opening {
	const struct policy *policy;
	const struct policy_rule *rule;
	struct hash *hash; /* of everything that is read */
	bool is_hash_only;
	struct policy_judges judges;
};

static void opening_done(struct opening *opening)
{
	hash_free(opening->hash);
	policy_judges_done(&opening->judges);
}
AUTO_STRUCT(opening, struct opening, opening_done);

void policy_judges_done(struct policy_judges *judges)
{
	for (size_t i = 0; i < judges->n_signers; i++) {
		sign_key_free(judges->keys[i]);
		sign_trust_store_free(judges->stores[i]);
	}
	free(judges->keys);
	free(judges->stores);
	free(judges->signers);
	sign_trusted_root_done(&judges->root);
	*judges = (struct policy_judges){ 0 };
}

/* With its end, so that two pieces cannot be taken for two others. */
static void note(struct opening *opening, const void *data, size_t size)
{
	uint64_t length = size;

	hash_update(opening->hash, data, size);
	hash_update(opening->hash, &length, sizeof(length));
}

static int read_file(struct opening *opening, const struct policy_file *file, const char *name,
		     struct str *out, struct err *err)
{
	AUTO(free) char *path = policy_file_path(file, name);

	if (fs_read(AT_FDCWD, path, out, err) < 0)
		return err_wrap(err, "%s", file->path);
	note(opening, str_text(out), out->len);
	return 0;
}

static bool is_revoked(const struct policy *policy, const char *fingerprint)
{
	for (size_t i = 0; i < ARRAY_SIZE(policy->files); i++)
		for (size_t j = 0; j < policy->files[i].revoked.n_items; j++)
			if (!strcmp(policy->files[i].revoked.items[j], fingerprint))
				return true;
	return false;
}

/* PEM, or base64 of the DER of its SubjectPublicKeyInfo. */
static int parse_key(struct span text, const char *what, struct sign_key **out, struct err *err)
{
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);

	if (memmem(text.data, text.len, "-----BEGIN", 10))
		return sign_key_read_public(text, what, out, err);
	if (base64_decode(text, &der, err) < 0)
		return err_set(err, EC_CORRUPT, "%s: neither PEM nor base64", what);
	return sign_key_from_spki((struct span){ str_text(&der), der.len }, what, out, err);
}

static int open_key(struct opening *opening, size_t i, struct err *err)
{
	const struct policy_signer *from = &opening->rule->signers[i];
	struct verify_signer *to = &opening->judges.signers[i];
	const char *what = from->name ? from->name : from->file ? from->file : "key";
	AUTO(str) struct str text = STR_MAX(LIMIT_KEY);
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];

	if (from->key)
		str_adds(&text, from->key);
	else if (read_file(opening, opening->rule->file, from->file, &text, err) < 0)
		return -1;
	if (opening->is_hash_only)
		return 0;
	if (parse_key((struct span){ str_text(&text), text.len }, what, &opening->judges.keys[i],
		      err) < 0)
		return err_wrap(err, "%s: scope %s", opening->rule->file->path,
				opening->rule->scope);
	to->key = opening->judges.keys[i];
	to->name = from->name || from->file ? what : "";
	sign_key_fingerprint(to->key, fingerprint);
	to->is_revoked = is_revoked(opening->policy, fingerprint);
	return 0;
}

static int open_notation(struct opening *opening, size_t i, struct err *err)
{
	const struct policy_signer *from = &opening->rule->signers[i];
	struct verify_signer *to = &opening->judges.signers[i];
	AUTO(free) char *path = policy_file_path(opening->rule->file, from->store);
	AUTO(str) struct str all = STR_MAX(LIMIT_TRUSTED_ROOT);

	opening->judges.stores[i] = sign_trust_store_new();
	if (trust_store_read(path, opening->judges.stores[i], &all, err) < 0)
		return err_wrap(err, "%s: scope %s", opening->rule->file->path,
				opening->rule->scope);
	note(opening, str_text(&all), all.len);
	to->store = opening->judges.stores[i];
	to->name = from->name;
	to->subjects = from->subjects.items;
	to->n_subjects = from->subjects.n_items;
	return 0;
}

static int open_signer(struct opening *opening, size_t i, struct err *err)
{
	const struct policy_signer *from = &opening->rule->signers[i];
	struct verify_signer *to = &opening->judges.signers[i];

	to->kind = from->kind;
	switch (from->kind) {
	case VERIFY_KEY:
		return open_key(opening, i, err);
	case VERIFY_NOTATION:
		return open_notation(opening, i, err);
	case VERIFY_IDENTITY:
		to->name = from->name ? from->name : from->identity.name;
		to->identity = from->identity;
	}
	return 0;
}

/* The rule's own file has it, or for a person's rule the system's. */
static int open_root(struct opening *opening, struct err *err)
{
	const struct policy_file *file = opening->rule->file;
	AUTO(str) struct str text = STR_MAX(LIMIT_TRUSTED_ROOT);

	if (!file->trusted_root && file->origin == POLICY_PERSON)
		file = &opening->policy->files[POLICY_SYSTEM];
	if (!file->trusted_root) {
		err_set(err, EC_UNTRUSTED,
			"%s: scope %s has identities, and there is no trusted_root",
			opening->rule->file->path, opening->rule->scope);
		return err_hint(err, "set trusted_root to the trusted_root.json of the sigstore "
				     "services that are believed");
	}
	if (read_file(opening, file, file->trusted_root, &text, err) < 0)
		return -1;
	if (opening->is_hash_only)
		return 0;
	opening->judges.has_root = true;
	return sign_trusted_root_parse((struct span){ str_text(&text), text.len },
				       &opening->judges.root, err);
}

static bool needs_root(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_signers; i++)
		if (rule->signers[i].kind == VERIFY_IDENTITY)
			return true;
	return false;
}

static void note_words(struct opening *opening)
{
	AUTO(free) char *rule = js_dump(opening->rule->json);

	note(opening, JUDGES_VERSION, strlen(JUDGES_VERSION));
	note(opening, rule, strlen(rule));
	for (size_t i = 0; i < ARRAY_SIZE(opening->policy->files); i++) {
		const struct policy_list *revoked = &opening->policy->files[i].revoked;

		for (size_t j = 0; j < revoked->n_items; j++)
			note(opening, revoked->items[j], strlen(revoked->items[j]));
	}
}

int policy_judges_open(const struct policy *policy, const struct policy_rule *rule,
		       bool is_hash_only, struct policy_judges *out, struct err *err)
{
	AUTO(opening) struct opening opening = { policy, rule, hash_new(), is_hash_only, { 0 } };
	struct policy_judges *judges = &opening.judges;
	uint8_t sum[HASH_SIZE];

	judges->n_signers = rule->n_signers;
	judges->signers = mem_array(rule->n_signers + 1, sizeof(*judges->signers));
	judges->keys = mem_array(rule->n_signers + 1, sizeof(struct sign_key *));
	judges->stores = mem_array(rule->n_signers + 1, sizeof(struct sign_trust_store *));
	note_words(&opening);
	for (size_t i = 0; i < rule->n_signers; i++)
		if (open_signer(&opening, i, err) < 0)
			return -1;
	if (needs_root(rule) && open_root(&opening, err) < 0)
		return -1;
	hash_final(opening.hash, sum);
	hex_encode(sum, sizeof(sum), judges->hash);
	*out = *judges;
	*judges = (struct policy_judges){ 0 };
	return 0;
}

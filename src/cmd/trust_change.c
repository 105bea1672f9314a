// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/gate.h"
#include "cmd/passphrase.h"
#include "cmd/trust.h"
#include "pkg/policy_edit.h"

static char *policy_path(const struct cmd_env *env, const struct trust_options *o)
{
	return o->is_system ? mem_text(CMD_SYSTEM_POLICY) : path_join(env->home, POLICY_FILE);
}

/* Public keys as a policy has them. */
struct keys {
	char **names, **texts; /* base64 of DER */
	size_t n_keys;
};

static void keys_done(struct keys *keys)
{
	for (size_t i = 0; i < keys->n_keys; i++) {
		free(keys->names[i]);
		free(keys->texts[i]);
	}
	free(keys->names);
	free(keys->texts);
}
AUTO_STRUCT(keys, struct keys, keys_done);

static int read_keys(const char *const *paths, size_t n, const char *name, struct keys *out,
		     struct err *err)
{
	out->names = mem_array(n + 1, sizeof(*out->names));
	out->texts = mem_array(n + 1, sizeof(*out->texts));
	for (size_t i = 0; i < n; i++) {
		AUTO(sign_key) struct sign_key *key = NULL;
		AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
		AUTO(str) struct str text = STR_MAX(2 * LIMIT_KEY);

		if (cmd_key_read_public(paths[i], &key, err) < 0)
			return -1;
		sign_key_spki(key, &der);
		base64_encode(str_text(&der), der.len, &text);
		out->names[i] = mem_text(name ? name : path_base(paths[i]));
		out->texts[i] = str_take(&text);
		out->n_keys++;
	}
	return 0;
}

static int check_identity(const struct trust_options *o, struct sign_identity_rule *out,
			  struct err *err)
{
	bool has_identity = o->identity || o->identity_pattern;

	if ((o->identity && o->identity_pattern) || (o->issuer && o->issuer_pattern))
		return err_set(err, EC_USAGE, "a name and its pattern exclude each other");
	if (has_identity != (o->issuer || o->issuer_pattern)) {
		err_set(err, EC_USAGE, "--identity and --issuer go together");
		return err_hint(err, "an identity is worth what the one who vouches for it is");
	}
	*out = (struct sign_identity_rule){
		.name = o->identity ? o->identity : o->identity_pattern,
		.name_is_pattern = o->identity_pattern != NULL,
		.issuer = o->issuer ? o->issuer : o->issuer_pattern,
		.issuer_is_pattern = o->issuer_pattern != NULL,
	};
	return 0;
}

static int check_add(const struct trust_options *o, size_t n_keys, struct err *err)
{
	bool has_signer = n_keys || o->identity || o->identity_pattern || o->store;

	if (!o->scope) {
		err_set(err, EC_USAGE, "--for SCOPE is missing: for which packages?");
		return err_hint(err,
				"--for ghcr.io/x means all below ghcr.io/x, --for '*' everything");
	}
	if (o->allows_unsigned && has_signer)
		return err_set(err, EC_USAGE, "--unsigned excludes keys and identities");
	if (!has_signer && !o->allows_unsigned && !o->deny.n_items && !o->threshold)
		return err_set(err, EC_USAGE,
			       "add what? a KEY, --identity, --trust-store, --unsigned "
			       "or --deny");
	if (!o->store != !o->subjects.n_items)
		return err_set(err, EC_USAGE, "--trust-store and --subject go together");
	return 0;
}

/* So that the policy means the same wherever it is read. */
static int absolute(const char *path, char **out, struct err *err)
{
	if (!path)
		return 0;
	*out = realpath(path, NULL);
	return *out ? 0 : err_errno(err, "%s", path);
}

static void say_added(const struct trust_options *o, const struct keys *keys, bool changed,
		      const char *path)
{
	if (!changed)
		log_note("%s is as it was", path);
	else if (o->allows_unsigned)
		log_note("what comes from %s need not be signed", o->scope);
	else if (keys->n_keys)
		log_note("%s is trusted for %s", keys->names[0], o->scope);
	else
		log_note("the rule for %s is changed", o->scope);
}

int cmd_trust_add(const struct cmd_env *env, const struct trust_options *o,
		  const char *const *paths, size_t n_keys, struct err *err)
{
	AUTO(free) char *path = policy_path(env, o);
	AUTO(free) char *store = NULL;
	AUTO(free) char *root = NULL;
	AUTO(keys) struct keys keys = { 0 };
	struct sign_identity_rule identity = { 0 };
	struct policy_addition addition = {
		.scope = o->scope,
		.name = o->name,
		.subjects = o->subjects.items,
		.n_subjects = o->subjects.n_items,
		.deny = o->deny.items,
		.n_deny = o->deny.n_items,
		.threshold = o->threshold,
		.allows_unsigned = o->allows_unsigned,
	};
	bool changed = false;

	if (check_add(o, n_keys, err) < 0 || check_identity(o, &identity, err) < 0 ||
	    absolute(o->store, &store, err) < 0 || absolute(o->trusted_root, &root, err) < 0 ||
	    read_keys(paths, n_keys, o->name, &keys, err) < 0)
		return -1;
	addition.key_names = (const char *const *)keys.names;
	addition.keys = (const char *const *)keys.texts;
	addition.n_keys = keys.n_keys;
	addition.identity = identity.name ? &identity : NULL;
	addition.store = store;
	addition.trusted_root = root;
	if (policy_add(path, &addition, &changed, err) < 0)
		return -1;
	say_added(o, &keys, changed, path);
	return 0;
}

/* A key's file means its fingerprint. */
static char *who_of(const char *text)
{
	AUTO(sign_key) struct sign_key *key = NULL;
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];
	struct err ignored;

	if (!fs_exists(AT_FDCWD, text) || cmd_key_read_public(text, &key, &ignored) < 0)
		return mem_text(text);
	sign_key_fingerprint(key, fingerprint);
	return mem_text(fingerprint);
}

int cmd_trust_remove(const struct cmd_env *env, const struct trust_options *o,
		     const char *const *who, size_t n_who, struct err *err)
{
	AUTO(free) char *path = policy_path(env, o);
	size_t n = 0;

	if (!n_who && !o->scope) {
		err_set(err, EC_USAGE, "rm whom? WHO, or --for SCOPE for a whole rule");
		return err_hint(err, "'epm trust ls' lists what there is");
	}
	if (!n_who && policy_remove(path, o->scope, NULL, &n, err) < 0)
		return -1;
	for (size_t i = 0; i < n_who; i++) {
		AUTO(free) char *whom = who_of(who[i]);

		if (policy_remove(path, o->scope, whom, &n, err) < 0)
			return -1;
		log_note("%s is trusted no more%s%s", who[i], o->scope ? " for " : "",
			 o->scope ? o->scope : "");
	}
	if (!n_who)
		log_note("there is no rule for %s any more", o->scope);
	return 0;
}

int cmd_trust_revoke(const struct cmd_env *env, const struct trust_options *o,
		     const char *const *keys, size_t n_keys, struct err *err)
{
	AUTO(free) char *path = policy_path(env, o);
	bool changed;

	if (!n_keys)
		return err_set(err, EC_USAGE, "revoke which KEY or fingerprint?");
	for (size_t i = 0; i < n_keys; i++) {
		AUTO(free) char *who = who_of(keys[i]);

		if (policy_revoke(path, who, &changed, err) < 0)
			return -1;
		log_note(changed ? "signatures by %s count no more" : "%s is revoked already", who);
	}
	return 0;
}

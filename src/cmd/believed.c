// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/believed.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "cmd/passphrase.h"
#include "pkg/trust_store.h"

static bool has_identity(const struct cmd_believed_options *o)
{
	return o->identity || o->identity_pattern || o->issuer || o->issuer_pattern;
}

bool cmd_believed_is_empty(const struct cmd_believed_options *o)
{
	return !o->keys.n_items && !has_identity(o) && !o->trust_stores.n_items &&
	       !o->subjects.n_items && !o->root_file && !o->wants_log && !o->without_log &&
	       !o->without_sct;
}

static struct verify_signer *add(struct cmd_believed *believed, enum verify_kind kind,
				 const char *name)
{
	ARRAY_ROOM(believed->signers, believed->n_signers, believed->cap);
	believed->signers[believed->n_signers] =
		(struct verify_signer){ .kind = kind, .name = name };
	return &believed->signers[believed->n_signers++];
}

static int read_key(const char *path, struct cmd_believed *out, struct err *err)
{
	struct sign_key **key = &out->keys[out->n_keys];

	if (cmd_key_read_public(path, key, err) < 0)
		return -1;
	out->n_keys++;
	add(out, VERIFY_KEY, path)->key = *key;
	return 0;
}

static int read_keys(const struct cmd_believed_options *o, struct cmd_believed *out,
		     struct err *err)
{
	out->keys = mem_array(o->keys.n_items + 1, sizeof(struct sign_key *));
	for (size_t i = 0; i < o->keys.n_items; i++)
		if (read_key(o->keys.items[i], out, err) < 0)
			return -1;
	return 0;
}

static int read_root(const struct cmd_believed_options *o, struct cmd_believed *out,
		     struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TRUSTED_ROOT);

	if (!o->root_file)
		return 0;
	if (fs_read(AT_FDCWD, o->root_file, &text, err) < 0)
		return -1;
	if (sign_trusted_root_parse((struct span){ str_text(&text), text.len }, &out->root, err) <
	    0)
		return err_wrap(err, "%s", o->root_file);
	out->has_root = true;
	return 0;
}

static int check_identity(const struct cmd_believed_options *o, struct err *err)
{
	if ((o->identity && o->identity_pattern) || (o->issuer && o->issuer_pattern))
		return err_set(err, EC_USAGE,
			       "a name and a regular expression for it exclude each other");
	if (!o->identity && !o->identity_pattern)
		return err_set(err, EC_USAGE,
			       "an issuer vouches for everybody it has: --certificate-identity, or "
			       "--certificate-identity-regexp, is missing");
	if (!o->issuer && !o->issuer_pattern)
		return err_set(
			err, EC_USAGE,
			"anybody could vouch for that identity: --certificate-oidc-issuer, or "
			"--certificate-oidc-issuer-regexp, is missing");
	if (!o->root_file) {
		err_set(err, EC_USAGE, "identities are verified by a --trusted-root");
		return err_hint(err, "'cosign trusted-root create' and sigstore's TUF repository "
				     "make such files");
	}
	if ((o->identity_pattern && sign_pattern_check(o->identity_pattern, err) < 0) ||
	    (o->issuer_pattern && sign_pattern_check(o->issuer_pattern, err) < 0))
		return -1;
	return 0;
}

static int add_identity(const struct cmd_believed_options *o, struct cmd_believed *out,
			struct err *err)
{
	struct verify_signer *signer;

	if (!has_identity(o))
		return 0;
	if (check_identity(o, err) < 0)
		return -1;
	signer = add(out, VERIFY_IDENTITY, o->identity ? o->identity : o->identity_pattern);
	signer->identity = (struct sign_identity_rule){
		.name = o->identity ? o->identity : o->identity_pattern,
		.name_is_pattern = !o->identity,
		.issuer = o->issuer ? o->issuer : o->issuer_pattern,
		.issuer_is_pattern = !o->issuer,
	};
	return 0;
}

static int add_trust_store(const struct cmd_believed_options *o, struct cmd_believed *out,
			   struct err *err)
{
	struct verify_signer *signer;

	if (!o->trust_stores.n_items != !o->subjects.n_items) {
		err_set(err, EC_USAGE, "--trust-store and --subject belong together");
		return err_hint(err, "--subject '*' believes every certificate of the store");
	}
	if (!o->trust_stores.n_items)
		return 0;
	for (size_t i = 0; i < o->subjects.n_items; i++)
		if (sign_jws_identity_check(o->subjects.items[i], err) < 0)
			return -1;
	out->store = sign_trust_store_new();
	for (size_t i = 0; i < o->trust_stores.n_items; i++)
		if (trust_store_read(o->trust_stores.items[i], out->store, NULL, err) < 0)
			return -1;
	signer = add(out, VERIFY_NOTATION, o->trust_stores.items[0]);
	signer->store = out->store;
	signer->subjects = o->subjects.items;
	signer->n_subjects = o->subjects.n_items;
	return 0;
}

int cmd_believed_open(const struct cmd_believed_options *o, struct cmd_believed *out,
		      struct err *err)
{
	if (o->wants_log && !o->root_file)
		return err_set(err, EC_USAGE, "--require-log needs a --trusted-root");
	if (o->wants_log && o->without_log)
		return err_set(err, EC_USAGE,
			       "--require-log and --insecure-ignore-tlog exclude each other");
	if (add_identity(o, out, err) < 0 || read_keys(o, out, err) < 0 ||
	    add_trust_store(o, out, err) < 0)
		return -1;
	if (!out->n_signers) {
		err_set(err, EC_USAGE, "nobody is named whose signature would be believed");
		return err_hint(err, "--key FILE names a public key");
	}
	return read_root(o, out, err);
}

void cmd_believed_done(struct cmd_believed *believed)
{
	for (size_t i = 0; i < believed->n_keys; i++)
		sign_key_free(believed->keys[i]);
	free(believed->keys);
	free(believed->signers);
	sign_trust_store_free(believed->store);
	sign_trusted_root_done(&believed->root);
	*believed = (struct cmd_believed){ 0 };
}

void cmd_believed_ask(const struct cmd_believed_options *o, const struct cmd_believed *believed,
		      struct verify_question *question)
{
	question->signers = believed->signers;
	question->n_signers = believed->n_signers;
	question->root = believed->has_root ? &believed->root : NULL;
	question->wants_log = o->wants_log;
	question->without_log = o->without_log;
	question->without_sct = o->without_sct;
	question->accepts_timestamps = believed->root.n_tsas > 0;
}

void cmd_believed_options_done(struct cmd_believed_options *o)
{
	cli_list_done(&o->keys);
	cli_list_done(&o->trust_stores);
	cli_list_done(&o->subjects);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/build_sign.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "build/provenance.h"
#include "sign/statement.h"

int build_sign_open(const struct cmd_env *env, const struct build_sign *what,
		    struct cmd_signer *out, struct err *err)
{
	static const struct cmd_remote nowhere;

	if (!what->who.key_file && !what->wants_provenance)
		return what->who.is_password_stdin
			       ? err_set(err, EC_USAGE,
					 "--password-stdin needs --sign or --provenance")
			       : 0;
	if (cmd_signer_is_named(&what->who))
		return cmd_signer_open(env, &nowhere, &what->who, out, err);
	err_set(err, EC_USAGE, "--provenance: there is no key to sign it with");
	return err_hint(err, "--sign names one, or EPM_KEY; --provenance-file writes it unsigned");
}

struct target {
	struct store *store;
	struct oci_digest digest;
	const char *name;
};

static int say(const struct target *target, const struct signer *signer,
	       const struct signing_claim *claim, const char *what, struct err *err)
{
	AUTO(signing_report) struct signing_report report = { 0 };
	const struct signing signing = { .signer = signer, .claim = claim };

	if (cmd_store_sign(target->store, &target->digest, target->name, &signing, &report, err) <
	    0)
		return -1;
	if (report.n_new)
		log_note("%s is %s by %s", target->name, what, signer->name);
	return 0;
}

int build_sign(const struct cmd_env *env, const struct build_sign *what,
	       const struct signer *signer, const struct build_saved *saved, struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(free) char *repository = cmd_subject_repository(saved->name);
	const struct signing_claim signature = { .reference = repository,
						 .predicate_type = SIGN_PREDICATE_SIGNATURE };
	const struct signing_claim provenance = { .reference = repository,
						  .predicate_type = PROVENANCE_TYPE,
						  .predicate = saved->built->provenance };
	struct target target = { .name = saved->name };

	if (!what->who.key_file && !what->wants_provenance)
		return 0;
	if (oci_digest_parse(saved->digest, &target.digest, err) < 0 ||
	    store_open(env->home, STORE_READ, &store, err) < 0)
		return -1;
	target.store = store;
	if (what->who.key_file && say(&target, signer, &signature, "signed", err) < 0)
		return -1;
	return what->wants_provenance ? say(&target, signer, &provenance, "attested", err) : 0;
}

int build_write_provenance(const char *path, const struct built *built, struct err *err)
{
	AUTO(free) char *text = js_dump_pretty(built->provenance);

	return fs_output(path, text, strlen(text), err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "pkg/trust.h"

static const char *word_of(enum trust_ground ground)
{
	static const char *const words[] = {
#define TRUST_GROUND_WORD(name, word) word,
		TRUST_GROUND_LIST(TRUST_GROUND_WORD)
#undef TRUST_GROUND_WORD
	};

	return words[ground];
}

const char *trust_signer_id(const struct trust_signer *signer)
{
	return signer->id && text_starts(signer->id, "sha256:") ? signer->id : signer->name;
}

void trust_decision_done(struct trust_decision *decision)
{
	for (size_t i = 0; i < decision->n_signers; i++) {
		free(decision->signers[i].name);
		free(decision->signers[i].id);
	}
	free(decision->signers);
	free(decision->scope);
	free(decision->policy);
	json_decref(decision->signatures);
	*decision = (struct trust_decision){ 0 };
}

int trust_refused(const struct trust_decision *decision, const char *name, struct err *err)
{
	*err = decision->refusal;
	return err_wrap(err, "%s is not trusted", name);
}

static void say_signer(const struct trust_signer *signer, struct str *out)
{
	if (!signer->name[0])
		str_adds(out, signer->id ? signer->id : "?");
	else if (signer->id)
		str_addf(out, "%s (%s)", signer->name, signer->id);
	else
		str_adds(out, signer->name);
}

void trust_decision_text(const struct trust_decision *decision, struct str *out)
{
	switch (decision->ground) {
	case TRUST_NONE:
		str_addf(out, "not trusted: %s", decision->refusal.text);
		break;
	case TRUST_SIGNED:
		str_adds(out, "signed by ");
		for (size_t i = 0; i < decision->n_signers; i++) {
			str_adds(out, i ? ", " : "");
			say_signer(&decision->signers[i], out);
		}
		break;
	case TRUST_BUILT:
		str_adds(out, "built here");
		break;
	case TRUST_UNSIGNED:
		str_adds(out, "allowed unsigned");
		break;
	case TRUST_OPTION:
		str_adds(out, "not trusted, let through by --allow-unsigned");
	}
	if (decision->scope)
		str_addf(out, " (scope %s of %s)", decision->scope, decision->policy);
}

json_t *trust_decision_json(const struct trust_decision *decision)
{
	json_t *json = json_object(), *signers = json_array();

	js_set_bool(json, "trusted", decision->ground != TRUST_NONE);
	js_set_text(json, "ground", word_of(decision->ground));
	js_set_text(json, "scope", decision->scope);
	js_set_text(json, "policy", decision->policy);
	js_set_text(json, "reason", decision->ground ? NULL : decision->refusal.text);
	for (size_t i = 0; i < decision->n_signers; i++) {
		json_t *signer = json_object();

		js_set_text(signer, "name", decision->signers[i].name);
		js_set_text(signer, "id", decision->signers[i].id);
		if (decision->signers[i].time)
			js_set_size(signer, "time", (uint64_t)decision->signers[i].time);
		js_append(signers, signer);
	}
	js_set(json, "signers", signers);
	return json;
}

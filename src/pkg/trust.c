// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "pkg/trust_priv.h"
#include "sign/statement.h"

/* One rule at work. */
struct judging {
	const struct trust *trust;
	const struct trust_subject *subject;
	const struct policy_rule *rule;
	struct trust_decision *decision;
};

static int refuse(struct judging *judging, const char *fmt, ...) PRINTF(2, 3);
static int refuse(struct judging *judging, const char *fmt, ...)
{
	AUTO(str) struct str text = STR_MAX(sizeof(judging->decision->refusal.text));
	va_list args;

	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	judging->decision->ground = TRUST_NONE;
	err_set(&judging->decision->refusal, EC_UNTRUSTED, "%s", str_text(&text));
	return 0;
}

static void take_rule(struct judging *judging)
{
	struct trust_decision *decision = judging->decision;

	free(decision->scope);
	free(decision->policy);
	decision->scope = mem_text(judging->rule->scope);
	decision->policy = mem_text(judging->rule->file->path);
}

/* "ghcr.io/x" of "ghcr.io/x/opensnoop": what a person is likely to want a rule for. */
static char *parent_of(const char *place)
{
	const char *slash = strrchr(place, '/');

	return slash ? mem_textn(place, slash - place) : mem_text(place);
}

static void hint_at_keys(struct judging *judging)
{
	const struct trust_subject *subject = judging->subject;
	AUTO(free) char *parent = parent_of(subject->place);

	err_hint(&judging->decision->refusal,
		 "'epm trust add KEY.pub --for %s' trusts who holds that "
		 "key; 'epm trust test %s' explains",
		 parent, subject->name);
}

/* Of the good results each signer once, in their order. */
static void take_signers(struct trust_decision *decision, const struct verify_report *report)
{
	decision->signers = mem_array(report->n_results + 1, sizeof(*decision->signers));
	for (size_t i = 0; i < report->n_results; i++) {
		const struct verify_result *result = &report->results[i];
		const char *id = result->fingerprint[0] ? result->fingerprint : result->issuer;
		const char *name = result->identity ? result->identity
				   : result->signer ? result->signer->name
						    : NULL;
		bool is_known = false;

		if (result->err.code)
			continue;
		for (size_t j = 0; j < decision->n_signers; j++)
			is_known |= !strcmp(decision->signers[j].name, name ? name : "") &&
				    (!id || (decision->signers[j].id &&
					     !strcmp(decision->signers[j].id, id)));
		if (!is_known)
			decision->signers[decision->n_signers++] =
				(struct trust_signer){ mem_text(name ? name : ""), mem_text(id),
						       result->time };
	}
}

/* A verdict by certificates may end with them, so that it is made each time. */
static bool may_be_kept(const struct judging *judging, const struct verify_report *report)
{
	if (judging->rule->file->origin == POLICY_SYSTEM)
		return false;
	for (size_t i = 0; i < report->n_results; i++)
		if (!report->results[i].err.code && report->results[i].form == SIGNATURE_NOTATION)
			return false;
	return true;
}

/* Each signature by itself, and whoever it says it is by. */
static void explain(struct judging *judging, const struct verify_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->n_results; i++) {
		const struct verify_result *result = &report->results[i];
		json_t *one = json_object();

		js_set_text(one, "form", signature_form_word(result->form));
		js_set_text(one, "manifest", result->manifest.text);
		js_set_bool(one, "good", !result->err.code);
		js_set_text(one, "by",
			    result->signer && result->signer->name && *result->signer->name
				    ? result->signer->name
			    : result->identity	     ? result->identity
			    : result->fingerprint[0] ? result->fingerprint
						     : NULL);
		js_set_text(one, "reason", result->err.code ? result->err.text : NULL);
		js_append(list, one);
	}
	json_decref(judging->decision->signatures);
	judging->decision->signatures = list;
}

static bool is_revoked(const struct verify_report *report)
{
	for (size_t i = 0; i < report->n_results; i++)
		if (report->results[i].err.code && report->results[i].stage == VERIFY_REVOKED)
			return true;
	return false;
}

static int judge_report(struct judging *judging, const struct verify_report *report,
			const struct verify_question *question)
{
	unsigned int threshold = judging->rule->threshold;
	struct err why = { 0 };

	if (report->n_signers >= threshold) {
		judging->decision->ground = TRUST_SIGNED;
		take_signers(judging->decision, report);
		return 0;
	}
	if (report->n_signers)
		return refuse(judging, "%zu of the %u signers that scope %s needs signed it",
			      report->n_signers, threshold, judging->rule->scope);
	verify_failed(report, question, &why);
	refuse(judging, "%s", why.text);
	if (why.hint[0])
		err_hint(&judging->decision->refusal, "%s", why.hint);
	else if (!is_revoked(report))
		hint_at_keys(judging);
	return 0;
}

static int read_signatures(const struct trust_subject *subject, struct signatures *own,
			   const struct signatures **out, struct err *err)
{
	*out = subject->signatures ? subject->signatures : own;
	if (subject->signatures || !subject->store)
		return 0;
	return signatures_read(subject->store, &subject->digest, own, err);
}

static int judge_signatures(struct judging *judging, struct err *err)
{
	const struct trust_subject *subject = judging->subject;
	const struct trust *trust = judging->trust;
	AUTO(policy_judges) struct policy_judges judges = { 0 };
	AUTO(verify_report) struct verify_report report = { 0 };
	AUTO(signatures) struct signatures own = { 0 };
	const struct signatures *signatures;
	struct verify_question question = {
		.digest = subject->digest,
		.media_type = subject->media_type,
		.size_bytes = subject->size_bytes,
		.accepts_timestamps = true,
		.predicate_type = SIGN_PREDICATE_SIGNATURE,
		.now = trust->now,
	};

	if (policy_judges_open(&trust->policy, judging->rule, false, &judges, err) < 0 ||
	    read_signatures(subject, &own, &signatures, err) < 0)
		return -1;
	question.signers = judges.signers;
	question.n_signers = judges.n_signers;
	question.root = judges.has_root ? &judges.root : NULL;
	verify_all(signatures, &question, &report);
	if (trust->explains)
		explain(judging, &report);
	judge_report(judging, &report, &question);
	if (judging->decision->ground == TRUST_SIGNED && may_be_kept(judging, &report))
		trust_verdict_write(trust, subject, judges.hash, 0, judging->decision);
	return 0;
}

/* As it was decided before, if nothing has changed since. */
static int find_kept(struct judging *judging, bool *out, struct err *err)
{
	AUTO(policy_judges) struct policy_judges judges = { 0 };
	const struct trust *trust = judging->trust;

	*out = false;
	if (judging->rule->file->origin == POLICY_SYSTEM || trust->explains)
		return 0;
	if (policy_judges_open(&trust->policy, judging->rule, true, &judges, err) < 0)
		return -1;
	*out = trust_verdict_read(trust, judging->subject, judges.hash, judging->decision);
	return 0;
}

static bool is_built(const struct judging *judging)
{
	const struct trust_subject *subject = judging->subject;

	return trust_is_built(judging->trust->home,
			      subject->loaded.text[0] ? &subject->loaded : &subject->digest);
}

/* "ghcr.io/x", "localhost:5000": what can be fetched from */
static bool is_registry(const char *scope)
{
	size_t host = strcspn(scope, "/");

	return strcspn(scope, ".:") < host || !strcmp(scope, "localhost") ||
	       text_starts(scope, "localhost/");
}

/* An archive can claim any name; a rule for a registry means what comes from there. */
static int judge_unsigned(struct judging *judging)
{
	const struct trust_subject *subject = judging->subject;

	if (subject->is_from_place || !is_registry(judging->rule->scope)) {
		judging->decision->ground = TRUST_UNSIGNED;
		return 0;
	}
	refuse(judging,
	       "scope %s allows what is fetched from there without signatures, and this only has "
	       "its name",
	       judging->rule->scope);
	return err_hint(&judging->decision->refusal, "'epm pull %s' fetches it", subject->name) + 1;
}

/* By one rule. */
static int judge(struct judging *judging, struct err *err)
{
	const struct policy_rule *rule = judging->rule;
	bool is_system = rule->file->origin == POLICY_SYSTEM, is_kept = false;

	if ((is_system ? rule->built_word == POLICY_ALLOW : rule->built_word != POLICY_REFUSE) &&
	    is_built(judging)) {
		judging->decision->ground = TRUST_BUILT;
	} else if (rule->unsigned_word == POLICY_ALLOW) {
		judge_unsigned(judging);
	} else if (!rule->n_signers) {
		refuse(judging, "scope %s names nobody who could sign it", rule->scope);
		hint_at_keys(judging);
	} else if (find_kept(judging, &is_kept, err) < 0 ||
		   (!is_kept && judge_signatures(judging, err) < 0)) {
		return -1;
	}
	take_rule(judging);
	return 0;
}

/* Who seems to have signed it, for the person who has to decide whom to trust. */
static void say_claims(struct judging *judging, struct str *out)
{
	const struct trust_subject *subject = judging->subject;
	AUTO(verify_report) struct verify_report report = { 0 };
	AUTO(signatures) struct signatures own = { 0 };
	const struct signatures *signatures;
	struct verify_question question = { .digest = subject->digest,
					    .media_type = subject->media_type,
					    .size_bytes = subject->size_bytes,
					    .predicate_type = SIGN_PREDICATE_SIGNATURE,
					    .now = judging->trust->now };
	struct err err = { 0 };

	if (read_signatures(subject, &own, &signatures, &err) < 0 || !signatures->n_items) {
		str_adds(out, ", and it has no signature");
		return;
	}
	verify_all(signatures, &question, &report);
	for (size_t i = 0; i < report.n_results; i++)
		if (report.results[i].fingerprint[0] || report.results[i].identity) {
			str_addf(out, "; it says that it is signed by %s",
				 report.results[i].identity ? report.results[i].identity
							    : report.results[i].fingerprint);
			return;
		}
}

static void hint_at_folder(struct judging *judging)
{
	AUTO(free) char *parent = parent_of(judging->subject->place);

	err_hint(
		&judging->decision->refusal,
		"--allow-unsigned runs it this once; 'epm trust add --unsigned --for %s' allows all "
		"that is there",
		parent);
}

/* No rule covers the place. */
static int judge_alone(struct judging *judging)
{
	const struct trust_subject *subject = judging->subject;
	AUTO(str) struct str claims = STR_MAX(512);

	if (is_built(judging)) {
		judging->decision->ground = TRUST_BUILT;
		return 0;
	}
	if (!subject->media_type) {
		refuse(judging, "it was not built here, and no rule covers %s", subject->place);
		hint_at_folder(judging);
		return 0;
	}
	say_claims(judging, &claims);
	refuse(judging, "no rule of the trust policy covers %s%s", subject->place,
	       str_text(&claims));
	hint_at_keys(judging);
	return 0;
}

static int set_aside(struct judging *judging)
{
	if (judging->decision->ground || !judging->trust->allows_unsigned)
		return 0;
	log_trace(TRACE_trust, "set aside: %s", judging->decision->refusal.text);
	judging->decision->ground = TRUST_OPTION;
	judging->decision->refusal = (struct err){ 0 };
	return 0;
}

static int decide_person(struct judging *judging, struct err *err)
{
	if (judging->rule ? judge(judging, err) < 0 : judge_alone(judging) < 0)
		return -1;
	return set_aside(judging);
}

/* No option helps against it. */
static int decide_system(struct judging *judging, struct err *err)
{
	if (judge(judging, err) < 0)
		return -1;
	if (!judging->decision->ground && judging->trust->allows_unsigned)
		err_hint(&judging->decision->refusal,
			 "the system's policy (%s) cannot be set aside by an option",
			 judging->rule->file->path);
	return 0;
}

int trust_decide(const struct trust *trust, const struct trust_subject *subject,
		 struct trust_decision *out, struct err *err)
{
	AUTO(trust_decision) struct trust_decision decision = { 0 }, own = { 0 };
	const struct policy *policy = &trust->policy;
	struct judging by_system = { trust, subject,
				     policy_find(policy, POLICY_SYSTEM, subject->place),
				     &decision };
	struct judging by_person = { trust, subject,
				     policy_find(policy, POLICY_PERSON, subject->place), &own };
	bool has_system = by_system.rule != NULL;

	if (has_system && decide_system(&by_system, err) < 0)
		return -1;
	if ((!has_system || (decision.ground && by_person.rule)) &&
	    decide_person(&by_person, err) < 0)
		return -1;
	/* the system's speaks where both agree */
	if (!has_system || (by_person.rule && decision.ground && !own.ground)) {
		trust_decision_done(&decision);
		decision = own;
		own = (struct trust_decision){ 0 };
	}
	*out = decision;
	decision = (struct trust_decision){ 0 };
	return 0;
}

int trust_require(const struct trust *trust, const struct trust_subject *subject,
		  struct trust_decision *out, struct err *err)
{
	AUTO(trust_decision) struct trust_decision decision = { 0 };

	if (trust_decide(trust, subject, &decision, err) < 0)
		return err_wrap(err, "%s", subject->name);
	if (!decision.ground)
		return trust_refused(&decision, subject->name, err);
	*out = decision;
	decision = (struct trust_decision){ 0 };
	return 0;
}

bool trust_needs_signatures(const struct trust *trust, const char *place)
{
	const struct policy_rule *rules[] = { policy_find(&trust->policy, POLICY_SYSTEM, place),
					      policy_find(&trust->policy, POLICY_PERSON, place) };
	bool has_rule = false;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i] && rules[i]->unsigned_word != POLICY_ALLOW)
			return true;
		has_rule |= rules[i] != NULL;
	}
	return !has_rule;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/verify.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/believed.h"
#include "cmd/gate.h"
#include "cmd/list.h"
#include "cmd/signer.h"
#include "cmd/subject.h"
#include "cmd/verify_tell.h"
#include "sign/statement.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	struct cmd_believed_options believed;
	struct cli_list annotations;
	uint64_t threshold;
	const char *attestation;
	bool is_remote;
	bool wants_json;
};

static const struct cli_option options[] = {
	CMD_BELIEVED_OPTIONS(struct options),
	{ .name = "threshold",
	  .kind = CLI_NUMBER,
	  .offset = offsetof(struct options, threshold),
	  .value = "N",
	  .help = "so many different signers are needed [default: 1]",
	  .max = SIGNATURES_MAX },
	{ .name = "annotation",
	  .letter = 'a',
	  .kind = CLI_LIST,
	  .offset = offsetof(struct options, annotations),
	  .value = "KEY=VALUE",
	  .help = "this has to be signed with it; may be given several times" },
	{ .name = "attestation",
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, attestation),
	  .value = "TYPE",
	  .help = "look for an attestation of this predicate type, and print what it says" },
	{ .name = "remote",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_remote),
	  .help = "verify what the registry has, also when the store has it" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object with all signatures" },
	CMD_REMOTE_OPTIONS_TLS(struct options),
};

/* Everything of one run. */
struct verifying {
	const struct options *options;
	struct cmd_believed believed;
	struct cmd_subject subject;
	struct verify_question question;
	json_t *annotations;
	struct verify_report report;
};

static void verifying_done(struct verifying *verifying)
{
	cmd_believed_done(&verifying->believed);
	cmd_subject_done(&verifying->subject);
	json_decref(verifying->annotations);
	verify_report_done(&verifying->report);
}

AUTO_STRUCT(verifying, struct verifying, verifying_done);

static uint64_t threshold_of(const struct options *o)
{
	return o->threshold ? o->threshold : 1;
}

static int judge(struct verifying *verifying, struct err *err)
{
	AUTO(signatures) struct signatures signatures = { 0 };

	if (signatures_read(verifying->subject.store, &verifying->question.digest, &signatures,
			    err) < 0)
		return -1;
	verify_report_done(&verifying->report);
	verify_all(&signatures, &verifying->question, &verifying->report);
	return 0;
}

static bool is_verified(const struct verifying *verifying)
{
	return verifying->report.n_signers >= threshold_of(verifying->options);
}

/* The image index lists what it is said that was chosen from it. */
static int read_root(const struct cmd_subject *subject, struct oci_document *out, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;

	if (oci_layout_document(store_layout(subject->store), &subject->root, UINT64_MAX, out,
				err) < 0 ||
	    oci_index_read(out->json, "image index", &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, &subject->digest))
			return 0;
	return err_set(err, EC_CORRUPT, "%s does not list %s", subject->root.text,
		       subject->digest.text);
}

/*
 * What was chosen from an image index is as good as signed when that is; where it is not, its own
 * signatures count.
 */
static int judge_all(struct verifying *verifying, struct err *err)
{
	const struct cmd_subject *subject = &verifying->subject;
	struct verify_question own = verifying->question;
	AUTO(oci_document) struct oci_document root = { 0 };
	AUTO(verify_report) struct verify_report of_index = { 0 };
	struct err none;

	if (!subject->root.text[0])
		return judge(verifying, err);
	if (read_root(subject, &root, &none) < 0) {
		log_verbose("the image index is passed over: %s", none.text);
		return judge(verifying, err);
	}
	verifying->question.digest = root.digest;
	verifying->question.media_type = root.media_type;
	verifying->question.size_bytes = root.text.len;
	if (judge(verifying, err) < 0)
		return -1;
	verifying->question = own;
	if (is_verified(verifying)) {
		verifying->question.digest = root.digest;
		return 0;
	}
	of_index = verifying->report;
	verifying->report = (struct verify_report){ 0 };
	if (judge(verifying, err) < 0)
		return -1;
	if (!verifying->report.n_results) { /* those of the index have more to say */
		verify_report_done(&verifying->report);
		verifying->report = of_index;
		of_index = (struct verify_report){ 0 };
	}
	return 0;
}

/* Too few, or none. */
static int fail(const struct verifying *verifying, struct err *err)
{
	const struct verify_report *report = &verifying->report;

	if (report->n_signers)
		err_set(err, EC_UNTRUSTED,
			"%zu of those who are believed signed it, where %ju are needed",
			report->n_signers, (uintmax_t)threshold_of(verifying->options));
	else
		verify_failed(report, &verifying->question, err);
	return err_wrap(err, "%s", verifying->subject.name);
}

static int tell(const struct verifying *verifying, struct err *err)
{
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *text = NULL;
	const struct verify_tale tale = {
		.reference = verifying->subject.name,
		.question = &verifying->question,
		.report = &verifying->report,
		.threshold = threshold_of(verifying->options),
		.is_verified = is_verified(verifying),
	};

	if (verifying->options->wants_json) {
		json = verify_tale_json(&tale);
		text = js_dump_pretty(json);
		str_adds(&out, text);
	} else {
		if (tale.is_verified)
			verify_tell(&tale, &out);
		/* a single one's reason is the error's */
		if ((!tale.is_verified && tale.report->n_results > 1) ||
		    log_get_level() >= LOG_VERBOSE)
			verify_tell_others(&tale);
	}
	if (str_check(&out, "the report", err) < 0)
		return -1;
	return out.len ? cmd_print(&out, err) : 0;
}

static int ask(const struct cmd_env *env, const char *text, struct verifying *verifying,
	       struct err *err)
{
	const struct options *o = verifying->options;
	struct cmd_subject *subject = &verifying->subject;
	const char *type =
		o->attestation ? verify_predicate_type(o->attestation) : SIGN_PREDICATE_SIGNATURE;

	if (!type) {
		err_set(err, EC_USAGE, "'%s' is no type of attestation", o->attestation);
		return err_hint(err, "slsaprovenance1, spdxjson, cyclonedx, vuln, openvex, custom, "
				     "or a URI");
	}
	if (cmd_annotations_parse(&o->annotations, &verifying->annotations, err) < 0 ||
	    cmd_believed_open(&o->believed, &verifying->believed, err) < 0 ||
	    cmd_subject_open(env, &o->remote, text, cmd_subject_how(o->is_remote, false), subject,
			     err) < 0)
		return -1;
	verifying->question = (struct verify_question){
		.digest = subject->digest,
		.media_type = subject->media_type,
		.size_bytes = subject->size_bytes,
		.predicate_type = type,
		.annotations = verifying->annotations,
		.now = clock_wall(),
	};
	cmd_believed_ask(&o->believed, &verifying->believed, &verifying->question);
	return 0;
}

static int tell_decision(const struct options *o, const struct cmd_subject *subject,
			 const struct trust_decision *decision, struct err *err)
{
	AUTO(json) json_t *json = trust_decision_json(decision);
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *text = NULL;

	if (!o->wants_json && !decision->ground)
		return 0;
	js_set_text(json, "reference", subject->name);
	js_set_text(json, "digest", subject->digest.text);
	js_set_bool(json, "verified", decision->ground != TRUST_NONE);
	if (decision->signatures)
		js_set(json, "signatures", json_incref(decision->signatures));
	if (o->wants_json) {
		text = js_dump_pretty(json);
		str_adds(&out, text);
	} else {
		str_addf(&out, "%s@%s: ", subject->name, subject->digest.text);
		trust_decision_text(decision, &out);
		str_addc(&out, '\n');
	}
	return cmd_print(&out, err);
}

/* Nobody is named: whom the trust policy believes. */
static int by_policy(const struct cmd_env *env, const struct options *o, const char *text,
		     struct err *err)
{
	AUTO(cmd_subject) struct cmd_subject subject = { .scratch.dir = -1 };
	AUTO(trust_decision) struct trust_decision decision = { 0 };
	AUTO(cmd_trust) struct trust trust = { 0 };

	if (o->attestation || o->annotations.n_items || o->threshold) {
		err_set(err, EC_USAGE, "nobody is named whose signature would be believed");
		return err_hint(err, "--key FILE names a public key; without it the trust policy "
				     "decides, on signatures alone");
	}
	if (cmd_trust_open(env, false, &trust, err) < 0)
		return -1;
	trust.explains = true;
	if (cmd_subject_open(env, &o->remote, text, cmd_subject_how(o->is_remote, false), &subject,
			     err) < 0 ||
	    cmd_decide_subject(&trust, &subject, &decision, err) < 0 ||
	    tell_decision(o, &subject, &decision, err) < 0)
		return -1;
	return decision.ground ? 0 : trust_refused(&decision, subject.name, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(verifying) struct verifying verifying = { .options = o };

	if (cmd_believed_is_empty(&o->believed))
		return by_policy(env, o, args->items[0], err);
	if (ask(env, args->items[0], &verifying, err) < 0 || judge_all(&verifying, err) < 0 ||
	    tell(&verifying, err) < 0)
		return -1;
	return is_verified(&verifying) ? 0 : fail(&verifying, err);
}

static void done(void *settings)
{
	struct options *o = settings;

	cli_list_done(&o->remote.resolve);
	cli_list_done(&o->annotations);
	cmd_believed_options_done(&o->believed);
}

const struct cmd cmd_verify = {
	.cli = { .name = "verify",
		 .synopsis = "[OPTIONS] REF",
		 .summary = "verify signatures and attestations of a package",
		 .details =
			 "REF is looked for in the store, then at its registry. Signatures of "
			 "cosign and notation are verified as well as those of epm. Of an image "
			 "index the index itself has to be signed. Exit status 7: not signed by "
			 "those who are believed. Without an option that names somebody the trust "
			 "policy decides, as it does on a run.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

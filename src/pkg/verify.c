// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdarg.h>

#include "base/alloc.h"
#include "pkg/verify_priv.h"
#include "sign/statement.h"

/* An error may quote what a stranger wrote. */
static void set_error(struct verify_result *result, const struct err *err)
{
	AUTO(free) char *shown = text_printable(err->text, strlen(err->text));

	err_set(&result->err, err->code, "%s", shown);
}

int verify_note(struct verify_trial *trial, enum verify_stage stage, const struct err *err)
{
	struct verify_result *result = trial->result;

	if (result->err.code != EC_NONE && stage <= result->stage)
		return -1;
	set_error(result, err);
	result->stage = stage;
	return -1;
}

int verify_refuse(struct verify_trial *trial, enum verify_stage stage, enum err_code code,
		  const char *fmt, ...)
{
	char text[sizeof(((struct err *)0)->text)];
	struct err err;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(&err, code, "%s", text);
	return verify_note(trial, stage, &err);
}

enum verify_stage verify_stage_of(const struct err *err)
{
	static const char *const by_another[] = { "signature:", "certificate chain:", "identity:",
						  "issuer:" };

	if (err->code != EC_UNTRUSTED)
		return VERIFY_UNREADABLE;
	if (text_starts(err->text, "target:"))
		return VERIFY_OF_ANOTHER;
	for (size_t i = 0; i < ARRAY_SIZE(by_another); i++)
		if (text_starts(err->text, by_another[i]))
			return VERIFY_BY_ANOTHER;
	return VERIFY_UNPROVED;
}

int verify_is_revoked(struct verify_trial *trial, const struct verify_signer *signer)
{
	return verify_refuse(trial, VERIFY_REVOKED, EC_UNTRUSTED,
			     "revoked: it is by %s, who is not believed any more", signer->name);
}

size_t verify_count(const struct verify_question *question, enum verify_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < question->n_signers; i++)
		n += question->signers[i].kind == kind;
	return n;
}

int verify_wants_signature(struct verify_trial *trial)
{
	const char *wanted = trial->question->predicate_type;
	AUTO(free) char *shown = NULL;

	if (!strcmp(wanted, SIGN_PREDICATE_SIGNATURE))
		return 0;
	shown = text_printable(wanted, strnlen(wanted, 300));
	return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
			     "predicate type: it is a signature, no attestation of %s", shown);
}

int verify_annotations(struct verify_trial *trial, const json_t *annotations)
{
	const char *missing = sign_annotation_missing(annotations, trial->question->annotations);
	AUTO(free) char *shown = NULL;

	if (!missing)
		return 0;
	shown = text_printable(missing, strnlen(missing, 200));
	return verify_refuse(trial, VERIFY_OF_ANOTHER, EC_UNTRUSTED,
			     "annotations: '%s' is not signed as it was asked for", shown);
}

static int verify_form(struct verify_trial *trial)
{
	switch (trial->signature->form) {
	case SIGNATURE_BUNDLE:
		return verify_bundle(trial);
	case SIGNATURE_SIMPLE:
		return verify_simple(trial);
	case SIGNATURE_ENVELOPE:
		return verify_envelope(trial);
	case SIGNATURE_NOTATION:
		return verify_notation(trial);
	case SIGNATURE_OTHER:
		break;
	}
	return verify_refuse(trial, VERIFY_UNREADABLE, EC_UNSUPPORTED,
			     "form: it is no signature that epm knows");
}

static void verify_one(const struct signature *signature, const struct verify_question *question,
		       struct verify_result *out)
{
	struct verify_trial trial = { question, signature, out };

	out->form = signature->form;
	out->manifest = signature->manifest;
	if (signature->err.code) {
		set_error(out, &signature->err);
		return;
	}
	if (verify_form(&trial) == 0) {
		out->err = (struct err){ 0 };
		out->stage = VERIFY_UNREADABLE;
		return;
	}
	out->signer = NULL;
	if (out->err.code == EC_NONE) /* nobody is asked for */
		err_set(&out->err, EC_UNTRUSTED, "signature: nobody is believed");
}

static bool is_text_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* A key that is in a certificate, too, is one signer. */
static bool is_signer_same(const struct verify_result *a, const struct verify_result *b)
{
	if (a->fingerprint[0] && !strcmp(a->fingerprint, b->fingerprint))
		return true;
	return a->identity && a->signer->kind == b->signer->kind &&
	       is_text_same(a->identity, b->identity) && is_text_same(a->issuer, b->issuer);
}

/* Groups of results that are linked by a key or an identity. */
static size_t count_signers(const struct verify_report *report)
{
	AUTO(free) size_t *group = mem_array(report->n_results + 1, sizeof(*group));
	const struct verify_result *results = report->results;
	size_t n = 0;

	for (size_t i = 0; i < report->n_results; i++) {
		group[i] = i;
		if (results[i].err.code)
			continue;
		for (size_t j = 0; j < i; j++) {
			size_t old = group[j];

			if (results[j].err.code || old == i ||
			    !is_signer_same(&results[i], &results[j]))
				continue;
			for (size_t k = 0; k < i; k++)
				if (group[k] == old)
					group[k] = i;
		}
	}
	for (size_t i = 0; i < report->n_results; i++)
		n += !results[i].err.code && group[i] == i;
	return n;
}

void verify_all(const struct signatures *signatures, const struct verify_question *question,
		struct verify_report *out)
{
	*out = (struct verify_report){
		.results = mem_array(signatures->n_items + 1, sizeof(*out->results)),
		.n_results = signatures->n_items,
	};
	for (size_t i = 0; i < signatures->n_items; i++)
		verify_one(&signatures->items[i], question, &out->results[i]);
	out->n_signers = count_signers(out);
}

void verify_report_done(struct verify_report *report)
{
	for (size_t i = 0; i < report->n_results; i++) {
		struct verify_result *result = &report->results[i];

		free(result->predicate_type);
		free(result->identity);
		free(result->issuer);
		json_decref(result->annotations);
		json_decref(result->predicate);
		str_done(&result->envelope);
	}
	free(report->results);
	*report = (struct verify_report){ 0 };
}

int verify_failed(const struct verify_report *report, const struct verify_question *question,
		  struct err *err)
{
	const struct verify_result *furthest = NULL;
	bool wants_signature = !strcmp(question->predicate_type, SIGN_PREDICATE_SIGNATURE);
	const char *what = wants_signature ? "signature" : "attestation";
	size_t n_bad = 0;

	for (size_t i = 0; i < report->n_results; i++) {
		const struct verify_result *result = &report->results[i];

		n_bad += result->err.code != EC_NONE;
		if (result->err.code && (!furthest || result->stage > furthest->stage))
			furthest = result;
	}
	if (!furthest)
		return err_set(err, EC_UNTRUSTED, "there is no %s", what);
	if (n_bad == 1)
		return err_set(err, EC_UNTRUSTED, "no %s is good: %s", what, furthest->err.text);
	return err_set(err, EC_UNTRUSTED, "no %s is good (of %zu): %s", what, n_bad,
		       furthest->err.text);
}

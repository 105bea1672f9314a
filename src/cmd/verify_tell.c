// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/verify_tell.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "sign/statement.h"

static bool is_attestation(const struct verify_question *question)
{
	return strcmp(question->predicate_type, SIGN_PREDICATE_SIGNATURE) != 0;
}

static void add_printable(struct str *out, const char *text)
{
	AUTO(free) char *shown = text_printable(text, strlen(text));

	str_adds(out, shown);
}

/* "key release.pub (sha256:…)", "someone@example.com (issuer https://…)", "CN=…" */
static void add_signer(const struct verify_result *result, struct str *out)
{
	if (result->signer->kind == VERIFY_KEY) {
		add_printable(out, result->signer->name);
		str_addf(out, " (%s)", result->fingerprint);
		return;
	}
	add_printable(out, result->identity ? result->identity : "?");
	if (!result->issuer)
		return;
	str_adds(out, " (issuer ");
	add_printable(out, result->issuer);
	str_addc(out, ')');
}

static void add_predicate(const struct verify_result *result, struct str *out)
{
	/* in ASCII: there are control characters beyond it that terminals obey */
	AUTO(free)
	char *text = result->predicate
			     ? json_dumps(result->predicate,
					  JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY)
			     : NULL;

	if (text)
		str_addf(out, "%s\n", text);
}

static void add_result(const struct verify_tale *tale, const struct verify_result *result,
		       struct str *out)
{
	AUTO(free) char *when = result->time ? clock_rfc3339(result->time) : NULL;

	add_printable(out, tale->reference);
	if (!strchr(tale->reference, '@'))
		str_addf(out, "@%s", tale->question->digest.text);
	if (is_attestation(tale->question)) {
		str_adds(out, ": attested (");
		add_printable(out, tale->question->predicate_type);
		str_adds(out, ") by ");
	} else {
		str_adds(out, ": signed by ");
	}
	add_signer(result, out);
	if (when)
		str_addf(out, " at %s", when);
	str_addf(out, ", %s\n", signature_form_word(result->form));
	if (is_attestation(tale->question))
		add_predicate(result, out);
}

void verify_tell(const struct verify_tale *tale, struct str *out)
{
	size_t begin = 0, end = 0;

	for (size_t i = 0; i < tale->report->n_results; i++) {
		if (tale->report->results[i].err.code)
			continue;
		end = out->len;
		add_result(tale, &tale->report->results[i], out);
		/* the same once more, a layer of the next */
		if (out->len - end == end - begin &&
		    !memcmp(out->data + begin, out->data + end, end - begin))
			str_cut(out, end);
		else
			begin = end;
	}
}

void verify_tell_others(const struct verify_tale *tale)
{
	for (size_t i = 0; i < tale->report->n_results; i++) {
		const struct verify_result *result = &tale->report->results[i];

		if (result->err.code)
			log_note("%.19s… (%s): %s", result->manifest.text,
				 signature_form_word(result->form), result->err.text);
	}
}

static void set_lossy(json_t *json, const char *name, const char *text)
{
	if (text)
		js_set(json, name, js_text_lossy(text, strlen(text)));
}

static void set_time(json_t *json, const char *name, int64_t time)
{
	AUTO(free) char *text = time ? clock_rfc3339(time) : NULL;

	js_set_text(json, name, text);
}

static json_t *parse_own(const struct str *text)
{
	struct err none;
	json_t *json = NULL;

	return js_parse(str_text(text), text->len, "envelope", &json, &none) == 0 ? json : NULL;
}

static json_t *row_of(const struct verify_result *result)
{
	json_t *row = json_object();

	js_set_text(row, "form", signature_form_word(result->form));
	js_set_text(row, "manifest", result->manifest.text);
	js_set_bool(row, "verified", !result->err.code);
	if (result->err.code) {
		js_set_text(row, "code", err_word(result->err.code));
		set_lossy(row, "error", result->err.text);
	}
	set_lossy(row, "signer", result->signer ? result->signer->name : NULL);
	js_set_text(row, "fingerprint", result->fingerprint[0] ? result->fingerprint : NULL);
	set_lossy(row, "identity", result->identity);
	set_lossy(row, "issuer", result->issuer);
	set_lossy(row, "predicateType", result->predicate_type);
	set_time(row, "time", result->time);
	set_time(row, "expiry", result->expiry);
	if (result->has_log_index)
		js_set_size(row, "logIndex", result->log_index);
	if (result->annotations)
		js_set(row, "annotations", json_incref(result->annotations));
	if (result->predicate)
		js_set(row, "predicate", json_incref(result->predicate));
	if (result->envelope.len && !result->err.code)
		js_set(row, "envelope", parse_own(&result->envelope));
	return row;
}

json_t *verify_tale_json(const struct verify_tale *tale)
{
	json_t *json = json_object(), *rows = json_array();

	set_lossy(json, "reference", tale->reference);
	js_set_text(json, "digest", tale->question->digest.text);
	js_set_bool(json, "verified", tale->is_verified);
	js_set_size(json, "signers", tale->report->n_signers);
	js_set_size(json, "threshold", tale->threshold);
	for (size_t i = 0; i < tale->report->n_results; i++)
		js_append(rows, row_of(&tale->report->results[i]));
	js_set(json, "signatures", rows);
	return json;
}

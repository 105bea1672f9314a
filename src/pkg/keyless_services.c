// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "oci/service.h"
#include "oci/url.h"
#include "pkg/keyless_priv.h"
#include "sign/key_generate.h"
#include "sign/rekor.h"
#include "sign/timestamp.h"

#define CA "certificate authority"
#define LOG "transparency log"
#define TSA "timestamp authority"
#define JSON "application/json"
#define LIFE_LEFT_S 60 /* a certificate that has less is not signed with any more */
#define TIMESTAMP_REQUEST_MAX 1024

/* The base may end with slashes. */
static char *url_of(const char *base, const char *path)
{
	size_t len = strlen(base);

	while (len && base[len - 1] == '/')
		len--;
	return mem_printf("%.*s%s", (int)len, base, path);
}

/* Wrap what is wrong with an answer by who gave it. */
static int bad_answer(struct err *err, const char *what, const char *url)
{
	return err_wrap(err, "%s %s", what, url);
}

static void hint_refused(const struct keyless *keyless, struct err *err)
{
	if (err->code == EC_DENIED && !*err->hint)
		err_hint(err, "the token is for \"%.100s\", by %.200s, for the audience \"%.100s\"",
			 keyless->token.name, keyless->token.issuer,
			 keyless->token.audience ? keyless->token.audience : "");
}

static int certify(struct keyless *keyless, struct err *err)
{
	AUTO(oci_service_answer) struct oci_service_answer answer = { 0 };
	AUTO(sign_issued) struct sign_issued issued = { 0 };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(free) char *url = url_of(keyless->settings.ca_url, SIGN_FULCIO_PATH);
	AUTO(free) char *text = NULL;
	struct oci_service_request request = { .what = CA,
					       .url = url,
					       .media_type = JSON,
					       .accept = JSON,
					       .bearer = keyless->settings.token,
					       .body_max = LIMIT_ISSUED };

	if (sign_key_generate(SIGN_ECDSA_P256, &key, err) < 0 ||
	    sign_fulcio_request(key, keyless->token.name, &text, err) < 0)
		return -1;
	request.data = span_of(text);
	if (oci_service_ask(keyless->settings.client, &request, &answer, err) < 0) {
		hint_refused(keyless, err);
		return -1;
	}
	if (sign_fulcio_answer((struct span){ str_text(&answer.body), answer.body.len }, key,
			       &issued, err) < 0)
		return bad_answer(err, CA, url);
	sign_key_free(keyless->made);
	keyless->made = STEAL(key);
	sign_issued_done(&keyless->issued);
	keyless->issued = issued;
	snprintf(keyless->name, sizeof(keyless->name), "%s", issued.identity.name);
	issued = (struct sign_issued){ 0 };
	return 0;
}

int keyless_ready(struct keyless *keyless, const struct sign_key **out, struct err *err)
{
	if (keyless->settings.key) {
		*out = keyless->settings.key;
		return 0;
	}
	if ((!keyless->made || keyless->issued.expires - clock_wall() < LIFE_LEFT_S) &&
	    certify(keyless, err) < 0)
		return -1;
	*out = keyless->made;
	return 0;
}

static int stamp(const struct keyless *keyless, const char *url, struct span data, struct str *out,
		 struct err *err)
{
	AUTO(oci_service_answer) struct oci_service_answer answer = { 0 };
	AUTO(str) struct str question = STR_MAX(TIMESTAMP_REQUEST_MAX);
	struct oci_service_request request = { .what = TSA,
					       .url = url,
					       .media_type = "application/timestamp-query",
					       .accept = "application/timestamp-reply",
					       .body_max = LIMIT_TIMESTAMP };
	struct span response;

	if (sign_timestamp_request(data, &question, err) < 0)
		return -1;
	request.data = (struct span){ question.data, question.len };
	if (oci_service_ask(keyless->settings.client, &request, &answer, err) < 0)
		return -1;
	response = (struct span){ str_text(&answer.body), answer.body.len };
	if (sign_timestamp_answers(response, request.data, err) < 0)
		return bad_answer(err, TSA, url);
	*out = answer.body;
	answer.body = (struct str){ 0 };
	return 0;
}

int keyless_stamp(const struct keyless *keyless, struct span data, struct sign_bundle *bundle,
		  struct err *err)
{
	size_t n = keyless->settings.n_tsa_urls;

	bundle->timestamps = mem_array(n, sizeof(*bundle->timestamps));
	for (; bundle->n_timestamps < n; bundle->n_timestamps++)
		if (stamp(keyless, keyless->settings.tsa_urls[bundle->n_timestamps], data,
			  &bundle->timestamps[bundle->n_timestamps], err) < 0)
			return -1;
	return 0;
}

/* What is to be signed by the same key with the same bytes is logged already: 409 says where. */
static int fetch_entry(const struct keyless *keyless, const char *url, const char *location,
		       struct oci_service_answer *out, struct err *err)
{
	AUTO(oci_origin) struct oci_origin here = { 0 };
	AUTO(oci_origin) struct oci_origin there = { 0 };
	AUTO(free) char *place = location ? oci_url_resolve(url, location) : NULL;
	struct oci_service_request request = {
		.what = LOG, .url = place, .accept = JSON, .body_max = LIMIT_SIGNED
	};

	if (!place || oci_origin_of(url, &here, err) < 0 || oci_origin_of(place, &there, err) < 0 ||
	    !oci_origin_equal(&here, &there)) {
		err_set(err, EC_NETWORK, "it has the entry already, and does not say where");
		return bad_answer(err, LOG, url);
	}
	oci_service_answer_done(out);
	return oci_service_ask(keyless->settings.client, &request, out, err);
}

static int read_entry(const struct oci_service_answer *answer, bool is_v2,
		      struct sign_tlog_entry *out, struct err *err)
{
	struct span text = { str_text(&answer->body), answer->body.len };

	return is_v2 ? sign_rekor2_answer(text, out, err) : sign_rekor_answer(text, out, err);
}

static int log_one(const struct keyless *keyless, const struct keyless_log *log,
		   const char *proposal, struct sign_tlog_entry *out, struct err *err)
{
	static const long conflict[] = { 409, 0 };
	AUTO(oci_service_answer) struct oci_service_answer answer = { 0 };
	AUTO(free) char *location = NULL;
	AUTO(free) char *url = url_of(log->url, log->is_v2 ? SIGN_REKOR2_PATH : SIGN_REKOR_PATH);
	struct oci_service_request request = { .what = LOG,
					       .url = url,
					       .media_type = JSON,
					       .data = span_of(proposal),
					       .accept = JSON,
					       .body_max = LIMIT_SIGNED,
					       .accepts = log->is_v2 ? NULL : conflict };

	if (oci_service_ask(keyless->settings.client, &request, &answer, err) < 0)
		return -1;
	location = STEAL(answer.location);
	if (answer.status == conflict[0] && fetch_entry(keyless, url, location, &answer, err) < 0)
		return -1;
	if (read_entry(&answer, log->is_v2, out, err) < 0)
		return bad_answer(err, LOG, url);
	return 0;
}

static char *propose_v1(const struct keyless *keyless, const struct sign_bundle *bundle,
			struct span message)
{
	AUTO(str) struct str signer = STR_MAX(2 * LIMIT_KEY);
	AUTO(free) char *pem = NULL;

	if (keyless->settings.key) {
		pem = sign_key_public_pem(keyless->settings.key);
		str_adds(&signer, pem);
	} else {
		sign_certificates_pem(keyless->issued.certificates, 1, &signer);
	}
	return sign_rekor_proposal(bundle, message, (struct span){ str_text(&signer), signer.len });
}

static int propose(const struct keyless *keyless, const struct sign_bundle *bundle,
		   struct span message, bool is_v2, char **out, struct err *err)
{
	const struct sign_key *key = keyless->settings.key;
	struct span certificate = { NULL, 0 };

	if (!is_v2) {
		*out = propose_v1(keyless, bundle, message);
		return 0;
	}
	if (!key)
		certificate = (struct span){ keyless->issued.certificates[0].data,
					     keyless->issued.certificates[0].len };
	return sign_rekor2_proposal(bundle, message, certificate, key ? key : keyless->made, out,
				    err);
}

int keyless_log(const struct keyless *keyless, struct span message, struct sign_bundle *bundle,
		struct err *err)
{
	size_t n = keyless->settings.n_logs;

	bundle->entries = mem_array(n, sizeof(*bundle->entries));
	for (; bundle->n_entries < n; bundle->n_entries++) {
		const struct keyless_log *log = &keyless->settings.logs[bundle->n_entries];
		AUTO(free) char *proposal = NULL;

		if (propose(keyless, bundle, message, log->is_v2, &proposal, err) < 0 ||
		    log_one(keyless, log, proposal, &bundle->entries[bundle->n_entries], err) < 0)
			return -1;
	}
	return 0;
}

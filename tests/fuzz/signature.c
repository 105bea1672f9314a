// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/verify.h"
#include "sign/statement.h"

#define SIGNED "sha256:335d3e5620515d6d06f6fe30cbcc887d6d81e2e0b585c1c2f7dd495fbf96ff5e"

/* tests/data/sign/cosign/p256.pub */
static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
			  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE3WxzPd4emmbc6IxjW4dMm9ePuheY\n"
			  "Mt0lCEtAROyjOD/tVeuRjDcptxaZBiFKf/21RvIBVeUZW+WqlMI+3fRx/Q==\n"
			  "-----END PUBLIC KEY-----\n";

/* The layer's annotations, an object in the first line; what follows it is the layer. */
static struct span take_annotations(struct span rest, json_t **out)
{
	const char *end = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;
	struct err none;

	if (!end)
		return rest;
	if (js_parse(rest.data, end - rest.data, "annotations", out, &none) < 0)
		*out = NULL;
	return (struct span){ end + 1, rest.data + rest.len - (end + 1) };
}

static void check(const struct verify_result *result)
{
	AUTO(free) char *shown = text_printable(result->err.text, strlen(result->err.text));

	if (!result->err.code != !!result->signer || (result->signer && !result->predicate_type) ||
	    strcmp(shown, result->err.text) != 0)
		abort();
}

/* A byte that says which form, then a layer as a registry gives it, by a key that is believed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const anybody = "*";
	static struct sign_key *key;
	AUTO(sign_trust_store) struct sign_trust_store *store = sign_trust_store_new();
	struct sign_trusted_root root = { 0 };
	struct verify_signer signers[] = {
		{ VERIFY_KEY, .name = "key" },
		{ VERIFY_IDENTITY, .name = "who", .identity = { .name = "x" } },
		{ VERIFY_NOTATION, .name = "store", .store = store, .subjects = &anybody,
		  .n_subjects = 1 },
	};
	struct verify_question question = {
		.media_type = "application/vnd.oci.image.manifest.v1+json",
		.signers = signers,
		.n_signers = ARRAY_SIZE(signers),
		.root = &root,
		.predicate_type = SIGN_PREDICATE_SIGNATURE,
		.now = 1795309660,
	};
	struct signature *one;
	AUTO(signatures) struct signatures list = { 0 };
	AUTO(verify_report) struct verify_report report = { 0 };
	struct span rest;
	struct err err;

	if (!size || size > 1u << 20)
		return 0;
	if ((!key && sign_key_read_public(span_of(pem), "pem", &key, &err) < 0) ||
	    oci_digest_parse(SIGNED, &question.digest, &err) < 0)
		abort();
	signers[0].key = key;
	list.items = one = mem_alloc(sizeof(*one));
	list.n_items = 1;
	one->form = data[0] % (SIGNATURE_NOTATION + 1);
	one->media_type = mem_text(SIGNATURE_TYPE_JWS);
	rest = take_annotations((struct span){ (const char *)data + 1, size - 1 },
				&one->annotations);
	one->body = (struct str)STR_MAX(LIMIT_SIGNED);
	str_add(&one->body, rest.data, rest.len);
	verify_all(&list, &question, &report);
	check(&report.results[0]);
	return 0;
}

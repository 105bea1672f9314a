// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/dsse.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/member.h"

#define PAYLOAD_TYPE_MAX 255 /* RFC 6838 section 4.2 allows twice 127 */

void sign_envelope_free(struct sign_envelope *envelope)
{
	if (!envelope)
		return;
	for (size_t i = 0; i < envelope->n_signatures; i++)
		str_done(&envelope->signatures[i]);
	free(envelope->signatures);
	str_done(&envelope->payload);
	free(envelope->payload_type);
	free(envelope);
}

static int read_base64(const struct js_at *at, const char *name, struct str *out, struct err *err)
{
	struct js_at member = js_member(at, name);
	const char *text;

	if (js_need_text(at, name, &text, err) < 0)
		return -1;
	if (base64_decode(span_of(text), out, err) < 0) {
		AUTO(free) char *path = js_path(&member);

		return err_wrap(err, "%s", path);
	}
	return 0;
}

static int read_signatures(const struct js_at *at, struct sign_envelope *envelope, struct err *err)
{
	struct js_at list, one;
	size_t n;

	if (js_get_array(at, "signatures", &list, err) < 0)
		return -1;
	n = json_array_size(list.value);
	if (!n || n > LIMIT_SIGNATURES)
		return js_expected(&list, "an array of one signature or a few", err);
	envelope->signatures = mem_array(n, sizeof(*envelope->signatures));
	for (size_t i = 0; i < n; i++) {
		struct str *signature = &envelope->signatures[envelope->n_signatures++];

		*signature = (struct str)STR_MAX(LIMIT_SIGNATURE);
		one = js_element(&list, i);
		if (js_is_object(&one, err) < 0 || read_base64(&one, "sig", signature, err) < 0)
			return -1;
		if (!signature->len)
			return js_expected(&one, "a signature that is not empty", err);
	}
	return 0;
}

int sign_envelope_read(const struct js_at *at, struct sign_envelope **out, struct err *err)
{
	AUTO(sign_envelope) struct sign_envelope *envelope = mem_alloc(sizeof(*envelope));
	const char *type;

	envelope->payload = (struct str)STR_MAX(LIMIT_SIGNED);
	if (js_is_object(at, err) < 0 || js_need_text(at, "payloadType", &type, err) < 0 ||
	    read_base64(at, "payload", &envelope->payload, err) < 0 ||
	    read_signatures(at, envelope, err) < 0)
		return -1;
	if (strlen(type) > PAYLOAD_TYPE_MAX)
		return js_expected(at, "an envelope with a shorter payloadType", err);
	envelope->payload_type = mem_text(type);
	*out = STEAL(envelope);
	return 0;
}

int sign_envelope_parse(struct span text, const char *what, struct sign_envelope **out,
			struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at root;

	if (text.len > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, "%s: more than %u bytes", what, LIMIT_SIGNED);
	if (sign_parse_json(text, what, &json, err) < 0)
		return -1;
	root = JS_ROOT(json, what);
	return sign_envelope_read(&root, out, err);
}

int sign_envelope_signature(const struct sign_envelope *envelope, struct span *out, struct err *err)
{
	if (envelope->n_signatures != 1)
		return err_set(err, EC_CORRUPT, "an envelope with %zu signatures, not one",
			       envelope->n_signatures);
	*out = (struct span){ envelope->signatures[0].data, envelope->signatures[0].len };
	return 0;
}

void sign_pae(const char *payload_type, struct span payload, struct str *out)
{
	str_addf(out, "DSSEv1 %zu %s %zu ", strlen(payload_type), payload_type, payload.len);
	str_add(out, payload.data, payload.len);
}

static int make_pae(const char *payload_type, struct span payload, struct str *out, struct err *err)
{
	*out = (struct str)STR_MAX(LIMIT_SIGNED + 2 * PAYLOAD_TYPE_MAX);
	sign_pae(payload_type, payload, out);
	return str_check(out, "what is signed", err);
}

int sign_envelope_verify(const struct sign_envelope *envelope, const struct sign_key *key,
			 struct err *err)
{
	const struct span payload = { str_text(&envelope->payload), envelope->payload.len };
	AUTO(str) struct str pae = STR_MAX(0);
	struct span signature;

	if (sign_envelope_signature(envelope, &signature, err) < 0 ||
	    make_pae(envelope->payload_type, payload, &pae, err) < 0)
		return -1;
	return sign_verify(key, SIGN_BY_KEY, (struct span){ pae.data, pae.len }, signature, err);
}

int sign_envelope_make(const struct sign_key *key, enum sign_scheme scheme,
		       const char *payload_type, struct span payload, struct sign_envelope **out,
		       struct err *err)
{
	AUTO(sign_envelope) struct sign_envelope *envelope = mem_alloc(sizeof(*envelope));
	AUTO(str) struct str pae = STR_MAX(0);

	envelope->payload_type = mem_text(payload_type);
	envelope->payload = (struct str)STR_MAX(LIMIT_SIGNED);
	str_add(&envelope->payload, payload.data, payload.len);
	envelope->signatures = mem_alloc(sizeof(*envelope->signatures));
	envelope->signatures[0] = (struct str)STR_MAX(LIMIT_SIGNATURE);
	envelope->n_signatures = 1;
	if (str_check(&envelope->payload, "the payload", err) < 0 ||
	    make_pae(payload_type, payload, &pae, err) < 0 ||
	    sign_make(key, scheme, (struct span){ pae.data, pae.len }, &envelope->signatures[0],
		      err) < 0)
		return -1;
	*out = STEAL(envelope);
	return 0;
}

json_t *sign_envelope_json(const struct sign_envelope *envelope)
{
	json_t *json = json_object(), *signatures = json_array();

	js_set(json, "payload", sign_base64_json(envelope->payload.data, envelope->payload.len));
	js_set_text(json, "payloadType", envelope->payload_type);
	for (size_t i = 0; i < envelope->n_signatures; i++) {
		json_t *one = json_object();

		js_set(one, "sig",
		       sign_base64_json(envelope->signatures[i].data, envelope->signatures[i].len));
		js_append(signatures, one);
	}
	js_set(json, "signatures", signatures);
	return json;
}

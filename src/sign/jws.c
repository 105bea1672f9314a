// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/jws.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sign/jws_priv.h"
#include "sign/member.h"
#include "sign/openssl.h"

struct sign_trust_store {
	sign_x509_list *certificates;
};

struct sign_trust_store *sign_trust_store_new(void)
{
	struct sign_trust_store *store = mem_alloc(sizeof(*store));

	store->certificates = sign_x509_list_new();
	return store;
}

int sign_trust_store_add(struct sign_trust_store *store, struct span file, const char *what,
			 struct err *err)
{
	AUTO(x509_list) sign_x509_list *list = sign_x509_list_new();
	AUTO(x509) X509 *one = NULL;

	if (sk_X509_num(store->certificates) >= LIMIT_TRUSTED)
		return err_set(err, EC_CORRUPT, "%s: more than %d certificates", what,
			       LIMIT_TRUSTED);
	if (file.len && file.data[0] == 0x30) { /* SEQUENCE */
		if (sign_x509_decode(file, what, &one, err) < 0)
			return -1;
		sign_x509_list_add(list, one);
	} else if (sign_x509_decode_pem(file, what, list, err) < 0) {
		return -1;
	}
	if (!sk_X509_num(list))
		return err_set(err, EC_CORRUPT, "%s: no certificate", what);
	for (int i = 0; i < sk_X509_num(list); i++)
		sign_x509_list_add(store->certificates, sk_X509_value(list, i));
	return 0;
}

void sign_trust_store_free(struct sign_trust_store *store)
{
	if (!store)
		return;
	sign_x509_list_free(store->certificates);
	free(store);
}

void sign_jws_result_done(struct sign_jws_result *result)
{
	free(result->subject);
	json_decref(result->annotations);
	*result = (struct sign_jws_result){ 0 };
}

static int verify_signature(const struct sign_jws *jws, struct err *err)
{
	struct span signature = { jws->signature.data, jws->signature.len };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(str) struct str der = STR_MAX(LIMIT_SIGNATURE);

	if (sign_key_adopt(X509_get_pubkey(sk_X509_value(jws->chain, 0)), false,
			   "signature: certificate", &key, err) < 0)
		return -1;
	if (sign_key_type(key) != jws->curve) /* RSA for RSA */
		return err_set(err, EC_UNTRUSTED, "algorithm: %s does not go with a key of type %s",
			       jws->algorithm, sign_key_type_word(sign_key_type(key)));
	if (jws->is_ecdsa) {
		if (sign_ecdsa_from_raw(key, signature, &der, err) < 0)
			return err_wrap(err, "signature");
		signature = (struct span){ der.data, der.len };
	}
	if (sign_verify(key, jws->scheme,
			(struct span){ jws->signed_bytes.data, jws->signed_bytes.len }, signature,
			err) < 0)
		return err_set(err, EC_UNTRUSTED,
			       "signature: it is not that of the certificate's key");
	return 0;
}

static int verify_times(const struct sign_jws *jws, const struct sign_jws_policy *policy,
			struct err *err)
{
	AUTO(free) char *when = clock_rfc3339(jws->expiry ? jws->expiry : jws->signing_time);

	if (jws->expiry && (jws->expiry <= policy->now || jws->expiry <= jws->signing_time))
		return err_set(err, EC_UNTRUSTED, "expiry: the signature expired at %s", when);
	if (policy->believes_signing_time && jws->signing_time > policy->now)
		return err_set(err, EC_UNTRUSTED, "signing time: it lies in the future");
	return 0;
}

static int verify_chain(const struct sign_jws *jws, const struct sign_trust_store *trusted,
			const struct sign_jws_policy *policy, struct err *err)
{
	AUTO(x509_list) sign_x509_list *chain = NULL;
	AUTO(x509_store) X509_STORE *store = NULL;

	store = sign_x509_store(trusted->certificates,
				policy->believes_signing_time ? jws->signing_time : policy->now);
	if (sign_x509_chain(store, sk_X509_value(jws->chain, 0), jws->chain, &chain, err) < 0)
		return -1;
	return sign_x509_is_for_code(chain, true, err);
}

/* out: borrowed of the payload; NULL where there are none. */
static int verify_target(const struct sign_jws *jws, const struct sign_jws_policy *policy,
			 json_t **out_annotations, struct err *err)
{
	struct js_at at = JS_ROOT(jws->payload_json, "target"), target, annotations;
	const char *digest, *type;
	uint64_t size = 0;

	if (sign_need_object(&at, "targetArtifact", &target, err) < 0 ||
	    js_need_text(&target, "digest", &digest, err) < 0 ||
	    js_need_text(&target, "mediaType", &type, err) < 0 ||
	    js_need_size(&target, "size", INT64_MAX, &size, err) < 0)
		return -1;
	if (!policy->digest || strcmp(digest, policy->digest) != 0)
		return err_set(err, EC_UNTRUSTED, "target: it is a signature of another digest");
	if (policy->media_type && strcmp(type, policy->media_type) != 0)
		return err_set(err, EC_UNTRUSTED, "target: it is a signature of another mediaType");
	if (policy->has_size && size != policy->size)
		return err_set(err, EC_UNTRUSTED, "target: it is a signature of another size");
	if (js_get_object(&target, "annotations", &annotations, err) < 0)
		return -1;
	*out_annotations = annotations.value;
	return 0;
}

int sign_jws_verify(struct span text, const struct sign_trust_store *store,
		    const struct sign_jws_policy *policy, struct sign_jws_result *out,
		    struct err *err)
{
	AUTO(sign_jws) struct sign_jws jws = { 0 };
	AUTO(sign_key) struct sign_key *key = NULL;
	json_t *annotations = NULL;
	X509 *leaf;

	if (sign_jws_read(text, &jws, err) < 0 || verify_signature(&jws, err) < 0 ||
	    verify_times(&jws, policy, err) < 0 || verify_chain(&jws, store, policy, err) < 0 ||
	    verify_target(&jws, policy, &annotations, err) < 0)
		return -1;
	leaf = sk_X509_value(jws.chain, 0);
	if (sign_jws_identity(leaf, policy, err) < 0 ||
	    sign_key_adopt(X509_get_pubkey(leaf), false, "signature: certificate", &key, err) < 0)
		return -1;
	sign_key_fingerprint(key, out->fingerprint);
	out->subject = sign_x509_name_text(X509_get_subject_name(leaf));
	out->signing_time = jws.signing_time;
	out->expiry = jws.expiry;
	out->annotations = json_incref(annotations);
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/timestamp.h"

#include <openssl/ts.h>

#include "base/limits.h"
#include "sign/certificate.h"
#include "sign/openssl.h"

AUTO_POINTER(ts_resp, TS_RESP, TS_RESP_free);
AUTO_POINTER(ts_verify, TS_VERIFY_CTX, TS_VERIFY_CTX_free);
AUTO_POINTER(asn1_time, ASN1_TIME, ASN1_TIME_free);

static int refused(struct err *err, enum err_code code, const char *why)
{
	return err_set(err, code, "timestamp: %s", why);
}

/* Seconds since 1970; -1 where it is no time. */
static int64_t seconds_of(const ASN1_TIME *time)
{
	AUTO(asn1_time) ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;

	if (!epoch || !time || ASN1_TIME_diff(&days, &seconds, epoch, time) != 1)
		return -1;
	return (int64_t)days * 86400 + seconds;
}

static bool is_good_hash(TS_TST_INFO *info)
{
	const ASN1_OBJECT *object = NULL;
	int nid;

	X509_ALGOR_get0(&object, NULL, NULL,
			TS_MSG_IMPRINT_get_algo(TS_TST_INFO_get_msg_imprint(info)));
	nid = OBJ_obj2nid(object);
	return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

static int read_response(struct span der, TS_RESP **out, int64_t *out_time, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.data;
	AUTO(ts_resp) TS_RESP *response = NULL;
	TS_TST_INFO *info;

	if (der.len && der.len <= LIMIT_TIMESTAMP)
		response = d2i_TS_RESP(NULL, &p, (long)der.len);
	ERR_clear_error();
	if (!response || p != (const unsigned char *)der.data + der.len)
		return refused(err, EC_CORRUPT, "not an answer of RFC 3161");
	info = TS_RESP_get_tst_info(response);
	if (!info)
		return refused(err, EC_UNTRUSTED, "the authority gave none");
	*out_time = seconds_of(TS_TST_INFO_get_time(info));
	if (*out_time < 0)
		return refused(err, EC_CORRUPT, "its time cannot be read");
	if (!is_good_hash(info))
		return refused(err, EC_UNTRUSTED, "its hash is not SHA-256, -384 or -512");
	*out = STEAL(response);
	return 0;
}

/* Where the root names the very certificate of the authority, no other of its issuer will do. */
static bool is_by_leaf(TS_RESP *response, sign_x509_list *certificates)
{
	X509 *leaf = sk_X509_value(certificates, 0);
	STACK_OF(X509) * signers;
	bool is_same;

	if (X509_check_ca(leaf) > 0)
		return true;
	signers = PKCS7_get0_signers(TS_RESP_get_token(response), certificates, 0);
	is_same = signers && sk_X509_num(signers) == 1 &&
		  X509_cmp(sk_X509_value(signers, 0), leaf) == 0;
	sk_X509_free(signers);
	return is_same;
}

/* The last certificate is the anchor. The context takes over its store, the list and the data. */
static int verify_response(TS_RESP *response, struct span data, sign_x509_list *certificates,
			   int64_t time, struct err *err)
{
	AUTO(x509_list) sign_x509_list *anchors = sign_x509_list_new();
	AUTO(ts_verify) TS_VERIFY_CTX *ctx = TS_VERIFY_CTX_new();
	BIO *bio = BIO_new_mem_buf(data.data, (int)data.len);

	if (!ctx || !bio)
		abort(); /* out of memory */
	sign_x509_list_add(anchors, sk_X509_value(certificates, sk_X509_num(certificates) - 1));
	TS_VERIFY_CTX_set_flags(ctx,
				TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_SIGNER | TS_VFY_DATA);
	TS_VERIFY_CTX_set_data(ctx, bio);
	TS_VERIFY_CTX_set_store(ctx, sign_x509_store(anchors, time));
	TS_VERIFY_CTX_set_certs(ctx, X509_chain_up_ref(certificates));
	if (TS_RESP_verify_response(ctx, response) != 1)
		return sign_ssl_failed(err, EC_UNTRUSTED, "timestamp: it does not verify");
	if (!is_by_leaf(response, certificates))
		return refused(err, EC_UNTRUSTED, "another certificate of the authority made it");
	return 0;
}

int sign_timestamp_verify(struct span response, struct span data,
			  const struct sign_trusted_root *root, int64_t *out_time, struct err *err)
{
	AUTO(ts_resp) TS_RESP *parsed = NULL;
	const struct sign_authority *tsa;
	bool has_one = false;
	int64_t time = 0;

	if (read_response(response, &parsed, &time, err) < 0)
		return -1;
	for (size_t i = 0; i < root->n_tsas; i++) {
		AUTO(x509_list) sign_x509_list *certificates = sign_x509_list_new();

		tsa = &root->tsas[i];
		if (!tsa->n_certificates || !sign_period_covers(&tsa->valid, time))
			continue;
		has_one = true;
		if (sign_x509_decode_all(tsa->certificates, tsa->n_certificates,
					 "timestamp: certificate of the authority", certificates,
					 err) == 0 &&
		    verify_response(parsed, data, certificates, time, err) == 0) {
			*out_time = time;
			return 0;
		}
	}
	return has_one ? -1
		       : refused(err, EC_UNTRUSTED,
				 "the trusted root has no timestamp authority for that time");
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Asking for timestamps. */
#include <openssl/rand.h>
#include <openssl/ts.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "sign/openssl.h"
#include "sign/timestamp.h"

#define NONCE_BYTES 8
#define WORDS_MAX 300

AUTO_POINTER(ts_req, TS_REQ, TS_REQ_free);
AUTO_POINTER(ts_resp, TS_RESP, TS_RESP_free);
AUTO_POINTER(ts_imprint, TS_MSG_IMPRINT, TS_MSG_IMPRINT_free);
AUTO_POINTER(algor, X509_ALGOR, X509_ALGOR_free);
AUTO_POINTER(asn1_integer, ASN1_INTEGER, ASN1_INTEGER_free);
AUTO_POINTER(bignum, BIGNUM, BN_free);

static bool set_imprint(TS_REQ *request, struct span data)
{
	AUTO(ts_imprint) TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	AUTO(algor) X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t hash[HASH_SIZE];

	hash_of(data.data, data.len, hash);
	return imprint && algorithm &&
	       X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
	       TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
	       TS_MSG_IMPRINT_set_msg(imprint, hash, sizeof(hash)) == 1 &&
	       TS_REQ_set_msg_imprint(request, imprint) == 1;
}

static bool set_nonce(TS_REQ *request)
{
	AUTO(asn1_integer) ASN1_INTEGER *nonce = NULL;
	AUTO(bignum) BIGNUM *number = NULL;
	unsigned char bytes[NONCE_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	nonce = number ? BN_to_ASN1_INTEGER(number, NULL) : NULL;
	return nonce && TS_REQ_set_nonce(request, nonce) == 1;
}

int sign_timestamp_request(struct span data, struct str *out, struct err *err)
{
	AUTO(ts_req) TS_REQ *request = TS_REQ_new();
	unsigned char *der = NULL;
	int size = -1;

	if (request && TS_REQ_set_version(request, 1) == 1 && set_imprint(request, data) &&
	    set_nonce(request) && TS_REQ_set_cert_req(request, 1) == 1)
		size = i2d_TS_REQ(request, &der);
	if (size <= 0)
		return sign_ssl_failed(err, EC_FAILED, "timestamp: cannot ask for one");
	str_add(out, der, (size_t)size);
	OPENSSL_free(der);
	return str_check(out, "timestamp", err);
}

static int refused(struct err *err, const char *why)
{
	return err_set(err, EC_UNTRUSTED, "timestamp: %s", why);
}

/* What the authority says of why not, as far as it can be shown. */
static int not_granted(TS_STATUS_INFO *status, struct err *err)
{
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(status);
	const ASN1_UTF8STRING *first = texts ? sk_ASN1_UTF8STRING_value(texts, 0) : NULL;
	AUTO(free) char *shown = NULL;
	size_t len;

	if (!first)
		return refused(err, "the authority gave none");
	len = (size_t)ASN1_STRING_length(first);
	shown = text_printable((const char *)ASN1_STRING_get0_data(first),
			       len < WORDS_MAX ? len : WORDS_MAX);
	return err_set(err, EC_UNTRUSTED, "timestamp: the authority gave none: %s", shown);
}

static bool is_same_imprint(TS_MSG_IMPRINT *a, TS_MSG_IMPRINT *b)
{
	const ASN1_OBJECT *name_a = NULL, *name_b = NULL;

	X509_ALGOR_get0(&name_a, NULL, NULL, TS_MSG_IMPRINT_get_algo(a));
	X509_ALGOR_get0(&name_b, NULL, NULL, TS_MSG_IMPRINT_get_algo(b));
	return OBJ_cmp(name_a, name_b) == 0 &&
	       ASN1_OCTET_STRING_cmp(TS_MSG_IMPRINT_get_msg(a), TS_MSG_IMPRINT_get_msg(b)) == 0;
}

static int compare(TS_RESP *response, TS_REQ *request, struct err *err)
{
	const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response));
	TS_TST_INFO *info = TS_RESP_get_tst_info(response);
	const ASN1_INTEGER *nonce;
	int64_t number = -1;

	if (!status || ASN1_INTEGER_get_int64(&number, status) != 1 ||
	    (number != TS_STATUS_GRANTED && number != TS_STATUS_GRANTED_WITH_MODS) || !info)
		return not_granted(TS_RESP_get_status_info(response), err);
	if (!is_same_imprint(TS_TST_INFO_get_msg_imprint(info), TS_REQ_get_msg_imprint(request)))
		return refused(err, "it is for something else than was asked for");
	nonce = TS_TST_INFO_get_nonce(info);
	if (!nonce || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(request)) != 0)
		return refused(err, "it answers another question");
	return 0;
}

int sign_timestamp_answers(struct span response, struct span request, struct err *err)
{
	const unsigned char *p = (const unsigned char *)response.data;
	const unsigned char *q = (const unsigned char *)request.data;
	AUTO(ts_resp) TS_RESP *answer = NULL;
	AUTO(ts_req) TS_REQ *question = NULL;
	int rc;

	if (response.len && response.len <= LIMIT_TIMESTAMP)
		answer = d2i_TS_RESP(NULL, &p, (long)response.len);
	if (request.len && request.len <= LIMIT_TIMESTAMP)
		question = d2i_TS_REQ(NULL, &q, (long)request.len);
	ERR_clear_error();
	if (!answer || !question || p != (const unsigned char *)response.data + response.len)
		return err_set(err, EC_CORRUPT, "timestamp: not an answer of RFC 3161");
	rc = compare(answer, question, err);
	ERR_clear_error();
	return rc;
}

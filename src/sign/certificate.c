// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/certificate.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/openssl.h"
#include "sign/pem.h"

#define AUTH_LEVEL 2 /* SSL_CTX_set_security_level(3): 112 bits */

AUTO_POINTER(store_ctx, X509_STORE_CTX, X509_STORE_CTX_free);
AUTO_POINTER(object, ASN1_OBJECT, ASN1_OBJECT_free);

static void *checked(void *p)
{
	if (!p)
		abort(); /* out of memory */
	return p;
}

sign_x509_list *sign_x509_list_new(void)
{
	return checked(sk_X509_new_null());
}

void sign_x509_list_add(sign_x509_list *list, X509 *certificate)
{
	X509_up_ref(certificate);
	if (sk_X509_push(list, certificate) <= 0)
		abort();
}

int sign_x509_decode(struct span der, const char *what, X509 **out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.data;
	AUTO(x509) X509 *certificate = NULL;

	if (der.len == 0 || der.len > LIMIT_KEY)
		return err_set(err, EC_CORRUPT, "%s: not a certificate", what);
	certificate = d2i_X509(NULL, &p, (long)der.len);
	if (!certificate)
		return sign_ssl_failed(err, EC_CORRUPT, "%s: not a certificate", what);
	if (p != (const unsigned char *)der.data + der.len)
		return err_set(err, EC_CORRUPT, "%s: bytes after the certificate", what);
	if (X509_get_version(certificate) != X509_VERSION_3)
		return err_set(err, EC_CORRUPT, "%s: a certificate that is not of version 3", what);
	*out = STEAL(certificate);
	return 0;
}

int sign_x509_decode_all(const struct str *ders, size_t n, const char *what, sign_x509_list *list,
			 struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		AUTO(x509) X509 *certificate = NULL;

		if (sign_x509_decode((struct span){ ders[i].data, ders[i].len }, what, &certificate,
				     err) < 0)
			return -1;
		sign_x509_list_add(list, certificate);
	}
	return 0;
}

int sign_x509_decode_pem(struct span pem, const char *what, sign_x509_list *list, struct err *err)
{
	bool has_one = true;

	while (has_one) {
		AUTO(sign_pem) struct sign_pem block = { .body = STR_MAX(0) };
		AUTO(x509) X509 *certificate = NULL;

		if (sign_pem_next(&pem, what, &block, &has_one, err) < 0)
			return -1;
		if (!has_one)
			break;
		if (strcmp(block.label, "CERTIFICATE") != 0)
			return err_set(err, EC_CORRUPT, "%s: not a certificate in PEM", what);
		if (sk_X509_num(list) >= LIMIT_CERTIFICATES)
			return err_set(err, EC_CORRUPT, "%s: more than %d certificates", what,
				       LIMIT_CERTIFICATES);
		if (sign_x509_decode((struct span){ block.body.data, block.body.len }, what,
				     &certificate, err) < 0)
			return -1;
		sign_x509_list_add(list, certificate);
	}
	return 0;
}

X509_STORE *sign_x509_store(sign_x509_list *anchors, int64_t time)
{
	X509_STORE *store = checked(X509_STORE_new());
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);

	for (int i = 0; i < sk_X509_num(anchors); i++)
		if (X509_STORE_add_cert(store, sk_X509_value(anchors, i)) != 1)
			abort();
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
	X509_VERIFY_PARAM_set_time(param, time);
	X509_VERIFY_PARAM_set_auth_level(param, AUTH_LEVEL);
	return store;
}

int sign_x509_chain(X509_STORE *store, X509 *leaf, sign_x509_list *others, sign_x509_list **out,
		    struct err *err)
{
	AUTO(store_ctx) X509_STORE_CTX *ctx = checked(X509_STORE_CTX_new());
	const char *why;

	if (X509_STORE_CTX_init(ctx, store, leaf, others) != 1)
		return sign_ssl_failed(err, EC_FAILED, "certificate chain");
	if (X509_verify_cert(ctx) != 1) {
		why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx));
		ERR_clear_error();
		return err_set(err, EC_UNTRUSTED, "certificate chain: %s", why);
	}
	*out = checked(X509_STORE_CTX_get1_chain(ctx));
	return 0;
}

static int usage_failed(struct err *err, const char *why)
{
	return err_set(err, EC_UNTRUSTED, "certificate usage: %s", why);
}

/* One of the authorities between the leaf and the anchor. */
static bool limits_to_other(X509 *certificate)
{
	return (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) &&
	       !(X509_get_extended_key_usage(certificate) & (XKU_CODE_SIGN | XKU_ANYEKU));
}

int sign_x509_is_for_code(sign_x509_list *chain, bool is_lenient, struct err *err)
{
	X509 *leaf = sk_X509_value(chain, 0);
	uint32_t flags = X509_get_extension_flags(leaf);

	if (flags & EXFLAG_INVALID)
		return usage_failed(err, "an extension cannot be read");
	if (flags & EXFLAG_CA)
		return usage_failed(err, "it is that of a certificate authority");
	if ((flags & EXFLAG_KUSAGE) && !(X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE))
		return usage_failed(err, "key usage does not have digitalSignature");
	if (!(flags & EXFLAG_XKUSAGE) && !is_lenient)
		return usage_failed(err, "no extended key usage, so not for code signing");
	if ((flags & EXFLAG_XKUSAGE) && !(X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN))
		return usage_failed(err, "extended key usage does not have codeSigning");
	for (int i = 1; i + 1 < sk_X509_num(chain); i++)
		if (limits_to_other(sk_X509_value(chain, i)))
			return usage_failed(err, "its authority is not for code signing");
	return 0;
}

int sign_x509_extension(X509 *certificate, const char *oid, struct span *out, struct err *err)
{
	AUTO(object) ASN1_OBJECT *object = checked(OBJ_txt2obj(oid, 1));
	int at = X509_get_ext_by_OBJ(certificate, object, -1);
	const ASN1_OCTET_STRING *value;

	*out = (struct span){ NULL, 0 };
	if (at < 0)
		return 0;
	if (X509_get_ext_by_OBJ(certificate, object, at) >= 0)
		return err_set(err, EC_CORRUPT, "certificate: the extension %s is there twice",
			       oid);
	value = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
	*out = (struct span){ (const char *)ASN1_STRING_get0_data(value),
			      (size_t)ASN1_STRING_length(value) };
	return 0;
}

char *sign_x509_name_text(const X509_NAME *name)
{
	AUTO(bio) BIO *bio = checked(BIO_new(BIO_s_mem()));
	const char *text;
	char *data;
	long size;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
	size = BIO_get_mem_data(bio, &data);
	text = size > 0 ? data : "";
	return text_printable(text, size > 0 ? (size_t)size : 0);
}

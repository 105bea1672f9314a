// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/fulcio.h"

#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "sign/certificate.h"
#include "sign/openssl.h"

#define OID_ISSUER_V1 "1.3.6.1.4.1.57264.1.1" /* the text as it is */
#define OID_ISSUER_V2 "1.3.6.1.4.1.57264.1.8" /* UTF8String */
#define OID_OTHER_NAME "1.3.6.1.4.1.57264.1.7"

AUTO_POINTER(names, GENERAL_NAMES, GENERAL_NAMES_free);
AUTO_POINTER(utf8_string, ASN1_UTF8STRING, ASN1_UTF8STRING_free);

static int copy_text(struct span text, const char *what, char **out, struct err *err)
{
	size_t n;

	if (!text.len || text.len > SIGN_NAME_MAX)
		return err_set(err, EC_CORRUPT, "%s: empty or too long", what);
	for (size_t i = 0; i < text.len; i += n) {
		n = utf8_printable(text.data + i, text.len - i);
		if (!n)
			return err_set(err, EC_CORRUPT, "%s: it holds control characters", what);
	}
	*out = mem_textn(text.data, text.len);
	return 0;
}

static struct span span_of_string(const ASN1_STRING *string)
{
	return (struct span){ (const char *)ASN1_STRING_get0_data(string),
			      (size_t)ASN1_STRING_length(string) };
}

static bool is_fulcio_name(const OTHERNAME *other)
{
	char oid[64];

	return OBJ_obj2txt(oid, sizeof(oid), other->type_id, 1) > 0 &&
	       strcmp(oid, OID_OTHER_NAME) == 0 && other->value->type == V_ASN1_UTF8STRING;
}

static int read_name(const GENERAL_NAME *name, char **out, struct err *err)
{
	const char *what = "identity";

	switch (name->type) {
	case GEN_URI:
		return copy_text(span_of_string(name->d.uniformResourceIdentifier), what, out, err);
	case GEN_EMAIL:
		return copy_text(span_of_string(name->d.rfc822Name), what, out, err);
	case GEN_OTHERNAME:
		if (is_fulcio_name(name->d.otherName))
			return copy_text(span_of_string(name->d.otherName->value->value.utf8string),
					 what, out, err);
		break;
	default:
		break;
	}
	return err_set(err, EC_UNTRUSTED,
		       "identity: the certificate is for no URI, address of mail or other name of "
		       "sigstore's");
}

static int read_issuer(X509 *certificate, char **out, struct err *err)
{
	AUTO(utf8_string) ASN1_UTF8STRING *text = NULL;
	const unsigned char *p;
	struct span value;

	if (sign_x509_extension(certificate, OID_ISSUER_V2, &value, err) < 0)
		return -1;
	if (value.data) {
		p = (const unsigned char *)value.data;
		text = d2i_ASN1_UTF8STRING(NULL, &p, (long)value.len);
		ERR_clear_error();
		if (!text || p != (const unsigned char *)value.data + value.len)
			return err_set(err, EC_CORRUPT, "issuer: it cannot be read");
		return copy_text(span_of_string(text), "issuer", out, err);
	}
	if (sign_x509_extension(certificate, OID_ISSUER_V1, &value, err) < 0)
		return -1;
	return value.data ? copy_text(value, "issuer", out, err) : 0;
}

int sign_fulcio_identity(X509 *certificate, struct sign_identity *out, struct err *err)
{
	AUTO(names)
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	AUTO(sign_identity) struct sign_identity identity = { 0 };

	ERR_clear_error();
	if (!names)
		return err_set(err, EC_UNTRUSTED,
			       "identity: the certificate has no subject alternative name");
	if (sk_GENERAL_NAME_num(names) != 1)
		return err_set(err, EC_UNTRUSTED, "identity: the certificate has %d names",
			       sk_GENERAL_NAME_num(names));
	if (read_name(sk_GENERAL_NAME_value(names, 0), &identity.name, err) < 0 ||
	    read_issuer(certificate, &identity.issuer, err) < 0)
		return -1;
	*out = identity;
	identity = (struct sign_identity){ 0 };
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "sign/certificate.h"
#include "sign/fulcio.h"
#include "sign/openssl.h"
#include "sign/sct.h"
#include "sign/timestamp.h"

/* The certificate log of tests/data/sign/sigstore, so that its timestamps are looked at. */
static const char root_text[] =
	"{\"mediaType\":\"application/vnd.dev.sigstore.trustedroot+json;version=0.1\",\"ctlogs\":["
	"{\"publicKey\":{\"rawBytes\":\"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+axBxnjh7uc/7ldElt4Sjrd"
	"Wv8536Q90jMjSKuWSONee2ww7cguSp3MSTfKIzFrRxKC0dT0KgtA2LBYyVQKIVA==\",\"validFor\":{\"start\""
	":\"2026-11-22T00:02:28Z\"}},\"logId\":{\"keyId\":\"A/gMPsgE42iyv5kI9KuYJjYp26wQ0hTy0Gme/QsY"
	"/t8=\"}}]}";

static void check_certificate(X509 *certificate, const struct sign_trusted_root *root)
{
	AUTO(sign_identity) struct sign_identity identity = { 0 };
	AUTO(x509_list) sign_x509_list *chain = sign_x509_list_new();
	AUTO(free) char *name = sign_x509_name_text(X509_get_subject_name(certificate));
	struct err err = { 0 };

	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ')
			abort();
	if (sign_fulcio_identity(certificate, &identity, &err) == 0)
		for (const char *p = identity.name; *p; p++)
			if ((unsigned char)*p < ' ')
				abort();
	sign_x509_list_add(chain, certificate);
	(void)!sign_x509_is_for_code(chain, false, &err);
	(void)!sign_sct_verify(certificate, certificate, root, &err);
}

/* A certificate, or an answer of a timestamp authority, in DER. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	AUTO(x509) X509 *certificate = NULL;
	struct span der = { (const char *)data, size };
	struct err err = { 0 };
	int64_t time;

	if (sign_trusted_root_parse(span_of(root_text), &root, &err) < 0)
		abort();
	if (sign_x509_decode(der, "certificate", &certificate, &err) == 0)
		check_certificate(certificate, &root);
	if (sign_timestamp_verify(der, span_of("x"), &root, &time, &err) == 0)
		abort();
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* The annotations of cosign's simple signing as a bundle. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/certificate.h"
#include "sign/keyless.h"
#include "sign/member.h"
#include "sign/openssl.h"

/* "logID" is hex here. */
static int read_hex_id(const struct js_at *at, struct str *out, struct err *err)
{
	struct js_at place = js_member(at, "logID");
	uint8_t id[HASH_SIZE];
	const char *text;
	size_t len;

	if (js_need_text(at, "logID", &text, err) < 0)
		return -1;
	len = strlen(text);
	if (len != HASH_HEX || !hex_is_lower(text, len))
		return sign_bad(&place, err, "not SHA-256 in hex");
	hex_decode(text, HASH_SIZE, id);
	out->max = HASH_SIZE;
	str_add(out, id, sizeof(id));
	return 0;
}

/* {"SignedEntryTimestamp":…,"Payload":{"body":…,"integratedTime":N,"logIndex":N,"logID":HEX}} */
static int read_entry(struct span text, struct sign_bundle *out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct sign_tlog_entry *entry;
	struct js_at at, payload;
	uint64_t time = 0;

	if (sign_parse_json(text, "log entry", &json, err) < 0)
		return -1;
	at = JS_ROOT(json, "log entry");
	out->entries = mem_array(1, sizeof(*out->entries));
	out->n_entries = 1;
	entry = &out->entries[0];
	if (js_is_object(&at, err) < 0 ||
	    sign_need_bytes(&at, "SignedEntryTimestamp", LIMIT_SIGNATURE, &entry->promise, err) <
		    0 ||
	    sign_need_object(&at, "Payload", &payload, err) < 0 ||
	    sign_need_bytes(&payload, "body", LIMIT_SIGNED, &entry->body, err) < 0 ||
	    js_need_size(&payload, "integratedTime", INT64_MAX, &time, err) < 0 ||
	    js_need_size(&payload, "logIndex", INT64_MAX, &entry->log_index, err) < 0)
		return -1;
	entry->integrated_time = (int64_t)time;
	return read_hex_id(&payload, &entry->log_id, err);
}

static int read_timestamp(struct span text, struct sign_bundle *out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (sign_parse_json(text, "timestamp", &json, err) < 0)
		return -1;
	at = JS_ROOT(json, "timestamp");
	out->timestamps = mem_array(1, sizeof(*out->timestamps));
	out->n_timestamps = 1;
	if (js_is_object(&at, err) < 0)
		return -1;
	return sign_need_bytes(&at, "SignedRFC3161Timestamp", LIMIT_TIMESTAMP, &out->timestamps[0],
			       err);
}

static void add_certificate(X509 *certificate, struct sign_bundle *out)
{
	struct str *der = &out->certificates[out->n_certificates];
	unsigned char *bytes = NULL;
	int size = i2d_X509(certificate, &bytes);

	if (size <= 0)
		abort(); /* out of memory: it was decoded before */
	der->max = LIMIT_KEY;
	str_add(der, bytes, (size_t)size);
	OPENSSL_free(bytes);
	out->n_certificates++;
}

static int read_certificates(const struct sign_legacy *legacy, struct sign_bundle *out,
			     struct err *err)
{
	AUTO(x509_list) sign_x509_list *list = sign_x509_list_new();

	if (sign_x509_decode_pem(legacy->certificate, "certificate", list, err) < 0)
		return -1;
	if (sk_X509_num(list) != 1)
		return err_set(err, EC_CORRUPT, "certificate: expected one in PEM, found %d",
			       sk_X509_num(list));
	if (legacy->chain.data &&
	    sign_x509_decode_pem(legacy->chain, "certificate chain", list, err) < 0)
		return -1;
	out->certificates = mem_array((size_t)sk_X509_num(list), sizeof(*out->certificates));
	for (int i = 0; i < sk_X509_num(list); i++)
		add_certificate(sk_X509_value(list, i), out);
	return 0;
}

int sign_legacy_read(const struct sign_legacy *legacy, struct sign_bundle *out, struct err *err)
{
	AUTO(sign_bundle)
	struct sign_bundle bundle = { .version = 1, .signature = STR_MAX(LIMIT_SIGNATURE) };

	if (base64_decode(legacy->signature, &bundle.signature, err) < 0)
		return err_wrap(err, "signature");
	bundle.has_key = !legacy->certificate.len;
	if ((!bundle.has_key && read_certificates(legacy, &bundle, err) < 0) ||
	    (legacy->bundle.len && read_entry(legacy->bundle, &bundle, err) < 0) ||
	    (legacy->timestamp.len && read_timestamp(legacy->timestamp, &bundle, err) < 0))
		return -1;
	*out = bundle;
	bundle = (struct sign_bundle){ 0 };
	return 0;
}

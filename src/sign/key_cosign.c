// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * The keys of "cosign generate-key-pair": JSON with scrypt and NaCl's secretbox around PKCS#8
 * (sigstore's pkg/cryptoutils and go-securesystemslib/encrypted).
 */
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/secret.h"
#include "sign/openssl.h"
#include "sign/sodium.h"

#define SALT_MAX 256

struct box {
	uint64_t n, r, p;
	struct str salt, nonce, text;
};

static void box_done(struct box *box)
{
	str_done(&box->salt);
	str_done(&box->nonce);
	str_done(&box->text);
}
AUTO_STRUCT(box, struct box, box_done);

static int read_base64(const struct js_at *at, const char *name, struct str *out, struct err *err)
{
	const char *text;

	if (js_need_text(at, name, &text, err) < 0)
		return -1;
	if (base64_decode(span_of(text), out, err) < 0)
		return err_wrap(err, "%s.%s", at->name, name);
	return 0;
}

/* The member `name`, whose own name is `method`. */
static int read_method(const struct js_at *at, const char *name, const char *method,
		       struct js_at *out, struct err *err)
{
	const char *found;

	if (js_get_object(at, name, out, err) < 0 || js_need_text(out, "name", &found, err) < 0)
		return -1;
	if (!strcmp(found, method))
		return 0;
	return err_set(err, EC_UNSUPPORTED, "encrypted in a way that epm does not have");
}

static int read_scrypt(const struct js_at *kdf, struct box *box, struct err *err)
{
	struct js_at params;

	if (js_get_object(kdf, "params", &params, err) < 0 ||
	    js_need_size(&params, "N", UINT32_MAX, &box->n, err) < 0 ||
	    js_need_size(&params, "r", UINT32_MAX, &box->r, err) < 0 ||
	    js_need_size(&params, "p", UINT32_MAX, &box->p, err) < 0 ||
	    read_base64(kdf, "salt", &box->salt, err) < 0)
		return -1;
	if (box->n < 2 || box->n & (box->n - 1) || !box->r || !box->p)
		return err_set(err, EC_CORRUPT, "scrypt has no such parameters");
	if (box->n > LIMIT_SCRYPT_N || box->p > LIMIT_SCRYPT_P ||
	    128 * box->r * (box->n + 2 + box->p) > LIMIT_SCRYPT_MEMORY)
		return err_set(err, EC_UNSUPPORTED,
			       "trying a passphrase would take too much time or memory");
	return 0;
}

static int read_box(struct span json, struct box *box, struct err *err)
{
	AUTO(json) json_t *value = NULL;
	struct js_at root, kdf, cipher;

	if (js_parse(json.data, json.len, "key", &value, err) < 0)
		return -1;
	root = JS_ROOT(value, "key");
	if (js_is_object(&root, err) < 0 || read_method(&root, "kdf", "scrypt", &kdf, err) < 0 ||
	    read_method(&root, "cipher", "nacl/secretbox", &cipher, err) < 0 ||
	    read_scrypt(&kdf, box, err) < 0 ||
	    read_base64(&cipher, "nonce", &box->nonce, err) < 0 ||
	    read_base64(&root, "ciphertext", &box->text, err) < 0)
		return -1;
	if (box->nonce.len != SIGN_SECRETBOX_NONCE || box->text.len < SIGN_SECRETBOX_TAG)
		return err_set(err, EC_CORRUPT, "key: no secretbox has such lengths");
	return 0;
}

static int derive(const struct box *box, struct span passphrase,
		  unsigned char out[SIGN_SECRETBOX_KEY], struct err *err)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	uint64_t n = box->n, memory = 2ull * LIMIT_SCRYPT_MEMORY;
	uint32_t r = box->r, p = box->p;
	OSSL_PARAM params[] = {
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, (char *)passphrase.data,
					passphrase.len),
		OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT, box->salt.data, box->salt.len),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
		OSSL_PARAM_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
		OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
		OSSL_PARAM_END,
	};
	bool is_done = ctx && EVP_KDF_derive(ctx, out, SIGN_SECRETBOX_KEY, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return is_done ? 0 : sign_ssl_failed(err, EC_FAILED, "scrypt");
}

int sign_cosign_decrypt(struct span json, struct span passphrase, const char *what, struct str *out,
			struct err *err)
{
	AUTO(box)
	struct box box = { .salt = STR_MAX(SALT_MAX),
			   .nonce = STR_MAX(SIGN_SECRETBOX_NONCE),
			   .text = STR_MAX(LIMIT_KEY) };
	unsigned char key[SIGN_SECRETBOX_KEY];
	char *room;
	int rc;

	if (sign_sodium_load(err) < 0 || read_box(json, &box, err) < 0 ||
	    derive(&box, passphrase, key, err) < 0)
		return err_wrap(err, "%s", what);
	room = str_room(out, box.text.len);
	rc = -1;
	if (room)
		rc = sign_secretbox_open((struct span){ box.text.data, box.text.len },
					 box.nonce.data, key, room);
	explicit_bzero(key, sizeof(key));
	if (rc < 0)
		return sign_cannot_decrypt(what, err);
	out->len += box.text.len - SIGN_SECRETBOX_TAG;
	return 0;
}

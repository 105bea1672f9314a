// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/content.h"

#include "base/limits.h"
#include "sign/openssl.h"
#include "sign/signature.h"

static int check_message(const struct str *digest, struct span message, struct err *err)
{
	const EVP_MD *md = digest->len == 32   ? EVP_sha256()
			   : digest->len == 48 ? EVP_sha384()
					       : EVP_sha512();
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (!message.data)
		return err_set(err, EC_UNTRUSTED, "signature: it is over a message, not a package");
	if (digest->len && (EVP_Digest(message.data, message.len, hash, &size, md, NULL) != 1 ||
			    size != digest->len || memcmp(hash, digest->data, size) != 0))
		return err_set(err, EC_UNTRUSTED, "signature: the digest is that of other bytes");
	return 0;
}

int sign_content_read(const struct sign_bundle *bundle, struct span message,
		      struct sign_content *out, struct err *err)
{
	AUTO(sign_content) struct sign_content content = { .bytes = STR_MAX(LIMIT_SIGNED + 4096) };
	const struct sign_envelope *envelope = bundle->envelope;

	if (envelope) {
		if (sign_envelope_signature(envelope, &content.signature, err) < 0)
			return err_wrap(err, "signature");
		sign_pae(envelope->payload_type,
			 (struct span){ str_text(&envelope->payload), envelope->payload.len },
			 &content.bytes);
	} else {
		if (check_message(&bundle->digest, message, err) < 0)
			return -1;
		content.signature = (struct span){ bundle->signature.data, bundle->signature.len };
		str_add(&content.bytes, message.data, message.len);
	}
	if (str_check(&content.bytes, "signature", err) < 0)
		return -1;
	*out = content;
	content.bytes = (struct str)STR_MAX(0);
	return 0;
}

void sign_content_done(struct sign_content *content)
{
	str_done(&content->bytes);
	*content = (struct sign_content){ 0 };
}

int sign_content_verify(const struct sign_content *content, const struct sign_key *key,
			struct err *err)
{
	struct err why;

	if (sign_verify(key, SIGN_BY_KEY,
			(struct span){ str_text(&content->bytes), content->bytes.len },
			content->signature, &why) == 0)
		return 0;
	return err_set(err, EC_UNTRUSTED, "signature: it is not that of the key over these bytes");
}

struct sign_logged sign_content_logged(const struct sign_content *content,
				       const struct sign_bundle *bundle, struct span signer)
{
	return (struct sign_logged){
		.signed_bytes = { str_text(&content->bytes), content->bytes.len },
		.payload = bundle->envelope ? &bundle->envelope->payload : NULL,
		.signature = content->signature,
		.signer = signer,
	};
}

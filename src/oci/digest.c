// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/digest.h"

#include "base/auto.h"
#include "base/hash.h"
#include "base/str.h"

static const char prefix[] = "sha256:";

#define PREFIX_LENGTH (sizeof(prefix) - 1)

bool oci_digest_is_valid(const char *text)
{
	return strlen(text) == OCI_DIGEST_LENGTH && text_starts(text, prefix) &&
	       hex_is_lower(text + PREFIX_LENGTH, HASH_HEX);
}

int oci_digest_parse(const char *text, struct oci_digest *out, struct err *err)
{
	AUTO(free) char *shown = text_printable(text, strnlen(text, 160));
	const char *colon = strchr(text, ':');

	if (oci_digest_is_valid(text)) {
		memcpy(out->text, text, OCI_DIGEST_LENGTH + 1);
		return 0;
	}
	if (colon && colon != text && !text_starts(text, prefix))
		return err_set(err, EC_CORRUPT, "digest '%s': only sha256 is supported", shown);
	return err_set(err, EC_CORRUPT,
		       "'%s' is not a digest (sha256: and 64 lower-case hex characters)", shown);
}

const char *oci_digest_hex(const struct oci_digest *digest)
{
	return digest->text[0] ? digest->text + PREFIX_LENGTH : "";
}

bool oci_digest_equal(const struct oci_digest *a, const struct oci_digest *b)
{
	return !strcmp(a->text, b->text);
}

void oci_digest_of(const void *data, size_t size, struct oci_digest *out)
{
	memcpy(out->text, prefix, PREFIX_LENGTH);
	hash_hex_of(data, size, out->text + PREFIX_LENGTH);
}

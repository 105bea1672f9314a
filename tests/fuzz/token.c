// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/token.h"

static int read_token(struct span text)
{
	AUTO(sign_token) struct sign_token token = { 0 };
	struct err err = { 0 };

	if (sign_token_read(text, 1000, &token, &err) < 0) {
		if (err.code != EC_CORRUPT && err.code != EC_DENIED)
			abort();
		return -1;
	}
	if (!*token.issuer || !*token.name || token.expires <= 1000)
		abort();
	return 0;
}

/* Identity tokens: the input as one, and as what one claims. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(str) struct str text = STR_MAX(2 * LIMIT_TOKEN);

	(void)read_token((struct span){ (const char *)data, size });
	str_adds(&text, "e30.");
	base64_encode(data, size < LIMIT_TOKEN / 2 ? size : LIMIT_TOKEN / 2, &text);
	for (size_t i = 0; i < text.len; i++)
		text.data[i] = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
	while (text.len && text.data[text.len - 1] == '=')
		str_cut(&text, text.len - 1);
	str_adds(&text, ".c2ln");
	(void)read_token((struct span){ text.data, text.len });
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/base64.h"

#include "base/secret.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t size, struct str *out)
{
	const unsigned char *s = data;
	char *p = str_room(out, (size + 2) / 3 * 4);
	size_t i;

	if (!p)
		return;
	for (i = 0; i + 2 < size; i += 3, p += 4) {
		p[0] = alphabet[s[i] >> 2];
		p[1] = alphabet[(s[i] & 3) << 4 | s[i + 1] >> 4];
		p[2] = alphabet[(s[i + 1] & 15) << 2 | s[i + 2] >> 6];
		p[3] = alphabet[s[i + 2] & 63];
	}
	if (i < size) {
		p[0] = alphabet[s[i] >> 2];
		p[1] = alphabet[(s[i] & 3) << 4 | (i + 1 < size ? s[i + 1] >> 4 : 0)];
		p[2] = i + 1 < size ? alphabet[(s[i + 1] & 15) << 2] : '=';
		p[3] = '=';
	}
	out->len += (size + 2) / 3 * 4;
}

static int value_of(unsigned char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* One group of four characters; n_out is 1 to 3. */
static int decode_group(const char *in, size_t n_out, unsigned char *out)
{
	unsigned int bits = 0;
	int value;

	for (size_t i = 0; i < 4; i++) {
		value = i <= n_out ? value_of(in[i]) : 0;
		if (value < 0 || (i > n_out && in[i] != '='))
			return -1;
		bits = bits << 6 | value;
	}
	if (bits & ((1u << (24 - 8 * n_out)) - 1))
		return -1;
	for (size_t i = 0; i < n_out; i++)
		out[i] = bits >> (16 - 8 * i);
	return 0;
}

int base64_decode(struct span text, struct str *out, struct err *err)
{
	size_t n_groups = text.len / 4, n_out;
	unsigned char bytes[3];

	if (text.len % 4)
		return err_set(err, EC_CORRUPT, "base64: length %zu is not a multiple of 4",
			       text.len);
	for (size_t g = 0; g < n_groups; g++) {
		const char *in = text.data + 4 * g;

		n_out = 3;
		if (g + 1 == n_groups && in[3] == '=')
			n_out = in[2] == '=' ? 1 : 2;
		if (decode_group(in, n_out, bytes) < 0)
			return err_set(err, EC_CORRUPT, "base64: bad character near offset %zu",
				       4 * g);
		str_add(out, bytes, n_out);
	}
	return str_check(out, "base64", err);
}

int base64_decode_url(struct span text, struct str *out, struct err *err)
{
	AUTO(secret) struct str standard = STR_MAX(text.len + 4);
	char c;

	(void)!str_room(&standard, text.len + 3);
	for (size_t i = 0; i < text.len; i++) {
		c = text.data[i];
		if (c == '+' || c == '/' || c == '=')
			return err_set(err, EC_CORRUPT, "base64url: bad character at offset %zu",
				       i);
		str_addc(&standard, (char)(c == '-' ? '+' : c == '_' ? '/' : c));
	}
	for (size_t i = text.len; i % 4; i++)
		str_addc(&standard, '=');
	return base64_decode((struct span){ str_text(&standard), standard.len }, out, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/pem.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/secret.h"

#define LINE 64 /* RFC 7468 section 2 */

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char dashes[] = "-----";

/* The line at *rest without its end; *rest moves past it. */
static struct span take_line(struct span *rest)
{
	const char *newline = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
	size_t len = newline ? (size_t)(newline - rest->data) : rest->len;
	struct span line = { rest->data, len };

	if (newline)
		len++;
	*rest = (struct span){ rest->data + len, rest->len - len };
	return span_trim(line);
}

/* The label of a line that begins or ends a block; length 0: it is no such line. */
static struct span label_of(struct span line, const char *prefix)
{
	size_t n_prefix = strlen(prefix), n_dashes = sizeof(dashes) - 1;

	if (line.len <= n_prefix + n_dashes || !span_starts(line, prefix) ||
	    memcmp(line.data + line.len - n_dashes, dashes, n_dashes) != 0)
		return (struct span){ line.data, 0 };
	return (struct span){ line.data + n_prefix, line.len - n_prefix - n_dashes };
}

static bool find_begin(struct span *rest, struct span *label)
{
	while (rest->len) {
		*label = label_of(take_line(rest), begin);
		if (label->len)
			return true;
	}
	return false;
}

/* The base64 of a block into one piece; room for all of it is made at once, so that none is left. */
static int read_body(struct span *rest, struct span label, const char *what, struct str *out,
		     struct err *err)
{
	size_t room = rest->len < out->max ? rest->len : out->max;
	struct span line, last;

	(void)!str_room(out, room);
	while (rest->len) {
		line = take_line(rest);
		last = label_of(line, end);
		if (last.len) {
			if (last.len != label.len || memcmp(last.data, label.data, label.len) != 0)
				break;
			return str_check(out, what, err);
		}
		if (line.len && memchr(line.data, ':', line.len)) {
			err_set(err, EC_UNSUPPORTED,
				"%s: a PEM block with headers, as OpenSSL encrypted keys before "
				"PKCS#8",
				what);
			return err_hint(err, "'openssl pkcs8 -topk8 -in %s' makes PKCS#8 of it",
					what);
		}
		str_add(out, line.data, line.len);
	}
	return err_set(err, EC_CORRUPT, "%s: a PEM block does not end", what);
}

int sign_pem_next(struct span *rest, const char *what, struct sign_pem *out, bool *has_one,
		  struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_KEY * 4 / 3 + 4);
	AUTO(sign_pem) struct sign_pem pem = { .body = STR_MAX(LIMIT_KEY) };
	struct span label;

	*has_one = find_begin(rest, &label);
	if (!*has_one)
		return 0;
	if (label.len > SIGN_PEM_LABEL_MAX || memchr(label.data, '\0', label.len))
		return err_set(err, EC_CORRUPT, "%s: the label of a PEM block is too long", what);
	if (read_body(rest, label, what, &text, err) < 0)
		return -1;
	(void)!str_room(&pem.body, text.len < LIMIT_KEY ? text.len : LIMIT_KEY);
	if (base64_decode((struct span){ text.data, text.len }, &pem.body, err) < 0)
		return err_wrap(err, "%s", what);
	memcpy(pem.label, label.data, label.len);
	*out = pem;
	pem.body = (struct str)STR_MAX(0);
	return 0;
}

void sign_pem_done(struct sign_pem *pem)
{
	secret_done(&pem->body);
}

void sign_pem_write(const char *label, const void *data, size_t size, struct str *out)
{
	AUTO(secret) struct str text = STR_MAX(out->max);

	base64_encode(data, size, &text);
	str_addf(out, "%s%s%s\n", begin, label, dashes);
	for (size_t i = 0; i < text.len; i += LINE) {
		str_add(out, text.data + i, text.len - i < LINE ? text.len - i : LINE);
		str_addc(out, '\n');
	}
	str_addf(out, "%s%s%s\n", end, label, dashes);
}

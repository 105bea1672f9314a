// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/token.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "sign/member.h"

#define WHAT "identity token"
#define TIME_MAX 253402300799.0 /* the end of the year 9999 */

static int refused(const char *why, struct err *err)
{
	return err_set(err, EC_CORRUPT, WHAT ": %s", why);
}

/* The part between the first and the second of its two dots. */
static int find_claims(struct span text, struct span *out, struct err *err)
{
	const char *first, *second = NULL, *end = text.data + text.len;
	bool is_clean = true;

	if (!text.len)
		return refused("it is empty", err);
	if (text.len > LIMIT_TOKEN)
		return err_set(err, EC_CORRUPT, WHAT ": more than %u bytes", LIMIT_TOKEN);
	for (size_t i = 0; i < text.len; i++)
		is_clean = is_clean &&
			   (isalnum((unsigned char)text.data[i]) ||
			    strchr("-_.", text.data[i]) != NULL) &&
			   text.data[i];
	first = memchr(text.data, '.', text.len);
	if (first)
		second = memchr(first + 1, '.', (size_t)(end - first) - 1);
	if (!is_clean || !second || memchr(second + 1, '.', (size_t)(end - second) - 1) ||
	    first == text.data || second == end - 1)
		return refused("not a JWT, which has three parts in base64url", err);
	*out = (struct span){ first + 1, (size_t)(second - first) - 1 };
	return 0;
}

static bool is_printable(const char *text)
{
	size_t len = strlen(text), n;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_printable(text + i, len - i);
		if (!n)
			return false;
	}
	return len > 0;
}

static int copy_text(const struct js_at *at, const char *name, char **out, struct err *err)
{
	const char *text;

	if (js_need_text(at, name, &text, err) < 0)
		return -1;
	if (!is_printable(text))
		return err_set(err, EC_CORRUPT, WHAT ".%s: empty, or it holds control characters",
			       name);
	*out = mem_text(text);
	return 0;
}

/* OpenID Connect Core 5.1 has a boolean here; some providers give a text. */
static bool is_verified(const struct js_at *at)
{
	struct js_at place = js_member(at, "email_verified");
	const char *text = json_string_value(place.value);

	return json_is_true(place.value) || (text && strcmp(text, "true") == 0);
}

/* What sigstore's authorities have the key sign, to prove that it is there. */
static int read_name(const struct js_at *at, struct sign_token *out, struct err *err)
{
	struct js_at email = js_member(at, "email");

	if (!email.value || json_is_null(email.value))
		return copy_text(at, "sub", &out->name, err);
	if (copy_text(at, "email", &out->name, err) < 0)
		return -1;
	if (is_verified(at))
		return 0;
	return err_set(err, EC_DENIED, WHAT ": the address %s is not verified by %s", out->name,
		       out->issuer);
}

static int read_audience(const struct js_at *at, char **out, struct err *err)
{
	struct js_at place = js_member(at, "aud");
	const char *text = json_string_value(
		json_is_array(place.value) ? json_array_get(place.value, 0) : place.value);

	if (!place.value || json_is_null(place.value))
		return 0;
	if (!text || !is_printable(text))
		return js_expected(&place, "a text, or an array of texts", err);
	*out = mem_text(text);
	return 0;
}

static int read_expiry(const struct js_at *at, int64_t now, int64_t *out, struct err *err)
{
	struct js_at place = js_member(at, "exp");
	AUTO(free) char *when = NULL;
	double seconds = json_number_value(place.value); /* RFC 7519 section 2: also fractions */

	if (!json_is_number(place.value) || !(seconds >= 0 && seconds <= TIME_MAX))
		return js_expected(&place, "a time in seconds", err);
	*out = (int64_t)seconds;
	if (*out > now)
		return 0;
	when = clock_rfc3339(*out);
	err_set(err, EC_DENIED, WHAT ": it expired at %s", when);
	return err_hint(err, "identity tokens live for minutes; ask the provider for a new one");
}

int sign_token_read(struct span text, int64_t now, struct sign_token *out, struct err *err)
{
	AUTO(sign_token) struct sign_token token = { 0 };
	AUTO(secret) struct str bytes = STR_MAX(LIMIT_TOKEN);
	AUTO(json) json_t *json = NULL;
	struct err ignored;
	struct span claims;
	struct js_at at;

	if (find_claims(text, &claims, err) < 0)
		return -1;
	(void)!str_room(&bytes, claims.len);
	if (base64_decode_url(claims, &bytes, &ignored) < 0 ||
	    sign_parse_json((struct span){ str_text(&bytes), bytes.len }, WHAT, &json, &ignored) <
		    0)
		return refused("its claims are not JSON in base64url", err);
	at = JS_ROOT(json, WHAT);
	if (js_is_object(&at, err) < 0 || copy_text(&at, "iss", &token.issuer, err) < 0 ||
	    read_name(&at, &token, err) < 0 || read_audience(&at, &token.audience, err) < 0 ||
	    read_expiry(&at, now, &token.expires, err) < 0)
		return -1;
	*out = token;
	token = (struct sign_token){ 0 };
	return 0;
}

void sign_token_done(struct sign_token *token)
{
	free(token->issuer);
	free(token->name);
	free(token->audience);
	*token = (struct sign_token){ 0 };
}

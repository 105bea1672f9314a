// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/auth.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/json.h"

#define TOKEN_MAX (32u << 10)  /* ECR's have 2 KB; a header must hold it */
#define TOKEN_LIFE_S 60	       /* where the answer does not say */
#define TOKEN_LIFE_MAX_S 86400 /* longer ones are asked for again all the same */
#define TOKEN_URL_MAX (16u << 10)

/* RFC 9110 section 5.6.2 */
static bool is_token_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static struct span read_token(const char **at)
{
	struct span token = { *at, 0 };

	while (is_token_char(**at))
		(*at)++;
	token.len = *at - token.data;
	return token;
}

static void skip(const char **at, const char *which)
{
	while (**at && strchr(which, **at))
		(*at)++;
}

/* A quoted string or a token; realms without quotes are seen. -1: it does not end. */
static int read_value(const char **at, struct str *out)
{
	const char *p = *at;

	if (*p != '"') {
		while (*p && !strchr(", \t", *p))
			str_addc(out, *p++);
		*at = p;
		return 0;
	}
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		str_addc(out, *p);
	}
	if (!*p)
		return -1;
	*at = p + 1;
	return 0;
}

static enum oci_scheme scheme_of(struct span word)
{
	if (word.len == 5 && !strncasecmp(word.data, "Basic", 5))
		return OCI_SCHEME_BASIC;
	if (word.len == 6 && !strncasecmp(word.data, "Bearer", 6))
		return OCI_SCHEME_BEARER;
	return OCI_SCHEME_NONE;
}

static void set_parameter(struct oci_challenge *challenge, struct span name, struct str *value)
{
	static const char *const names[] = { "realm", "service", "scope" };
	char **slots[] = { &challenge->realm, &challenge->service, &challenge->scope };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (name.len == strlen(names[i]) && !strncasecmp(name.data, names[i], name.len) &&
		    !*slots[i])
			*slots[i] = str_take(value);
}

static int read_parameters(const char **at, struct oci_challenge *out)
{
	for (;;) {
		AUTO(str) struct str value = STR_MAX(TOKEN_URL_MAX);
		const char *before = *at;
		struct span name;

		skip(at, " \t,");
		name = read_token(at);
		skip(at, " \t");
		if (!name.len || **at != '=') {
			*at = before;
			return 0;
		}
		(*at)++;
		skip(at, " \t");
		if (read_value(at, &value) < 0)
			return -1;
		if (value.data)
			set_parameter(out, name, &value);
	}
}

static int malformed(const char *text, struct err *err)
{
	return err_set(err, EC_CORRUPT, "the registry's WWW-Authenticate cannot be read: %.200s",
		       text);
}

int oci_challenge_parse(const char *text, struct oci_challenge *out, struct err *err)
{
	AUTO(oci_challenge) struct oci_challenge best = { 0 };
	const char *at = text;

	for (skip(&at, " \t,"); *at; skip(&at, " \t,")) {
		AUTO(oci_challenge) struct oci_challenge one = { 0 };
		struct span word = read_token(&at);

		if (!word.len)
			return malformed(text, err);
		one.scheme = scheme_of(word);
		if (read_parameters(&at, &one) < 0)
			return malformed(text, err);
		if (one.scheme > best.scheme) {
			oci_challenge_done(&best);
			best = one;
			one = (struct oci_challenge){ 0 };
		}
	}
	if (best.scheme == OCI_SCHEME_NONE)
		return err_set(err, EC_UNSUPPORTED,
			       "the registry asks for a way of authentication that epm does not "
			       "have: %.200s",
			       text);
	if (best.scheme == OCI_SCHEME_BEARER && !best.realm)
		return malformed(text, err);
	*out = best;
	best = (struct oci_challenge){ 0 };
	return 0;
}

void oci_challenge_done(struct oci_challenge *challenge)
{
	free(challenge->realm);
	free(challenge->service);
	free(challenge->scope);
	*challenge = (struct oci_challenge){ 0 };
}

/* RFC 3986 section 2.3: all but the unreserved ones */
static void add_escaped(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (isalnum(c) || (c && strchr("-._~", c)))
			str_addc(out, c);
		else
			str_addf(out, "%%%02X", c);
	}
}

char *oci_token_url(const struct oci_challenge *challenge, const char *scopes)
{
	AUTO(str) struct str url = STR_MAX(2 * TOKEN_URL_MAX);
	char next = strchr(challenge->realm, '?') ? '&' : '?';
	size_t len;

	str_adds(&url, challenge->realm);
	for (; *scopes; scopes += len) {
		scopes += strspn(scopes, " ");
		len = strcspn(scopes, " ");
		if (!len)
			break;
		str_addf(&url, "%cscope=", next);
		add_escaped(&url, scopes, len);
		next = '&';
	}
	if (challenge->service) {
		str_addf(&url, "%cservice=", next);
		add_escaped(&url, challenge->service, strlen(challenge->service));
	}
	return str_take(&url);
}

static void add_field(struct str *form, const char *name, const char *value)
{
	str_addf(form, "%s%s=", form->len ? "&" : "", name);
	add_escaped(form, value, strlen(value));
}

char *oci_token_form(const struct oci_challenge *challenge, const char *scopes,
		     const char *identity_token)
{
	AUTO(str) struct str form = STR_MAX(4 * TOKEN_MAX);

	add_field(&form, "client_id", "epm");
	add_field(&form, "grant_type", "refresh_token");
	add_field(&form, "refresh_token", identity_token);
	if (*scopes)
		add_field(&form, "scope", scopes);
	if (challenge->service)
		add_field(&form, "service", challenge->service);
	return str_take(&form);
}

/* What may stand in a header after "Bearer ": anything printable without blanks. */
static bool is_sendable(const char *token)
{
	size_t len = strlen(token);

	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] > '~')
			return false;
	return len > 0 && len <= TOKEN_MAX;
}

int oci_token_parse(struct span answer, int64_t now, struct oci_token *out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at root;
	const char *token = NULL, *access = NULL, *issued = NULL;
	uint64_t life = TOKEN_LIFE_S;
	int64_t start = now;

	if (js_parse(answer.data, answer.len, "token", &json, err) < 0)
		return -1;
	root = JS_ROOT(json, "token");
	if (js_is_object(&root, err) < 0 || js_get_text(&root, "token", &token, err) < 0 ||
	    js_get_text(&root, "access_token", &access, err) < 0 ||
	    js_get_text(&root, "issued_at", &issued, err) < 0 ||
	    js_get_size(&root, "expires_in", UINT32_MAX, &life, err) < 0)
		return -1;
	if (!token || !*token)
		token = access;
	if (!token || !is_sendable(token))
		return err_set(err, EC_CORRUPT, "there is no usable token in the answer");
	/* A server whose clock goes wrong must not make a token live longer. */
	if (issued && clock_parse_rfc3339(issued) > 0 && clock_parse_rfc3339(issued) < now)
		start = clock_parse_rfc3339(issued);
	if (life > TOKEN_LIFE_MAX_S)
		life = TOKEN_LIFE_MAX_S;
	out->text = mem_text(token);
	out->expires = start + (int64_t)(life ? life : TOKEN_LIFE_S);
	return 0;
}

void oci_token_done(struct oci_token *token)
{
	if (token->text)
		explicit_bzero(token->text, strlen(token->text));
	free(token->text);
	*token = (struct oci_token){ 0 };
}

char *oci_basic(const char *user, const char *secret)
{
	AUTO(free) char *pair = mem_printf("%s:%s", user, secret);
	AUTO(str) struct str text = STR_MAX(2 * strlen(pair) + 16);

	str_adds(&text, "Basic ");
	base64_encode(pair, strlen(pair), &text);
	explicit_bzero(pair, strlen(pair));
	return str_take(&text);
}

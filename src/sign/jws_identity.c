// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Identities of trust policies: notaryproject, "Trust Store and Trust Policy Specification". */
#include "base/alloc.h"
#include "sign/jws_priv.h"
#include "sign/openssl.h"

#define PREFIX "x509.subject:"
#define MAX_IDENTITY 4096

static int bad_identity(const char *identity, struct err *err)
{
	AUTO(free) char *shown = text_printable(identity, strnlen(identity, 200));

	return err_set(err, EC_USAGE,
		       "identity \"%s\": expected \"*\" or \"" PREFIX " C=US, ST=WA, O=acme\"",
		       shown);
}

/* The attribute at *rest up to a comma that is not escaped; *rest moves past it. */
static struct span take_attribute(struct span *rest)
{
	struct span found = { rest->data, 0 };
	size_t step;

	while (found.len < rest->len && rest->data[found.len] != ',')
		found.len += rest->data[found.len] == '\\' && found.len + 1 < rest->len ? 2 : 1;
	step = found.len < rest->len ? found.len + 1 : found.len;
	*rest = (struct span){ rest->data + step, rest->len - step };
	return span_trim(found);
}

/* "ST=WA" into the attribute's number and its text without escapes; false where it is none. */
static bool split_attribute(struct span text, int *out_nid, struct str *out_value)
{
	const char *equals = text.len ? memchr(text.data, '=', text.len) : NULL;
	AUTO(free) char *name = NULL;
	struct span value, key;

	if (!equals)
		return false;
	key = span_trim((struct span){ text.data, (size_t)(equals - text.data) });
	value = (struct span){ equals + 1, text.len - (size_t)(equals - text.data) - 1 };
	value = span_trim(value);
	name = mem_textn(key.data, key.len);
	*out_nid = OBJ_sn2nid(name);
	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '\\' && i + 1 < value.len)
			i++;
		str_addc(out_value, value.data[i]);
	}
	return *out_nid != NID_undef && out_value->len;
}

static bool has_attribute(const X509_NAME *subject, int nid, const struct str *value)
{
	unsigned char *text;
	bool is_same = false;
	int len;

	for (int i = -1; !is_same && (i = X509_NAME_get_index_by_NID(subject, nid, i)) >= 0;) {
		text = NULL;
		len = ASN1_STRING_to_UTF8(
			&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, i)));
		is_same = len >= 0 && (size_t)len == value->len &&
			  memcmp(text, value->data, value->len) == 0;
		OPENSSL_free(text);
	}
	return is_same;
}

/* subject: NULL to look at the form only. */
static int match(const char *identity, const X509_NAME *subject, bool *out, struct err *err)
{
	struct span rest = span_of(identity), one;
	int nid;

	*out = true;
	if (strcmp(identity, "*") == 0)
		return 0;
	if (!span_starts(rest, PREFIX) || rest.len > MAX_IDENTITY)
		return bad_identity(identity, err);
	rest = (struct span){ rest.data + strlen(PREFIX), rest.len - strlen(PREFIX) };
	if (!span_trim(rest).len)
		return bad_identity(identity, err);
	while (rest.len) {
		AUTO(str) struct str value = STR_MAX(MAX_IDENTITY);

		one = take_attribute(&rest);
		if (!split_attribute(one, &nid, &value))
			return bad_identity(identity, err);
		*out = *out && subject && has_attribute(subject, nid, &value);
	}
	return 0;
}

int sign_jws_identity_check(const char *identity, struct err *err)
{
	bool is_match;

	return match(identity, NULL, &is_match, err);
}

int sign_jws_identity(X509 *leaf, const struct sign_jws_policy *policy, struct err *err)
{
	const X509_NAME *subject = X509_get_subject_name(leaf);
	AUTO(free) char *shown = sign_x509_name_text(subject);
	bool is_match = false;

	for (size_t i = 0; !is_match && i < policy->n_identities; i++)
		if (match(policy->identities[i], subject, &is_match, err) < 0)
			return -1;
	if (is_match)
		return 0;
	return err_set(err, EC_UNTRUSTED, "identity: it is signed by \"%s\", who is not believed",
		       shown);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/identity.h"

#include <regex.h>

#include "base/alloc.h"
#include "base/str.h"

#define MAX_REPEATS 1000 /* what glibc makes of a{1000}{1000} takes all memory */

void sign_identity_done(struct sign_identity *identity)
{
	free(identity->name);
	free(identity->issuer);
	*identity = (struct sign_identity){ 0 };
}

static int bad_pattern(const char *pattern, const char *why, struct err *err)
{
	AUTO(free) char *shown = text_printable(pattern, strnlen(pattern, 200));

	return err_set(err, EC_USAGE, "pattern \"%s\": %s", shown, why);
}

/* The larger number of "{m,n}" at p. */
static uint64_t count_at(const char *p)
{
	uint64_t largest = 1, value = 0;

	for (p++; (*p >= '0' && *p <= '9') || *p == ','; p++) {
		value = *p == ',' ? 0 : value * 10 + (uint64_t)(*p - '0');
		if (value > MAX_REPEATS)
			return value;
		if (value > largest)
			largest = value;
	}
	return largest;
}

static int check_text(const char *pattern, struct err *err)
{
	uint64_t product = 1;

	for (const char *p = pattern; *p; p++) {
		if (*p == '\\') {
			p++;
			if (!*p || (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') ||
			    (*p >= 'A' && *p <= 'Z'))
				return bad_pattern(pattern,
						   "\\ stands before signs only (POSIX extended "
						   "regular expression)",
						   err);
			continue;
		}
		if (*p == '{')
			product *= count_at(p);
		if (product > MAX_REPEATS)
			return bad_pattern(pattern, "counts that are too large", err);
	}
	return 0;
}

/* *out is to be freed with regfree() after success only. */
static int compile(const char *pattern, regex_t *out, struct err *err)
{
	AUTO(free) char *whole = NULL;
	char why[256];
	int rc;

	if (strlen(pattern) > SIGN_PATTERN_MAX)
		return bad_pattern(pattern, "too long", err);
	if (check_text(pattern, err) < 0)
		return -1;
	rc = regcomp(out, pattern, REG_EXTENDED | REG_NOSUB); /* by itself: "a)(b" is none */
	if (rc == 0) {
		regfree(out);
		whole = mem_printf("^(%s)$", pattern);
		rc = regcomp(out, whole, REG_EXTENDED | REG_NOSUB);
	}
	if (rc == 0)
		return 0;
	regerror(rc, out, why, sizeof(why));
	return bad_pattern(pattern, why, err);
}

int sign_pattern_check(const char *pattern, struct err *err)
{
	regex_t regex;

	if (compile(pattern, &regex, err) < 0)
		return -1;
	regfree(&regex);
	return 0;
}

static int match(const char *text, const char *wanted, bool is_pattern, const char *what,
		 struct err *err)
{
	AUTO(free) char *shown = NULL;
	AUTO(free) char *shown_wanted = NULL;
	bool is_match;
	regex_t regex;

	if (is_pattern) {
		if (compile(wanted, &regex, err) < 0)
			return -1;
		is_match = text && regexec(&regex, text, 0, NULL, 0) == 0;
		regfree(&regex);
	} else {
		is_match = text && strcmp(text, wanted) == 0;
	}
	if (is_match)
		return 0;
	shown = text_printable(text ? text : "(none)", text ? strlen(text) : 6);
	shown_wanted = text_printable(wanted, strlen(wanted));
	return err_set(err, EC_UNTRUSTED, "%s: it is signed by \"%s\", not by \"%s\"", what, shown,
		       shown_wanted);
}

int sign_identity_match(const struct sign_identity *identity, const struct sign_identity_rule *rule,
			struct err *err)
{
	if (rule->name &&
	    match(identity->name, rule->name, rule->name_is_pattern, "identity", err) < 0)
		return -1;
	if (!rule->issuer)
		return 0;
	return match(identity->issuer, rule->issuer, rule->issuer_is_pattern, "issuer", err);
}

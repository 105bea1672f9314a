// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/policy_priv.h"
#include "sign/identity.h"

static const char *const rule_keys[] = { "keys",     "identities", "notation", "threshold",
					 "unsigned", "built",	   "deny" };
static const char *const key_keys[] = { "name", "key", "file" };
static const char *const identity_keys[] = { "name", "identity", "identity_pattern", "issuer",
					     "issuer_pattern" };
static const char *const notation_keys[] = { "name", "store", "subjects" };

static int take_text(const struct js_at *at, struct policy_list *list, size_t max, struct err *err)
{
	const char *text = json_string_value(at->value);

	if (!text || !*text)
		return js_expected(at, "a text", err);
	if (list->n_items == max)
		return js_expected(at->up, "fewer entries", err);
	list->items[list->n_items++] = text;
	return 0;
}

int policy_list_read(const struct js_at *at, const char *name, size_t max, struct policy_list *out,
		     struct err *err)
{
	struct js_at list = js_member(at, name), element;

	if (!list.value || json_is_null(list.value))
		return 0;
	out->items = mem_array(json_array_size(list.value) + 1, sizeof(*out->items));
	if (json_is_string(list.value))
		return take_text(&list, out, max, err);
	if (!json_is_array(list.value))
		return js_expected(&list, "a list", err);
	for (size_t i = 0; i < json_array_size(list.value); i++) {
		element = js_element(&list, i);
		if (take_text(&element, out, max, err) < 0)
			return -1;
	}
	return 0;
}

/* A file's name alone, or an object. */
static int read_key(const struct js_at *at, struct policy_signer *out, struct err *err)
{
	out->kind = VERIFY_KEY;
	if (json_is_string(at->value)) {
		out->file = json_string_value(at->value);
		if (text_starts(out->file, "-----BEGIN")) {
			out->key = out->file;
			out->file = NULL;
		}
		return *json_string_value(at->value) ? 0 : js_expected(at, "a file", err);
	}
	if (js_is_object(at, err) < 0 ||
	    js_check_members(at, key_keys, ARRAY_SIZE(key_keys), err) < 0 ||
	    js_get_text(at, "name", &out->name, err) < 0 ||
	    js_get_text(at, "key", &out->key, err) < 0 ||
	    js_get_text(at, "file", &out->file, err) < 0)
		return -1;
	return !out->key == !out->file ? js_expected(at, "one of key and file", err) : 0;
}

/* One of the two; a pattern has to be one. */
static int read_either(const struct js_at *at, const char *name, const char **out, bool *is_pattern,
		       struct err *err)
{
	AUTO(free) char *pattern_name = mem_printf("%s_pattern", name);
	AUTO(free) char *path = js_path(at);
	const char *exact = NULL, *pattern = NULL;

	if (js_get_text(at, name, &exact, err) < 0 ||
	    js_get_text(at, pattern_name, &pattern, err) < 0)
		return -1;
	if (!exact == !pattern)
		return err_set(err, EC_CORRUPT, "%s: needs one of %s and %s", path, name,
			       pattern_name);
	*is_pattern = pattern != NULL;
	*out = pattern ? pattern : exact;
	if (!pattern || sign_pattern_check(pattern, err) == 0)
		return **out ? 0 : err_set(err, EC_CORRUPT, "%s: %s is empty", path, name);
	err->code = EC_CORRUPT;
	return err_wrap(err, "%s", path);
}

static int read_identity(const struct js_at *at, struct policy_signer *out, struct err *err)
{
	out->kind = VERIFY_IDENTITY;
	if (js_is_object(at, err) < 0 ||
	    js_check_members(at, identity_keys, ARRAY_SIZE(identity_keys), err) < 0 ||
	    js_get_text(at, "name", &out->name, err) < 0 ||
	    read_either(at, "identity", &out->identity.name, &out->identity.name_is_pattern, err) <
		    0 ||
	    read_either(at, "issuer", &out->identity.issuer, &out->identity.issuer_is_pattern,
			err) < 0)
		return -1;
	return 0;
}

static int read_notation(const struct js_at *at, struct policy_signer *out, struct err *err)
{
	out->kind = VERIFY_NOTATION;
	if (js_is_object(at, err) < 0 ||
	    js_check_members(at, notation_keys, ARRAY_SIZE(notation_keys), err) < 0 ||
	    js_get_text(at, "name", &out->name, err) < 0 ||
	    js_need_text(at, "store", &out->store, err) < 0 ||
	    policy_list_read(at, "subjects", POLICY_LIST_MAX, &out->subjects, err) < 0)
		return -1;
	if (!out->subjects.n_items)
		return js_expected(at, "subjects (\"*\": anybody the store vouches for)", err);
	for (size_t i = 0; i < out->subjects.n_items; i++)
		if (sign_jws_identity_check(out->subjects.items[i], err) < 0) {
			AUTO(free) char *path = js_path(at);

			err->code = EC_CORRUPT;
			return err_wrap(err, "%s", path);
		}
	return 0;
}

static int read_signers(const struct js_at *at, const char *name, struct policy_rule *rule,
			int (*read)(const struct js_at *, struct policy_signer *, struct err *),
			struct err *err)
{
	struct js_at list, element;

	if (js_get_array(at, name, &list, err) < 0)
		return -1;
	for (size_t i = 0; list.value && i < json_array_size(list.value); i++) {
		element = js_element(&list, i);
		if (rule->n_signers == POLICY_SIGNERS_MAX)
			return js_expected(&list, "fewer entries", err);
		if (read(&element, &rule->signers[rule->n_signers++], err) < 0)
			return -1;
	}
	return 0;
}

static int read_word(const struct js_at *at, const char *name, enum policy_word *out,
		     struct err *err)
{
	struct js_at place = js_member(at, name);
	const char *word = NULL;

	if (js_get_text(at, name, &word, err) < 0)
		return -1;
	if (!word)
		return 0;
	if (strcmp(word, "allow") && strcmp(word, "refuse"))
		return js_expected(&place, "allow or refuse", err);
	*out = !strcmp(word, "allow") ? POLICY_ALLOW : POLICY_REFUSE;
	return 0;
}

static int read_threshold(const struct js_at *at, unsigned int *out, struct err *err)
{
	struct js_at place = js_member(at, "threshold");
	uint64_t value = 1;

	if (js_get_size(at, "threshold", POLICY_THRESHOLD_MAX, &value, err) < 0)
		return -1;
	if (!value)
		return js_expected(&place, "a number from 1 on", err);
	*out = value;
	return 0;
}

static size_t count_signers(const json_t *json)
{
	return json_array_size(json_object_get(json, "keys")) +
	       json_array_size(json_object_get(json, "identities")) +
	       json_array_size(json_object_get(json, "notation"));
}

/* One entry may stand for several who sign. */
static bool is_open(const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_signers; i++)
		if (rule->signers[i].kind == VERIFY_NOTATION ||
		    rule->signers[i].identity.name_is_pattern ||
		    rule->signers[i].identity.issuer_is_pattern)
			return true;
	return false;
}

/* A rule that can never be satisfied is a mistake, not a wish. */
static int check_sense(const struct js_at *at, const struct policy_rule *rule, struct err *err)
{
	AUTO(free) char *path = js_path(at);

	if (rule->n_signers && rule->unsigned_word == POLICY_ALLOW)
		return err_set(err, EC_CORRUPT, "%s: 'unsigned: allow' beside keys or identities",
			       path);
	if (rule->n_signers && !is_open(rule) && rule->threshold > rule->n_signers)
		return err_set(err, EC_CORRUPT, "%s: threshold %u of %zu", path, rule->threshold,
			       rule->n_signers);
	return 0;
}

int policy_rule_read(const struct js_at *at, struct policy_rule *out, struct err *err)
{
	if (js_is_object(at, err) < 0 ||
	    js_check_members(at, rule_keys, ARRAY_SIZE(rule_keys), err) < 0)
		return -1;
	out->json = at->value;
	out->signers = mem_array(count_signers(at->value) + 1, sizeof(*out->signers));
	if (read_signers(at, "keys", out, read_key, err) < 0 ||
	    read_signers(at, "identities", out, read_identity, err) < 0 ||
	    read_signers(at, "notation", out, read_notation, err) < 0 ||
	    read_threshold(at, &out->threshold, err) < 0 ||
	    read_word(at, "unsigned", &out->unsigned_word, err) < 0 ||
	    read_word(at, "built", &out->built_word, err) < 0 ||
	    policy_list_read(at, "deny", POLICY_LIST_MAX, &out->deny, err) < 0)
		return -1;
	return check_sense(at, out, err);
}

void policy_rule_done(struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_signers; i++)
		free(rule->signers[i].subjects.items);
	free(rule->signers);
	free(rule->deny.items);
}

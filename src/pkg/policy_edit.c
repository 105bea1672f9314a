// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/policy_edit.h"

#include "base/alloc.h"
#include "base/base64.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/digest.h"
#include "pkg/file_edit.h"
#include "pkg/policy_priv.h"

static void fingerprint_of(const json_t *key, char out[SIGN_FINGERPRINT_LENGTH + 1])
{
	const char *text =
		json_string_value(json_is_object(key) ? json_object_get(key, "key") : key);
	AUTO(str) struct str der = STR_MAX(LIMIT_KEY);
	AUTO(sign_key) struct sign_key *parsed = NULL;
	struct oci_digest digest;
	struct err ignored;

	out[0] = '\0';
	if (!text)
		return;
	if (strstr(text, "-----BEGIN")) {
		if (sign_key_read_public(span_of(text), "key", &parsed, &ignored) == 0)
			sign_key_fingerprint(parsed, out);
	} else if (json_is_object(key) && base64_decode(span_of(text), &der, &ignored) == 0) {
		oci_digest_of(str_text(&der), der.len, &digest);
		memcpy(out, digest.text, SIGN_FINGERPRINT_LENGTH + 1);
	}
}

void policy_key_fingerprint(const struct policy_signer *signer,
			    char out[SIGN_FINGERPRINT_LENGTH + 1])
{
	AUTO(json) json_t *key = json_object();

	js_set_text(key, "key", signer->key);
	fingerprint_of(key, out);
}

/* The file, which has to be a policy; what is not is not written into. */
static int open_policy(const char *path, struct file_edit *edit, struct err *err)
{
	struct policy_file file;
	int rc;

	if (file_edit_open(path, edit, err) < 0)
		return -1;
	rc = policy_take(json_incref(edit->json), path, POLICY_PERSON, &file, err);
	policy_file_done(&file);
	return rc;
}

static int write_policy(struct file_edit *edit, const char *key, struct err *err)
{
	struct policy_file file;
	int rc = policy_take(json_incref(edit->json), edit->path, POLICY_PERSON, &file, err);

	policy_file_done(&file);
	if (rc < 0) {
		err->code = EC_USAGE;
		return -1;
	}
	return file_edit_write(edit, key, err);
}

/* The member of an object, made where it is missing; borrowed. */
static json_t *member(json_t *object, const char *name, json_t *(*make)(void))
{
	json_t *value = json_object_get(object, name);

	if (value && !json_is_null(value))
		return value;
	js_set(object, name, make());
	return json_object_get(object, name);
}

/* The rule of a scope, however it is spelled; NULL: none. Borrowed. */
static json_t *find_rule(json_t *scopes, const char *scope, const char **out_name)
{
	const char *name;
	json_t *rule;

	json_object_foreach (scopes, name, rule) {
		size_t len = strlen(scope);

		if (strncmp(name, scope, len) || (name[len] && strcmp(name + len, "/")))
			continue;
		*out_name = name;
		return rule;
	}
	return NULL;
}

static bool has_key(const json_t *keys, const char *key)
{
	AUTO(json) json_t *alone = json_object();
	char wanted[SIGN_FINGERPRINT_LENGTH + 1], found[SIGN_FINGERPRINT_LENGTH + 1];

	js_set_text(alone, "key", key);
	fingerprint_of(alone, wanted);
	for (size_t i = 0; i < json_array_size(keys); i++) {
		fingerprint_of(json_array_get(keys, i), found);
		if (!strcmp(found, wanted))
			return true;
	}
	return false;
}

static bool has_value(const json_t *list, const json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_equal(json_array_get(list, i), value))
			return true;
	return false;
}

/* Takes value over. */
static bool add_value(json_t *rule, const char *name, json_t *value)
{
	json_t *list = member(rule, name, json_array);
	bool is_new;

	if (json_is_string(list)) { /* one that stands alone */
		AUTO(json) json_t *one = json_incref(list);

		js_set(rule, name, json_array());
		list = json_object_get(rule, name);
		js_append(list, json_incref(one));
	}
	is_new = !has_value(list, value);
	if (is_new)
		js_append(list, json_incref(value));
	json_decref(value);
	return is_new;
}

static bool add_keys(json_t *rule, const struct policy_addition *a)
{
	bool changed = false;

	for (size_t i = 0; i < a->n_keys; i++) {
		json_t *key;

		if (has_key(json_object_get(rule, "keys"), a->keys[i]))
			continue;
		key = json_object();
		js_set_text(key, "name", a->key_names[i]);
		js_set_text(key, "key", a->keys[i]);
		changed |= add_value(rule, "keys", key);
	}
	return changed;
}

static bool add_identity(json_t *rule, const struct policy_addition *a)
{
	json_t *one = json_object();

	js_set_text(one, "name", a->name);
	js_set_text(one, a->identity->name_is_pattern ? "identity_pattern" : "identity",
		    a->identity->name);
	js_set_text(one, a->identity->issuer_is_pattern ? "issuer_pattern" : "issuer",
		    a->identity->issuer);
	return add_value(rule, "identities", one);
}

static bool add_notation(json_t *rule, const struct policy_addition *a)
{
	json_t *one = json_object(), *subjects = json_array();

	js_set_text(one, "name", a->name);
	js_set_text(one, "store", a->store);
	for (size_t i = 0; i < a->n_subjects; i++)
		js_append(subjects, json_string(a->subjects[i]));
	js_set(one, "subjects", subjects);
	return add_value(rule, "notation", one);
}

static bool set_threshold(json_t *rule, unsigned int threshold)
{
	json_t *old = json_object_get(rule, "threshold");

	if (json_integer_value(old) == threshold || (!old && threshold == 1))
		return false;
	js_set_size(rule, "threshold", threshold);
	return true;
}

static size_t count_signers(const json_t *rule)
{
	return json_array_size(json_object_get(rule, "keys")) +
	       json_array_size(json_object_get(rule, "identities")) +
	       json_array_size(json_object_get(rule, "notation"));
}

static int add_to_rule(json_t *rule, const struct policy_addition *a, bool *out_changed,
		       struct err *err)
{
	bool changed = add_keys(rule, a);
	const char *word;

	if (a->identity)
		changed |= add_identity(rule, a);
	if (a->store)
		changed |= add_notation(rule, a);
	for (size_t i = 0; i < a->n_deny; i++)
		changed |= add_value(rule, "deny", json_string(a->deny[i]));
	if (a->threshold)
		changed |= set_threshold(rule, a->threshold);
	if (a->allows_unsigned && count_signers(rule)) {
		err_set(err, EC_USAGE, "scope %s names who has to sign", a->scope);
		return err_hint(err, "'epm trust rm --for %s' takes that away first", a->scope);
	}
	word = json_string_value(json_object_get(rule, "unsigned"));
	if (a->allows_unsigned && (!word || strcmp(word, "allow"))) {
		js_set_text(rule, "unsigned", "allow");
		changed = true;
	}
	if (word && !strcmp(word, "allow") && count_signers(rule))
		json_object_del(rule, "unsigned");
	*out_changed = changed;
	return 0;
}

static int set_root(struct file_edit *edit, const char *path, bool *changed, struct err *err)
{
	const char *old = json_string_value(json_object_get(edit->json, "trusted_root"));

	if (old && !strcmp(old, path))
		return 0;
	js_set_text(edit->json, "trusted_root", path);
	*changed = true;
	return write_policy(edit, "trusted_root", err);
}

static int add_rule(const char *path, const struct policy_addition *addition, bool *out_changed,
		    struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;
	AUTO(free) char *scope = NULL;
	const char *name;
	json_t *scopes, *rule;

	if (policy_scope_parse(addition->scope, &scope, err) < 0 ||
	    open_policy(path, &edit, err) < 0)
		return -1;
	scopes = member(edit.json, "scopes", json_object);
	rule = find_rule(scopes, scope, &name);
	if (!rule)
		rule = member(scopes, scope, json_object);
	if (add_to_rule(rule, addition, out_changed, err) < 0)
		return -1;
	return *out_changed ? write_policy(&edit, "scopes", err) : 0;
}

int policy_add(const char *path, const struct policy_addition *addition, bool *out_changed,
	       struct err *err)
{
	bool is_root_new = false;

	if (addition->trusted_root) {
		AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;

		if (open_policy(path, &edit, err) < 0 ||
		    set_root(&edit, addition->trusted_root, &is_root_new, err) < 0)
			return -1;
	}
	if (add_rule(path, addition, out_changed, err) < 0)
		return -1;
	*out_changed |= is_root_new;
	return 0;
}

/* --- taking away ------------------------------------------------------------------------------------ */

static bool is_text(const json_t *object, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && !strcmp(text, wanted);
}

#define PREFIX_MIN 7 /* characters of a fingerprint's hex */

static bool is_who(const json_t *one, const char *who)
{
	static const char *const members[] = { "name", "file", "identity", "identity_pattern",
					       "store" };
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];
	const char *hex = text_starts(who, "sha256:") ? who + strlen("sha256:") : who;

	if (json_is_string(one) && !strcmp(json_string_value(one), who))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		if (is_text(one, members[i], who))
			return true;
	fingerprint_of(one, fingerprint);
	return strlen(hex) >= PREFIX_MIN && fingerprint[0] &&
	       text_starts(fingerprint + strlen("sha256:"), hex);
}

static size_t remove_who(json_t *rule, const char *who)
{
	static const char *const lists[] = { "keys", "identities", "notation" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		json_t *list = json_object_get(rule, lists[i]);

		for (size_t j = json_array_size(list); j-- > 0;)
			if (is_who(json_array_get(list, j), who)) {
				json_array_remove(list, j);
				n++;
			}
		if (list && !json_array_size(list))
			json_object_del(rule, lists[i]);
	}
	return n;
}

static size_t remove_from(json_t *scopes, const char *scope, const char *who)
{
	AUTO(json) json_t *names = json_object(); /* of those that have nothing left */
	const char *name, *found = NULL;
	size_t n = 0, here;
	json_t *rule;

	if (scope && !find_rule(scopes, scope, &found))
		return 0;
	json_object_foreach (scopes, name, rule) {
		if (found && strcmp(found, name))
			continue;
		here = who ? remove_who(rule, who) : 1;
		n += here;
		if (here && (!who || (!count_signers(rule) && !json_object_get(rule, "deny"))))
			js_set_bool(names, name, true);
	}
	json_object_foreach (names, name, rule) {
		json_object_del(scopes, name);
	}
	return n;
}

int policy_remove(const char *path, const char *scope, const char *who, size_t *out_n,
		  struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;
	AUTO(free) char *kept = NULL;

	if ((scope && policy_scope_parse(scope, &kept, err) < 0) ||
	    open_policy(path, &edit, err) < 0)
		return -1;
	*out_n = remove_from(json_object_get(edit.json, "scopes"), kept, who);
	if (!*out_n)
		return err_set(err, EC_NOT_FOUND, "%s has no %s%s%s", path, who ? who : "scope ",
			       who && kept ? " in scope " : "", kept ? kept : "");
	if (!json_object_size(json_object_get(edit.json, "scopes")))
		json_object_del(edit.json, "scopes");
	return write_policy(&edit, "scopes", err);
}

int policy_revoke(const char *path, const char *fingerprint, bool *out_changed, struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;

	if (!oci_digest_is_valid(fingerprint))
		return err_set(err, EC_USAGE, "'%s' is no fingerprint (sha256:…)", fingerprint);
	if (open_policy(path, &edit, err) < 0)
		return -1;
	*out_changed = add_value(edit.json, "revoked", json_string(fingerprint));
	return *out_changed ? write_policy(&edit, "revoked", err) : 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "oci/digest.h"
#include "oci/reference.h"
#include "oci/registry_name.h"
#include "pkg/file_edit.h"
#include "pkg/policy_priv.h"

#define SCOPES_MAX 4096

static const char *const file_keys[] = { "trusted_root", "revoked", "deny", "scopes" };

void policy_file_done(struct policy_file *file)
{
	for (size_t i = 0; i < file->n_rules; i++)
		policy_rule_done(&file->rules[i]);
	free(file->rules);
	free(file->revoked.items);
	free(file->deny.items);
	free(file->path);
	free(file->folder);
	json_decref(file->json);
	*file = (struct policy_file){ 0 };
}

void policy_done(struct policy *policy)
{
	policy_file_done(&policy->files[POLICY_PERSON]);
	policy_file_done(&policy->files[POLICY_SYSTEM]);
}

/* --- scopes ---------------------------------------------------------------------------------------- */

static bool is_special(const char *text)
{
	return text_starts(text, "file:") || text_starts(text, "https://") ||
	       text_starts(text, "http://");
}

bool policy_scope_covers(const char *scope, const char *place)
{
	size_t len = strlen(scope);

	if (!strcmp(scope, "*"))
		return true;
	return !strncmp(place, scope, len) &&
	       (!place[len] || place[len] == '/' || (len && scope[len - 1] == '/'));
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return true;
	return false;
}

/* "ghcr.io/x": as a repository is written, a registry alone too */
static int check_repository(const char *text, struct err *err)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	AUTO(free) char *alone = mem_printf("%s/x", text);
	struct err ignored;

	if (oci_reference_parse(alone, &reference, &ignored) == 0 && reference.registry)
		return 0;
	oci_reference_done(&reference);
	if (oci_reference_parse(text, &reference, err) < 0)
		return -1;
	if (!reference.tag && !reference.digest.text[0])
		return 0;
	err_set(err, EC_USAGE,
		"'%s' has a tag or a digest: a scope is for all that a repository has", text);
	return err_hint(err, "'epm lock' pins a name to a digest");
}

/* Hosts have no case, and TLS its port. */
static char *canonical_host(const char *host, size_t len)
{
	AUTO(free) char *text = mem_textn(host, len);

	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
	if (text_ends(text, ":443"))
		text[strlen(text) - strlen(":443")] = '\0';
	return mem_text(oci_registry_canonical(text));
}

char *policy_place(const char *registry, const char *repository)
{
	AUTO(free) char *host = canonical_host(registry, strlen(registry));

	return mem_printf("%s/%s", host, repository);
}

char *policy_place_of_url(const char *url)
{
	size_t scheme = strcspn(url, ":") + strlen("://"), host = strcspn(url + scheme, "/?#");
	AUTO(free) char *name = canonical_host(url + scheme, host);
	const char *rest = url + scheme + host;

	return mem_printf("%.*s%s%.*s", (int)scheme, url, name, (int)strcspn(rest, "?#"), rest);
}

static char *canonical(const char *text)
{
	size_t host = strcspn(text, "/");
	AUTO(free) char *registry = canonical_host(text, host);

	return mem_printf("%s%s", registry, text + host);
}

int policy_scope_parse(const char *text, char **out, struct err *err)
{
	AUTO(free) char *bare = mem_text(text);
	size_t len = strlen(bare);

	if (!len || has_control(text))
		return err_set(err, EC_USAGE, "'%s' is no scope", len ? "…" : "");
	while (len > 1 && bare[len - 1] == '/' && strcmp(bare, "file:/"))
		bare[--len] = '\0';
	if (strchr(bare, '*') && strcmp(bare, "*")) {
		err_set(err, EC_USAGE, "'%s': a scope has no wildcards", text);
		return err_hint(err, "it covers everything below it; \"*\" alone is everything");
	}
	if (!strcmp(bare, "*") || is_special(bare)) {
		*out = text_starts(bare, "http") ? policy_place_of_url(bare) : STEAL(bare);
		return 0;
	}
	if (check_repository(bare, err) < 0)
		return -1;
	*out = canonical(bare);
	return 0;
}

const struct policy_rule *policy_find(const struct policy *policy, enum policy_origin origin,
				      const char *place)
{
	const struct policy_file *file = &policy->files[origin];
	const struct policy_rule *best = NULL;
	size_t best_len = 0;

	for (size_t i = 0; i < file->n_rules; i++) {
		const char *scope = file->rules[i].scope;
		size_t len = strcmp(scope, "*") ? strlen(scope) : 0;

		if (policy_scope_covers(scope, place) && (!best || len > best_len)) {
			best = &file->rules[i];
			best_len = len;
		}
	}
	return best;
}

/* --- reading ---------------------------------------------------------------------------------------- */

static int check_revoked(const struct js_at *at, const struct policy_list *list, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (!oci_digest_is_valid(list->items[i])) {
			AUTO(free) char *path = js_path(at);
			AUTO(free)
			char *shown = text_printable(list->items[i], strnlen(list->items[i], 80));

			err_set(err, EC_CORRUPT, "%s.revoked: '%s' is no fingerprint (sha256:…)",
				path, shown);
			return err_hint(err, "'epm key fingerprint FILE' prints a key's");
		}
	return 0;
}

static bool has_scope(const struct policy_file *file, const char *scope)
{
	for (size_t i = 0; i + 1 < file->n_rules; i++)
		if (!strcmp(file->rules[i].scope, scope))
			return true;
	return false;
}

/* Only the spelling that is kept by: two spellings would be two rules for one scope. */
static int check_scope(const struct js_at *at, const struct policy_file *file, const char *scope,
		       struct err *err)
{
	AUTO(free) char *bare = NULL;
	AUTO(free) char *path = js_path(at);
	AUTO(free) char *kept = NULL;

	if (policy_scope_parse(scope, &kept, err) < 0 || !kept) {
		err->code = EC_CORRUPT;
		return err_wrap(err, "%s", path);
	}
	bare = mem_printf("%s/", kept);
	if (strcmp(scope, kept) && strcmp(scope, bare))
		return err_set(err, EC_CORRUPT, "%s: the scope '%s' is written '%s'", path, scope,
			       kept);
	if (has_scope(file, kept) || has_scope(file, bare))
		return err_set(err, EC_CORRUPT, "%s: '%s' is there twice", path, kept);
	return 0;
}

static int read_scopes(const struct js_at *at, struct policy_file *file, struct err *err)
{
	struct js_at scopes;
	const char *scope;
	json_t *value;

	if (js_get_object(at, "scopes", &scopes, err) < 0)
		return -1;
	if (!scopes.value)
		return 0;
	if (json_object_size(scopes.value) > SCOPES_MAX)
		return js_expected(&scopes, "fewer entries", err);
	file->rules = mem_array(json_object_size(scopes.value) + 1, sizeof(*file->rules));
	json_object_foreach (scopes.value, scope, value) {
		struct js_at place = js_member(&scopes, scope);
		struct policy_rule *rule = &file->rules[file->n_rules++];

		rule->scope = scope;
		rule->file = file;
		if (check_scope(&scopes, file, scope, err) < 0 ||
		    policy_rule_read(&place, rule, err) < 0)
			return -1;
	}
	return 0;
}

int policy_take(json_t *json, const char *path, enum policy_origin origin, struct policy_file *out,
		struct err *err)
{
	struct js_at at = JS_ROOT(json, path);

	*out = (struct policy_file){ .origin = origin, .path = mem_text(path), .json = json };
	out->folder = mem_textn(path, path_base(path) - path);
	if (js_check_members(&at, file_keys, ARRAY_SIZE(file_keys), err) < 0 ||
	    js_get_text(&at, "trusted_root", &out->trusted_root, err) < 0 ||
	    policy_list_read(&at, "revoked", POLICY_LIST_MAX, &out->revoked, err) < 0 ||
	    check_revoked(&at, &out->revoked, err) < 0 ||
	    policy_list_read(&at, "deny", POLICY_LIST_MAX, &out->deny, err) < 0)
		return -1;
	return read_scopes(&at, out, err);
}

int policy_parse(struct span text, const char *path, enum policy_origin origin,
		 struct policy_file *out, struct err *err)
{
	json_t *json;

	*out = (struct policy_file){ .origin = origin };
	if (file_edit_read(text, path, &json, err) < 0)
		return -1;
	return policy_take(json, path, origin, out, err);
}

/* Whoever can write it decides what runs in the kernel. */
static int check_owner(int fd, const char *path, enum policy_origin origin, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, "%s", path);
	if (st.st_uid != 0 && (origin == POLICY_SYSTEM || st.st_uid != geteuid())) {
		err_set(err, EC_DENIED, "%s belongs to somebody else (uid %u)", path, st.st_uid);
		return err_hint(err, "nothing is trusted by it; 'chown' it or take it away");
	}
	if (st.st_mode & (origin == POLICY_SYSTEM ? 022 : 002)) {
		err_set(err, EC_DENIED, "%s may be written by others", path);
		return err_hint(err, "nothing is trusted by it until 'chmod go-w %s'", path);
	}
	return 0;
}

static int load_one(const char *path, enum policy_origin origin, struct policy_file *out,
		    struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? policy_parse(span_of(""), path, origin, out, err)
				       : err_errno(err, "%s", path);
	if (check_owner(fd, path, origin, err) < 0 || fs_read_fd(fd, path, &text, err) < 0)
		return -1;
	return policy_parse((struct span){ str_text(&text), text.len }, path, origin, out, err);
}

int policy_load(const char *home, const char *system_path, struct policy *out, struct err *err)
{
	AUTO(free) char *path = path_join(home, POLICY_FILE);

	*out = (struct policy){ 0 };
	if (load_one(path, POLICY_PERSON, &out->files[POLICY_PERSON], err) < 0 ||
	    (system_path &&
	     load_one(system_path, POLICY_SYSTEM, &out->files[POLICY_SYSTEM], err) < 0)) {
		policy_done(out);
		return -1;
	}
	return 0;
}

/* --- what is denied --------------------------------------------------------------------------------- */

static bool covers_word(const char *denied, const char *word)
{
	size_t len = strlen(denied);

	return !strncmp(word, denied, len) && (!word[len] || word[len] == '/');
}

static const char *find_denied(const struct policy_list *list, const char *const *words,
			       size_t n_words)
{
	for (size_t i = 0; i < n_words; i++)
		for (size_t j = 0; j < list->n_items; j++)
			if (covers_word(list->items[j], words[i]))
				return words[i];
	return NULL;
}

/* Of one file: what it denies to everybody, and what its scopes do that cover the place. */
static const char *denied_by(const struct policy_file *file, const char *place,
			     const char *const *words, size_t n_words)
{
	const char *found = find_denied(&file->deny, words, n_words);

	for (size_t i = 0; !found && i < file->n_rules; i++)
		if (policy_scope_covers(file->rules[i].scope, place))
			found = find_denied(&file->rules[i].deny, words, n_words);
	return found;
}

const char *policy_denied(const struct policy *policy, const char *place, const char *const *words,
			  size_t n_words, const char **out_where)
{
	for (size_t i = 0; i < ARRAY_SIZE(policy->files); i++) {
		const char *found = denied_by(&policy->files[i], place, words, n_words);

		if (!found)
			continue;
		*out_where = policy->files[i].path;
		return found;
	}
	return NULL;
}

bool policy_denies(const struct policy *policy, const char *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(policy->files); i++) {
		const struct policy_file *file = &policy->files[i];

		if (file->deny.n_items)
			return true;
		for (size_t j = 0; j < file->n_rules; j++)
			if (file->rules[j].deny.n_items &&
			    policy_scope_covers(file->rules[j].scope, place))
				return true;
	}
	return false;
}

char *policy_file_path(const struct policy_file *file, const char *name)
{
	return *name == '/' || !*file->folder ? mem_text(name) : path_join(file->folder, name);
}

char *policy_trusted_root(const struct policy *policy)
{
	const struct policy_file *file = &policy->files[POLICY_PERSON];

	if (!file->trusted_root)
		file = &policy->files[POLICY_SYSTEM];
	return file->trusted_root ? policy_file_path(file, file->trusted_root) : NULL;
}

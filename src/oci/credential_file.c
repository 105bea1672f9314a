// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/credential_file.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "oci/credential_helper.h"
#include "oci/registry_name.h"

/* docker/cli, registry.IndexServer */
#define HUB_KEY "https://index.docker.io/v1/"

void oci_credential_file_done(struct oci_credential_file *file)
{
	json_decref(file->json);
	file->json = NULL;
}

const char *oci_credential_key(const char *registry)
{
	return oci_registry_is_same(registry, OCI_DOCKER_HUB) ? HUB_KEY : registry;
}

static int check_shape(const struct oci_credential_file *file, struct err *err)
{
	struct js_at at = JS_ROOT(file->json, file->path), part;
	const char *ignored;

	if (js_is_object(&at, err) < 0 || js_get_object(&at, "auths", &part, err) < 0 ||
	    js_get_object(&at, "credHelpers", &part, err) < 0)
		return -1;
	return js_get_text(&at, "credsStore", &ignored, err);
}

int oci_credential_file_parse(struct oci_credential_file *file, struct span text, struct err *err)
{
	char *reason;

	text = span_trim(text);
	if (!text.len) { /* Docker and podman take an empty file for an empty document */
		file->json = json_object();
		return 0;
	}
	if (js_parse(text.data, text.len, file->path, &file->json, err) < 0) {
		/* jansson quotes what stands there, which may be a secret */
		reason = strstr(err->text, "not valid JSON");
		if (reason)
			reason[strlen("not valid JSON")] = '\0';
		return -1;
	}
	return check_shape(file, err);
}

/* Entries without content are left by Docker where a helper keeps the secret. */
static bool has_secrets(const json_t *json)
{
	static const char *const members[] = { "auth", "password", "identitytoken",
					       "registrytoken" };
	const char *key, *text;
	json_t *entry;

	json_object_foreach (json_object_get(json, "auths"), key, entry)
		for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
			text = json_string_value(json_object_get(entry, members[i]));
			if (text && *text)
				return true;
		}
	return false;
}

static void warn_of_readers(const struct oci_credential_file *file)
{
	static bool has_warned;
	struct stat st;

	if (has_warned || stat(file->path, &st) < 0 || !(st.st_mode & (S_IRGRP | S_IROTH)) ||
	    !has_secrets(file->json))
		return;
	has_warned = true;
	log_warn("%s holds secrets and others may read it (mode %04o); 'chmod 600' prevents that",
		 file->path, (unsigned int)st.st_mode & 07777);
}

int oci_credential_file_read(struct oci_credential_file *file, struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_SETTINGS);

	if (fs_read(AT_FDCWD, file->path, &text, err) < 0)
		return err->code == EC_NOT_FOUND ? 0 : -1;
	if (oci_credential_file_parse(file, (struct span){ str_text(&text), text.len }, err) < 0)
		return -1;
	warn_of_readers(file);
	return 0;
}

static bool is_key_of(const char *key, const char *registry)
{
	struct span host = oci_registry_of_url(key);
	AUTO(free) char *name = mem_textn(host.data, host.len);

	return oci_registry_is_same(name, registry);
}

/*
 * How well a key of auths fits, 0: not at all. The key that Docker would write is before others of
 * the same registry; of those with a namespace the longest one is first, which is exact.
 */
static size_t fit(const struct oci_credential_file *file, const char *key, const char *registry,
		  const char *repository)
{
	struct span host = oci_registry_of_url(key);
	const char *rest = host.data + host.len;
	size_t len;

	if (!is_key_of(key, registry))
		return 0;
	if (!strcmp(key, oci_credential_key(registry)))
		return 2;
	if (!file->has_namespaces || host.data != key || !*rest)
		return 1;
	len = strlen(++rest);
	if (!repository || strncmp(repository, rest, len) != 0 ||
	    (repository[len] && repository[len] != '/'))
		return 0;
	return 2 + len;
}

int oci_credential_file_helper(const struct oci_credential_file *file, const char *registry,
			       const char **out, struct err *err)
{
	struct js_at at = JS_ROOT(file->json, file->path);
	struct js_at helpers = js_member(&at, "credHelpers");
	const char *key, *name = NULL, *chosen = NULL;
	json_t *value;

	json_object_foreach (helpers.value, key, value)
		if (is_key_of(key, registry) &&
		    (!chosen || !strcmp(key, oci_credential_key(registry))))
			chosen = key;
	if (chosen ? js_need_text(&helpers, chosen, &name, err) < 0
		   : !file->has_namespaces && js_get_text(&at, "credsStore", &name, err) < 0)
		return -1;
	if (name && *name && !oci_helper_is_name(name)) {
		AUTO(free) char *shown = text_printable(name, strnlen(name, 80));

		return err_set(err, EC_CORRUPT, "%s: '%s' is not the name of a credential helper",
			       file->path, shown);
	}
	*out = name && *name ? name : NULL;
	return 0;
}

static int bad_auth(const struct js_at *entry, struct err *err)
{
	struct js_at place = js_member(entry, "auth");
	AUTO(free) char *path = js_path(&place);

	return err_set(err, EC_CORRUPT, "%s: expected the base64 of USER:PASSWORD", path);
}

/* Docker pads short ones with NUL bytes at the end; configfile/file.go, decodeAuth */
static int take_auth(const struct js_at *entry, const char *auth, struct oci_credentials *out,
		     struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_SECRET);
	struct err ignored = { 0 };
	const char *colon;

	if (base64_decode(span_of(auth), &text, &ignored) < 0)
		return bad_auth(entry, err);
	while (text.len && text.data[text.len - 1] == '\0')
		text.len--;
	colon = memchr(str_text(&text), ':', text.len);
	if (!colon || memchr(text.data, '\0', text.len))
		return bad_auth(entry, err);
	if (text.len == 1) /* CI where the variables were not set */
		return 0;
	out->user = mem_textn(text.data, colon - text.data);
	out->secret = mem_textn(colon + 1, text.data + text.len - colon - 1);
	return 0;
}

static int take_entry(const struct js_at *entry, struct oci_credentials *out, struct err *err)
{
	const char *auth = "", *user = "", *password = "", *identity = "", *token = "";

	if (js_is_object(entry, err) < 0 || js_get_text(entry, "auth", &auth, err) < 0 ||
	    js_get_text(entry, "username", &user, err) < 0 ||
	    js_get_text(entry, "password", &password, err) < 0 ||
	    js_get_text(entry, "identitytoken", &identity, err) < 0 ||
	    js_get_text(entry, "registrytoken", &token, err) < 0)
		return -1;
	if (*auth && take_auth(entry, auth, out, err) < 0)
		return -1;
	if (!*auth && *user && *password) {
		out->user = mem_text(user);
		out->secret = mem_text(password);
	}
	out->identity_token = *identity ? mem_text(identity) : NULL;
	out->registry_token = *token ? mem_text(token) : NULL;
	return 0;
}

int oci_credential_file_find(const struct oci_credential_file *file, const char *registry,
			     const char *repository, struct oci_credentials *out, struct err *err)
{
	AUTO(oci_credentials) struct oci_credentials found = { 0 };
	struct js_at at = JS_ROOT(file->json, file->path);
	struct js_at auths = js_member(&at, "auths"), entry;
	const char *key, *best = NULL;
	size_t best_fit = 0, now;
	json_t *value;
	bool is_empty;

	json_object_foreach (auths.value, key, value) {
		/* {} stands where a helper has the secret */
		is_empty = json_is_object(value) && !json_object_size(value);
		now = is_empty ? 0 : fit(file, key, registry, repository);
		if (now > best_fit) {
			best_fit = now;
			best = key;
		}
	}
	if (!best)
		return 0;
	entry = js_member(&auths, best);
	if (take_entry(&entry, &found, err) < 0)
		return -1;
	if (oci_credentials_exist(&found)) {
		found.source = mem_text(file->path);
		*out = found;
		found = (struct oci_credentials){ 0 };
	}
	return 0;
}

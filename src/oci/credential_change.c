// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <sys/file.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/secret.h"
#include "oci/credential_file.h"
#include "oci/registry_name.h"

/* As Docker writes it: "auth" also beside an identity token when there is a user. */
static json_t *make_entry(const struct oci_credentials *what)
{
	AUTO(secret) struct str plain = STR_MAX(2 * LIMIT_SECRET);
	AUTO(secret) struct str auth = STR_MAX(4 * LIMIT_SECRET);
	json_t *entry = json_object();

	if (what->user) {
		str_addf(&plain, "%s:%s", what->user, what->secret ? what->secret : "");
		base64_encode(str_text(&plain), plain.len, &auth);
		js_set_text(entry, "auth", str_text(&auth));
	}
	js_set_text(entry, "identitytoken", what->identity_token);
	return entry;
}

/* Every key that is this registry. */
static bool remove_entries(json_t *auths, const char *registry)
{
	bool was_there = false;
	const char *key;
	json_t *entry;
	void *next;

	json_object_foreach_safe(auths, next, key, entry)
	{
		struct span host = oci_registry_of_url(key);
		AUTO(free) char *name = mem_textn(host.data, host.len);

		if (!oci_registry_is_same(name, registry))
			continue;
		was_there = was_there || json_object_size(entry) > 0;
		json_object_del(auths, key);
	}
	return was_there;
}

/* Indented by tabs as Docker's; jansson puts a blank a level, and strings have no line breaks. */
static char *dump_with_tabs(const json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(1));

	if (!text)
		abort(); /* only out of memory */
	for (char *p = text; *p; p += *p == '\n') {
		for (; *p == ' '; p++)
			*p = '\t';
		p += strcspn(p, "\n");
	}
	return text;
}

static int write_back(const char *path, const json_t *json, struct err *err)
{
	AUTO(free) char *text = dump_with_tabs(json);
	int rc = fs_write(AT_FDCWD, path, text, strlen(text), 0600, err);

	explicit_bzero(text, strlen(text));
	return rc;
}

/* The file of this path, which is no link any more; its folder is locked. */
static int change_locked(const char *path, const char *registry, const struct oci_credentials *what,
			 bool *out_was_there, struct err *err)
{
	AUTO(oci_credential_file) struct oci_credential_file file = { .path = path };
	json_t *auths;

	if (oci_credential_file_read(&file, err) < 0)
		return -1;
	if (!file.json)
		file.json = json_object();
	auths = json_object_get(file.json, "auths");
	if (what) {
		if (!json_is_object(auths)) {
			auths = json_object();
			js_set(file.json, "auths", auths);
		}
		js_set(auths, oci_credential_key(registry), make_entry(what));
		return write_back(path, file.json, err);
	}
	*out_was_there = remove_entries(auths, registry);
	return *out_was_there ? write_back(path, file.json, err) : 0;
}

int oci_credential_file_change(const char *path, const char *registry,
			       const struct oci_credentials *what, bool *out_was_there,
			       struct err *err)
{
	AUTO(free) char *target = path_follow(path);
	const char *base = path_base(target);
	AUTO(free) char *folder = base == target ? mem_text(".") : mem_textn(target, base - target);
	AUTO(close) int fd = -1;

	if (fs_open_dir(AT_FDCWD, folder, what ? 0700 : 0, &fd, err) < 0) {
		if (what || err->code != EC_NOT_FOUND)
			return -1;
		*out_was_there = false;
		return 0;
	}
	/* Only against other epms: Docker takes no lock. Where there are none it goes without. */
	flock(fd, LOCK_EX);
	return change_locked(target, registry, what, out_was_there, err);
}

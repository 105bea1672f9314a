// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/remote.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"

#define FOLDER "remotes"
#define BLOBS_MAX 4096 /* of a repository; older ones are forgotten */

static char *file_of(const char *registry)
{
	char hex[HASH_HEX + 1];

	hash_hex_of(registry, strlen(registry), hex);
	return mem_printf("%.16s.json", hex);
}

static json_t *object_at(json_t *parent, const char *name)
{
	json_t *value = json_object_get(parent, name);

	if (json_is_object(value))
		return value;
	js_set(parent, name, json_object());
	return json_object_get(parent, name);
}

static json_t *read_document(int dir, const char *name)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);
	json_t *document = NULL;
	struct err err = { 0 };

	if (dir < 0 || fs_read(dir, name, &text, &err) < 0 ||
	    js_parse(str_text(&text), text.len, name, &document, &err) < 0)
		return json_object();
	if (json_is_object(document))
		return document;
	json_decref(document);
	return json_object();
}

void remote_open(const char *home, const char *registry, const char *repository, struct remote *out)
{
	AUTO(free) char *folder = path_join(home, FOLDER);
	AUTO(free) char *name = file_of(registry);
	AUTO(close) int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *single;

	*out = (struct remote){ mem_text(home), mem_text(registry), mem_text(repository), NULL,
				NULL,		OCI_SINGLE_UNKNOWN };
	out->document = read_document(dir, name);
	js_set_text(out->document, "registry", registry);
	out->here = object_at(object_at(out->document, "repositories"), repository);
	single = json_string_value(json_object_get(out->document, "singlePost"));
	if (single)
		out->single_post = strcmp(single, "yes") ? OCI_SINGLE_NO : OCI_SINGLE_YES;
}

void remote_done(struct remote *remote)
{
	free(remote->home);
	free(remote->registry);
	free(remote->repository);
	json_decref(remote->document);
	*remote = (struct remote){ 0 };
}

static bool digest_at(const json_t *object, const char *name, struct oci_digest *out)
{
	const char *text = json_string_value(json_object_get(object, name));
	struct err err;

	return text && oci_digest_is_valid(text) && oci_digest_parse(text, out, &err) == 0;
}

bool remote_tag(const struct remote *remote, const char *tag, struct remote_tag *out)
{
	json_t *seen = json_object_get(json_object_get(remote->here, "tags"), tag);
	const char *architecture;

	if (!digest_at(seen, "digest", &out->digest))
		return false;
	if (!digest_at(seen, "resolved", &out->resolved))
		out->resolved = out->digest;
	architecture = json_string_value(json_object_get(seen, "architecture"));
	snprintf(out->architecture, sizeof(out->architecture), "%s",
		 architecture ? architecture : "");
	return true;
}

static bool has(const json_t *repository, const struct oci_digest *blob)
{
	json_t *blobs = json_object_get(repository, "blobs"), *one;
	size_t i;

	json_array_foreach (blobs, i, one) {
		const char *text = json_string_value(one);

		if (text && !strcmp(text, blob->text))
			return true;
	}
	return false;
}

bool remote_has(const struct remote *remote, const struct oci_digest *blob)
{
	return has(remote->here, blob);
}

bool remote_has_others(const struct remote *remote)
{
	return json_object_size(json_object_get(remote->document, "repositories")) > 1;
}

bool remote_has_at(const struct remote *remote, const char *repository,
		   const struct oci_digest *blob)
{
	return has(json_object_get(json_object_get(remote->document, "repositories"), repository),
		   blob);
}

const char *remote_other_with(const struct remote *remote, const struct oci_digest *blob)
{
	json_t *repositories = json_object_get(remote->document, "repositories"), *one;
	const char *name;

	json_object_foreach (repositories, name, one)
		if (one != remote->here && has(one, blob))
			return name;
	return NULL;
}

void remote_set_tag(struct remote *remote, const char *tag, const struct remote_tag *seen)
{
	json_t *entry = object_at(object_at(remote->here, "tags"), tag);

	js_set_text(entry, "digest", seen->digest.text);
	js_set_text(entry, "resolved", seen->resolved.text);
	js_set_text(entry, "architecture", seen->architecture);
}

void remote_add(struct remote *remote, const struct oci_digest *blob)
{
	json_t *blobs = json_object_get(remote->here, "blobs");

	if (has(remote->here, blob))
		return;
	if (!json_is_array(blobs)) {
		js_set(remote->here, "blobs", json_array());
		blobs = json_object_get(remote->here, "blobs");
	}
	if (json_array_size(blobs) >= BLOBS_MAX && json_array_remove(blobs, 0) < 0)
		return;
	js_append(blobs, json_string(blob->text));
}

/* Others may have written since; of this repository what was just seen counts. */
static void merge(const struct remote *remote, json_t *document)
{
	json_t *repositories = object_at(document, "repositories");

	js_set_text(document, "registry", remote->registry);
	if (remote->single_post != OCI_SINGLE_UNKNOWN)
		js_set_text(document, "singlePost",
			    remote->single_post == OCI_SINGLE_YES ? "yes" : "no");
	js_set(repositories, remote->repository, json_incref(remote->here));
}

void remote_save(const struct remote *remote)
{
	AUTO(free) char *folder = path_join(remote->home, FOLDER);
	AUTO(free) char *name = file_of(remote->registry);
	AUTO(free) char *temp = mem_printf(".%s.tmp", name);
	AUTO(json) json_t *document = NULL;
	AUTO(free) char *text = NULL;
	AUTO(close) int dir = -1;
	AUTO(close) int lock = -1;
	AUTO(close) int fd = -1;
	struct err err = { 0 };

	if (fs_open_dir(AT_FDCWD, folder, 0755, &dir, &err) < 0 ||
	    fs_lock(dir, "lock", &lock, &err) < 0)
		return;
	document = read_document(dir, name);
	merge(remote, document);
	text = js_dump(document);
	/* not synced: it may get lost */
	fd = openat(dir, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || fs_write_fd(fd, text, strlen(text), name, &err) < 0 ||
	    renameat(dir, temp, dir, name) < 0)
		unlinkat(dir, temp, 0);
}

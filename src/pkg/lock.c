// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/lock.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "pkg/file_edit.h"
#include "pkg/store.h"

static const char *const file_keys[] = { "packages" };
static const char *const pin_keys[] = { "digest", "signers" };

void lock_done(struct lock *lock)
{
	for (size_t i = 0; i < lock->n_pins; i++) {
		for (size_t j = 0; j < lock->pins[i].n_signers; j++)
			free(lock->pins[i].signers[j]);
		free(lock->pins[i].signers);
		free(lock->pins[i].name);
	}
	free(lock->pins);
	free(lock->path);
	*lock = (struct lock){ 0 };
}

static int read_signers(const struct js_at *at, struct lock_pin *pin, struct err *err)
{
	struct js_at list, element;
	const char *text;

	if (js_get_array(at, "signers", &list, err) < 0)
		return -1;
	if (json_array_size(list.value) > LOCK_SIGNERS_MAX)
		return js_expected(&list, "fewer entries", err);
	pin->signers = mem_array(json_array_size(list.value) + 1, sizeof(*pin->signers));
	for (size_t i = 0; list.value && i < json_array_size(list.value); i++) {
		element = js_element(&list, i);
		text = json_string_value(element.value);
		if (!text || !*text)
			return js_expected(&element, "a text", err);
		pin->signers[pin->n_signers++] = mem_text(text);
	}
	return 0;
}

static int read_pin(const struct js_at *at, struct lock_pin *pin, struct err *err)
{
	AUTO(free) char *path = js_path(at);
	AUTO(free) char *name = NULL;
	const char *digest = NULL;

	if (store_name(at->name, &name, err) < 0 || strcmp(name, at->name)) {
		err->code = EC_CORRUPT;
		return err_set(err, EC_CORRUPT, "%s: not a whole name with its tag", path);
	}
	pin->name = STEAL(name);
	if (js_is_object(at, err) < 0 ||
	    js_check_members(at, pin_keys, ARRAY_SIZE(pin_keys), err) < 0 ||
	    js_need_text(at, "digest", &digest, err) < 0)
		return -1;
	if (oci_digest_parse(digest, &pin->digest, err) < 0)
		return err_wrap(err, "%s.digest", path);
	return read_signers(at, pin, err);
}

static int read_pins(const struct js_at *at, struct lock *out, struct err *err)
{
	struct js_at packages, place;
	const char *name;
	json_t *value;

	if (js_check_members(at, file_keys, ARRAY_SIZE(file_keys), err) < 0 ||
	    js_get_object(at, "packages", &packages, err) < 0)
		return -1;
	out->pins = mem_array(json_object_size(packages.value) + 1, sizeof(*out->pins));
	json_object_foreach (packages.value, name, value) {
		place = js_member(&packages, name);
		if (read_pin(&place, &out->pins[out->n_pins++], err) < 0)
			return -1;
	}
	return 0;
}

int lock_read(const char *path, struct lock *out, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);
	AUTO(lock) struct lock lock = { .path = mem_text(path) };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (fs_read(AT_FDCWD, path, &text, err) < 0 ||
	    file_edit_read((struct span){ str_text(&text), text.len }, path, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, path);
	if (read_pins(&at, &lock, err) < 0)
		return -1;
	*out = lock;
	lock = (struct lock){ 0 };
	return 0;
}

const struct lock_pin *lock_find(const struct lock *lock, const char *name)
{
	for (size_t i = 0; i < lock->n_pins; i++)
		if (!strcmp(lock->pins[i].name, name))
			return &lock->pins[i];
	return NULL;
}

int lock_set(const char *path, const struct lock_pin *pin, struct err *err)
{
	AUTO(file_edit) struct file_edit edit = FILE_EDIT_NONE;
	json_t *packages, *one = json_object(), *signers = json_array();

	js_set_text(one, "digest", pin->digest.text);
	for (size_t i = 0; i < pin->n_signers; i++)
		js_append(signers, js_text_lossy(pin->signers[i], strlen(pin->signers[i])));
	js_set(one, "signers", signers);
	if (file_edit_open(path, &edit, err) < 0) {
		json_decref(one);
		return -1;
	}
	packages = json_object_get(edit.json, "packages");
	if (!json_is_object(packages)) {
		packages = json_object();
		js_set(edit.json, "packages", packages);
	}
	js_set(packages, pin->name, one);
	return file_edit_write(&edit, "packages", err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/store.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "pkg/store_index.h"

#define PREFIX_MIN 7 /* hex characters of an abbreviated digest, as git has it */

int store_open(const char *home, enum store_mode mode, struct store **out, struct err *err)
{
	AUTO(store) struct store *store = mem_alloc(sizeof(*store));

	int rc;

	store->home = mem_text(home);
	rc = mode == STORE_PASSING
		     ? oci_layout_open_passing(home, &store->layout, err)
		     : oci_layout_open(home, mode == STORE_WRITE, &store->layout, err);
	if (rc < 0 && (mode != STORE_READ || err->code != EC_NOT_FOUND))
		return -1;
	*out = STEAL(store);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	oci_layout_close(store->layout);
	free(store->home);
	free(store);
}

struct oci_layout *store_layout(struct store *store)
{
	return store->layout;
}

int store_list(struct store *store, struct store_list *out, struct err *err)
{
	return store_query(store, NULL, NULL, out, err);
}

int store_read(struct store *store, const struct oci_digest *digest, struct str *out,
	       struct err *err)
{
	if (!store->layout)
		return err_set(err, EC_NOT_FOUND, "blob %s: there is no store at %s", digest->text,
			       store->home);
	return oci_layout_get(store->layout, digest, UINT64_MAX, out, err);
}

void store_target_done(struct store_target *target)
{
	free(target->name);
	free(target->media_type);
	free(target->origin);
	*target = (struct store_target){ 0 };
}

static void take_entry(const struct store_entry *entry, struct store_target *out)
{
	*out = (struct store_target){
		.name = mem_text(entry->name),
		.digest = entry->digest,
		.size_bytes = entry->manifest_bytes,
		.media_type = mem_text(entry->media_type),
		.origin = mem_text(entry->origin),
		.root = entry->root,
	};
}

static bool is_only_digest(const struct store_list *list)
{
	for (size_t i = 1; i < list->n_entries; i++)
		if (!oci_digest_equal(&list->entries[i].digest, &list->entries[0].digest))
			return false;
	return list->n_entries > 0;
}

static int ambiguous(const char *text, const struct store_list *list, struct err *err)
{
	err_set(err, EC_USAGE, "'%s' begins the digests of several packages", text);
	return err_hint(err, "%.*s (%s), %.*s (%s), …", (int)sizeof("sha256:") + OCI_DIGEST_SHORT,
			list->entries[0].digest.text,
			list->entries[0].name ? list->entries[0].name : "without a name",
			(int)sizeof("sha256:") + OCI_DIGEST_SHORT,
			list->entries[list->n_entries - 1].digest.text,
			list->entries[list->n_entries - 1].name
				? list->entries[list->n_entries - 1].name
				: "without a name");
}

/* A manifest that no entry names, but whose blob is there (as after a lost index). */
static int find_blob(struct store *store, const struct oci_digest *digest, struct store_target *out,
		     struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_MANIFEST);
	AUTO(json) json_t *json = NULL;
	const char *type;
	uint64_t size;

	if (!store->layout || !oci_layout_has(store->layout, digest, &size))
		return err_set(err, EC_NOT_FOUND, "%s is not in the store", digest->text);
	if (oci_layout_get(store->layout, digest, UINT64_MAX, &text, err) < 0)
		return -1;
	if (js_parse(str_text(&text), text.len, digest->text, &json, err) < 0 ||
	    !(type = oci_type_guess(json)))
		return err_set(err, EC_USAGE, "%s is in the store, but no package", digest->text);
	*out = (struct store_target){
		.digest = *digest,
		.size_bytes = text.len,
		.media_type = mem_text(type),
	};
	return 0;
}

/* By whole digest; of several names the wanted one (or NULL) is preferred. */
static int find_digest(struct store *store, const struct oci_digest *digest, const char *wanted,
		       struct store_target *out, struct err *err)
{
	AUTO(store_list) struct store_list list = { 0 };
	size_t best = 0;

	if (store_query(store, NULL, digest->text, &list, err) < 0)
		return -1;
	if (!list.n_entries)
		return find_blob(store, digest, out, err);
	for (size_t i = 0; wanted && i < list.n_entries; i++)
		if (list.entries[i].name && !strcmp(list.entries[i].name, wanted))
			best = i;
	take_entry(&list.entries[best], out);
	return 0;
}

/* "sha256:1f0a2b3" or "1f0a2b3" as the beginning of a digest; NULL when it cannot be one. */
static char *digest_prefix(const char *text)
{
	const char *hex = text_starts(text, "sha256:") ? text + sizeof("sha256:") - 1 : text;
	size_t len = strlen(hex);

	if (len < PREFIX_MIN || len > HASH_HEX || !hex_is_lower(hex, len))
		return NULL;
	return mem_printf("sha256:%s", hex);
}

static const char *base_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* What stands before the tag. */
static size_t name_length(const char *base)
{
	const char *colon = strrchr(base, ':');

	return colon ? (size_t)(colon - base) : strlen(base);
}

/* By what packages are called: registries and tags, which they share, make none like another. */
static const char *similar_name(const struct store_list *list, const char *typed)
{
	AUTO(free) char *word = mem_textn(typed, name_length(typed));

	for (size_t i = 0; i < list->n_entries; i++) {
		const char *other = list->entries[i].name;
		AUTO(free) char *base = NULL;

		if (!other)
			continue;
		base = mem_textn(base_of(other), name_length(base_of(other)));
		if (text_nearest(word, (const char *[]){ base }, 1))
			return other;
	}
	return NULL;
}

/* A name of the store for the hint: the same one of another registry or tag, else a near one. */
static const char *near_name(const struct store_list *list, const char *name)
{
	const char *base = base_of(name);
	size_t len = name_length(base);

	for (size_t i = 0; i < list->n_entries; i++)
		if (list->entries[i].name && !strcmp(base_of(list->entries[i].name), base))
			return list->entries[i].name;
	for (size_t i = 0; i < list->n_entries; i++) {
		const char *other = list->entries[i].name;

		if (other && !strncmp(base_of(other), base, len) && base_of(other)[len] == ':')
			return other;
	}
	return similar_name(list, base);
}

static int not_found(struct store *store, const char *text, const char *name, struct err *err)
{
	AUTO(store_list) struct store_list list = { 0 };
	const char *near;

	if (store_list(store, &list, err) < 0)
		return -1;
	err_set(err, EC_NOT_FOUND, "%s is not in the store", name ? name : text);
	near = name ? near_name(&list, name) : NULL;
	if (near)
		return err_hint(err, "the store has %s", near);
	if (!list.n_entries)
		return err_hint(err, "the store %s is empty", store->home);
	return err_hint(err, "'epm ls' lists what is there");
}

/* By name, then by what may begin a digest. name is NULL when the text is no reference. */
static int find_name(struct store *store, const char *text, const char *name,
		     struct store_target *out, struct err *err)
{
	AUTO(store_list) struct store_list list = { 0 };
	AUTO(free) char *prefix = digest_prefix(text);

	if (name && store_query(store, name, NULL, &list, err) < 0)
		return -1;
	if (!list.n_entries && prefix) {
		store_list_done(&list);
		if (store_query(store, NULL, prefix, &list, err) < 0)
			return -1;
		if (list.n_entries && !is_only_digest(&list))
			return ambiguous(text, &list, err);
	}
	if (!list.n_entries)
		return not_found(store, text, name, err);
	take_entry(&list.entries[0], out);
	return 0;
}

int store_resolve(struct store *store, const char *text, struct store_target *out, struct err *err)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	AUTO(free) char *name = NULL;
	struct oci_digest digest;

	if (*text == '@')
		text++;
	if (oci_digest_is_valid(text)) {
		if (oci_digest_parse(text, &digest, err) < 0)
			return -1;
		return find_digest(store, &digest, NULL, out, err);
	}
	if (oci_reference_parse(text, &reference, err) < 0)
		return -1;
	digest = reference.digest;
	reference.digest = (struct oci_digest){ 0 };
	if (!reference.tag)
		reference.tag = mem_text("latest");
	name = oci_reference_text(&reference);
	if (digest.text[0])
		return find_digest(store, &digest, name, out, err);
	return find_name(store, text, name, out, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/referrers.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/view.h"
#include "oci/referrers.h"

#define DEPTH_MAX 8
#define TREE_MAX 10000

/* Where referrers are asked for: one of the two. */
struct source {
	struct oci_repository *repository;
	struct store *store;
	size_t n_seen;
};

static int get(struct source *source, const struct oci_digest *subject, struct oci_index **out,
	       struct err *err)
{
	if (source->repository)
		return oci_referrers_get(source->repository, subject, out, err);
	return fetch_store_referrers(source->store, subject, out, err);
}

static json_t *row_of(const struct oci_descriptor *referrer)
{
	json_t *row = json_object();

	js_set_text(row, "digest", referrer->digest.text);
	js_set_text(row, "artifactType", referrer->artifact_type);
	js_set_text(row, "mediaType", referrer->media_type);
	js_set_size(row, "size", referrer->size_bytes);
	if (json_object_size(referrer->annotations))
		js_set(row, "annotations", json_incref(referrer->annotations));
	return row;
}

static int add_below(struct source *source, const struct oci_digest *subject, json_t *parent,
		     int depth, struct err *err)
{
	AUTO(oci_index) struct oci_index *index = NULL;
	json_t *rows = json_array(), *row;

	js_set(parent, "referrers", rows);
	if (get(source, subject, &index, err) < 0)
		return -1;
	for (size_t i = 0; i < index->n_manifests; i++) {
		row = row_of(&index->manifests[i]);
		js_append(rows, row);
		if (source->n_seen++ == TREE_MAX)
			return err_set(err, EC_CORRUPT, "more than %d referrers", TREE_MAX);
		if (depth < DEPTH_MAX &&
		    add_below(source, &index->manifests[i].digest, row, depth + 1, err) < 0)
			return -1;
	}
	return 0;
}

/* The lines of a tree, as tree(1) draws them. */
static void draw(const json_t *node, const char *indent, struct str *out)
{
	json_t *rows = json_object_get(node, "referrers"), *row;
	size_t i, n = json_array_size(rows);

	json_array_foreach (rows, i, row) {
		bool is_last = i + 1 == n;
		const char *type = json_string_value(json_object_get(row, "artifactType"));
		AUTO(free) char *clean = text_printable(type ? type : "", type ? strlen(type) : 0);
		AUTO(free) char *below = mem_printf("%s%s", indent, is_last ? "   " : "│  ");

		str_addf(out, "%s%s %s  %s\n", indent, is_last ? "└─" : "├─",
			 json_string_value(json_object_get(row, "digest")), clean);
		draw(row, below, out);
	}
}

static int print_tree(const json_t *tree, bool is_json, struct err *err)
{
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *text = NULL;

	if (is_json) {
		text = js_dump_pretty(tree);
		str_adds(&out, text);
	} else {
		str_addf(&out, "%s@%s\n", json_string_value(json_object_get(tree, "reference")),
			 json_string_value(json_object_get(tree, "digest")));
		draw(tree, "", &out);
	}
	return cmd_print(&out, err);
}

static int show(struct source *source, const char *name, const struct oci_digest *digest,
		bool is_json, struct err *err)
{
	AUTO(json) json_t *tree = json_object();

	js_set_text(tree, "reference", name);
	js_set_text(tree, "digest", digest->text);
	if (add_below(source, digest, tree, 0, err) < 0)
		return -1;
	return print_tree(tree, is_json, err);
}

static int show_remote(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       bool is_json, struct err *err)
{
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	AUTO(settings_places) struct settings_places places = { 0 };
	AUTO(free) char *name = NULL;
	const struct settings_place *home;
	struct oci_access access;
	struct source source = { 0 };
	struct oci_digest digest;

	if (cmd_session_open(env, remote, &session, err) < 0 ||
	    oci_reference_parse(text, &reference, err) < 0 ||
	    settings_places(&session.settings, &reference, &places, err) < 0)
		return -1;
	home = &places.items[places.n_items - 1];
	digest = reference.digest;
	access = (struct oci_access){ home->registry, home->repository, "pull", NULL };
	if (oci_repository_open(session.client, &access, &source.repository, err) < 0)
		return -1;
	if (!digest.text[0] &&
	    oci_tag_resolve(source.repository, reference.tag ? reference.tag : "latest", &digest,
			    err) < 0)
		return -1;
	name = mem_printf("%s/%s", home->registry, home->repository);
	return show(&source, name, &digest, is_json, err);
}

int cmd_show_referrers(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       bool is_remote, bool is_json, struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(store_target) struct store_target target = { 0 };
	AUTO(free) char *whole = NULL;
	struct source source = { 0 };
	struct err store_err;

	if (is_remote)
		return show_remote(env, remote, text, is_json, err);
	if (store_open(env->home, STORE_READ, &store, err) < 0)
		return -1;
	source.store = store;
	if (store_resolve(store, text, &target, err) == 0)
		return show(&source, target.name ? target.name : text, &target.digest, is_json,
			    err);
	if (!cmd_view_may(env, text, err, &whole))
		return -1;
	store_err = *err;
	if (store_resolve(store, whole, &target, err) == 0)
		return show(&source, whole, &target.digest, is_json, err);
	*err = (struct err){ 0 };
	if (show_remote(env, remote, text, is_json, err) == 0)
		return 0;
	return cmd_view_failed(text, &store_err, err);
}

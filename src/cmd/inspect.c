// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/print.h"
#include "cmd/gate.h"
#include "cmd/list.h"
#include "cmd/referrers.h"
#include "cmd/view.h"
#include "oci/mediatype.h"
#include "pkg/package.h"

struct options {
	struct cli_common common;
	bool wants_json;
	bool wants_manifest;
	bool wants_config;
	bool wants_referrers;
	bool is_remote;
	struct cmd_remote remote;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object" },
	{ .name = "manifest",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_manifest),
	  .help = "print the manifest (or image index), byte for byte" },
	{ .name = "config",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_config),
	  .help = "print the package config, byte for byte" },
	{ .name = "referrers",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_referrers),
	  .help = "print what refers to it (signatures and the like) as a tree" },
	{ .name = "remote",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_remote),
	  .help = "look at the registry, also when the store has it" },
	CMD_REMOTE_OPTIONS(struct options),
};

static json_t *layer_rows(const struct oci_manifest *manifest)
{
	json_t *rows = json_array(), *row;

	for (size_t i = 0; i < manifest->n_layers; i++) {
		const struct oci_descriptor *layer = &manifest->layers[i];

		row = json_object();
		js_set_text(row, "title", oci_annotation(layer->annotations, OCI_KEY_TITLE));
		js_set_text(row, "mediaType", layer->media_type);
		js_set_size(row, "size", layer->size_bytes);
		js_set_text(row, "digest", layer->digest.text);
		js_append(rows, row);
	}
	return rows;
}

static json_t *manifest_rows(const struct oci_index *index)
{
	json_t *rows = json_array(), *row;

	for (size_t i = 0; i < index->n_manifests; i++) {
		row = json_object();
		js_set_text(row, "architecture", index->manifests[i].architecture);
		js_set_size(row, "size", index->manifests[i].size_bytes);
		js_set_text(row, "digest", index->manifests[i].digest.text);
		js_append(rows, row);
	}
	return rows;
}

/* The listing as a value: what --json prints, and what the text is made of. */
static json_t *value_of(const struct package_info *info)
{
	const struct oci_manifest *manifest = info->manifest;
	json_t *value = json_object();

	js_set_text(value, "reference", info->target.name);
	js_set_text(value, "digest", info->target.digest.text);
	js_set_text(value, "mediaType", info->target.media_type);
	js_set_text(value, "artifactType",
		    manifest->artifact_type ? manifest->artifact_type
					    : manifest->config.media_type);
	if (info->index)
		js_set(value, "manifests", manifest_rows(info->index));
	if (info->package_config)
		js_set(value, "package", json_incref(info->package_config));
	js_set(value, "layers", layer_rows(manifest));
	js_set(value, "annotations",
	       manifest->annotations ? json_incref(manifest->annotations) : json_object());
	return value;
}

static void add_line(const char *label, const json_t *value, struct str *out)
{
	if (!value || json_is_null(value))
		return;
	str_addf(out, "%-15s", label);
	print_value(value, out);
	str_addc(out, '\n');
}

/* An object as lines; members that are empty say nothing. */
static void add_members(const json_t *value, const struct print_style *style, struct str *out)
{
	int widest = 0;
	const char *key;
	json_t *member;

	json_object_foreach ((json_t *)value, key, member)
		if ((int)strlen(key) > widest)
			widest = strlen(key);
	json_object_foreach ((json_t *)value, key, member) {
		AUTO(free) char *clean = text_printable(key, strlen(key));
		AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);

		if (json_is_array(member) && !json_array_size(member))
			continue;
		str_addf(out, "  %-*s  ", widest, clean);
		print_value(member, &text);
		print_wrapped(str_text(&text), widest + 4, style->width, out);
	}
}

/* An array of objects as a table, of others as one line. */
static void add_section(const char *title, const json_t *value, const struct print_style *style,
			struct str *out)
{
	if (!json_array_size(value) && !json_object_size(value))
		return;
	str_addf(out, "\n%s\n", title);
	if (json_is_object(value)) {
		add_members(value, style, out);
	} else if (json_is_object(json_array_get(value, 0))) {
		print_objects(value, style, "  ", out);
	} else {
		str_adds(out, "  ");
		print_value(value, out);
		str_addc(out, '\n');
	}
}

static void make_text(const json_t *value, const struct print_style *style, struct str *out)
{
	static const struct {
		const char *title, *member;
	} sections[] = {
		{ "Programs", "programs" },
		{ "Maps", "maps" },
		{ "Flags", "flags" },
		{ "Requirements", "requirements" },
		{ "Kernel types", "kernelTypes" },
		{ "Toolchain", "toolchain" },
	};
	const json_t *package = json_object_get(value, "package");

	add_line("Reference", json_object_get(value, "reference"), out);
	add_line("Digest", json_object_get(value, "digest"), out);
	add_line("Name", json_object_get(package, "name"), out);
	add_line("Version", json_object_get(package, "version"), out);
	add_line("Architecture", json_object_get(package, "architecture"), out);
	add_line("Artifact type", json_object_get(value, "artifactType"), out);
	add_line("Trust", json_object_get(json_object_get(value, "trust"), "decision"), out);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		add_section(sections[i].title, json_object_get(package, sections[i].member), style,
			    out);
	add_section("Manifests", json_object_get(value, "manifests"), style, out);
	add_section("Layers", json_object_get(value, "layers"), style, out);
	add_section("Annotations", json_object_get(value, "annotations"), style, out);
}

/* What a run would decide; of a policy that cannot be read the reason. */
static json_t *decision_of(const struct cmd_env *env, struct store *store,
			   const struct package_info *info)
{
	AUTO(trust_decision) struct trust_decision decision = { 0 };
	AUTO(cmd_trust) struct trust trust = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct err err = { 0 };
	json_t *json;

	if (cmd_trust_open(env, false, &trust, &err) < 0 ||
	    trust_decide_stored(&trust, store, &info->target, &info->target.digest, &decision,
				&err) < 0)
		decision.refusal = err;
	json = trust_decision_json(&decision);
	trust_decision_text(&decision, &text);
	js_set(json, "decision", js_text_lossy(str_text(&text), text.len));
	return json;
}

static int print_info(const struct package_info *info, json_t *trust, const struct options *s,
		      struct err *err)
{
	struct print_style style = { .width = print_width(), .now = clock_wall() };
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *value = NULL;
	AUTO(free) char *json = NULL;

	if (s->wants_manifest)
		return cmd_print(&info->raw, err);
	if (s->wants_config)
		return cmd_print(&info->config_raw, err);
	value = value_of(info);
	if (trust)
		js_set(value, "trust", json_incref(trust));
	if (s->wants_json) {
		json = js_dump_pretty(value);
		str_adds(&text, json);
	} else {
		make_text(value, &style, &text);
	}
	return cmd_print(&text, err);
}

/* env: NULL where it is only looked at, so that nothing can be decided on it. */
static int show(const struct cmd_env *env, struct store *store, const char *name,
		const struct options *s, struct err *err)
{
	AUTO(package_info) struct package_info info = { 0 };
	AUTO(json) json_t *trust = NULL;

	if (package_info_read(store, name, &info, err) < 0)
		return -1;
	if (env && !s->wants_manifest && !s->wants_config)
		trust = decision_of(env, store, &info);
	return print_info(&info, trust, s, err);
}

static int show_remote(const struct cmd_env *env, const char *text, const struct options *s,
		       struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };

	if (cmd_view_open(env, &s->remote, text, CMD_VIEW_CONFIG, &view, err) < 0)
		return -1;
	return show(NULL, view.store, view.name, s, err);
}

static int show_here(const struct cmd_env *env, const char *text, const struct options *s,
		     struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(free) char *name = NULL;
	struct err store_err;

	if (store_open(env->home, STORE_READ, &store, err) < 0)
		return -1;
	if (show(env, store, text, s, err) == 0)
		return 0;
	if (!cmd_view_may(env, text, err, &name))
		return -1;
	store_err = *err;
	if (show(env, store, name, s, err) == 0)
		return 0;
	if (err->code != EC_NOT_FOUND)
		return -1;
	*err = (struct err){ 0 };
	return show_remote(env, text, s, err) < 0 ? cmd_view_failed(text, &store_err, err) : 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *s = settings;
	const char *text = args->items[0];

	if (s->wants_json + s->wants_manifest + s->wants_config > 1)
		return err_set(err, EC_USAGE, "--json, --manifest and --config exclude each other");
	if (s->wants_referrers && (s->wants_manifest || s->wants_config))
		return err_set(err, EC_USAGE, "--referrers excludes --manifest and --config");
	if (s->wants_referrers)
		return cmd_show_referrers(env, &s->remote, text, s->is_remote, s->wants_json, err);
	return s->is_remote ? show_remote(env, text, s, err) : show_here(env, text, s, err);
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_inspect = {
	.cli = { .name = "inspect",
		 .synopsis = "[OPTIONS] REF",
		 .summary = "show what is in a package",
		 .details =
			 "Programs, maps, flags with their defaults, what it requires of a "
			 "kernel, layers and annotations. What the store does not have is looked "
			 "at where it is, without being pulled. Every byte that is shown was "
			 "hashed when it was read.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

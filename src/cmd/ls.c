// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "pkg/store.h"

struct settings {
	struct cli_common common;
	bool wants_json;
	bool is_full;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, wants_json),
	  .help = "print an array of objects instead of a table" },
	{ .name = "no-trunc",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, is_full),
	  .help = "cut nothing: whole digests, rows wider than the terminal" },
};

static const struct print_column columns[] = {
	{ .title = "NAME", .member = "name", .may_shrink = true },
	{ .title = "TAG", .member = "tag", .may_shrink = true },
	{ .title = "DIGEST", .member = "digest", .kind = PRINT_DIGEST },
	{ .title = "SIZE", .member = "size", .kind = PRINT_SIZE, .is_right = true },
	{ .title = "AGE", .member = "added", .kind = PRINT_AGE },
	{ .title = "ARCH", .member = "architectures", .may_shrink = true },
};

/* "sha256:…", or the first seven hex characters and more */
static bool begins_digest(const char *text, const struct oci_digest *digest)
{
	if (text_starts(text, "sha256:"))
		return text_starts(digest->text, text);
	return strlen(text) >= 7 && text_starts(oci_digest_hex(digest), text);
}

/* "registry.example/x/opensnoop:1.0" is asked for by itself, without its tag, or by its last part. */
static bool is_asked_for(const struct store_entry *entry, const struct cli_args *args)
{
	const char *name = entry->name, *colon = name ? strrchr(name, ':') : NULL;
	AUTO(free) char *repository = colon ? mem_textn(name, colon - name) : NULL;
	const char *slash = repository ? strrchr(repository, '/') : NULL;

	for (size_t i = 0; i < args->n_items; i++) {
		const char *asked = args->items[i];

		if (begins_digest(asked, &entry->digest))
			return true;
		if (!repository)
			continue;
		if (!strcmp(name, asked) || !strcmp(repository, asked) ||
		    (slash && (!strcmp(slash + 1, asked) ||
			       !strcmp(name + (slash + 1 - repository), asked))))
			return true;
	}
	return false;
}

static json_t *architectures(const char *list)
{
	json_t *array = json_array();
	const char *comma;

	for (; list && *list; list = comma + (*comma != '\0')) {
		comma = strchrnul(list, ',');
		js_append(array, js_text_lossy(list, comma - list));
	}
	return array;
}

static json_t *row_of(const struct store_entry *entry)
{
	const char *colon = entry->name ? strrchr(entry->name, ':') : NULL;
	AUTO(free) char *added = entry->added ? clock_rfc3339(entry->added) : NULL;
	json_t *row = json_object();

	if (colon)
		js_set(row, "name", js_text_lossy(entry->name, colon - entry->name));
	js_set_text(row, "tag", colon ? colon + 1 : NULL);
	js_set_text(row, "reference", entry->name);
	js_set_text(row, "digest", entry->digest.text);
	if (entry->size_bytes)
		js_set_size(row, "size", entry->size_bytes);
	js_set_text(row, "added", added);
	js_set(row, "architectures", architectures(entry->architectures));
	js_set_text(row, "version", entry->version);
	if (entry->subject.text[0])
		js_set_text(row, "subject", entry->subject.text);
	return row;
}

static json_t *make_rows(const struct store_list *list, const struct cli_args *args)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < list->n_entries; i++) {
		const struct store_entry *entry = &list->entries[i];
		bool is_referrer = !entry->name && entry->subject.text[0];

		if (args->n_items ? is_asked_for(entry, args) : !is_referrer)
			js_append(rows, row_of(entry));
	}
	return rows;
}

static int print_rows(const json_t *rows, const struct settings *s, struct err *err)
{
	struct print_style style = { .width = s->is_full ? 0 : print_width(),
				     .is_full = s->is_full,
				     .now = clock_wall() };
	AUTO(str) struct str text = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *json = NULL;

	if (s->wants_json) {
		json = js_dump_pretty(rows);
		str_adds(&text, json);
	} else {
		print_table(columns, ARRAY_SIZE(columns), rows, &style, &text);
	}
	if (str_check(&text, "the list", err) < 0)
		return -1;
	return cmd_print(&text, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(store_list) struct store_list list = { 0 };
	AUTO(json) json_t *rows = NULL;

	if (store_open(env->home, STORE_READ, &store, err) < 0 || store_list(store, &list, err) < 0)
		return -1;
	rows = make_rows(&list, args);
	if (args->n_items && !json_array_size(rows)) {
		err_set(err, EC_NOT_FOUND, "no package in the store is called %s%s", args->items[0],
			args->n_items > 1 ? " or one of the others" : "");
		return err_hint(err, "'epm ls' lists all");
	}
	return print_rows(rows, settings, err);
}

const struct cmd cmd_ls = {
	.cli = { .name = "ls",
		 .synopsis = "[OPTIONS] [NAME…]",
		 .summary = "list the packages in the store",
		 .details = "A NAME limits the list: opensnoop, opensnoop:1.0, "
			    "registry.example/x/opensnoop, or the beginning of a digest.\n\n"
			    "AGE is the time since the package came into this store.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct settings),
	.run = run,
};

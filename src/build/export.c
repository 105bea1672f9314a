// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/export.h"

#include "base/alloc.h"
#include "build/export_send.h"

static void export_done(struct export *export)
{
	free(export->map);
	free(export->type);
	for (size_t i = 0; i < export->n_candidates; i++)
		free(export->candidates[i]);
	free(export->candidates);
}

void exports_done(struct exports *exports)
{
	for (size_t i = 0; i < exports->n_items; i++)
		export_done(&exports->items[i]);
	export_done(&exports->header);
	free(exports->items);
	*exports = (struct exports){ 0 };
}

static struct export *find(const struct exports *exports, struct span map)
{
	for (size_t i = 0; i < exports->n_items; i++)
		if (span_is(map, exports->items[i].map))
			return &exports->items[i];
	return NULL;
}

static struct export *find_or_add(struct exports *exports, struct span map)
{
	struct export *export = find(exports, map);

	if (export)
		return export;
	ARRAY_ROOM(exports->items, exports->n_items, exports->cap);
	export = &exports->items[exports->n_items++];
	*export = (struct export){ .map = mem_textn(map.data, map.len) };
	return export;
}

const struct export *exports_of(const struct exports *exports, const char *map)
{
	const struct export *export = find(exports, span_of(map));

	if (export)
		return export;
	return exports->header.type || exports->header.n_candidates ? &exports->header : NULL;
}

static void set_type(struct export *export, const struct source_type *type)
{
	free(export->type);
	export->type = mem_textn(type->name.data, type->name.len);
	export->is_tag = type->is_tag;
	export->is_union = type->is_tag && type->is_union;
}

static bool has_candidate(const struct export *export, const char *text)
{
	for (size_t i = 0; i < export->n_candidates; i++)
		if (!strcmp(export->candidates[i], text))
			return true;
	return false;
}

static void add_candidate(struct export *export, const struct source_type *type)
{
	AUTO(free) char *text = NULL;

	if (!source_type_is_record(type) && !type->is_scalar)
		return;
	text = source_type_text(type);
	if (has_candidate(export, text))
		return;
	export->candidates =
		mem_resize(export->candidates, export->n_candidates + 1, sizeof(char *));
	export->candidates[export->n_candidates++] = STEAL(text);
}

static void drop_candidates(struct export *export)
{
	for (size_t i = 0; i < export->n_candidates; i++)
		free(export->candidates[i]);
	free(export->candidates);
	export->candidates = NULL;
	export->n_candidates = 0;
}

static bool can_be_named(const struct source_type *type)
{
	return type->name.len && !type->is_scalar;
}

/* All that is seen becomes a candidate; a single one is the type. */
static void take_sent(const struct sent_list *sent, struct exports *exports)
{
	for (size_t i = 0; i < sent->n_items; i++)
		add_candidate(find_or_add(exports, sent->items[i].map), &sent->items[i].type);
	for (size_t i = 0; i < sent->n_items; i++) {
		struct export *export = find(exports, sent->items[i].map);

		if (export->n_candidates == 1 && can_be_named(&sent->items[i].type))
			set_type(export, &sent->items[i].type);
	}
	for (size_t i = 0; i < exports->n_items; i++)
		if (exports->items[i].type)
			drop_candidates(&exports->items[i]);
}

/* The struct of a declaration at file scope, with a definition; false: it is none of that. */
static bool defined_struct(const struct source_file *file, const struct declaration *d,
			   struct source_type *out)
{
	struct source_type type;
	size_t i = d->all.start;

	if (d->kind != DECLARATION_STRUCT || !d->name.len)
		return false;
	for (size_t n = 0; n + 3 <= d->name.len; n++)
		if (!memcmp(d->name.data + n, "___", 3))
			return false;
	if (!source_type_specifiers(file, &i, d->all.end, &type))
		return false;
	type.name = d->name;
	type.is_tag = !d->is_typedef_name;
	*out = type;
	return true;
}

/* A name stands among the members of another struct of the same header. */
static bool is_part(const struct source_file *file, const struct declarations *list,
		    const struct source_type *type)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const struct token_range members = list->items[i].members;

		for (size_t n = members.start; n < members.end; n++)
			if (file->tokens[n].text.len == type->name.len &&
			    !memcmp(file->tokens[n].text.data, type->name.data, type->name.len) &&
			    source_is(file, n - 1, "struct") == type->is_tag &&
			    !source_is(file, n + 1, ";"))
				return true;
	}
	return false;
}

static int read_header(const struct source_file *file, const struct declarations *list,
		       struct export *out, struct err *err)
{
	struct source_type type;
	const struct source_type none = { 0 };
	struct source_type only = none;

	for (size_t i = 0; i < list->n_items; i++) {
		if (!defined_struct(file, &list->items[i], &type) || is_part(file, list, &type))
			continue;
		only = type;
		add_candidate(out, &type);
	}
	if (!out->n_candidates)
		return err_set(err, EC_FAILED, "%s: no struct to export is defined here",
			       file->path);
	if (out->n_candidates == 1) {
		set_type(out, &only);
		drop_candidates(out);
	}
	return 0;
}

static int take_header(const struct source_index *index, const char *header,
		       struct exports *exports, struct err *err)
{
	for (size_t i = 0; i < index->files->n_files; i++)
		if (!strcmp(index->files->files[i].path, header))
			return read_header(&index->files->files[i], &index->declarations[i],
					   &exports->header, err);
	return err_set(err, EC_FAILED, "%s: this header was not read", header);
}

static char *spelled(const struct export *export)
{
	const struct source_type type = { .name = span_of(export->type),
					  .is_tag = export->is_tag,
					  .is_union = export->is_union };

	return source_type_text(&type);
}

/* What the source leaves open, the header's struct decides where it can be meant. */
static void apply_header(struct exports *exports)
{
	const struct export *header = &exports->header;
	AUTO(free) char *only = header->type ? spelled(header) : NULL;

	for (size_t i = 0; i < exports->n_items; i++) {
		struct export *export = &exports->items[i];

		if (export->type)
			continue;
		if (only && (!export->n_candidates || has_candidate(export, only))) {
			drop_candidates(export);
			export->type = mem_text(header->type);
			export->is_tag = header->is_tag;
			export->is_union = header->is_union;
		}
		for (size_t n = 0; !only && !export->type && n < header->n_candidates; n++)
			if (!has_candidate(export, header->candidates[n])) {
				export->candidates =
					mem_resize(export->candidates, export->n_candidates + 1,
						   sizeof(char *));
				export->candidates[export->n_candidates++] =
					mem_text(header->candidates[n]);
			}
	}
}

/* The type that an @export names: "struct NAME", "union NAME", "NAME". */
static bool named_type(const struct source_index *index, struct span text, struct source_type *out)
{
	struct source_type type = { 0 };
	const struct source_struct *def;

	type.is_tag = span_starts(text, "struct ") || span_starts(text, "union ");
	type.is_union = span_starts(text, "union ");
	if (type.is_tag)
		text = span_trim((struct span){ text.data + 6, text.len - 6 });
	type.name = text;
	def = source_index_struct(index, text);
	if (!type.is_tag && source_index_typedef(index, text)) {
		*out = source_index_resolve(index, type);
		return source_type_is_record(out) && out->pointers == 0;
	}
	if (def && (!type.is_tag || def->type.is_union == type.is_union)) {
		*out = def->type;
		return true;
	}
	type.is_union = type.is_union || (!type.is_tag && source_index_spells(index, text, true));
	type.is_tag = true;
	*out = type;
	return text.len && source_index_spells(index, text, type.is_union);
}

static int refuse_note(const struct source_index *index, const struct note *note, const char *text,
		       struct err *err)
{
	const char **words = mem_array(index->n_structs + 1, sizeof(*words));
	const char *nearest;
	size_t n = 0;

	for (size_t i = 0; i < index->n_structs; i++)
		words[n++] = mem_textn(index->structs[i].type.name.data,
				       index->structs[i].type.name.len);
	nearest = text_nearest(text_starts(text, "struct ") ? text + 7 : text, words, n);
	err_set(err, EC_FAILED, "%s:%u: @export %s: the sources have no such struct", note->path,
		note->line, text);
	if (nearest)
		err_hint(err, "Did you mean struct %s?", nearest);
	while (n > 0)
		free((char *)words[--n]);
	free((void *)words);
	return -1;
}

static int take_notes(const struct source_index *index, const struct notes *notes,
		      struct exports *exports, struct err *err)
{
	for (size_t i = 0; i < notes->n_items; i++) {
		const struct note *note = &notes->items[i];
		json_t *value = json_object_get(note->tags, "export");
		struct source_type type;
		struct export *export;

		if (note->kind != NOTE_MAP || !value)
			continue;
		if (!json_is_string(value))
			return err_set(err, EC_FAILED, "%s:%u: @export: expected struct NAME",
				       note->path, note->line);
		if (!named_type(index, span_trim(span_of(json_string_value(value))), &type))
			return refuse_note(index, note, json_string_value(value), err);
		export = find_or_add(exports, span_of(note->name));
		drop_candidates(export);
		set_type(export, &type);
	}
	return 0;
}

int exports_find(const struct source_files *files, const struct notes *notes, const char *header,
		 struct exports *out, struct err *err)
{
	AUTO(source_index) struct source_index index = { 0 };
	AUTO(sent_list) struct sent_list sent = { 0 };
	AUTO(exports) struct exports exports = { 0 };

	source_index_make(files, &index);
	export_send_find(&index, &sent);
	take_sent(&sent, &exports);
	if (header && take_header(&index, header, &exports, err) < 0)
		return -1;
	apply_header(&exports);
	if (take_notes(&index, notes, &exports, err) < 0)
		return -1;
	*out = exports;
	exports = (struct exports){ 0 };
	return 0;
}

int export_unclear(const char *map, const struct export *export, struct err *err)
{
	AUTO(str) struct str seen = STR_MAX(512);
	const char *example = "struct NAME";

	for (size_t i = 0; export && i < export->n_candidates; i++) {
		str_addf(&seen, "%s%s", i ? ", " : "", export->candidates[i]);
		if (i == 0 && (text_starts(export->candidates[0], "struct ") ||
			       text_starts(export->candidates[0], "union ")))
			example = export->candidates[0];
	}
	if (seen.len)
		err_set(err, EC_FAILED,
			"map %s: which type its records have cannot be told; seen: %s", map,
			str_text(&seen));
	else
		err_set(err, EC_FAILED, "map %s: which type its records have cannot be told", map);
	return err_hint(err, "Write /// @export %s before the map.", example);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Reading sources and the headers they include by "". */
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "build/lexer.h"

#define MAX_FILES 1024

struct reading {
	struct source_files *files;
	const char *const *folders;
	size_t n_folders;
	struct err *err;
};

static bool is_known(const struct source_files *files, const char *path)
{
	for (size_t i = 0; i < files->n_files; i++)
		if (!strcmp(files->files[i].path, path))
			return true;
	return false;
}

/* The name in `#include "NAME"`; empty for other tokens and for <>. */
static struct span included_name(const struct token *token)
{
	struct span none = { "", 0 };
	const char *start, *end;

	if (token->kind != TOKEN_PUNCTUATION || *token->text.data != '#')
		return none;
	start = memchr(token->text.data, '"', token->text.len);
	if (!start)
		return none;
	start++;
	end = memchr(start, '"', token->text.data + token->text.len - start);
	return end ? (struct span){ start, end - start } : none;
}

static int read_file(struct reading *r, const char *path, bool is_header)
{
	struct source_file *file;

	if (is_known(r->files, path))
		return 0;
	if (r->files->n_files == MAX_FILES)
		return err_set(r->err, EC_FAILED, "more than %d source files", MAX_FILES);
	ARRAY_ROOM(r->files->files, r->files->n_files, r->files->cap);
	file = &r->files->files[r->files->n_files++];
	*file = (struct source_file){ .path = mem_text(path),
				      .text = STR_MAX(LIMIT_SOURCE),
				      .is_header = is_header };
	if (fs_read(AT_FDCWD, path, &file->text, r->err) < 0)
		return -1;
	return lexer_run((struct span){ str_text(&file->text), file->text.len }, path,
			 &file->tokens, &file->n_tokens, r->err);
}

static int read_included(struct reading *r, const char *includer, struct span name)
{
	AUTO(free) char *beside = NULL;

	beside = mem_printf("%.*s%.*s", (int)(path_base(includer) - includer), includer,
			    (int)name.len, name.data);
	if (fs_exists(AT_FDCWD, beside))
		return read_file(r, beside, true);
	for (size_t i = 0; i < r->n_folders; i++) {
		AUTO(free)
		char *path = mem_printf("%s/%.*s", r->folders[i], (int)name.len, name.data);

		if (fs_exists(AT_FDCWD, path))
			return read_file(r, path, true);
	}
	return 0; /* clang says what is missing */
}

/* Includes of the file at an index; reading may move the array of files. */
static int follow(struct reading *r, size_t index)
{
	for (size_t i = 0; i < r->files->files[index].n_tokens; i++) {
		struct span name = included_name(&r->files->files[index].tokens[i]);

		if (!name.len || span_is(name, "vmlinux.h"))
			continue;
		if (read_included(r, r->files->files[index].path, name) < 0)
			return -1;
	}
	return 0;
}

int source_files_read(const char *const *paths, size_t n_paths, const char *const *folders,
		      size_t n_folders, struct source_files *out, struct err *err)
{
	AUTO(source_files) struct source_files files = { 0 };
	struct reading r = { &files, folders, n_folders, err };

	for (size_t i = 0; i < n_paths; i++)
		if (read_file(&r, paths[i], false) < 0)
			return -1;
	for (size_t i = 0; i < files.n_files; i++)
		if (follow(&r, i) < 0)
			return -1;
	*out = files;
	files = (struct source_files){ 0 };
	return 0;
}

void source_files_done(struct source_files *files)
{
	for (size_t i = 0; i < files->n_files; i++) {
		free(files->files[i].path);
		str_done(&files->files[i].text);
		free(files->files[i].tokens);
	}
	free(files->files);
	*files = (struct source_files){ 0 };
}

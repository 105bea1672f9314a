// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/spawn.h"
#include "build/provenance.h"

/* What git prints; empty where it fails, or is not there. argv ends with NULL. */
static void ask_git(const char *folder, const char *const *argv, struct str *out)
{
	AUTO(str) struct str messages = STR_MAX(LIMIT_TEXT);
	struct spawn git = { .argv = argv, .folder = folder, .out = out, .messages = &messages };
	struct err err = { 0 };

	if (spawn_run(&git, &err) < 0 || git.status != 0)
		str_cut(out, 0);
}

static bool is_modified(const char *folder, const char *const *files, size_t n_files)
{
	/* a program that the repository names to watch its files is not run */
	static const char *const words[] = { "git",	     "-c",	    "core.fsmonitor=false",
					     "status",	     "--porcelain", "--ignored=matching",
					     "--no-renames", "--" };
	AUTO(str) struct str changed = STR_MAX(LIMIT_CHILD_OUTPUT);
	AUTO(free) const char **argv = mem_array(ARRAY_SIZE(words) + n_files + 1, sizeof(*argv));

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		argv[i] = words[i];
	for (size_t i = 0; i < n_files; i++)
		argv[ARRAY_SIZE(words) + i] = files[i];
	ask_git(folder, argv, &changed);
	return changed.len > 0;
}

char *provenance_revision(const char *folder, const char *const *files, size_t n_files,
			  bool *out_is_modified)
{
	static const char *const head[] = { "git", "rev-parse", "--verify", "HEAD", NULL };
	AUTO(str) struct str commit = STR_MAX(LIMIT_TEXT);
	struct span text;

	ask_git(folder, head, &commit);
	text = span_trim((struct span){ str_text(&commit), commit.len });
	/* SHA-1, or SHA-256 of repositories that have it */
	if ((text.len != 40 && text.len != HASH_HEX) || !hex_is_lower(text.data, text.len))
		return NULL;
	*out_is_modified = is_modified(folder, files, n_files);
	return mem_textn(text.data, text.len);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/sources.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "kernel/sources_priv.h"

#define DEPTH_MOST 16

static void source_done(struct kernel_source *source)
{
	for (size_t i = 0; i < source->n_module_files; i++)
		free(source->module_files[i]);
	free(source->module_files);
	free(source->path);
	free(source->member);
	free(source->label);
	free(source->release);
	free(source->options_file);
}

void kernel_sources_done(struct kernel_sources *sources)
{
	for (size_t i = 0; i < sources->n_items; i++)
		source_done(&sources->items[i]);
	free(sources->items);
	*sources = (struct kernel_sources){ 0 };
}

enum entry { ENTRY_FILE, ENTRY_LINK, ENTRY_FOLDER, ENTRY_IGNORED };

/* Links to folders are left alone, so that there are no loops. */
static enum entry entry_of(const char *path, const struct dirent *entry)
{
	unsigned int type = entry->d_type;
	struct stat st;

	if (entry->d_name[0] == '.')
		return ENTRY_IGNORED;
	if (type == DT_UNKNOWN && lstat(path, &st) == 0)
		type = IFTODT(st.st_mode);
	switch (type) {
	case DT_DIR:
		return ENTRY_FOLDER;
	case DT_LNK:
		return stat(path, &st) < 0 || S_ISREG(st.st_mode) ? ENTRY_LINK : ENTRY_IGNORED;
	case DT_REG:
	case DT_UNKNOWN: /* its folder may not be searched: opening it says so */
		return ENTRY_FILE;
	default:
		return ENTRY_IGNORED;
	}
}

static int search_folder(struct search *search, const char *path, size_t at, int depth,
			 struct err *err);

static int search_entry(struct search *search, const char *path, size_t at,
			const struct dirent *entry, int depth, struct err *err)
{
	struct found found = { .path = path, .below = path + at };
	enum entry kind = entry_of(path, entry);

	if (kind == ENTRY_IGNORED)
		return 0;
	if (++search->n_files > LIMIT_KERNEL_FILES)
		return err_set(err, EC_CORRUPT, "%.*s: more than %d files", (int)at, path,
			       LIMIT_KERNEL_FILES);
	found.is_link = kind == ENTRY_LINK;
	if (kind != ENTRY_FOLDER)
		return search_file(search, &found, err);
	return depth < DEPTH_MOST ? search_folder(search, path, at, depth + 1, err) : 0;
}

/* at: where the part of the path below the named folder begins */
static int search_folder(struct search *search, const char *path, size_t at, int depth,
			 struct err *err)
{
	AUTO(closedir) DIR *dir = opendir(path);
	const struct found found = { .path = path, .below = path + at };
	const struct dirent *entry;

	if (!dir && !depth)
		return err_errno(err, "open %s", path);
	if (!dir)
		search_add_unread(search, &found, errno);
	while (dir && (errno = 0, entry = readdir(dir))) {
		AUTO(free) char *below = path_join(path, entry->d_name);

		if (search_entry(search, below, at, entry, depth, err) < 0)
			return -1;
	}
	return dir && errno ? err_errno(err, "read %s", path) : 0;
}

static int search_path(struct search *search, const char *path, struct err *err)
{
	struct found found = { .path = path, .below = path_base(path), .is_named = true };
	size_t before = search->sources->n_items + search->n_modules, len = strlen(path);
	AUTO(free) char *folder = NULL;

	if (!fs_is_dir(AT_FDCWD, path))
		return search_file(search, &found, err);
	while (len > 1 && path[len - 1] == '/')
		len--;
	folder = mem_textn(path, len);
	if (search_folder(search, folder, len == 1 && *path == '/' ? 1 : len + 1, 0, err) < 0)
		return -1;
	if (search->sources->n_items + search->n_modules == before)
		return err_set(err, EC_NOT_FOUND, "%s: no kernel is in this folder", path);
	return 0;
}

static int by_label(const void *a, const void *b)
{
	const struct kernel_source *x = a, *y = b;
	int order = strverscmp(x->label, y->label);

	if (order)
		return order;
	order = strcmp(x->path, y->path);
	return order || !x->member ? order : strcmp(x->member, y->member);
}

/* Two of one label are called by their paths. */
static void tell_apart(struct kernel_sources *sources)
{
	struct kernel_source *items = sources->items;
	bool was_equal = false, is_equal;

	for (size_t i = 0; i < sources->n_items; i++) {
		is_equal = i + 1 < sources->n_items && !strcmp(items[i].label, items[i + 1].label);
		if (is_equal || was_equal) {
			AUTO(free)
			char *whole =
				mem_printf("%s%s%s", items[i].path, items[i].member ? ":" : "",
					   items[i].member ? items[i].member : "");

			free(items[i].label);
			items[i].label = text_printable(whole, strlen(whole));
		}
		was_equal = is_equal;
	}
}

static int find_all(struct search *search, const char *const *paths, size_t n_paths,
		    struct err *err)
{
	struct kernel_sources *sources = search->sources;

	for (size_t i = 0; i < n_paths; i++)
		if (search_path(search, paths[i], err) < 0)
			return -1;
	if (!sources->n_items)
		return err_set(err, EC_NOT_FOUND,
			       "%s: modules only, and not the kernel they belong to",
			       n_paths ? paths[0] : "?");
	qsort(sources->items, sources->n_items, sizeof(*sources->items), by_label);
	tell_apart(sources);
	search_give_modules(search);
	return 0;
}

int kernel_sources_find(const char *const *paths, size_t n_paths, struct kernel_sources *out,
			struct err *err)
{
	AUTO(kernel_sources) struct kernel_sources sources = { 0 };
	struct search search = { .sources = &sources };
	int rc = find_all(&search, paths, n_paths, err);

	search_done(&search);
	if (rc < 0)
		return -1;
	*out = sources;
	sources = (struct kernel_sources){ 0 };
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/trust_store.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"

static int add_file(int dir, const char *name, struct sign_trust_store *store, struct str *bytes,
		    struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TRUSTED_ROOT);

	if (fs_read(dir, name, &text, err) < 0)
		return -1;
	if (bytes) {
		str_add(bytes, str_text(&text), text.len);
		if (str_check(bytes, name, err) < 0)
			return -1;
	}
	return sign_trust_store_add(store, (struct span){ str_text(&text), text.len }, name, err);
}

struct names {
	char *items[TRUST_STORE_FILES_MAX];
	size_t n_items;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n_items; i++)
		free(names->items[i]);
}
AUTO_STRUCT(names, struct names, names_done);

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_file(int dir, const char *name)
{
	struct stat st;

	return *name != '.' && fstatat(dir, name, &st, 0) == 0 && S_ISREG(st.st_mode);
}

static int list(int fd, const char *path, struct names *names, struct err *err)
{
	DIR *folder = fdopendir(dup(fd));
	struct dirent *entry;

	if (!folder)
		return err_errno(err, "%s", path);
	while ((entry = readdir(folder))) {
		if (!is_file(fd, entry->d_name))
			continue;
		if (names->n_items == TRUST_STORE_FILES_MAX)
			break;
		names->items[names->n_items++] = mem_text(entry->d_name);
	}
	closedir(folder);
	if (names->n_items == TRUST_STORE_FILES_MAX)
		return err_set(err, EC_CORRUPT, "%s: more than %d files", path,
			       TRUST_STORE_FILES_MAX - 1);
	if (!names->n_items)
		return err_set(err, EC_CORRUPT, "%s: no certificates in it", path);
	qsort(names->items, names->n_items, sizeof(*names->items), by_name);
	return 0;
}

int trust_store_read(const char *path, struct sign_trust_store *store, struct str *bytes,
		     struct err *err)
{
	AUTO(names) struct names names = { .n_items = 0 };
	AUTO(close) int fd = -1;

	if (!fs_is_dir(AT_FDCWD, path))
		return add_file(AT_FDCWD, path, store, bytes, err);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, "%s", path);
	if (list(fd, path, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.n_items; i++)
		if (add_file(fd, names.items[i], store, bytes, err) < 0)
			return err_wrap(err, "%s", path);
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/project.h"

#include <dirent.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"

#define SOURCE_SUFFIX ".bpf.c"
#define MAX_SOURCES 256

static void add_source(struct project *p, char *path)
{
	p->sources = mem_resize(p->sources, p->n_sources + 1, sizeof(*p->sources));
	p->sources[p->n_sources++] = path;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_folder(struct project *p, struct err *err)
{
	AUTO(closedir) DIR *dir = opendir(p->folder);
	struct dirent *entry;

	if (!dir)
		return err_errno(err, "open folder %s", p->folder);
	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.' || !text_ends(entry->d_name, SOURCE_SUFFIX))
			continue;
		if (p->n_sources == MAX_SOURCES)
			return err_set(err, EC_USAGE, "%s: more than %d sources", p->folder,
				       MAX_SOURCES);
		add_source(p, !strcmp(p->folder, ".") ? mem_text(entry->d_name)
						      : path_join(p->folder, entry->d_name));
	}
	if (!p->n_sources) {
		err_set(err, EC_NOT_FOUND, "%s: there is no source (*" SOURCE_SUFFIX ") in it",
			p->folder);
		return err_hint(err,
				"'epm build FILE.bpf.c' builds a file, 'epm build DIR' a folder");
	}
	qsort(p->sources, p->n_sources, sizeof(*p->sources), by_name);
	return 0;
}

static int read_spec(struct project *p, struct err *err)
{
	AUTO(free) char *path = path_join(p->folder, SPEC_FILE);
	AUTO(str) struct str text = STR_MAX(LIMIT_SOURCE);
	AUTO(str) struct str warnings = STR_MAX(LIMIT_TEXT);

	if (!fs_exists(AT_FDCWD, path))
		return 0;
	if (fs_read(AT_FDCWD, path, &text, err) < 0 ||
	    spec_parse((struct span){ str_text(&text), text.len }, path, &p->spec, &warnings, err) <
		    0)
		return -1;
	if (warnings.len)
		log_warn("%s: %s", path, str_text(&warnings));
	for (size_t i = 0; i < p->spec->n_sources; i++)
		add_source(p, path_join(p->folder, p->spec->sources[i]));
	return 0;
}

static int find_in_folder(struct project *p, const char *folder, struct err *err)
{
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	p->folder = mem_textn(folder, len);
	if (read_spec(p, err) < 0)
		return -1;
	return p->n_sources ? 0 : list_folder(p, err);
}

static int take_files(struct project *p, const char *const *args, size_t n_args, struct err *err)
{
	const char *base = path_base(args[0]);

	p->folder = base == args[0] ? mem_text(".") : mem_textn(args[0], base - args[0]);
	for (size_t i = 0; i < n_args; i++) {
		if (!fs_exists(AT_FDCWD, args[i]))
			return err_set(err, EC_NOT_FOUND, "there is no file %s", args[i]);
		if (fs_is_dir(AT_FDCWD, args[i]))
			return err_set(err, EC_USAGE, "%s is a folder: give one folder, or files",
				       args[i]);
		if (i > 0 && i + 1 == n_args && text_ends(args[i], ".h"))
			p->header = mem_text(args[i]);
		else if (!text_ends(args[i], ".c"))
			return err_set(err, EC_USAGE, "%s is no C source", args[i]);
		else
			add_source(p, mem_text(args[i]));
	}
	return 0;
}

/* Name of the folder itself, also for "." and "..". */
static char *folder_name(const char *folder)
{
	AUTO(free) char *full = realpath(folder, NULL);

	return mem_text(path_base(full ? full : folder));
}

static char *name_of(const struct project *p)
{
	const char *base = path_base(p->sources[0]);

	if (p->spec && p->spec->name)
		return mem_text(p->spec->name);
	if (p->n_sources == 1)
		return mem_textn(base, strcspn(base, "."));
	return folder_name(p->folder);
}

/* What a repository of a reference may be called, distribution-spec "Pulling manifests". */
static int check_name(const char *name, struct err *err)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	if (len && !name[len] && len < 128 && !strchr("._-", name[0]) &&
	    !strchr("._-", name[len - 1]))
		return 0;
	err_set(err, EC_USAGE, "'%s' cannot be the name of a package", name);
	return err_hint(err, "lower-case letters, digits and single . _ - between them; 'name:' in "
			     "epm.yaml or -t gives another");
}

/* Sources may be called as they like; names of packages are lower case. */
static void lower(char *name)
{
	for (; *name; name++)
		if (*name >= 'A' && *name <= 'Z')
			*name += 'a' - 'A';
}

int project_find(const char *const *args, size_t n_args, struct project *out, struct err *err)
{
	AUTO(project) struct project p = { 0 };
	int rc;

	if (n_args == 0)
		rc = find_in_folder(&p, ".", err);
	else if (n_args == 1 && fs_is_dir(AT_FDCWD, args[0]))
		rc = find_in_folder(&p, args[0], err);
	else
		rc = take_files(&p, args, n_args, err);
	if (rc < 0)
		return -1;
	if (!p.n_sources)
		return err_set(err, EC_NOT_FOUND, "there is no source");
	p.name = name_of(&p);
	lower(p.name);
	if (check_name(p.name, err) < 0)
		return -1;
	*out = p;
	p = (struct project){ 0 };
	return 0;
}

void project_done(struct project *p)
{
	free(p->name);
	free(p->folder);
	for (size_t i = 0; i < p->n_sources; i++)
		free(p->sources[i]);
	free(p->sources);
	free(p->header);
	spec_free(p->spec);
	*p = (struct project){ 0 };
}

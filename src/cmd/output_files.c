// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/output_files.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "pkg/envelope.h"

static int write_package(const char *path, const struct built *built, bool is_yaml, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_ENVELOPE);
	struct span object = { str_text(&built->object), built->object.len };

	if (envelope_write(object, built->config, is_yaml ? ENVELOPE_YAML : ENVELOPE_JSON, &text,
			   err) < 0)
		return -1;
	return fs_write(AT_FDCWD, path, str_text(&text), text.len, 0644, err);
}

static int write_config(const char *path, const struct built *built, bool is_yaml, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);

	if (envelope_write_config(built->config, is_yaml ? ENVELOPE_YAML : ENVELOPE_JSON, &text,
				  err) < 0)
		return -1;
	return fs_write(AT_FDCWD, path, str_text(&text), text.len, 0644, err);
}

static int write_object(const char *path, const struct built *built, struct err *err)
{
	return fs_write(AT_FDCWD, path, str_text(&built->object), built->object.len, 0644, err);
}

/* NAME.bpf.o and the configuration of the same stem */
static int write_pair(const char *stem, const char *object, const struct built *built, bool is_yaml,
		      struct err *err)
{
	AUTO(free) char *config = mem_printf("%s.skel.%s", stem, is_yaml ? "yaml" : "json");

	if (write_object(object, built, err) < 0)
		return -1;
	return write_config(config, built, is_yaml, err);
}

static int write_folder(const char *folder, const char *name, const struct built *built,
			bool is_yaml, struct err *err)
{
	AUTO(free) char *stem = path_join(folder, name);
	AUTO(free) char *object = mem_printf("%s.bpf.o", stem);
	AUTO(free) char *package = path_join(folder, is_yaml ? "package.yaml" : "package.json");
	AUTO(close) int dir = -1;

	if (fs_open_dir(AT_FDCWD, folder, 0755, &dir, err) < 0 ||
	    write_pair(stem, object, built, is_yaml, err) < 0)
		return -1;
	return write_package(package, built, is_yaml, err);
}

int output_files_write(const char *path, const char *name, const struct built *built, bool is_yaml,
		       struct err *err)
{
	size_t len = strlen(path);
	AUTO(free) char *stem = NULL;

	if (!fs_is_dir(AT_FDCWD, path)) {
		if (text_ends(path, ".json"))
			return write_package(path, built, false, err);
		if (text_ends(path, ".yaml") || text_ends(path, ".yml"))
			return write_package(path, built, true, err);
		if (text_ends(path, ".o")) {
			stem = mem_textn(path,
					 len - strlen(text_ends(path, ".bpf.o") ? ".bpf.o" : ".o"));
			return write_pair(stem, path, built, is_yaml, err);
		}
	}
	if (path_base(path) != path + len && strchr(path_base(path), '.') &&
	    !fs_is_dir(AT_FDCWD, path)) {
		err_set(err, EC_USAGE, "--output: '%s' is neither .json, .yaml nor .o", path);
		return err_hint(err, "for a folder of that name write %s/", path);
	}
	return write_folder(path, name, built, is_yaml, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/output_files.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "pkg/envelope.h"
#include "pkg/trust.h"

/* What files are made of; everything is borrowed. */
struct writing {
	const char *home;
	const char *name; /* of the package */
	const struct built *built;
	bool is_yaml;
};

/* A file that epm runs: what it holds was built here, wherever it is moved on this machine. */
static int write_runnable(const struct writing *w, const char *path, const struct str *text,
			  struct err *err)
{
	struct oci_digest digest;

	oci_digest_of(str_text(text), text->len, &digest);
	if (fs_output(path, str_text(text), text->len, err) < 0)
		return -1;
	return trust_mark_built(w->home, &digest, err);
}

static int write_package(const struct writing *w, const char *path, bool is_yaml, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_ENVELOPE);
	struct span object = { str_text(&w->built->object), w->built->object.len };

	if (envelope_write(object, w->built->config, is_yaml ? ENVELOPE_YAML : ENVELOPE_JSON, &text,
			   err) < 0)
		return -1;
	return write_runnable(w, path, &text, err);
}

static int write_config(const struct writing *w, const char *path, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);

	if (envelope_write_config(w->built->config, w->is_yaml ? ENVELOPE_YAML : ENVELOPE_JSON,
				  &text, err) < 0)
		return -1;
	return fs_output(path, str_text(&text), text.len, err);
}

/* NAME.bpf.o and the configuration of the same stem */
static int write_pair(const struct writing *w, const char *stem, const char *object,
		      struct err *err)
{
	AUTO(free) char *config = mem_printf("%s.skel.%s", stem, w->is_yaml ? "yaml" : "json");

	if (write_runnable(w, object, &w->built->object, err) < 0)
		return -1;
	return write_config(w, config, err);
}

static int write_folder(const struct writing *w, const char *folder, struct err *err)
{
	AUTO(free) char *stem = path_join(folder, w->name);
	AUTO(free) char *object = mem_printf("%s.bpf.o", stem);
	AUTO(free) char *package = path_join(folder, w->is_yaml ? "package.yaml" : "package.json");
	AUTO(close) int dir = -1;

	if (fs_open_dir(AT_FDCWD, folder, 0755, &dir, err) < 0 ||
	    write_pair(w, stem, object, err) < 0)
		return -1;
	return write_package(w, package, w->is_yaml, err);
}

int output_files_write(const char *home, const char *path, const char *name,
		       const struct built *built, bool is_yaml, struct err *err)
{
	struct writing w = { home, name, built, is_yaml };
	size_t len = strlen(path);
	AUTO(free) char *stem = NULL;

	if (!fs_is_dir(AT_FDCWD, path)) {
		if (text_ends(path, ".json"))
			return write_package(&w, path, false, err);
		if (text_ends(path, ".yaml") || text_ends(path, ".yml"))
			return write_package(&w, path, true, err);
		if (text_ends(path, ".o")) {
			stem = mem_textn(path,
					 len - strlen(text_ends(path, ".bpf.o") ? ".bpf.o" : ".o"));
			return write_pair(&w, stem, path, err);
		}
	}
	if (path_base(path) != path + len && strchr(path_base(path), '.') &&
	    !fs_is_dir(AT_FDCWD, path)) {
		err_set(err, EC_USAGE, "--output: '%s' is neither .json, .yaml nor .o", path);
		return err_hint(err, "for a folder of that name write %s/", path);
	}
	return write_folder(&w, path, err);
}

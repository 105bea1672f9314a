// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/input.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/unpack.h"
#include "btf/object.h"
#include "pkg/envelope.h"

static const char *const endings[] = { ".bpf.o", ".o", ".json", ".yaml", ".yml", ".tar" };

bool input_is_file(const char *text)
{
	if (!strcmp(text, "-") || text_starts(text, "/") || text_starts(text, "./") ||
	    text_starts(text, "../"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (text_ends(text, endings[i]))
			return true;
	return false;
}

bool input_is_url(const char *text)
{
	return text_starts(text, "https://") || text_starts(text, "http://");
}

static int read_bytes(const char *path, struct str *out, struct err *err)
{
	if (!strcmp(path, "-"))
		return fs_read_fd(STDIN_FILENO, "standard input", out, err);
	return fs_read(AT_FDCWD, path, out, err);
}

/* "dir/opensnoop.bpf.o" -> "dir/opensnoop" */
static char *stem_of(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (text_ends(path, endings[i]))
			return mem_textn(path, len - strlen(endings[i]));
	return mem_text(path);
}

static int read_configuration(const char *path, struct config **out, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_CONFIGURATION);
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);

	if (fs_read(AT_FDCWD, path, &text, err) < 0 ||
	    envelope_read_config((struct span){ str_text(&text), text.len }, path, out, &unknown,
				 err) < 0)
		return -1;
	if (unknown.len)
		log_warn("%s: keys that are not known are ignored: %s", path, str_text(&unknown));
	return 0;
}

/* A configuration that lies beside the object: NAME.skel.json or NAME.skel.yaml. */
static int find_configuration(const char *stem, struct config **out, struct err *err)
{
	static const char *const suffixes[] = { ".skel.json", ".skel.yaml", ".skel.yml" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		AUTO(free) char *path = mem_printf("%s%s", stem, suffixes[i]);

		if (fs_exists(AT_FDCWD, path))
			return read_configuration(path, out, err);
	}
	return 0;
}

static int from_object(const char *path, struct str *bytes, struct package **out, struct err *err)
{
	AUTO(package) struct package *package = mem_alloc(sizeof(*package));
	AUTO(free)
	char *bare = input_is_url(path) ? mem_textn(path, strcspn(path, "?#")) : mem_text(path);
	AUTO(free) char *stem = stem_of(bare);

	if (strcmp(path, "-") && !input_is_url(path) &&
	    find_configuration(stem, &package->config, err) < 0)
		return -1;
	package->reference = mem_text(path);
	package->name = mem_text(strcmp(path, "-") ? path_base(stem) : "stdin");
	package->object = *bytes;
	*bytes = (struct str){ 0 };
	*out = STEAL(package);
	return 0;
}

static int from_bytes(const char *path, struct str *bytes, struct package **out, struct err *err)
{
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	const char *what = strcmp(path, "-") ? path : "standard input";
	struct span span = { str_text(bytes), bytes->len };
	struct oci_digest digest;

	oci_digest_of(span.data, span.len, &digest);
	if (object_is_elf(span)	  ? from_object(path, bytes, out, err) < 0
	    : unpack_is_tar(span) ? envelope_read_tar(span, what, out, &unknown, err) < 0
				  : envelope_read(span, what, out, &unknown, err) < 0)
		return -1;
	(*out)->digest = digest;
	if (unknown.len)
		log_warn("%s: keys that are not known are ignored: %s", what, str_text(&unknown));
	return 0;
}

static int from_file(const char *path, struct package **out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_ENVELOPE);

	if (read_bytes(path, &bytes, err) < 0)
		return -1;
	return from_bytes(path, &bytes, out, err);
}

static int from_store(const char *home, const char *text, struct package **out, struct err *err)
{
	AUTO(store) struct store *store = NULL;

	if (store_open(home, STORE_READ, &store, err) < 0)
		return -1;
	if (package_load(store, text, out, err) == 0)
		return 0;
	if (err->code != EC_NOT_FOUND)
		return -1;
	if (fs_is_dir(AT_FDCWD, text))
		return err_hint(err, "'epm build %s' makes a package of that folder", text);
	if (fs_exists(AT_FDCWD, text))
		return err_hint(err, "for the file in this folder write ./%s", text);
	return -1;
}

/* What is for 'epm build'. */
static int refuse_sources(const char *text, struct err *err)
{
	if (text_ends(text, ".c") && fs_exists(AT_FDCWD, text)) {
		err_set(err, EC_USAGE, "%s is a source", text);
		return err_hint(err, "'epm build %s' makes a package of it", text);
	}
	if (input_is_file(text) && fs_is_dir(AT_FDCWD, text)) {
		err_set(err, EC_USAGE, "%s is a folder", text);
		return err_hint(err, "'epm build %s' makes a package of the sources in it", text);
	}
	return 0;
}

int input_has_configuration(const char *configuration, struct err *err)
{
	if (configuration && faccessat(AT_FDCWD, configuration, R_OK, AT_EACCESS) < 0)
		return err_errno(err, "open %s", configuration);
	return 0;
}

int input_configure(struct package *package, const char *configuration, struct err *err)
{
	struct config *config = NULL;

	if (!configuration)
		return 0;
	if (read_configuration(configuration, &config, err) < 0)
		return -1;
	config_free(package->config);
	package->config = config;
	return 0;
}

int input_load_bytes(const char *url, struct str *bytes, const char *configuration,
		     struct package **out, struct err *err)
{
	AUTO(str) struct str taken = *bytes;
	AUTO(package) struct package *package = NULL;

	*bytes = (struct str){ 0 };
	if (from_bytes(url, &taken, &package, err) < 0 ||
	    input_configure(package, configuration, err) < 0)
		return -1;
	*out = STEAL(package);
	return 0;
}

int input_load(const char *home, const char *text, const char *configuration, struct package **out,
	       struct err *err)
{
	AUTO(package) struct package *package = NULL;
	int rc;

	if (refuse_sources(text, err) < 0)
		return -1;
	rc = input_is_file(text) ? from_file(text, &package, err)
				 : from_store(home, text, &package, err);
	if (rc < 0 || input_configure(package, configuration, err) < 0)
		return -1;
	*out = STEAL(package);
	return 0;
}

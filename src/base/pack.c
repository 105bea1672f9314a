// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/pack.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "base/library.h"

#define LEVEL "19" /* packages are made once */

#define ARCHIVE_FUNCTIONS(X)                            \
	X(lib, archive_write_new)                       \
	X(lib, archive_write_free)                      \
	X(lib, archive_write_open)                      \
	X(lib, archive_write_close)                     \
	X(lib, archive_write_header)                    \
	X(lib, archive_write_data)                      \
	X(lib, archive_write_set_format_pax_restricted) \
	X(lib, archive_write_add_filter_zstd)           \
	X(lib, archive_write_set_filter_option)         \
	X(lib, archive_write_set_bytes_in_last_block)   \
	X(lib, archive_error_string)                    \
	X(lib, archive_entry_new)                       \
	X(lib, archive_entry_free)                      \
	X(lib, archive_entry_set_pathname)              \
	X(lib, archive_entry_set_hardlink)              \
	X(lib, archive_entry_set_size)                  \
	X(lib, archive_entry_set_filetype)              \
	X(lib, archive_entry_set_perm)                  \
	X(lib, archive_entry_set_mtime)

LIBRARY_TABLE(lib, ARCHIVE_FUNCTIONS);

struct pack {
	struct archive *archive;
	struct str *out;
};

static int fail(const struct pack *pack, struct err *err)
{
	const char *why = lib.archive_error_string(pack->archive);

	return err_set(err, EC_FAILED, "archive: %s", why ? why : "cannot be written");
}

static la_ssize_t on_write(struct archive *archive, void *arg, const void *data, size_t size)
{
	str_add(((struct pack *)arg)->out, data, size);
	return size;
}

int pack_open(struct str *out, struct pack **result, struct err *err)
{
	AUTO(pack) struct pack *pack = NULL;
	struct archive *a;

	if (library_load("libarchive.so.13", "libarchive13", lib_symbols, ARRAY_SIZE(lib_symbols),
			 err) < 0)
		return -1;
	pack = mem_alloc(sizeof(*pack));
	pack->out = out;
	a = pack->archive = lib.archive_write_new();
	if (lib.archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
	    lib.archive_write_add_filter_zstd(a) != ARCHIVE_OK ||
	    lib.archive_write_set_filter_option(a, "zstd", "compression-level", LEVEL) !=
		    ARCHIVE_OK ||
	    lib.archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK || /* no padding */
	    lib.archive_write_open(a, pack, NULL, on_write, NULL) != ARCHIVE_OK)
		return fail(pack, err);
	*result = STEAL(pack);
	return 0;
}

static int put(struct pack *pack, const char *name, const char *target, size_t size,
	       struct err *err)
{
	struct archive_entry *entry = lib.archive_entry_new();
	int rc;

	lib.archive_entry_set_pathname(entry, name);
	lib.archive_entry_set_filetype(entry, AE_IFREG);
	lib.archive_entry_set_perm(entry, 0644);
	lib.archive_entry_set_mtime(entry, 0, 0);
	lib.archive_entry_set_size(entry, size);
	if (target)
		lib.archive_entry_set_hardlink(entry, target);
	rc = lib.archive_write_header(pack->archive, entry);
	lib.archive_entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : fail(pack, err);
}

int pack_file(struct pack *pack, const char *name, struct span data, struct err *err)
{
	if (put(pack, name, NULL, data.len, err) < 0)
		return -1;
	return lib.archive_write_data(pack->archive, data.data, data.len) == (la_ssize_t)data.len
		       ? 0
		       : fail(pack, err);
}

int pack_link(struct pack *pack, const char *name, const char *target, struct err *err)
{
	return put(pack, name, target, 0, err);
}

int pack_end(struct pack *pack, struct err *err)
{
	if (lib.archive_write_close(pack->archive) != ARCHIVE_OK)
		return fail(pack, err);
	if (pack->out->is_full)
		return err_set(err, EC_FAILED, "archive: more than %zu bytes", pack->out->max);
	return 0;
}

void pack_free(struct pack *pack)
{
	if (!pack)
		return;
	lib.archive_write_free(pack->archive);
	free(pack);
}

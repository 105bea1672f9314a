// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_PACK_H
#define TESTS_SUPPORT_PACK_H

/* Compressed bytes and tars, made with libarchive as base/unpack.h reads them. */
#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "base/library.h"
#include "base/str.h"

#define PACK_MOST (64u << 20)

#define PACK_FUNCTIONS(X)                                \
	X(pack, archive_write_new)                       \
	X(pack, archive_write_free)                      \
	X(pack, archive_write_close)                     \
	X(pack, archive_write_open_memory)               \
	X(pack, archive_write_set_format_raw)            \
	X(pack, archive_write_set_format_pax_restricted) \
	X(pack, archive_write_add_filter_by_name)        \
	X(pack, archive_write_set_bytes_per_block)       \
	X(pack, archive_write_header)                    \
	X(pack, archive_write_data)                      \
	X(pack, archive_entry_new)                       \
	X(pack, archive_entry_free)                      \
	X(pack, archive_entry_set_pathname)              \
	X(pack, archive_entry_set_symlink)               \
	X(pack, archive_entry_set_size)                  \
	X(pack, archive_entry_set_filetype)

LIBRARY_TABLE(pack, PACK_FUNCTIONS);

struct pack_file {
	const char *name;
	struct span bytes;
	const char *link; /* a symbolic link to this instead */
};

static inline void pack_add(struct archive *archive, const struct pack_file *file)
{
	struct archive_entry *entry = pack.archive_entry_new();

	pack.archive_entry_set_pathname(entry, file->name);
	pack.archive_entry_set_filetype(entry, file->link ? AE_IFLNK : AE_IFREG);
	if (file->link)
		pack.archive_entry_set_symlink(entry, file->link);
	pack.archive_entry_set_size(entry, file->link ? 0 : file->bytes.len);
	assert_int_equal(pack.archive_write_header(archive, entry), ARCHIVE_OK);
	if (!file->link)
		assert_int_equal(
			pack.archive_write_data(archive, file->bytes.data, file->bytes.len),
			file->bytes.len);
	pack.archive_entry_free(entry);
}

/* filter: "gzip", "xz", …; NULL: none. One file without a name is compressed alone, else a tar. */
static inline struct str pack_make(const struct pack_file *files, size_t n, const char *filter)
{
	struct str out = STR_MAX(PACK_MOST);
	struct archive *archive;
	struct err err;
	size_t used = 0;

	if (library_load("libarchive.so.13", "libarchive13", pack_symbols, ARRAY_SIZE(pack_symbols),
			 &err) < 0)
		fail_msg("%s", err.text);
	archive = pack.archive_write_new();
	if (n == 1 && !files->name)
		pack.archive_write_set_format_raw(archive);
	else
		pack.archive_write_set_format_pax_restricted(archive);
	pack.archive_write_set_bytes_per_block(archive, 0);
	if (filter)
		assert_int_equal(pack.archive_write_add_filter_by_name(archive, filter),
				 ARCHIVE_OK);
	assert_non_null(str_room(&out, PACK_MOST - 1));
	assert_int_equal(pack.archive_write_open_memory(archive, out.data, PACK_MOST - 1, &used),
			 ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct pack_file file = files[i];

		if (!file.name)
			file.name = "data";
		pack_add(archive, &file);
	}
	assert_int_equal(pack.archive_write_close(archive), ARCHIVE_OK);
	pack.archive_write_free(archive);
	out.len = used;
	return out;
}

/* lz4's old frames, as the kernel's build writes them (lz4 -l): here of literals only. */
static inline struct str pack_lz4_legacy(struct span bytes)
{
	struct str out = STR_MAX(PACK_MOST), block = STR_MAX(PACK_MOST);
	uint32_t magic = 0x184c2102, size;
	size_t rest = bytes.len < 15 ? 0 : bytes.len - 15;

	str_addc(&block, (bytes.len < 15 ? bytes.len : 15) << 4);
	for (; bytes.len >= 15 && rest >= 255; rest -= 255)
		str_addc(&block, (char)255);
	if (bytes.len >= 15)
		str_addc(&block, (char)rest);
	str_add(&block, bytes.data, bytes.len);
	size = block.len;
	str_add(&out, &magic, sizeof(magic));
	str_add(&out, &size, sizeof(size));
	str_add(&out, block.data, block.len);
	str_done(&block);
	return out;
}

/* filter as pack_make(), or "lz4-legacy". */
static inline struct str pack_alone(struct span bytes, const char *filter)
{
	const struct pack_file file = { .bytes = bytes };

	if (filter && !strcmp(filter, "lz4-legacy"))
		return pack_lz4_legacy(bytes);
	return pack_make(&file, 1, filter);
}

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/unpack.h"
#include "pkg/envelope.h"

/* "package.json" in any folder */
static bool is_package(const struct unpack_entry *entry)
{
	return entry->type == UNPACK_FILE && entry->name &&
	       !strcmp(path_base(entry->name), "package.json");
}

static int read_text(struct unpack *unpack, const char *what, struct str *out, struct err *err)
{
	struct span piece = { NULL, 1 };

	while (piece.len) {
		if (unpack_data(unpack, &piece, err) < 0)
			return -1;
		str_add(out, piece.data, piece.len);
	}
	return str_check(out, what, err);
}

/* The text of the only package in it. */
static int find_package(struct span bytes, const char *what, struct str *out, struct err *err)
{
	static const struct unpack_limits limits = { .bytes = LIMIT_ARCHIVE,
						     .entries = LIMIT_ARCHIVE_ENTRIES };
	AUTO(unpack) struct unpack *unpack = NULL;
	struct unpack_entry entry;

	if (unpack_open(bytes, what, UNPACK_TAR, &limits, &unpack, err) < 0)
		return -1;
	for (;;) {
		if (unpack_next(unpack, &entry, err) < 0)
			return -1;
		if (entry.type == UNPACK_END)
			break;
		if (!is_package(&entry))
			continue;
		if (out->len)
			return err_set(err, EC_CORRUPT, "%s: more than one package.json", what);
		if (read_text(unpack, what, out, err) < 0)
			return -1;
	}
	if (out->len)
		return 0;
	err_set(err, EC_CORRUPT, "%s: an archive without a package.json", what);
	return err_hint(err, "'epm load' reads the archives of 'epm save' and other OCI archives");
}

int envelope_read_tar(struct span bytes, const char *what, struct package **out,
		      struct str *unknown, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_ENVELOPE);
	AUTO(package) struct package *package = NULL;

	if (find_package(bytes, what, &text, err) < 0 ||
	    envelope_read((struct span){ str_text(&text), text.len }, what, &package, unknown,
			  err) < 0)
		return -1;
	package->has_types = true;
	package->types = (struct str)STR_MAX(LIMIT_ENVELOPE);
	str_add(&package->types, bytes.data, bytes.len);
	*out = STEAL(package);
	return 0;
}

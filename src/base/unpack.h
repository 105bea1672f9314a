// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_UNPACK_H
#define EPM_BASE_UNPACK_H

/*
 * Reading of tar archives and of what is compressed, through libarchive, which is loaded when it is
 * needed (base/library.h). Nothing is written anywhere, so that names and links are only words; what
 * was compressed further than honest content can be is refused, and so is what was compressed twice.
 *
 *	unpack_open(); while (unpack_next() == 0 && entry.type) unpack_data() until n is 0;
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

enum unpack_form {
	UNPACK_TAR, /* plain or by gzip, xz, zstd, which is what archives of images are */
	UNPACK_ANY, /* also by bzip2, lzma, lz4; one compressed file is an entry named "data" */
};

struct unpack_limits {
	uint64_t bytes; /* of all files */
	size_t entries;
};

struct unpack_entry {
	enum unpack_type {
		UNPACK_END, /* there is no other */
		UNPACK_FILE,
		UNPACK_FOLDER,
		UNPACK_LINK,
		UNPACK_HARD_LINK,
		UNPACK_OTHER,
	} type;
	const char *name;   /* as it stands there; NULL: not text. Until the next call */
	const char *target; /* of a hard link: the name of an entry before; else NULL */
	uint64_t size;	    /* in bytes, as it says; 0 for what does not */
	bool is_alone;	    /* no tar: the one compressed file */
};

struct unpack;

/* From a descriptor or from memory, both borrowed, as is what (the name for errors). UNSUPPORTED
 * where there is no libarchive, CORRUPT. */
int unpack_open_fd(int fd, const char *what, enum unpack_form form,
		   const struct unpack_limits *limits, struct unpack **out,
		   struct err *err) MUST_CHECK;
int unpack_open(struct span bytes, const char *what, enum unpack_form form,
		const struct unpack_limits *limits, struct unpack **out,
		struct err *err) MUST_CHECK;
void unpack_free(struct unpack *unpack);
AUTO_POINTER(unpack, struct unpack, unpack_free);

/* What was left of the entry before is read too: it counts. CORRUPT. */
int unpack_next(struct unpack *unpack, struct unpack_entry *out, struct err *err) MUST_CHECK;

/*
 * The next piece of the entry, until the next call; n 0: its end. CORRUPT, also for a sparse file,
 * which is size without bytes. With an entry that is_alone what came before stays good.
 */
int unpack_data(struct unpack *unpack, struct span *out, struct err *err) MUST_CHECK;

/* The first bytes are those of something that UNPACK_ANY reads. */
bool unpack_is_compressed(struct span bytes);
bool unpack_is_tar(struct span bytes);

#endif

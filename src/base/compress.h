// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_COMPRESS_H
#define EPM_BASE_COMPRESS_H

/*
 * zlib streams (RFC 1950), for the envelope of eunomia's package.json; and gzip (RFC 1952), for
 * what is needed at each start, where libarchive is not worth loading.
 */
#include "base/err.h"
#include "base/str.h"

void zlib_pack(const void *data, size_t size, struct str *out);

/* CORRUPT when the stream is damaged, has something after it or inflates beyond out's maximum. */
int zlib_unpack(struct span data, const char *what, struct str *out, struct err *err) MUST_CHECK;

/* One member; the same errors. */
int gzip_unpack(struct span data, const char *what, struct str *out, struct err *err) MUST_CHECK;

#endif

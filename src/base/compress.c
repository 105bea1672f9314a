// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/compress.h"

#include <zlib.h>

void zlib_pack(const void *data, size_t size, struct str *out)
{
	uLongf n = compressBound(size);
	char *room = str_room(out, n);

	if (!room)
		return;
	if (compress2((Bytef *)room, &n, data, size, 9) != Z_OK)
		abort(); /* compressBound() is enough by contract; only memory can be missing */
	out->len += n;
}

static int inflate_all(z_stream *z, const char *what, struct str *out, struct err *err)
{
	int state = Z_OK;
	size_t chunk;
	char *room;

	while (state == Z_OK) {
		chunk = out->max - out->len < 65536 ? out->max - out->len : 65536;
		room = str_room(out, chunk ? chunk : 1);
		if (!room)
			return str_check(out, what, err);
		z->next_out = (Bytef *)room;
		z->avail_out = chunk;
		state = inflate(z, Z_NO_FLUSH);
		out->len += chunk - z->avail_out;
	}
	if (state != Z_STREAM_END || z->avail_in)
		return err_set(err, EC_CORRUPT, "%s: damaged compressed data: %s", what,
			       state == Z_STREAM_END ? "something follows the end"
			       : z->msg		     ? z->msg
						     : "it ends too early");
	if (out->data)
		out->data[out->len] = '\0';
	return 0;
}

static int unpack(struct span data, int window_bits, const char *what, struct str *out,
		  struct err *err)
{
	z_stream z = { .next_in = (Bytef *)data.data, .avail_in = data.len };
	int rc;

	if (data.len > UINT32_MAX || inflateInit2(&z, window_bits) != Z_OK)
		return err_set(err, EC_FAILED, "%s: cannot inflate", what);
	rc = inflate_all(&z, what, out, err);
	inflateEnd(&z);
	return rc;
}

int zlib_unpack(struct span data, const char *what, struct str *out, struct err *err)
{
	return unpack(data, MAX_WBITS, what, out, err);
}

int gzip_unpack(struct span data, const char *what, struct str *out, struct err *err)
{
	return unpack(data, MAX_WBITS + 16, what, out, err); /* zlib.h: 16 is for gzip */
}

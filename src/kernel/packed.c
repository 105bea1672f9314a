// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/packed.h"

/* The .xz file format, version 1.2: 2.1.1 and 2.1.2 */
#define XZ_HEADER 12
#define XZ_FLAGS_AT 6
#define XZ_FOOTER 12

/* RFC 8878: 3.1.1.1 and 3.1.1.2 */
#define ZSTD_BLOCK_HEADER 3
#define ZSTD_RLE 1

static uint32_t number_at(struct span bytes, size_t at, size_t size)
{
	uint32_t value = 0;

	for (size_t i = size; i > 0; i--)
		value = value << 8 | (unsigned char)bytes.data[at + i - 1];
	return value;
}

/* The footer repeats the header's flags, and its index begins with a zero. */
static bool is_xz_footer(struct span bytes, size_t at)
{
	const char *p = bytes.data + at;
	uint64_t index_size = ((uint64_t)number_at(bytes, at + 4, 4) + 1) * 4;

	return !memcmp(p + 10, "YZ", 2) && !memcmp(p + 8, bytes.data + XZ_FLAGS_AT, 2) &&
	       index_size <= at - XZ_HEADER && !p[-(ptrdiff_t)index_size];
}

static size_t xz_end(struct span bytes)
{
	for (size_t at = XZ_HEADER; at + XZ_FOOTER <= bytes.len; at += 4)
		if (is_xz_footer(bytes, at))
			return at + XZ_FOOTER;
	return bytes.len;
}

/* Bytes of the frame's header; 0: it is cut. */
static size_t zstd_header(struct span bytes, bool *out_has_checksum)
{
	static const uint8_t dictionary[] = { 0, 1, 2, 4 }, content[] = { 0, 2, 4, 8 };
	uint32_t descriptor = bytes.len > 4 ? number_at(bytes, 4, 1) : 0;
	bool is_single = descriptor & 0x20;
	size_t size = 5 + !is_single + dictionary[descriptor & 3] + content[descriptor >> 6];

	if (is_single && !(descriptor >> 6))
		size++;
	*out_has_checksum = descriptor & 4;
	return size <= bytes.len ? size : 0;
}

static size_t zstd_end(struct span bytes)
{
	bool has_checksum = false;
	size_t at = zstd_header(bytes, &has_checksum);

	while (at && at + ZSTD_BLOCK_HEADER <= bytes.len) {
		uint32_t header = number_at(bytes, at, ZSTD_BLOCK_HEADER);

		at += ZSTD_BLOCK_HEADER + ((header >> 1 & 3) == ZSTD_RLE ? 1 : header >> 3);
		if (!(header & 1))
			continue;
		at += has_checksum ? 4 : 0;
		return at < bytes.len ? at : bytes.len;
	}
	return bytes.len;
}

struct span packed_cut(struct span bytes)
{
	if (bytes.len > XZ_HEADER && !memcmp(bytes.data, "\xfd\x37zXZ", 6))
		bytes.len = xz_end(bytes);
	else if (bytes.len > 4 && !memcmp(bytes.data, "\x28\xb5\x2f\xfd", 4))
		bytes.len = zstd_end(bytes);
	return bytes;
}

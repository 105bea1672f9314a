// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/image.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/unpack.h"
#include "kernel/packed.h"

/* x86: Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header" */
#define X86_MAGIC_AT 0x202
#define X86_SECTORS_AT 0x1f1
#define X86_PROTOCOL_AT 0x206
#define X86_VERSION_AT 0x20e
#define X86_PAYLOAD_AT 0x248
#define X86_PAYLOAD_SIZE_AT 0x24c
#define X86_HEADER_END 0x250
#define X86_WITH_PAYLOAD 0x0208
#define X86_SECTOR 512
#define X86_SECTORS 4 /* where it says 0 */

/* struct linux_efi_zboot_header, drivers/firmware/efi/libstub/zboot.h */
#define ZBOOT_MAGIC_AT 4
#define ZBOOT_PAYLOAD_AT 8
#define ZBOOT_PAYLOAD_SIZE_AT 12

#define MAGIC2_AT 56 /* Documentation/arch/arm64/booting.rst and its like */

#define RELEASE_MOST 128
#define DETAILS_MOST 256
#define TRIES_MOST 64 /* places that look compressed */

static uint32_t number_at(struct span bytes, size_t at, size_t size)
{
	uint32_t value = 0;

	for (size_t i = size; i > 0; i--)
		value = value << 8 | (unsigned char)bytes.data[at + i - 1];
	return value;
}

static bool has_at(struct span bytes, size_t at, const char *magic, size_t len)
{
	return bytes.len >= at + len && !memcmp(bytes.data + at, magic, len);
}

static bool is_x86(struct span head)
{
	return head.len >= X86_HEADER_END && has_at(head, X86_MAGIC_AT, "HdrS", 4);
}

static bool is_zboot(struct span head)
{
	return has_at(head, 0, "MZ", 2) && has_at(head, ZBOOT_MAGIC_AT, "zimg", 4);
}

bool image_is(struct span head)
{
	return is_x86(head) || is_zboot(head) || has_at(head, MAGIC2_AT, "ARM\x64", 4) ||
	       has_at(head, MAGIC2_AT, "RSC\x05", 4) ||
	       has_at(head, MAGIC2_AT, "\xcd\x23\x82\x81", 4); /* LINUX_PE_MAGIC */
}

/* A release is a word that begins with a number; NULL: it does not. */
static char *release_at(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && n < RELEASE_MOST && text[n] > ' ' && text[n] <= '~')
		n++;
	return n && text[0] >= '1' && text[0] <= '9' ? mem_textn(text, n) : NULL;
}

char *image_release(const struct input *input)
{
	char head[X86_HEADER_END], text[RELEASE_MOST];
	struct err err;
	size_t n = 0, at;

	if (input_head(input, head, sizeof(head), &n, &err) < 0 ||
	    !is_x86((struct span){ head, n }))
		return NULL;
	at = number_at((struct span){ head, n }, X86_VERSION_AT, 2);
	if (!at || input_read(input, at + X86_SECTOR, text, sizeof(text), &err) < 0)
		return NULL;
	return release_at(text, sizeof(text));
}

bool image_banner(struct span bytes, struct kernel_facts *out)
{
	static const char mark[] = "Linux version ";
	const char *end = bytes.data + bytes.len, *p = bytes.data, *line_end, *details;

	while (p < end && (p = memmem(p, end - p, mark, strlen(mark)))) {
		p += strlen(mark);
		out->release = release_at(p, end - p);
		if (!out->release)
			continue;
		line_end = p;
		while (line_end < end && line_end - p < 4 * DETAILS_MOST && *line_end >= ' ')
			line_end++;
		details = memmem(p, line_end - p, " #", 2);
		if (details && line_end - details < DETAILS_MOST)
			out->details = mem_textn(details + 1, line_end - details - 1);
		return true;
	}
	return false;
}

static struct span piece(struct span image, uint64_t at, uint64_t size)
{
	if (!at || at >= image.len)
		return (struct span){ NULL, 0 };
	return (struct span){ image.data + at, size < image.len - at ? size : image.len - at };
}

/* Where the header says the kernel is; empty: it does not say. */
static struct span payload(struct span image)
{
	uint64_t sectors;

	if (is_zboot(image) && image.len > ZBOOT_PAYLOAD_SIZE_AT + 4)
		return piece(image, number_at(image, ZBOOT_PAYLOAD_AT, 4),
			     number_at(image, ZBOOT_PAYLOAD_SIZE_AT, 4));
	if (!is_x86(image) || number_at(image, X86_PROTOCOL_AT, 2) < X86_WITH_PAYLOAD)
		return (struct span){ NULL, 0 };
	sectors = (unsigned char)image.data[X86_SECTORS_AT];
	return piece(image,
		     ((sectors ? sectors : X86_SECTORS) + 1) * X86_SECTOR +
			     number_at(image, X86_PAYLOAD_AT, 4),
		     number_at(image, X86_PAYLOAD_SIZE_AT, 4));
}

/* An uncompressed kernel, or a compressed one. */
static int try_at(struct span bytes, const char *what, struct extract *out, struct err *err)
{
	AUTO(str) struct str plain = STR_MAX(LIMIT_KERNEL_IMAGE);
	struct input input = input_of(packed_cut(bytes), what);

	if (unpack_is_compressed(bytes)) {
		if (kernel_inflate(&input, true, &plain, err) < 0)
			return -1;
		input = input_of((struct span){ str_text(&plain), plain.len }, what);
	}
	return kernel_extract_plain(&input, out, err);
}

/* The next place that looks compressed; image.len: there is none. */
static size_t next_compressed(struct span image, size_t at)
{
	for (; at < image.len; at++) {
		char c = image.data[at];

		/* the first bytes of all of them, before the others are looked at */
		if (c != '\x1f' && c != '\xfd' && c != '\x28' && c != '\x02' && c != '\x04' &&
		    c != 'B' && c != '\x5d')
			continue;
		if (unpack_is_compressed((struct span){ image.data + at, image.len - at }))
			break;
	}
	return at;
}

static int search(struct span image, const char *what, struct extract *out, struct err *err)
{
	struct err found = { 0 };
	size_t at = 0;

	for (int i = 0; i < TRIES_MOST; i++) {
		at = next_compressed(image, at + 1);
		if (at >= image.len)
			break;
		if (try_at((struct span){ image.data + at, image.len - at }, what, out, err) == 0)
			return 0;
		if (err->code == EC_UNSUPPORTED)
			found = *err;
	}
	if (found.code)
		*err = found;
	else
		err_set(err, EC_CORRUPT, "%s: no kernel is found in this image", what);
	return -1;
}

int image_extract(struct span image, const char *what, struct extract *out, struct err *err)
{
	struct span packed = payload(image);
	struct input input = input_of(image, what);

	if (packed.len && try_at(packed, what, out, err) == 0)
		return 0;
	if (packed.len && err->code == EC_UNSUPPORTED)
		return -1;
	if (!packed.len && kernel_extract_plain(&input, out, err) == 0)
		return 0;
	return search(image, what, out, err);
}

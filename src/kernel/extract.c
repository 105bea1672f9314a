// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/extract.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/unpack.h"
#include "btf/raw_btf.h"
#include "kernel/image.h"

#define SCAN_MOST (1ull << 30) /* bytes of what looks like BTF that are read */
#define RODATA_MOST (256u << 20)
#define MODINFO_MOST (1u << 20)

void kernel_facts_done(struct kernel_facts *facts)
{
	free(facts->release);
	free(facts->details);
	*facts = (struct kernel_facts){ 0 };
}

void extract_done(struct extract *extract)
{
	str_done(&extract->btf);
	kernel_facts_done(&extract->facts);
}

static bool is_btf(struct span head)
{
	uint16_t magic;

	if (head.len < sizeof(struct btf_header))
		return false;
	memcpy(&magic, head.data, sizeof(magic));
	return (magic == BTF_MAGIC || magic == 0x9feb) && head.data[2] == BTF_VERSION;
}

enum content content_of(struct span head)
{
	if (is_btf(head))
		return CONTENT_BTF;
	if (head.len > SELFMAG && !memcmp(head.data, ELFMAG, SELFMAG))
		return CONTENT_ELF;
	if (image_is(head))
		return CONTENT_IMAGE;
	if (unpack_is_compressed(head))
		return CONTENT_COMPRESSED;
	return unpack_is_tar(head) ? CONTENT_TAR : CONTENT_NONE;
}

static int no_btf(const char *what, struct err *err)
{
	err_set(err, EC_UNSUPPORTED, "%s: this kernel has no BTF", what);
	return err_hint(err, "a kernel built with CONFIG_DEBUG_INFO_BTF=y has it");
}

/* Bytes that BTF beginning here has, by its header; 0: it cannot be one. */
static uint64_t btf_size(struct span bytes)
{
	struct btf_header header;
	uint64_t types_end, strings_end, size;

	if (bytes.len < sizeof(header))
		return 0;
	memcpy(&header, bytes.data, sizeof(header));
	types_end = (uint64_t)header.type_off + header.type_len;
	strings_end = (uint64_t)header.str_off + header.str_len;
	size = header.hdr_len + (types_end > strings_end ? types_end : strings_end);
	if (header.version != BTF_VERSION || !header.type_len || size > bytes.len)
		return 0;
	return size;
}

/* An image without sections: the largest BTF in it is vmlinux's. */
static struct span scan(struct span bytes)
{
	static const uint16_t magic = BTF_MAGIC;
	const char *p = bytes.data, *end = bytes.data + bytes.len;
	struct span best = { NULL, 0 };
	uint64_t scanned = 0;
	struct err err;

	while (p < end && scanned < SCAN_MOST && (p = memmem(p, end - p, &magic, sizeof(magic)))) {
		uint64_t size = (uintptr_t)p % 4 ? 0 : btf_size((struct span){ p, end - p });
		AUTO(raw_btf) struct raw_btf btf = { 0 };

		scanned += size;
		if (size > best.len && size <= LIMIT_KERNEL_BTF &&
		    raw_btf_open((struct span){ p, size }, "", &btf, &err) == 0)
			best = (struct span){ p, size };
		p += best.data == p ? best.len : 1;
	}
	return best;
}

static int extract_image_plain(struct span bytes, const char *what, struct extract *out,
			       struct err *err)
{
	struct span found = scan(bytes);

	if (!found.len)
		return no_btf(what, err);
	str_add(&out->btf, found.data, found.len);
	image_banner(bytes, &out->facts);
	return str_check(&out->btf, what, err);
}

static int extract_elf(const struct input *input, struct extract *out, struct err *err)
{
	AUTO(sections) struct sections sections = { 0 };
	AUTO(str) struct str text = STR_MAX(RODATA_MOST);
	const Elf64_Shdr *btf, *rodata;
	struct err ignored;

	if (sections_open(input, &sections, err) < 0)
		return -1;
	btf = sections_find(&sections, ".BTF");
	if (!btf)
		return no_btf(input->what, err);
	if (sections_add(&sections, btf, &out->btf, err) < 0)
		return -1;
	rodata = sections_find(&sections, ".rodata");
	if (rodata && sections_add(&sections, rodata, &text, &ignored) == 0)
		image_banner((struct span){ str_text(&text), text.len }, &out->facts);
	return 0;
}

int kernel_extract_plain(const struct input *input, struct extract *out, struct err *err)
{
	char head[CONTENT_HEAD];
	size_t n = 0;

	out->btf.max = LIMIT_KERNEL_BTF;
	if (input_head(input, head, sizeof(head), &n, err) < 0)
		return -1;
	switch (content_of((struct span){ head, n })) {
	case CONTENT_BTF:
		return input_add(input, 0, input->size, &out->btf, err);
	case CONTENT_ELF:
		return extract_elf(input, out, err);
	default:
		return extract_image_plain(input->bytes, input->what, out, err);
	}
}

int kernel_unpack(const struct input *input, struct unpack **out, struct err *err)
{
	const struct unpack_limits limits = { LIMIT_KERNEL_IMAGE, LIMIT_ARCHIVE_ENTRIES };

	if (input->fd < 0)
		return unpack_open(input->bytes, input->what, UNPACK_ANY, &limits, out, err);
	if (lseek(input->fd, 0, SEEK_SET) < 0)
		return err_errno(err, "read %s", input->what);
	return unpack_open_fd(input->fd, input->what, UNPACK_ANY, &limits, out, err);
}

int kernel_inflate(const struct input *input, bool is_in_image, struct str *out, struct err *err)
{
	AUTO(unpack) struct unpack *unpack = NULL;
	struct unpack_entry entry;
	struct span piece;

	if (kernel_unpack(input, &unpack, err) < 0 || unpack_next(unpack, &entry, err) < 0)
		return -1;
	if (!entry.is_alone)
		return err_set(err, EC_CORRUPT, "%s: not one compressed file", input->what);
	do {
		if (unpack_data(unpack, &piece, err) < 0)
			return is_in_image && out->len && err->code == EC_CORRUPT ? 0 : -1;
		str_add(out, piece.data, piece.len);
	} while (piece.len && !out->is_full);
	return str_check(out, input->what, err);
}

/* The first bytes of what is compressed; what cannot be read is none of ours. */
static enum content look_inside(const struct input *input)
{
	AUTO(unpack) struct unpack *unpack = NULL;
	AUTO(str) struct str head = STR_MAX(CONTENT_HEAD);
	struct unpack_entry entry;
	struct span piece = { NULL, 1 };
	struct err err;
	size_t n;

	if (kernel_unpack(input, &unpack, &err) < 0 || unpack_next(unpack, &entry, &err) < 0)
		return CONTENT_NONE;
	if (!entry.is_alone)
		return entry.type == UNPACK_END ? CONTENT_NONE : CONTENT_TAR;
	while (head.len < CONTENT_HEAD && unpack_data(unpack, &piece, &err) == 0 && piece.len) {
		n = CONTENT_HEAD - head.len;
		str_add(&head, piece.data, piece.len < n ? piece.len : n);
	}
	return content_of((struct span){ str_text(&head), head.len });
}

int content_look(const struct input *input, enum content *out, enum content *out_inner,
		 struct err *err)
{
	char head[CONTENT_HEAD];
	size_t n = 0;

	if (input_head(input, head, sizeof(head), &n, err) < 0)
		return -1;
	*out = content_of((struct span){ head, n });
	*out_inner = *out == CONTENT_COMPRESSED ? look_inside(input) : *out;
	return 0;
}

int content_refuse(const struct input *input, struct err *err)
{
	return err_set(err, EC_CORRUPT, "%s: not a kernel: %s", input->what,
		       input->size ? "neither BTF nor ELF nor an image of one" : "it is empty");
}

static int extract_image(const struct input *input, struct extract *out, struct err *err)
{
	AUTO(str) struct str whole = STR_MAX(LIMIT_KERNEL_IMAGE);
	struct span image = input->bytes;

	if (input->fd >= 0) {
		if (input_add(input, 0, input->size, &whole, err) < 0)
			return -1;
		image = (struct span){ str_text(&whole), whole.len };
	}
	return image_extract(image, input->what, out, err);
}

int kernel_extract(const struct input *input, struct extract *out, struct err *err)
{
	AUTO(str) struct str plain = STR_MAX(LIMIT_KERNEL_IMAGE);
	enum content content, inner;
	struct input inside;

	if (content_look(input, &content, &inner, err) < 0)
		return -1;
	if (content != CONTENT_COMPRESSED)
		inside = *input;
	else if (inner != CONTENT_TAR && kernel_inflate(input, false, &plain, err) < 0)
		return -1;
	else
		inside = input_of((struct span){ str_text(&plain), plain.len }, input->what);
	switch (inner) {
	case CONTENT_BTF:
	case CONTENT_ELF:
		return kernel_extract_plain(&inside, out, err);
	case CONTENT_IMAGE:
		return extract_image(&inside, out, err);
	default:
		return content_refuse(input, err);
	}
}

/* The bytes of a module, compressed or not, as an ELF. */
static int open_module(const struct input *input, struct str *plain, struct input *out,
		       struct sections *sections, struct err *err)
{
	char head[CONTENT_HEAD];
	size_t n = 0;

	if (input_head(input, head, sizeof(head), &n, err) < 0)
		return -1;
	*out = *input;
	if (content_of((struct span){ head, n }) == CONTENT_COMPRESSED) {
		if (kernel_inflate(input, false, plain, err) < 0)
			return -1;
		*out = input_of((struct span){ str_text(plain), plain->len }, input->what);
	}
	return sections_open(out, sections, err);
}

int kernel_extract_module(const struct input *input, struct str *out, struct err *err)
{
	AUTO(str) struct str plain = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(sections) struct sections sections = { 0 };
	const Elf64_Shdr *btf;
	struct input elf;

	if (open_module(input, &plain, &elf, &sections, err) < 0)
		return -1;
	btf = sections_find(&sections, ".BTF");
	if (!btf)
		return err_set(err, EC_UNSUPPORTED, "%s: this module has no BTF", input->what);
	/* made for a base that is in the module; only with vmlinux does it become usual split BTF */
	if (sections_find(&sections, ".BTF.base"))
		return err_set(err, EC_UNSUPPORTED,
			       "%s: the BTF of this module has a base of its own (.BTF.base)",
			       input->what);
	return sections_add(&sections, btf, out, err);
}

char *kernel_module_release(const struct input *input)
{
	static const char mark[] = "vermagic=";
	AUTO(str) struct str plain = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(str) struct str info = STR_MAX(MODINFO_MOST);
	AUTO(sections) struct sections sections = { 0 };
	const Elf64_Shdr *header;
	struct input elf;
	struct err err;
	const char *p;

	if (open_module(input, &plain, &elf, &sections, &err) < 0)
		return NULL;
	header = sections_find(&sections, ".modinfo");
	if (!header || sections_add(&sections, header, &info, &err) < 0 || !info.len)
		return NULL;
	for (p = info.data; p < info.data + info.len; p += strlen(p) + 1)
		if (text_starts(p, mark))
			return mem_textn(p + strlen(mark), strcspn(p + strlen(mark), " "));
	return NULL;
}

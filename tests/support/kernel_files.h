// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_KERNEL_FILES_H
#define TESTS_SUPPORT_KERNEL_FILES_H

/* Small files as kernels come in. */
#include <elf.h>

#include "support/kernel_btf.h"
#include "support/pack.h"

#define KERNEL_BANNER                                                                    \
	"Linux version 6.1.0-13-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian " \
	"12.2.0-14) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)\n"

static inline struct span kernel_span(const struct str *s)
{
	return (struct span){ str_text(s), s->len };
}

/* BTF with one function. */
static inline struct str kernel_small_btf(const char *function)
{
	struct btf *btf = kernel_btf_new();

	kernel_btf_function(btf, function);
	return kernel_btf_bytes(btf);
}

struct kernel_section {
	const char *name;
	struct span bytes;
};

/* ELF of 64 bits with these sections. */
static inline struct str kernel_elf(uint16_t machine, const struct kernel_section *list, size_t n)
{
	struct str out = STR_MAX(PACK_MOST), names = STR_MAX(4096);
	Elf64_Shdr headers[16] = { 0 };
	Elf64_Ehdr head = { .e_type = ET_EXEC,
			    .e_machine = machine,
			    .e_version = 1,
			    .e_ehsize = sizeof(head),
			    .e_shentsize = sizeof(*headers),
			    .e_shnum = n + 2,
			    .e_shstrndx = n + 1 };

	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = ELFCLASS64;
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	str_add(&out, &head, sizeof(head));
	str_addc(&names, '\0');
	for (size_t i = 0; i <= n; i++) {
		const char *name = i < n ? list[i].name : ".shstrtab";
		Elf64_Shdr *header = &headers[i + 1];

		header->sh_name = names.len;
		header->sh_type = i < n ? SHT_PROGBITS : SHT_STRTAB;
		str_add(&names, name, strlen(name) + 1);
		header->sh_offset = out.len;
		header->sh_size = i < n ? list[i].bytes.len : names.len;
		str_add(&out, i < n ? list[i].bytes.data : names.data, header->sh_size);
	}
	head.e_shoff = out.len;
	str_add(&out, headers, (n + 2) * sizeof(*headers));
	memcpy(out.data, &head, sizeof(head));
	str_done(&names);
	return out;
}

/* vmlinux with a banner and BTF, as the build leaves it. */
static inline struct str kernel_vmlinux(const char *function)
{
	AUTO(str) struct str btf = kernel_small_btf(function);
	static const char rodata[] = "Linux version %s\0junk\0" KERNEL_BANNER;
	const struct kernel_section list[] = { { ".rodata", { rodata, sizeof(rodata) } },
					       { ".BTF", kernel_span(&btf) } };

	return kernel_elf(EM_X86_64, list, 2);
}

static inline void kernel_put(struct str *s, size_t at, const void *data, size_t len)
{
	assert_true(at + len <= s->len);
	memcpy(s->data + at, data, len);
}

/*
 * x86's bzImage around a payload, whose length counts the size that the build appends to it; what
 * says where the payload is can be left out.
 */
static inline struct str kernel_bzimage(struct span payload, bool says_where)
{
	static const char release[] = "6.1.0-13-amd64 (debian-kernel@lists.debian.org) #1 SMP";
	struct str out = STR_MAX(PACK_MOST);
	uint16_t protocol = 0x020f, version_at = 0x400;
	uint32_t offset = 0x100, length = payload.len + 4, size = 50 << 20;
	size_t start = (2 + 1) * 512; /* two sectors of set-up */

	assert_non_null(str_room(&out, start + offset));
	out.len = start + offset;
	memset(out.data, 0, out.len);
	kernel_put(&out, 0, "MZ", 2);
	kernel_put(&out, 0x1f1, "\x02", 1);
	kernel_put(&out, 0x202, "HdrS", 4);
	if (says_where)
		kernel_put(&out, 0x206, &protocol, 2);
	kernel_put(&out, 0x20e, &version_at, 2);
	kernel_put(&out, 0x248, &offset, 4);
	kernel_put(&out, 0x24c, &length, 4);
	kernel_put(&out, 0x600, release, sizeof(release));
	str_add(&out, payload.data, payload.len);
	str_add(&out, &size, sizeof(size));
	str_adds(&out, "what follows the payload is something else");
	return out;
}

/* arm64's Image: no sections, the BTF somewhere in it. */
static inline struct str kernel_arm64_image(const char *function)
{
	AUTO(str) struct str btf = kernel_small_btf(function);
	struct str out = STR_MAX(PACK_MOST);

	assert_non_null(str_room(&out, 4096));
	out.len = 4096;
	memset(out.data, 0, out.len);
	kernel_put(&out, 0, "MZ", 2);
	kernel_put(&out, 56, "ARM\x64", 4);
	/* what only begins as BTF does */
	kernel_put(&out, 1024, "\x9f\xeb\x01\0\x18\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
	kernel_put(&out, 2048, KERNEL_BANNER, sizeof(KERNEL_BANNER));
	str_add(&out, btf.data, btf.len);
	str_add(&out, "\0\0\0\0\0\0\0", 8);
	return out;
}

/* An EFI image that unpacks itself. */
static inline struct str kernel_zboot(struct span payload, const char *method)
{
	struct str out = STR_MAX(PACK_MOST);
	uint32_t offset = 512, length = payload.len;

	assert_non_null(str_room(&out, offset));
	out.len = offset;
	memset(out.data, 0, out.len);
	kernel_put(&out, 0, "MZ\0\0zimg", 8);
	kernel_put(&out, 8, &offset, 4);
	kernel_put(&out, 12, &length, 4);
	kernel_put(&out, 24, method, strlen(method));
	kernel_put(&out, 56, "\xcd\x23\x82\x81", 4);
	str_add(&out, payload.data, payload.len);
	str_adds(&out, "signature");
	return out;
}

#endif

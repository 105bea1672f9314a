// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/extract.h"

#include "kernel/image.h"
#include "support/kernel_files.h"

static const char *const filters[] = { "gzip", "xz", "lzma", "bzip2", "lz4", "lz4-legacy", "zstd" };

/* What is in the bytes is the small BTF with its banner, or the code is said. */
static void check(struct span bytes, enum err_code code, const char *what)
{
	AUTO(str) struct str btf = kernel_small_btf("f");
	AUTO(extract) struct extract found = { 0 };
	struct input input = input_of(bytes, what);
	struct err err = { 0 };
	int rc = kernel_extract(&input, &found, &err);

	if (rc < 0 && code == EC_NONE)
		fail_msg("%s", err.text);
	assert_int_equal(rc < 0 ? err.code : EC_NONE, code);
	if (rc < 0) {
		assert_non_null(strstr(err.text, what));
		return;
	}
	assert_int_equal(found.btf.len, btf.len);
	assert_memory_equal(found.btf.data, btf.data, btf.len);
}

static void check_banner(struct span bytes)
{
	AUTO(extract) struct extract found = { 0 };
	struct input input = input_of(bytes, "x");
	struct err err = { 0 };

	assert_int_equal(kernel_extract(&input, &found, &err), 0);
	assert_string_equal(found.facts.release, "6.1.0-13-amd64");
	assert_string_equal(found.facts.details,
			    "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)");
}

static void plain_files_are_read(void **state)
{
	AUTO(str) struct str btf = kernel_small_btf("f"), elf = kernel_vmlinux("f");
	AUTO(str) struct str image = kernel_arm64_image("f");

	(void)state;
	check(kernel_span(&btf), EC_NONE, "btf");
	check(kernel_span(&elf), EC_NONE, "elf");
	check_banner(kernel_span(&elf));
	check(kernel_span(&image), EC_NONE, "image");
	check_banner(kernel_span(&image));
}

static void all_ways_of_compression_are_known(void **state)
{
	AUTO(str) struct str elf = kernel_vmlinux("f"), image = kernel_arm64_image("f");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		AUTO(str) struct str packed = pack_alone(kernel_span(&elf), filters[i]);
		AUTO(str) struct str packed_image = pack_alone(kernel_span(&image), filters[i]);
		AUTO(str) struct str bzimage = kernel_bzimage(kernel_span(&packed), true);
		AUTO(str) struct str odd = kernel_bzimage(kernel_span(&packed), false);
		AUTO(str) struct str zboot = kernel_zboot(kernel_span(&packed_image), filters[i]);

		check(kernel_span(&packed), EC_NONE, filters[i]);
		check(kernel_span(&packed_image), EC_NONE, filters[i]);
		check(kernel_span(&bzimage), EC_NONE, filters[i]);
		check_banner(kernel_span(&bzimage));
		check(kernel_span(&odd), EC_NONE, filters[i]);
		check(kernel_span(&zboot), EC_NONE, filters[i]);
	}
}

static void what_looks_compressed_does_not_mislead(void **state)
{
	AUTO(str) struct str elf = kernel_vmlinux("f");
	AUTO(str) struct str packed = pack_alone(kernel_span(&elf), "zstd");
	static const char looks[] =
		"\x1f\x8b\x08 BZh \xfd\x37zXZ\0 \x5d\0\0\x80\0 \x28\xb5\x2f\xfd ";
	AUTO(str) struct str payload = STR_MAX(PACK_MOST), odd = { 0 };

	(void)state;
	str_add(&payload, looks, sizeof(looks));
	str_add(&payload, packed.data, packed.len);
	odd = kernel_bzimage(kernel_span(&payload), false);
	check(kernel_span(&odd), EC_NONE, "odd");
}

static void a_kernel_without_btf_is_said_to_be_one(void **state)
{
	const struct kernel_section list[] = { { ".text", { "\x90\x90\x90\x90", 4 } } };
	AUTO(str) struct str elf = kernel_elf(EM_X86_64, list, 1);
	AUTO(str) struct str packed = pack_alone(kernel_span(&elf), "xz");
	AUTO(str) struct str image = kernel_bzimage(kernel_span(&packed), true);
	AUTO(str) struct str odd = kernel_bzimage(kernel_span(&packed), false);

	(void)state;
	check(kernel_span(&elf), EC_UNSUPPORTED, "elf");
	check(kernel_span(&packed), EC_UNSUPPORTED, "packed");
	check(kernel_span(&image), EC_UNSUPPORTED, "image");
	check(kernel_span(&odd), EC_UNSUPPORTED, "odd");
}

static void damage_is_said(void **state)
{
	AUTO(str) struct str elf = kernel_vmlinux("f");
	AUTO(str) struct str packed = pack_alone(kernel_span(&elf), "gzip");
	AUTO(str) struct str image = { 0 }, twice = pack_alone(kernel_span(&packed), "xz");
	struct span bytes = kernel_span(&elf);

	(void)state;
	check((struct span){ "", 0 }, EC_CORRUPT, "nothing");
	check(span_of("#!/bin/sh"), EC_CORRUPT, "script");
	check(kernel_span(&twice), EC_CORRUPT, "twice");
	/* cut at any place it is corrupt, whole it is not */
	for (bytes.len--; bytes.len > 600; bytes.len -= 97)
		check(bytes, EC_CORRUPT, "elf");
	bytes = kernel_span(&packed);
	bytes.len -= 20;
	check(bytes, EC_CORRUPT, "packed");
	str_cut(&packed, packed.len / 2);
	image = kernel_bzimage(kernel_span(&packed), true);
	check(kernel_span(&image), EC_CORRUPT, "image");
}

static void sections_outside_of_the_file_are_refused(void **state)
{
	AUTO(str) struct str elf = kernel_vmlinux("f");
	Elf64_Ehdr head;
	Elf64_Shdr section;
	uint64_t at;

	(void)state;
	memcpy(&head, elf.data, sizeof(head));
	at = head.e_shoff + 2 * sizeof(section);
	memcpy(&section, elf.data + at, sizeof(section));
	section.sh_offset = UINT64_MAX - 8;
	memcpy(elf.data + at, &section, sizeof(section));
	check(kernel_span(&elf), EC_CORRUPT, "offset");
	section.sh_offset = 64;
	section.sh_size = UINT64_MAX - 63;
	memcpy(elf.data + at, &section, sizeof(section));
	check(kernel_span(&elf), EC_CORRUPT, "size");
	elf.data[EI_CLASS] = ELFCLASS32;
	check(kernel_span(&elf), EC_UNSUPPORTED, "bits");
	elf.data[EI_CLASS] = ELFCLASS64;
	elf.data[EI_DATA] = ELFDATA2MSB;
	check(kernel_span(&elf), EC_UNSUPPORTED, "order");
}

/* A hundred megabytes of zeros in a hundred kilobytes. */
static void bombs_are_refused(void **state)
{
	AUTO(free) char *zeros = mem_alloc(100u << 20);
	AUTO(str) struct str packed = { 0 };
	struct span bytes = { zeros, 100u << 20 };

	(void)state;
	memcpy(zeros, "\x9f\xeb\x01\0\x18\0\0\0", 8);
	packed = pack_alone(bytes, "gzip");
	assert_true(packed.len < 1u << 20);
	check(kernel_span(&packed), EC_CORRUPT, "bomb");
}

static void releases_stand_in_x86s_header(void **state)
{
	AUTO(str) struct str image = kernel_bzimage(span_of("x"), true);
	AUTO(str) struct str arm64 = kernel_arm64_image("f");
	struct input input = input_of(kernel_span(&image), "x");
	AUTO(free) char *release = image_release(&input);

	(void)state;
	assert_string_equal(release, "6.1.0-13-amd64");
	input = input_of(kernel_span(&arm64), "x");
	assert_null(image_release(&input));
	input = input_of(kernel_span(&image), "x");
	memcpy(image.data + 0x20e, "\xff\xff", 2);
	assert_null(image_release(&input));
}

static void modules_give_their_btf(void **state)
{
	static const char info[] = "license=GPL\0vermagic=6.1.0-13-amd64 SMP preempt mod_unload ";
	AUTO(str) struct str btf = kernel_small_btf("f"), found = STR_MAX(LIMIT_KERNEL_BTF);
	const struct kernel_section list[] = { { ".modinfo", { info, sizeof(info) } },
					       { ".BTF", kernel_span(&btf) },
					       { ".BTF.base", kernel_span(&btf) } };
	AUTO(str) struct str elf = kernel_elf(EM_X86_64, list, 2);
	AUTO(str) struct str other = kernel_elf(EM_X86_64, list, 3);
	AUTO(str) struct str bare = kernel_elf(EM_X86_64, list, 1);
	AUTO(str) struct str packed = pack_alone(kernel_span(&elf), "xz");
	struct input input = input_of(kernel_span(&packed), "x.ko.xz");
	AUTO(free) char *release = kernel_module_release(&input);
	struct err err;

	(void)state;
	assert_string_equal(release, "6.1.0-13-amd64");
	assert_int_equal(kernel_extract_module(&input, &found, &err), 0);
	assert_int_equal(found.len, btf.len);
	assert_memory_equal(found.data, btf.data, btf.len);
	input = input_of(kernel_span(&other), "x.ko");
	assert_int_equal(kernel_extract_module(&input, &found, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_non_null(strstr(err.text, ".BTF.base"));
	input = input_of(kernel_span(&bare), "x.ko");
	assert_int_equal(kernel_extract_module(&input, &found, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_files_are_read),
		cmocka_unit_test(all_ways_of_compression_are_known),
		cmocka_unit_test(what_looks_compressed_does_not_mislead),
		cmocka_unit_test(a_kernel_without_btf_is_said_to_be_one),
		cmocka_unit_test(damage_is_said),
		cmocka_unit_test(sections_outside_of_the_file_are_refused),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(releases_stand_in_x86s_header),
		cmocka_unit_test(modules_give_their_btf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

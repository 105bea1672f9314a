// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/release.h"

#include "base/alloc.h"
#include "base/str.h"

static void releases_are_read_from_names(void **state)
{
	static const struct {
		const char *path, *stem, *release;
	} cases[] = {
		{ "6.1.0-13-amd64.btf.tar.xz", "6.1.0-13-amd64", "6.1.0-13-amd64" },
		{ "vmlinuz-6.1.0-13-amd64", "6.1.0-13-amd64", "6.1.0-13-amd64" },
		{ "Image-6.6.30.gz", "6.6.30", "6.6.30" },
		{ "5.10.btf", "5.10", "5.10" },
		{ "boot/vmlinuz-5.14.0-362.el9.x86_64", "5.14.0-362.el9.x86_64",
		  "5.14.0-362.el9.x86_64" },
		{ "vmlinux", "vmlinux", NULL },
		{ "small.btf", "small.btf", NULL },
		{ "vmlinuz-linux", "vmlinuz-linux", NULL },
		{ "linux-6", "linux-6", NULL },
		{ "usr/lib/modules/6.12.1-arch1-1/vmlinuz", "vmlinuz", "6.12.1-arch1-1" },
		{ "/modules/6.12.1/build/vmlinux", "vmlinux", "6.12.1" },
		{ "mymodules/6.12.1/vmlinux", "vmlinux", NULL },
		{ "modules/6.12.1", "6.12.1", "6.12.1" },
		{ "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *base = strrchr(cases[i].path, '/');
		AUTO(free) char *stem = kernel_stem(base ? base + 1 : cases[i].path);
		AUTO(free) char *release = kernel_path_release(cases[i].path);

		assert_string_equal(stem, cases[i].stem);
		if (cases[i].release)
			assert_string_equal(release, cases[i].release);
		else
			assert_null(release);
	}
}

static void architectures_are_folders(void **state)
{
	static const struct {
		const char *path, *arch;
	} cases[] = {
		{ "debian/12/x86_64/6.1.btf", "x86_64" },
		{ "ubuntu/22.04/arm64/5.15.btf", "aarch64" },
		{ "amd64/arm64/x.btf", "aarch64" },
		{ "x.btf", NULL },
		{ "arm64", NULL },
		{ "myarm64/x.btf", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *arch = kernel_path_arch(cases[i].path);

		if (cases[i].arch)
			assert_string_equal(arch, cases[i].arch);
		else
			assert_null(arch);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_read_from_names),
		cmocka_unit_test(architectures_are_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

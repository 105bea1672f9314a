// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/kernel.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "base/fs.h"
#include "kernel/kernel_priv.h"
#include "support/kernel_btf.h"

static void open_small(struct btf *btf, struct kernel *out)
{
	struct str bytes = kernel_btf_bytes(btf);
	struct err err;

	assert_int_equal(kernel_from_bytes(&bytes, "small", out, &err), 0);
	assert_null(bytes.data);
}

static void types_are_found_by_name_and_kind(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	const struct kernel_part *part;
	struct btf *btf = kernel_btf_new();
	uint32_t id;

	(void)state;
	kernel_btf_struct(btf, "vfs_read", "f_pos");
	kernel_btf_function(btf, "vfs_read");
	open_small(btf, &kernel);
	assert_string_equal(kernel.label, "small");
	assert_null(kernel.release);
	assert_non_null(kernel_find(&kernel, "vfs_read", BTF_KIND_STRUCT, &part, &id));
	assert_int_equal(id, 2);
	assert_ptr_equal(part, &kernel.main);
	assert_non_null(kernel_find(&kernel, "vfs_read", BTF_KIND_FUNC, NULL, NULL));
	assert_null(kernel_find(&kernel, "vfs_read", BTF_KIND_UNION, NULL, NULL));
	assert_true(kernel_has_function(&kernel, "vfs_read"));
	assert_false(kernel_has_function(&kernel, "vfs_write"));
}

static void damaged_bytes_stay_the_callers(void **state)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_TEXT);
	struct kernel kernel;
	struct err err;

	(void)state;
	str_adds(&bytes, "no BTF, but long enough for a header");
	assert_int_equal(kernel_from_bytes(&bytes, "x", &kernel, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_non_null(bytes.data);
}

/* A module's BTF goes on where that of vmlinux ends; one that is broken is left out, and said. */
static void modules_are_read_when_something_is_missed(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(str) struct str module = STR_MAX(LIMIT_KERNEL_BTF);
	char folder[] = "/tmp/epm-unit.XXXXXX";
	struct btf *base = kernel_btf_new(), *split = btf__new_empty_split(base);
	const struct kernel_part *part;
	struct core_targets targets;
	const struct core_target *found;
	uint32_t id;
	size_t n;
	struct err err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	kernel_btf_struct(split, "nf_conn", "timeout");
	kernel_btf_function(split, "nf_ct_get");
	module = kernel_btf_bytes(split);
	open_small(base, &kernel);
	kernel.module_files = mem_array(2, sizeof(char *));
	kernel.module_files[0] = path_join(folder, "broken.ko");
	kernel.module_files[1] = path_join(folder, "nf-conntrack");
	kernel.n_module_files = 2;
	assert_int_equal(fs_write(AT_FDCWD, kernel.module_files[0], "x", 1, 0600, &err), 0);
	assert_int_equal(
		fs_write(AT_FDCWD, kernel.module_files[1], module.data, module.len, 0600, &err), 0);

	assert_non_null(kernel_find(&kernel, "long int", BTF_KIND_INT, &part, NULL));
	assert_int_equal(kernel.n_modules, 0);
	assert_non_null(kernel_find(&kernel, "nf_conn", BTF_KIND_STRUCT, &part, &id));
	assert_int_equal(id, 2);
	assert_string_equal(part->name, "nf_conntrack");
	assert_true(kernel_has_function(&kernel, "nf_ct_get"));
	assert_false(kernel_has_function(&kernel, "nf_ct_put"));
	assert_int_equal(kernel.n_modules, 1);
	assert_int_equal(kernel.module_trouble.code, EC_CORRUPT);
	assert_non_null(strstr(kernel.module_trouble.text, "broken.ko"));
	kernel_core_targets(&kernel, &targets);
	assert_ptr_equal(targets.main.btf, &kernel.main.btf);
	found = targets.modules(targets.arg, &n);
	assert_int_equal(n, 1);
	assert_ptr_equal(found[0].btf, &kernel.modules[0].btf);
	fs_remove_tree(AT_FDCWD, folder);
}

static void modules_have_the_kernels_names(void **state)
{
	static const struct {
		const char *path, *name;
	} cases[] = {
		{ "/sys/kernel/btf/nf_conntrack", "nf_conntrack" },
		{ "lib/nf-nat.ko", "nf_nat" },
		{ "a/snd-hda.ko.xz", "snd_hda" },
		{ "x.kona", "x.kona" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(free) char *name = kernel_module_name(cases[i].path);

		assert_string_equal(name, cases[i].name);
	}
}

static void btf_without_functions_is_partial(void **state)
{
	AUTO(kernel) struct kernel whole = { 0 }, partial = { 0 };
	struct btf *btf = kernel_btf_new();

	(void)state;
	kernel_btf_function(btf, "f");
	open_small(btf, &whole);
	assert_false(whole.is_partial);
	btf = kernel_btf_new();
	kernel_btf_struct(btf, "task_struct", "pid");
	open_small(btf, &partial);
	assert_true(partial.is_partial);
}

static void versions_are_read(void **state)
{
	static const struct {
		const char *release, *details;
		uint32_t version;
	} cases[] = {
		{ "6.1.0-13-amd64", NULL, 0x060100 },
		{ "6.1.0-13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1 (2023-09-29)",
		  0x060137 },
		{ "5.10.0-32-cloud-amd64", "#1 SMP Debian 5.10.223-1", 0x050adf },
		{ "6.18-rc3", NULL, 0x061200 },
		{ "4.14.336", NULL, 0x040eff }, /* KERNEL_VERSION() goes to 255 */
		{ "7.0+", "#1 SMP Debian", 0x070000 },
		{ "6", NULL, 0 },
		{ "", NULL, 0 },
		{ "linux-6.1", NULL, 0 },
		{ "6.99999999999999999999.1", NULL, 0 },
		{ NULL, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(kernel_parse_version(cases[i].release, cases[i].details),
				 cases[i].version);
}

static void options_are_read_and_looked_up(void **state)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "CONFIG_BPF", "y" },	    { "CONFIG_BPF_LSM", "n" },
		{ "CONFIG_HZ", "250" },	    { "CONFIG_LSM", "\"lockdown,bpf\"" },
		{ "CONFIG_IKCONFIG", "m" }, { "CONFIG_BPF_SYSCALL", "y" },
		{ "CONFIG_BP", "n" },	    { "CONFIG_ZZZ", "n" },
		{ "CONFIG_BPF2", "y" },
	};
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(kernel) struct kernel kernel = { 0 };

	(void)state;
	open_small(kernel_btf_new(), &kernel);
	assert_null(kernel_option(&kernel, "CONFIG_BPF"));
	str_adds(&text, "#\n# Linux/x86 6.1.55 Kernel Configuration\n#\nCONFIG_HZ=250\n"
			"CONFIG_BPF_SYSCALL=y\n# CONFIG_BPF_LSM is not set\nCONFIG_BPF=y\nrest\n"
			"CONFIG_BPF2=y\nCONFIG_LSM=\"lockdown,bpf\"\nCONFIG_IKCONFIG=m");
	kernel_options_parse(&text, &kernel.options);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(kernel_option(&kernel, cases[i].name), cases[i].value);
}

static void architectures_are_told_by_what_only_they_have(void **state)
{
	static const struct {
		const char *function, *member, *arch;
	} cases[] = {
		{ "__x64_sys_read", "r15", "x86_64" }, { "__arm64_sys_read", "x", "aarch64" },
		{ "ksys_read", "r15", "x86_64" },      { "ksys_read", "orig_x0", "aarch64" },
		{ "ksys_read", "epc", "riscv64" },     { "ksys_read", "x", NULL },
		{ "ksys_read", "orig_ax", NULL }, /* of 32 bits, and "long" has 64 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(kernel) struct kernel kernel = { 0 };
		struct btf *btf = kernel_btf_new();

		kernel_btf_function(btf, cases[i].function);
		kernel_btf_struct(btf, "pt_regs", cases[i].member);
		open_small(btf, &kernel);
		if (cases[i].arch)
			assert_string_equal(kernel.arch, cases[i].arch);
		else
			assert_null(kernel.arch);
	}
}

/* Tests run on machines without BTF as well; then it is said so. */
static void the_running_kernel_is_opened(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	struct utsname name;
	struct err err;

	(void)state;
	assert_int_equal(uname(&name), 0);
	if (kernel_open_running(NULL, &kernel, &err) < 0) {
		assert_int_equal(err.code, EC_UNSUPPORTED);
		assert_int_not_equal(access(KERNEL_BTF_PATH, R_OK), 0);
		return;
	}
	assert_true(kernel.is_running);
	assert_null(kernel.source);
	assert_string_equal(kernel.release, name.release);
	assert_string_equal(kernel.label, name.release);
	assert_string_equal(kernel.arch, name.machine);
	assert_string_equal(kernel_find_arch(&kernel.main), name.machine);
	assert_int_equal(kernel.version >> 8, kernel_parse_version(name.release, NULL) >> 8);
	assert_non_null(kernel_find(&kernel, "task_struct", BTF_KIND_STRUCT, NULL, NULL));
	assert_true(kernel_has_function(&kernel, "bpf_prog_put"));
	assert_false(kernel_has_function(&kernel, "no_such_function_in_any_kernel"));
	if (access("/proc/config.gz", R_OK) == 0)
		assert_string_equal(kernel_option(&kernel, "CONFIG_BPF"), "y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_found_by_name_and_kind),
		cmocka_unit_test(damaged_bytes_stay_the_callers),
		cmocka_unit_test(modules_are_read_when_something_is_missed),
		cmocka_unit_test(modules_have_the_kernels_names),
		cmocka_unit_test(btf_without_functions_is_partial),
		cmocka_unit_test(versions_are_read),
		cmocka_unit_test(options_are_read_and_looked_up),
		cmocka_unit_test(architectures_are_told_by_what_only_they_have),
		cmocka_unit_test(the_running_kernel_is_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/sources.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "support/folder.h"
#include "support/kernel_files.h"

static void find(const char *const *names, size_t n, struct kernel_sources *out)
{
	char *paths[8];
	struct err err;
	int rc;

	for (size_t i = 0; i < n; i++)
		paths[i] = folder_at(names[i]);
	rc = kernel_sources_find((const char *const *)paths, n, out, &err);
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	if (rc < 0)
		fail_msg("%s", err.text);
}

static enum err_code find_fails(const char *name, struct err *err)
{
	AUTO(free) char *path = folder_at(name);
	const char *paths[] = { path };
	struct kernel_sources found = { 0 };

	assert_int_equal(kernel_sources_find(paths, 1, &found, err), -1);
	assert_null(found.items);
	assert_non_null(strstr(err->text, name));
	return err->code;
}

static void open_one(const struct kernel_sources *sources, size_t i, struct kernel *out)
{
	struct err err;

	if (kernel_open(&sources->items[i], NULL, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void put_archive(const char *name, const char *filter, const struct pack_file *files,
			size_t n)
{
	AUTO(str) struct str tar = pack_make(files, n, filter);

	folder_put(name, kernel_span(&tar));
}

/* Sorted by the numbers' values; what is none of them is not there. */
static void a_tree_as_btfhubs_is_found(void **state)
{
	static const struct {
		const char *label, *release, *arch, *function;
		uint32_t version;
	} expected[] = {
		{ "debian/12/arm64/6.1.0-9-arm64", "6.1.0-9-arm64", "aarch64", "a", 0x060100 },
		{ "debian/12/x86_64/5.4.0-1-amd64", "5.4.0-1-amd64", "x86_64", "b", 0x050400 },
		{ "debian/12/x86_64/5.10.0-9-amd64", "5.10.0-9-amd64", "x86_64", "c", 0x050a00 },
	};
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(str) struct str a = kernel_small_btf("a"), b = kernel_small_btf("b");
	AUTO(str) struct str c = kernel_small_btf("c");
	const struct pack_file files[] = { { "./6.1.0-9-arm64.btf", kernel_span(&a), NULL },
					   { "5.10.0-9-amd64.btf", kernel_span(&c), NULL } };

	(void)state;
	put_archive("h/debian/12/arm64/6.1.0-9-arm64.btf.tar.xz", "xz", &files[0], 1);
	folder_put("h/debian/12/x86_64/5.4.0-1-amd64.btf", kernel_span(&b));
	put_archive("h/debian/12/x86_64/5.10.0-9-amd64.btf.tar.xz", "xz", &files[1], 1);
	folder_put("h/README.md", span_of("BTF of many kernels\n"));
	folder_put("h/.git/5.5.0.btf", kernel_span(&a));
	folder_put("h/empty", span_of(""));
	find((const char *[]){ "h/" }, 1, &found);
	assert_int_equal(found.n_items, ARRAY_SIZE(expected));
	for (size_t i = 0; i < found.n_items; i++) {
		AUTO(kernel) struct kernel kernel = { 0 };

		assert_string_equal(found.items[i].label, expected[i].label);
		assert_string_equal(found.items[i].arch, expected[i].arch);
		open_one(&found, i, &kernel);
		assert_string_equal(kernel.label, expected[i].label);
		assert_string_equal(kernel.release, expected[i].release);
		assert_string_equal(kernel.source, found.items[i].path);
		assert_string_equal(kernel.arch, expected[i].arch);
		assert_int_equal(kernel.version, expected[i].version);
		assert_true(kernel_has_function(&kernel, expected[i].function));
	}
}

static void images_come_with_options_and_modules(void **state)
{
	static const char module_info[] = "vermagic=6.1.0-13-amd64 SMP";
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(str) struct str vmlinux = kernel_vmlinux("f");
	AUTO(str) struct str packed = pack_alone(kernel_span(&vmlinux), "zstd");
	AUTO(str) struct str image = kernel_bzimage(kernel_span(&packed), true);
	struct btf *base = kernel_btf_new(), *split;
	AUTO(str) struct str module = { 0 }, btf = { 0 }, same = { 0 }, packed_module = { 0 };
	const struct kernel_part *part;
	struct kernel_section list[] = { { ".modinfo", { module_info, sizeof(module_info) } },
					 { ".gnu.linkonce.this_module", { "x", 1 } },
					 { ".BTF", { NULL, 0 } } };

	(void)state;
	kernel_btf_function(base, "f");
	split = btf__new_empty_split(base);
	kernel_btf_struct(split, "nf_conn", "timeout");
	btf = kernel_btf_bytes(split);
	same = kernel_btf_bytes(base);
	list[2].bytes = kernel_span(&btf);
	module = kernel_elf(EM_X86_64, list, 3);
	packed_module = pack_alone(kernel_span(&module), "xz");
	folder_put("r/boot/vmlinuz-6.1.0-13-amd64", kernel_span(&image));
	folder_put("r/boot/config-6.1.0-13-amd64", span_of("CONFIG_BPF=y\n"));
	folder_put("r/lib/modules/6.1.0-13-amd64/kernel/nf-conntrack.ko.xz",
		   kernel_span(&packed_module));
	folder_put("r/lib/modules/5.10.0-9-amd64/kernel/old.ko", kernel_span(&module));
	folder_put("r/updates/mine.ko", kernel_span(&module));
	find((const char *[]){ "r" }, 1, &found);
	assert_int_equal(found.n_items, 1);
	assert_string_equal(found.items[0].label, "boot/6.1.0-13-amd64");
	assert_int_equal(found.items[0].n_module_files, 2);
	assert_non_null(strstr(found.items[0].module_files[0], "nf-conntrack.ko.xz"));
	assert_non_null(strstr(found.items[0].module_files[1], "mine.ko"));
	open_one(&found, 0, &kernel);
	assert_int_equal(kernel.version, 0x060137); /* of the banner */
	assert_string_equal(kernel_option(&kernel, "CONFIG_BPF"), "y");
	assert_non_null(kernel_find(&kernel, "nf_conn", BTF_KIND_STRUCT, &part, NULL));
	assert_string_equal(part->name, "nf_conntrack");
	assert_int_equal(kernel.module_trouble.code, EC_NONE);
}

/* A tree in which a kernel was built: nothing there has a release in its name. */
static void modules_go_to_the_only_kernel(void **state)
{
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(str) struct str vmlinux = kernel_vmlinux("f");

	(void)state;
	folder_put("t/vmlinux", kernel_span(&vmlinux));
	folder_put("t/net/x.ko", span_of("not even ELF"));
	find((const char *[]){ "t/vmlinux", "t/net/x.ko" }, 2, &found);
	assert_int_equal(found.n_items, 1);
	assert_string_equal(found.items[0].label, "vmlinux");
	assert_null(found.items[0].release);
	assert_int_equal(found.items[0].n_module_files, 1);
}

static void archives_with_several_are_several(void **state)
{
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(str) struct str a = kernel_small_btf("a"), vmlinux = kernel_vmlinux("v");
	const struct pack_file files[] = {
		{ "k/5.10.0.btf", kernel_span(&a), NULL },
		{ "k/readme", { "text", 4 }, NULL },
		{ "../../6.1.0.btf", kernel_span(&a), NULL },
		{ "k/link.btf", { NULL, 0 }, "/etc/passwd" },
		{ "k/vmlinux-6.6.1", kernel_span(&vmlinux), NULL },
	};
	static const char *const labels[] = { "set.tar.zst/5.10.0", "set.tar.zst/6.1.0",
					      "set.tar.zst/6.6.1" };

	(void)state;
	put_archive("set.tar.zst", "zstd", files, ARRAY_SIZE(files));
	find((const char *[]){ "set.tar.zst" }, 1, &found);
	assert_int_equal(found.n_items, 3);
	for (size_t i = 0; i < 3; i++) {
		AUTO(kernel) struct kernel kernel = { 0 };

		assert_string_equal(found.items[i].label, labels[i]);
		open_one(&found, i, &kernel);
		/* what the kernel says of itself goes before its name */
		assert_string_equal(kernel.release,
				    i == 2 ? "6.1.0-13-amd64" : labels[i] + strlen("set.tar.zst/"));
		assert_int_equal(kernel_has_function(&kernel, "v"), i == 2);
	}
}

/* In a file named as BTFHub names them one kernel is expected, and of several the one of its name. */
static void one_of_several_is_taken_by_name(void **state)
{
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(str) struct str a = kernel_small_btf("a"), b = kernel_small_btf("b");
	const struct pack_file files[] = { { "5.10.0.btf", kernel_span(&a), NULL },
					   { "5.11.0.btf", kernel_span(&b), NULL } };
	struct err err;

	(void)state;
	put_archive("n/5.11.0.btf.tar.gz", "gzip", files, 2);
	put_archive("n/6.0.0.btf.tar.gz", "gzip", files, 2);
	put_archive("n/6.1.0.btf.tar.gz", "gzip", files, 0);
	find((const char *[]){ "n" }, 1, &found);
	assert_int_equal(found.n_items, 3);
	open_one(&found, 0, &kernel);
	assert_true(kernel_has_function(&kernel, "b"));
	for (size_t i = 1; i < 3; i++) {
		struct kernel none;

		assert_int_equal(kernel_open(&found.items[i], NULL, &none, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
	}
}

static void links_lead_to_files_and_pipes_are_passed_over(void **state)
{
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(str) struct str a = kernel_small_btf("a");
	AUTO(free) char *outside = NULL, *link = NULL, *loop = NULL, *pipe_path = NULL;
	struct err err;

	(void)state;
	folder_put("out/5.9.0.btf", kernel_span(&a));
	folder_put("in/5.8.0.btf", kernel_span(&a));
	outside = folder_at("out/5.9.0.btf");
	link = folder_at("in/5.9.0.btf");
	loop = folder_at("in/loop");
	pipe_path = folder_at("in/5.7.0.btf");
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(symlink("..", loop), 0);
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	find((const char *[]){ "in" }, 1, &found);
	assert_int_equal(found.n_items, 2);
	assert_string_equal(found.items[0].label, "5.8.0");
	assert_string_equal(found.items[1].label, "5.9.0");
	assert_int_equal(find_fails("in/5.7.0.btf", &err), EC_USAGE);
	kernel_sources_done(&found);
	find((const char *[]){ "in/5.9.0.btf" }, 1, &found); /* named by itself it is followed */
	assert_int_equal(found.n_items, 1);
}

static void equal_names_are_told_apart(void **state)
{
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(str) struct str a = kernel_small_btf("a");

	(void)state;
	folder_put("x/5.8.0.btf", kernel_span(&a));
	folder_put("y/5.8.0.btf", kernel_span(&a));
	folder_put("y/\x1b[2J.btf", kernel_span(&a));
	find((const char *[]){ "x", "y" }, 2, &found);
	assert_int_equal(found.n_items, 3);
	assert_non_null(strstr(found.items[0].label, "/x/5.8.0.btf"));
	assert_non_null(strstr(found.items[1].label, "/y/5.8.0.btf"));
	assert_null(strchr(found.items[2].label, '\x1b'));
}

static void what_is_no_kernel_is_said(void **state)
{
	static const struct kernel_section text[] = { { ".text", { "x", 1 } } };
	static const struct kernel_section btf[] = { { ".BTF", { "x", 1 } } };
	AUTO(str) struct str program = kernel_elf(EM_X86_64, text, 1);
	AUTO(str) struct str object = kernel_elf(EM_BPF, btf, 1);
	struct err err;

	(void)state;
	folder_put("no/text", span_of("hello"));
	folder_put("no/program", kernel_span(&program));
	folder_put("no/object.o", kernel_span(&object));
	folder_put("built/vmlinux", kernel_span(&program));
	folder_put("modules/x.ko", kernel_span(&program));
	put_archive("no.tar", NULL, &(struct pack_file){ "a", { "b", 1 }, NULL }, 1);
	assert_int_equal(find_fails("missing", &err), EC_NOT_FOUND);
	assert_int_equal(find_fails("no", &err), EC_NOT_FOUND);
	assert_int_equal(find_fails("no/text", &err), EC_CORRUPT);
	assert_int_equal(find_fails("no/object.o", &err), EC_CORRUPT);
	assert_int_equal(find_fails("no/program", &err), EC_CORRUPT);
	assert_int_equal(find_fails("built/vmlinux", &err), EC_UNSUPPORTED);
	assert_int_equal(find_fails("no.tar", &err), EC_CORRUPT);
	assert_int_equal(find_fails("modules/x.ko", &err), EC_NOT_FOUND);
	assert_non_null(strstr(err.text, "modules only"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tree_as_btfhubs_is_found),
		TEST(images_come_with_options_and_modules),
		TEST(modules_go_to_the_only_kernel),
		TEST(archives_with_several_are_several),
		TEST(one_of_several_is_taken_by_name),
		TEST(links_lead_to_files_and_pipes_are_passed_over),
		TEST(equal_names_are_told_apart),
		TEST(what_is_no_kernel_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

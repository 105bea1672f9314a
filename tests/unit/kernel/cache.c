// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "kernel/sources.h"
#include "support/folder.h"
#include "support/kernel_files.h"

#define TRIES 10000 /* a file that was just written is not kept for 50 ms */

static char *cache;

static int setup(void **state)
{
	if (folder_setup(state) < 0)
		return -1;
	cache = folder_at("home/btf");
	return 0;
}

static int teardown(void **state)
{
	free(cache);
	return folder_teardown(state);
}

/* The kernel in a file; was it kept? */
static bool open_file(const char *name, struct kernel *out)
{
	AUTO(free) char *path = folder_at(name);
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	const char *paths[] = { path };
	struct err err;

	if (kernel_sources_find(paths, 1, &found, &err) < 0 ||
	    kernel_open(&found.items[0], cache, out, &err) < 0)
		fail_msg("%s", err.text);
	return out->main.mapped != NULL;
}

/* Until it comes from the cache. */
static void open_kept(const char *name, struct kernel *out)
{
	for (int i = 0; i < TRIES; i++) {
		if (open_file(name, out))
			return;
		kernel_done(out);
	}
	fail_msg("%s is not kept", name);
}

static size_t count(const char *folder)
{
	AUTO(free) char *path = path_join(cache, folder);
	AUTO(closedir) DIR *dir = opendir(path);
	const struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir)))
		n += entry->d_type == DT_REG;
	return n;
}

static void put_image(const char *name, const char *function)
{
	AUTO(str) struct str vmlinux = kernel_vmlinux(function);
	AUTO(str) struct str packed = pack_alone(kernel_span(&vmlinux), "zstd");
	AUTO(str) struct str image = kernel_bzimage(kernel_span(&packed), true);

	folder_put(name, kernel_span(&image));
}

static void a_kept_kernel_is_the_same(void **state)
{
	AUTO(kernel) struct kernel cold = { 0 }, warm = { 0 };
	struct stat st;

	(void)state;
	put_image("vmlinuz", "f");
	assert_false(open_file("vmlinuz", &cold));
	open_kept("vmlinuz", &warm);
	assert_int_equal(warm.main.bytes.data.len, cold.main.bytes.data.len);
	assert_memory_equal(warm.main.bytes.data.data, cold.main.bytes.data.data,
			    cold.main.bytes.data.len);
	assert_string_equal(warm.release, cold.release);
	assert_string_equal(warm.label, cold.label);
	assert_int_equal(warm.version, cold.version);
	assert_int_equal(cold.version, 0x060137);
	assert_true(kernel_has_function(&warm, "f"));
	assert_false(kernel_has_function(&warm, "g"));
	assert_int_equal(stat(cache, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(count("."), 1);
	assert_int_equal(count("source"), 1);
}

/* Known again by another path; and not when it is another file, of the same BTF or not. */
static void files_are_known_by_what_they_are(void **state)
{
	AUTO(kernel) struct kernel first = { 0 }, same = { 0 }, changed = { 0 }, copy = { 0 };
	struct kernel again = { 0 };

	(void)state;
	put_image("vmlinuz", "f");
	open_kept("vmlinuz", &first);
	assert_true(open_file("./vmlinuz", &same));
	put_image("copy", "f");
	assert_false(open_file("copy", &copy));
	open_kept("copy", &again);
	kernel_done(&again);
	assert_int_equal(count("."), 1); /* of the same BTF there is one */
	put_image("vmlinuz", "g");
	assert_false(open_file("vmlinuz", &changed));
	assert_true(kernel_has_function(&changed, "g"));
	open_kept("vmlinuz", &again);
	assert_true(kernel_has_function(&again, "g"));
	assert_false(kernel_has_function(&again, "f"));
	kernel_done(&again);
}

static void members_are_kept_apart(void **state)
{
	AUTO(str) struct str a = kernel_small_btf("a"), b = kernel_small_btf("b"), tar = { 0 };
	const struct pack_file files[] = { { "5.1.0.btf", kernel_span(&a), NULL },
					   { "5.2.0.btf", kernel_span(&b), NULL } };
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	AUTO(free) char *path = folder_at("set.tar.gz");
	const char *paths[] = { path };
	struct err err;
	size_t n_kept = 0;

	(void)state;
	tar = pack_make(files, 2, "gzip");
	folder_put("set.tar.gz", kernel_span(&tar));
	assert_int_equal(kernel_sources_find(paths, 1, &found, &err), 0);
	for (int i = 0; i < TRIES && n_kept < 2; i++) {
		AUTO(kernel) struct kernel kernel = { 0 };
		size_t which = n_kept;

		assert_int_equal(kernel_open(&found.items[which], cache, &kernel, &err), 0);
		assert_int_equal(kernel_has_function(&kernel, "a"), which == 0);
		assert_int_equal(kernel_has_function(&kernel, "b"), which == 1);
		n_kept += kernel.main.mapped != NULL;
	}
	assert_int_equal(n_kept, 2);
}

/* Calls change() for the one kept file. */
static void with_kept_file(void (*change)(const char *path, size_t size, size_t step), size_t step)
{
	AUTO(closedir) DIR *dir = opendir(cache);
	const struct dirent *entry;

	while ((entry = readdir(dir))) {
		AUTO(free) char *path = path_join(cache, entry->d_name);
		struct stat st;

		if (entry->d_type != DT_REG || stat(path, &st) < 0)
			continue;
		change(path, st.st_size, step);
		return;
	}
	fail_msg("nothing is kept");
}

static void cut(const char *path, size_t size, size_t step)
{
	assert_int_equal(truncate(path, size - size * step / 40 - 1), 0);
}

static void turn(const char *path, size_t size, size_t step)
{
	AUTO(close) int fd = open(path, O_RDWR | O_CLOEXEC);
	char byte;

	assert_int_equal(pread(fd, &byte, 1, step % size), 1);
	byte = ~byte;
	assert_int_equal(pwrite(fd, &byte, 1, step % size), 1);
}

static void forget(const char *path, size_t size, size_t step)
{
	(void)size;
	(void)step;
	assert_int_equal(unlink(path), 0);
}

/* Whatever became of what was kept: no crash, and a cut file never shows. */
static void damage_does_no_harm(void **state)
{
	(void)state;
	put_image("vmlinuz", "f");
	for (size_t step = 0; step < 40; step++) {
		AUTO(kernel) struct kernel kernel = { 0 }, kept = { 0 };

		open_kept("vmlinuz", &kept);
		with_kept_file(cut, step);
		kernel_done(&kept); /* its pages are gone */
		open_file("vmlinuz", &kernel);
		assert_true(kernel_has_function(&kernel, "f"));
	}
	for (size_t step = 0; step < 500; step++) {
		AUTO(kernel) struct kernel kernel = { 0 }, kept = { 0 };

		open_kept("vmlinuz", &kept);
		with_kept_file(turn, step);
		open_file("vmlinuz", &kernel);
		kernel_has_function(&kernel, "f");
		kernel_done(&kept);
		with_kept_file(forget, 0);
	}
}

/* An index that another version made, of other BTF, or with another way to hash names. */
static void an_index_that_does_not_fit_is_made_again(void **state)
{
	AUTO(str) struct str bytes = kernel_small_btf("f");
	AUTO(kernel) struct kernel kernel = { 0 }, other = { 0 };
	AUTO(free) char *path = folder_at("x.btf");
	AUTO(free) uint32_t *empty = mem_array(64, sizeof(*empty));
	const struct kernel_facts none = { 0 };
	struct cache_part part = { .name = "vmlinux" };
	struct cache_key key;
	struct stat st;

	(void)state;
	folder_put("x.btf", kernel_span(&bytes));
	open_kept("x.btf", &kernel);
	part.btf = kernel.main.bytes.data;
	part.names = kernel.main.names;
	part.names.heads = empty;
	part.names.next = empty + part.names.n_buckets;
	assert_int_equal(stat(path, &st), 0);
	assert_true(cache_key_file(&st, "", &key));
	cache_drop(cache, &key);
	cache_put(cache, &key, &none, &part, 1);
	assert_false(open_file("x.btf", &other));
	assert_true(kernel_has_function(&other, "f"));
}

static void without_room_there_is_no_cache(void **state)
{
	AUTO(kernel) struct kernel kernel = { 0 };

	(void)state;
	put_image("vmlinuz", "f");
	folder_put("home", span_of("no folder"));
	assert_false(open_file("vmlinuz", &kernel));
	assert_true(kernel_has_function(&kernel, "f"));
}

/* Oldest first; what is fresh stays, and then nothing new comes. */
static void what_was_used_longest_ago_goes(void **state)
{
	AUTO(free) char *a = folder_at("home/btf/a"), *b = folder_at("home/btf/b");
	AUTO(free) char *c = folder_at("home/btf/c");
	const struct timespec times[][2] = { { { 100, 0 }, { 100, 0 } },
					     { { 200, 0 }, { 200, 0 } },
					     { { 300, 0 }, { 300, 0 } } };
	static const char zeros[1000];
	const char *paths[] = { c, a, b };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		AUTO(free) char *name = mem_printf("home/btf/%s", path_base(paths[i]));

		folder_put(name, (struct span){ zeros, sizeof(zeros) });
		assert_int_equal(utimensat(AT_FDCWD, paths[i], times[i], 0), 0);
	}
	assert_true(cache_prune(cache, 3000, 1000));
	assert_int_equal(count("."), 3);
	assert_true(cache_prune(cache, 2500, 1000));
	assert_int_not_equal(access(c, F_OK), 0);
	assert_int_equal(count("."), 2);
	assert_false(cache_prune(cache, 500, 250));
	assert_int_not_equal(access(a, F_OK), 0);
	assert_int_equal(access(b, F_OK), 0);
}

static void modules_are_kept_together(void **state)
{
	struct btf *base = kernel_btf_new(), *split;
	AUTO(str) struct str module = { 0 }, main = { 0 }, elf = { 0 };
	struct kernel_section list[] = { { ".BTF", { NULL, 0 } } };
	AUTO(free) char *folder = folder_at("lib");
	const char *paths[] = { folder };
	AUTO(kernel_sources) struct kernel_sources found = { 0 };
	bool is_kept = false;
	struct err err;

	(void)state;
	split = btf__new_empty_split(base);
	kernel_btf_struct(split, "nf_conn", "timeout");
	kernel_btf_function(split, "nf_ct_get");
	module = kernel_btf_bytes(split);
	main = kernel_btf_bytes(base);
	list[0].bytes = kernel_span(&module);
	elf = kernel_elf(EM_X86_64, list, 1);
	folder_put("lib/modules/6.1.0/vmlinux-6.1.0.btf", kernel_span(&main));
	folder_put("lib/modules/6.1.0/nf-ct.ko", kernel_span(&elf));
	folder_put("lib/modules/6.1.0/none.ko", span_of("x"));
	assert_int_equal(kernel_sources_find(paths, 1, &found, &err), 0);
	assert_int_equal(found.n_items, 1);
	assert_int_equal(found.items[0].n_module_files, 2);
	for (int i = 0; i < TRIES && !is_kept; i++) {
		AUTO(kernel) struct kernel kernel = { 0 };

		assert_int_equal(kernel_open(&found.items[0], cache, &kernel, &err), 0);
		assert_true(kernel_has_function(&kernel, "nf_ct_get"));
		assert_false(kernel_has_function(&kernel, "nf_ct_put"));
		assert_int_equal(kernel.n_modules, 1);
		assert_string_equal(kernel.modules[0].name, "nf_ct");
		is_kept = kernel.modules_mapped != NULL;
	}
	assert_true(is_kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kept_kernel_is_the_same),
		TEST(files_are_known_by_what_they_are),
		TEST(members_are_kept_apart),
		TEST(damage_does_no_harm),
		TEST(an_index_that_does_not_fit_is_made_again),
		TEST(without_room_there_is_no_cache),
		TEST(what_was_used_longest_ago_goes),
		TEST(modules_are_kept_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <dirent.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "kernel/kernel_priv.h"
#include "kernel/release.h"

#define BTF_FOLDER "/sys/kernel/btf"
#define NOTES_FILE "/sys/kernel/notes"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All files of the folder but vmlinux; their contents wait. */
static void list_modules(struct kernel *kernel)
{
	AUTO(closedir) DIR *dir = opendir(BTF_FOLDER);
	const struct dirent *entry;
	size_t cap = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux") ||
		    kernel->n_module_files == LIMIT_KERNEL_MODULES)
			continue;
		ARRAY_ROOM(kernel->module_files, kernel->n_module_files, cap);
		kernel->module_files[kernel->n_module_files++] =
			path_join(BTF_FOLDER, entry->d_name);
	}
	if (kernel->n_module_files)
		qsort(kernel->module_files, kernel->n_module_files, sizeof(char *), by_text);
}

/* Ubuntu's releases lack the last number too: "Ubuntu 5.15.0-91.101-generic 5.15.131". */
static uint32_t ubuntu_version(void)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	const char *last;
	struct err err;

	if (fs_read(AT_FDCWD, "/proc/version_signature", &text, &err) < 0)
		return 0;
	last = strrchr(str_text(&text), ' ');
	return last ? kernel_parse_version(last + 1, NULL) : 0;
}

/* The build of the kernel is in its notes. */
static bool key_of_running(uint64_t btf_size, struct cache_key *out)
{
	AUTO(str) struct str notes = STR_MAX(LIMIT_TEXT);
	struct err err;

	if (fs_read(AT_FDCWD, NOTES_FILE, &notes, &err) < 0 || !notes.len)
		return false;
	cache_key_bytes("running", (struct span){ notes.data, notes.len }, btf_size, out);
	return true;
}

/* The index that was kept for the bytes that part has; false: there is none. */
static bool take_kept_names(const char *cache, const struct cache_key *key,
			    struct kernel_part *part)
{
	AUTO(cache_kept) struct cache_kept kept = { 0 };

	if (!cache_get(cache, key, &kept))
		return false;
	part->names = kept.parts[0].names;
	part->mapped = STEAL(kept.mapped);
	part->mapped_size = kept.mapped_size;
	return true;
}

static int open_main(const char *cache, struct kernel_part *part, struct err *err)
{
	const struct kernel_facts none = { 0 };
	struct cache_part kept = { .name = "vmlinux" };
	struct cache_key key;
	bool has_key;

	if (kernel_btf_open(NULL, &part->bytes, err) < 0)
		return -1;
	has_key = cache && key_of_running(part->bytes.data.len, &key);
	if (has_key && take_kept_names(cache, &key, part)) {
		if (kernel_part_open(part, "vmlinux", NULL, err) < 0)
			return -1;
		if (kernel_names_fit(&part->names, &part->btf))
			return 0;
		cache_drop(cache, &key);
		name_index_make(&part->btf, &part->names);
	} else if (kernel_part_open(part, "vmlinux", NULL, err) < 0) {
		return -1;
	}
	kept.names = part->names;
	if (has_key)
		cache_put(cache, &key, &none, &kept, 1);
	return 0;
}

/* What needs no BTF. */
static int describe(struct kernel *kernel, struct err *err)
{
	struct utsname name;

	if (uname(&name) < 0)
		return err_errno(err, "uname");
	kernel->is_running = true;
	kernel->label = mem_text(name.release);
	kernel->release = mem_text(name.release);
	kernel->version = ubuntu_version();
	if (!kernel->version)
		kernel->version = kernel_parse_version(name.release, name.version);
	kernel->arch = kernel_arch_word(name.machine, strlen(name.machine));
	return 0;
}

int kernel_open_running(const char *cache, struct kernel *out, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };

	if (describe(&kernel, err) < 0 || open_main(cache, &kernel.main, err) < 0)
		return -1;
	list_modules(&kernel);
	*out = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

int kernel_open_bare(struct kernel *out, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { .is_partial = true };

	if (describe(&kernel, err) < 0)
		return -1;
	*out = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <dirent.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "kernel/kernel_priv.h"

#define BTF_FOLDER "/sys/kernel/btf"

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

/* The words that kernel_find_arch() has, so that they can be compared. */
static const char *known_arch(const char *machine)
{
	static const char *const known[] = { "x86_64",	    "i686",    "aarch64", "armv7l",
					     "s390x",	    "ppc64le", "riscv64", "mips64",
					     "loongarch64", "mips" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i], machine))
			return known[i];
	return NULL;
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

int kernel_open_running(const char *cache, struct kernel *out, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { .is_running = true };
	struct utsname name;

	(void)cache;
	if (uname(&name) < 0)
		return err_errno(err, "uname");
	if (kernel_btf_open(NULL, &kernel.main.bytes, err) < 0 ||
	    kernel_part_open(&kernel.main, "vmlinux", NULL, err) < 0)
		return -1;
	kernel.label = mem_text(name.release);
	kernel.release = mem_text(name.release);
	kernel.version = ubuntu_version();
	if (!kernel.version)
		kernel.version = kernel_parse_version(name.release, name.version);
	kernel.arch = known_arch(name.machine);
	list_modules(&kernel);
	*out = kernel;
	kernel = (struct kernel){ 0 };
	return 0;
}

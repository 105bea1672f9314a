// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/kernel_btf.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "btf/object.h"

static int no_btf(const char *why, struct err *err)
{
	err_set(err, EC_UNSUPPORTED, "this kernel has no BTF (%s is %s)", KERNEL_BTF_PATH, why);
	return err_hint(err, "a kernel built with CONFIG_DEBUG_INFO_BTF=y has it; --btf FILE gives "
			     "another");
}

static int open_file(const char *path, struct err *err)
{
	int fd = open(path ? path : KERNEL_BTF_PATH, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 || path || errno != ENOENT)
		return fd >= 0 ? fd : err_errno(err, "open %s", path ? path : KERNEL_BTF_PATH);
	return no_btf("missing", err);
}

/* Only the running kernel's is mapped: another file could be cut short under the mapping. */
static bool map_file(int fd, struct kernel_btf *btf)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) < 0 || st.st_size <= 0 || (uint64_t)st.st_size > LIMIT_KERNEL_BTF)
		return false;
	p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	btf->mapped = p;
	btf->mapped_size = st.st_size;
	btf->data = (struct span){ p, st.st_size };
	return true;
}

static int section_of_elf(struct kernel_btf *btf, const char *path, struct err *err)
{
	struct span found;

	if (object_elf_section(btf->data, ".BTF", path, &found, err) < 0)
		return -1;
	btf->data = found;
	return 0;
}

int kernel_btf_open(const char *path, struct kernel_btf *out, struct err *err)
{
	AUTO(close) int fd = open_file(path, err);
	AUTO(kernel_btf) struct kernel_btf btf = { .owned = STR_MAX(LIMIT_KERNEL_BTF) };

	if (fd < 0)
		return -1;
	if (path || !map_file(fd, &btf)) {
		if (fs_read_fd(fd, path ? path : KERNEL_BTF_PATH, &btf.owned, err) < 0)
			return -1;
		btf.data = (struct span){ str_text(&btf.owned), btf.owned.len };
		if (!path && btf.owned.len == 0)
			return no_btf("empty", err);
		if (object_is_elf(btf.data) && section_of_elf(&btf, path, err) < 0)
			return -1;
	}
	*out = btf;
	btf = (struct kernel_btf){ 0 };
	return 0;
}

bool kernel_btf_is_there(void)
{
	struct stat st;

	return stat(KERNEL_BTF_PATH, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

void kernel_btf_done(struct kernel_btf *btf)
{
	if (btf->mapped)
		munmap(btf->mapped, btf->mapped_size);
	str_done(&btf->owned);
	btf->mapped = NULL;
}

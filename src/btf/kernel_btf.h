// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_KERNEL_BTF_H
#define EPM_BTF_KERNEL_BTF_H

/*
 * The bytes of a kernel's BTF: the running one's from /sys/kernel/btf/vmlinux (mapped where the
 * kernel allows it, since 6.16, else read), or those of a file, raw or the .BTF section of an ELF.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

#define KERNEL_BTF_PATH "/sys/kernel/btf/vmlinux"

struct kernel_btf {
	struct span data;
	void *mapped; /* NULL where it was read into `owned` */
	size_t mapped_size;
	struct str owned;
};

/*
 * path NULL: the running kernel. UNSUPPORTED where the running kernel has none, NOT_FOUND for a
 * file that is not there, CORRUPT.
 */
int kernel_btf_open(const char *path, struct kernel_btf *out, struct err *err) MUST_CHECK;

/* Has the running kernel BTF of its own? By its size alone. */
bool kernel_btf_is_there(void);
void kernel_btf_done(struct kernel_btf *btf);
AUTO_STRUCT(kernel_btf, struct kernel_btf, kernel_btf_done);

#endif

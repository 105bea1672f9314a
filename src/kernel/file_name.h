// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_FILE_NAME_H
#define EPM_KERNEL_FILE_NAME_H

/* What the last name of a path says a file is, before or without looking into it. */
#include <stdbool.h>

/* "nf_nat.ko", "nf_nat.ko.xz" */
bool file_name_is_module(const char *name);

/*
 * "6.1.0.btf.tar.xz": compressed BTF, BTFHub's archives of one kernel each. They are taken for kernels
 * unseen: looking into a thousand takes minutes.
 */
bool file_name_is_packed(const char *name);

/* Does it promise a kernel: "6.1.0.btf", "vmlinuz-6.1.0", "vmlinux"? What is none is then said. */
bool file_name_is_kernel(const char *name);

/*
 * Is it none, whatever is in it: "System.map-6.1.0", "initrd.img", "vmlinux.h"? Of these it is of no
 * interest that they cannot be read.
 */
bool file_name_is_other(const char *name);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_RELEASE_H
#define EPM_KERNEL_RELEASE_H

/* What the names of files and folders say of a kernel. */
#include <stdbool.h>
#include <stddef.h>

/*
 * "6.1.0-13-amd64.btf.tar.xz", "vmlinuz-6.1.0-13-amd64" → "6.1.0-13-amd64"; what is no release
 * stays whole: "vmlinux", "small.btf". The caller frees it.
 */
char *kernel_stem(const char *name);

/* "6.1.0-13-amd64", "5.10": a number, a dot, a number. */
bool kernel_is_release(const char *text);

/*
 * The release of a path by its last name, else by a folder "modules/RELEASE"; NULL: it says none.
 * The caller frees it.
 */
char *kernel_path_release(const char *path);

/* Only the folder. */
char *kernel_folder_release(const char *path);

/* "x86_64", "amd64", "arm64", … → as `uname -m` says it; NULL: no architecture. */
const char *kernel_arch_word(const char *word, size_t len);

/* The architecture among the folders of a path; NULL: none. */
const char *kernel_path_arch(const char *path);

#endif

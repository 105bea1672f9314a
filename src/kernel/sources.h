// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_SOURCES_H
#define EPM_KERNEL_SOURCES_H

/*
 * Kernels in files and folders. A file is one of:
 *  - raw BTF;
 *  - ELF with .BTF (vmlinux, perhaps compressed; a .ko, perhaps compressed, belongs to its kernel);
 *  - vmlinuz: an x86 bzImage, an arm64 Image, plain or compressed (gzip, xz, lzma, bzip2, lz4,
 *    zstd), from which the BTF is taken;
 *  - a tar, perhaps compressed, with one or several of these (BTFHub: UNAME.btf.tar.xz).
 * A folder is searched for all of them, as BTFHub's tree ID/VERSION/ARCH/UNAME.btf.tar.xz is; what
 * is none of them is passed over. Links are not followed out of a folder.
 */
#include "kernel/kernel.h"

struct kernel_source {
	char *path;
	char *label; /* "debian/12/x86_64/6.1.0-13-amd64": below the folder; else the file's name */
	char *arch;  /* of the folder's names (BTFHub); or NULL */
	char **module_files; /* .ko that belong to it */
	size_t n_module_files;
	char *options_file; /* config-RELEASE beside it; or NULL */
};

struct kernel_sources {
	struct kernel_source *items; /* sorted by label, numbers in it by value */
	size_t n_items;
	size_t cap;
};

/*
 * NOT_FOUND for a path that is not there or a folder without any kernel, CORRUPT where a file
 * named by itself is no kernel.
 */
int kernel_sources_find(const char *const *paths, size_t n_paths, struct kernel_sources *out,
			struct err *err) MUST_CHECK;
void kernel_sources_done(struct kernel_sources *sources);
AUTO_STRUCT(kernel_sources, struct kernel_sources, kernel_sources_done);

/*
 * Open one. cache: folder in which BTF that was taken out of something and name indexes are kept
 * (EPM_HOME/btf), NULL: none. With it, again is 1 to 2 ms. CORRUPT, UNSUPPORTED (no BTF in it,
 * another byte order).
 */
int kernel_open(const struct kernel_source *source, const char *cache, struct kernel *out,
		struct err *err) MUST_CHECK;

#endif

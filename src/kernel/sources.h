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
 * is none of them is passed over, unless its name promises a kernel (*.btf, *.btf.*, vmlinuz*,
 * vmlinux*). That, and what cannot be opened, is in the list too, so that kernel_open() says it: no
 * kernel goes unseen without a word. Links in a folder are followed to files, not to folders; hidden
 * names are not looked at, of tars only those with "btf" in their name are.
 *
 * Modules (NAME.ko, perhaps compressed) belong to the kernel whose release is that of their folder
 * modules/RELEASE, or that they say they were made for; to the only kernel where it has no release.
 */
#include "kernel/kernel.h"

struct kernel_source {
	char *path;
	char *member; /* of a tar with several: the name in it; else NULL */
	char *label; /* "debian/12/x86_64/6.1.0-13-amd64": below the folder; else the file's name */
	char *release;	     /* by the file's name or header, or that of a folder; or NULL */
	const char *arch;    /* of the folder's names (BTFHub), as `uname -m` says it; or NULL */
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
 * named by itself is no kernel, UNSUPPORTED where it is one without BTF. What it costs to see whether
 * there is BTF in it (images, BTFHub's archives) is left to kernel_open().
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

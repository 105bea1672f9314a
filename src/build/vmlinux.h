// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_VMLINUX_H
#define EPM_BUILD_VMLINUX_H

/*
 * Folders with a vmlinux.h in them, made from a kernel's BTF and kept under EPM_HOME/cache/vmlinux
 * by the hash of what they are made from: the whole of it, and cut down for given sources.
 */
#include "base/err.h"
#include "btf/kernel_btf.h"
#include "build/lexer.h"

struct vmlinux {
	struct kernel_btf btf;
	char hash[65];	  /* SHA-256 of the BTF, hex */
	char *folder;	  /* EPM_HOME/cache/vmlinux/HASH */
	const char *what; /* for messages; borrowed */
};

/* path NULL: the running kernel's. As kernel_btf_open(). */
int vmlinux_open(const char *path, const char *home, struct vmlinux *out,
		 struct err *err) MUST_CHECK;
void vmlinux_done(struct vmlinux *vmlinux);
AUTO_STRUCT(vmlinux, struct vmlinux, vmlinux_done);

/* The text of the whole header, from the cache where it is. */
int vmlinux_text(struct vmlinux *vmlinux, struct str *out, struct err *err) MUST_CHECK;

/* A folder whose vmlinux.h is the whole (cut for the sources). The caller frees *out. */
int vmlinux_whole(struct vmlinux *vmlinux, char **out, struct err *err) MUST_CHECK;
int vmlinux_cut(struct vmlinux *vmlinux, const struct source_files *files, char **out,
		struct err *err) MUST_CHECK;

#endif

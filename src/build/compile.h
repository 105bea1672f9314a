// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_COMPILE_H
#define EPM_BUILD_COMPILE_H

/*
 * From sources to one object: clang for each source, libbpf's linker over the results, which also
 * takes DWARF away and keeps BTF.
 *
 * Kept types. clang writes into BTF only what programs, maps and global variables mention; the
 * struct of a record is often only a local variable's. A variable that points to it is appended to
 * the source, in a section named like DWARF (".debug_epm"), which the linker drops with its symbol
 * and its DATASEC. The BTF_KIND_VAR that is left is turned into a declaration tag of the struct,
 * "epm_export__MAP", so that the object itself says what its buffers carry (see btf/export_tag.h).
 *
 * Paths. Each source is compiled in its own folder and by its bare name, so that no path enters the
 * object: the same sources give the same bytes anywhere.
 */
#include "base/err.h"
#include "base/str.h"
#include "build/export.h"
#include "build/toolchain.h"
#include "build/vmlinux.h"

struct compile_input {
	const struct toolchain *toolchain;
	const char *const *sources; /* paths */
	size_t n_sources;
	const char *const *cflags; /* further ones, after epm's own */
	size_t n_cflags;
	const char *vmlinux_folder;    /* with the cut header; NULL: the sources have their own */
	struct vmlinux *vmlinux;       /* its whole is tried when the cut one fails; or NULL */
	const struct exports *exports; /* types to be kept */
};

/*
 * The linked object. FAILED when the compiler refuses: its messages have gone to stderr then, as
 * have its warnings when it succeeds.
 */
int compile(const struct compile_input *input, struct str *out, struct err *err) MUST_CHECK;

/* The options given to clang, for the record in the package; paths left out. Caller frees. */
char *compile_options(const struct compile_input *input);

/* "x86", "arm64", …: this machine in __TARGET_ARCH_'s words. */
const char *compile_target(void);

#endif

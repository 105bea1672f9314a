// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_KERNEL_PRIV_H
#define EPM_KERNEL_KERNEL_PRIV_H

/* What the files of this module share. */
#include "kernel/cache.h"
#include "kernel/kernel.h"

/*
 * BTF and names of part->bytes. base NULL: not split. On failure the bytes stay for
 * kernel_part_done().
 */
int kernel_part_open(struct kernel_part *part, const char *name, const struct raw_btf *base,
		     struct err *err) MUST_CHECK;
void kernel_part_done(struct kernel_part *part);

/*
 * The same of what was kept, in whose mapping it then points; its BTF, where that was not kept, is
 * in part already. False, and part is empty: it is broken.
 */
bool kernel_part_kept(struct kernel_part *part, const struct cache_part *from,
		      const struct raw_btf *base);

/*
 * Can this index be of this BTF, and of this program's making? By its numbers and a few names; the
 * rest is seen at each step.
 */
bool kernel_names_fit(const struct name_index *names, const struct raw_btf *btf);

/* "…/nf-conntrack.ko.xz" → "nf_conntrack", as the kernel calls it. The caller frees it. */
char *kernel_module_name(const char *path);

/* Reads module_files, once. What cannot be read is left out. */
void kernel_read_modules(struct kernel *kernel);

/* BTF that was cut down to what some object needs has none. */
bool kernel_has_any_function(const struct kernel_part *part);

/* What `uname -m` says there, by what only one architecture has; NULL: nothing did. */
const char *kernel_find_arch(const struct kernel_part *part);

/*
 * Lines of a configuration file in text become options, which take the text over. What is none is
 * passed over.
 */
void kernel_options_parse(struct str *text, struct kernel_options *out);
void kernel_options_done(struct kernel_options *options);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_EXPORT_TAG_H
#define EPM_BTF_EXPORT_TAG_H

/*
 * Declaration tags that say which struct a ring or perf buffer carries: BTF_KIND_DECL_TAG with the
 * value "epm_export__MAP" on the struct. The build makes them, so that an object tells it by itself.
 * libbpf replaces them for kernels that do not know the kind (before 5.16).
 */
#include <bpf/btf.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define EXPORT_TAG "epm_export__"
#define EXPORT_SECTION ".debug_epm"

/*
 * Turn the static variables EXPORT_TAG MAP, pointers to the struct, into such tags, in place in the
 * ELF's .BTF; and take "./" from the front of the file names of source lines. CORRUPT.
 */
int export_tags_make(struct str *elf, struct err *err) MUST_CHECK;

/* Type id that the object's BTF tags for a map; 0: none. */
uint32_t export_tag_find(const struct btf *btf, const char *map);

/*
 * What is told otherwise by the BTF of an object that was not built by epm: the struct that its only
 * global pointer to one leads to, as people write to keep the type ("const struct event *unused"),
 * ecc too. 0: there is none, or several.
 */
uint32_t export_guess(const struct btf *btf);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_CORE_RELO_H
#define EPM_BTF_CORE_RELO_H

/*
 * The records of .BTF.ext: CO-RE relocations and source lines, of which libbpf gives no view of its
 * own. Format: include/uapi/linux/bpf.h (struct bpf_core_relo, struct bpf_line_info), and the
 * header and blocks as in Documentation/bpf/btf.rst, ".BTF.ext section".
 */
#include <linux/bpf.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "btf/raw_btf.h"

struct core_relo {
	const char *section; /* ELF section of the instruction; borrowed from the BTF */
	uint32_t insn_off;   /* bytes, in the section */
	uint32_t type_id;    /* root type, in the object's BTF */
	const char *access;  /* access string, "0:1:2"; borrowed */
	enum bpf_core_relo_kind kind;
};

struct line_info {
	const char *section;
	uint32_t insn_off; /* bytes, in the section */
	const char *file;
	const char *text; /* the source line itself */
	uint32_t line;
	uint32_t column;
	const char *record; /* its struct bpf_line_info, perhaps not aligned */
};

struct ext_info {
	struct core_relo *relos;
	size_t n_relos;
	struct line_info *lines;
	size_t n_lines;
};

/* Reads .BTF.ext against the object's BTF. An empty `ext` gives empty lists. CORRUPT. */
int ext_info_read(struct span ext, const struct raw_btf *btf, const char *what,
		  struct ext_info *out, struct err *err) MUST_CHECK;
void ext_info_done(struct ext_info *info);
AUTO_STRUCT(ext_info, struct ext_info, ext_info_done);

/* The last line at or before an instruction of a section; NULL where none is known. */
const struct line_info *ext_info_line(const struct ext_info *info, const char *section,
				      uint32_t insn_off);

#endif

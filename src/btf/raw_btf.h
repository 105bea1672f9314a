// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_RAW_BTF_H
#define EPM_BTF_RAW_BTF_H

/*
 * BTF read in place: one pass over the type section that checks every length and notes where each
 * type stands. It makes no copy and resolves nothing, which is what makes it several times faster
 * than btf__new() on a kernel's BTF (1 ms against 7 ms for 126,000 types), and it is what the
 * cutting down of BTF (shrink.h) works on. The bytes are borrowed for as long as the raw_btf lives.
 *
 * Format: Documentation/bpf/btf.rst of the kernel, include/uapi/linux/btf.h.
 */
#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct raw_btf {
	const char *types;
	uint32_t types_size;
	const char *strings;
	uint32_t strings_size;
	uint32_t *offsets; /* of type id i, in types: offsets[i - n_base]; offsets[0] is not used */
	uint32_t n_types;  /* ids are 1 to n_types - 1, those of the base counted */
	const struct raw_btf *base; /* of split BTF (a module's); or NULL. Borrowed */
	uint32_t n_base;	    /* ids up to and with this one are the base's; 0 without one */
	uint32_t base_strings;	    /* name offsets below this one are the base's */
	uint8_t pointer_size;	    /* by the size of "long", as libbpf; 8 where there is none */
};

/*
 * CORRUPT with what is wrong; UNSUPPORTED for the other byte order or a kind this program does not
 * know (its length cannot be told, so nothing after it can be read).
 */
int raw_btf_open(struct span data, const char *what, struct raw_btf *out,
		 struct err *err) MUST_CHECK;

/* Split BTF: ids and names go on where those of the base end, which is borrowed. */
int raw_btf_open_split(struct span data, const struct raw_btf *base, const char *what,
		       struct raw_btf *out, struct err *err) MUST_CHECK;
void raw_btf_done(struct raw_btf *btf);
AUTO_STRUCT(raw_btf, struct raw_btf, raw_btf_done);

/* id: 1 to n_types - 1 */
static inline const struct btf_type *raw_btf_type(const struct raw_btf *btf, uint32_t id)
{
	if (btf->base && id <= btf->n_base)
		btf = btf->base;
	return (const struct btf_type *)(btf->types + btf->offsets[id - btf->n_base]);
}

/* Any id: a type of kind BTF_KIND_UNKN for 0 (void), NULL for one that is out of range. */
const struct btf_type *raw_btf_at(const struct raw_btf *btf, uint32_t id);

/* "" for offset 0 and what is out of range; all strings end inside their section. */
static inline const char *raw_btf_name(const struct raw_btf *btf, uint32_t offset)
{
	if (btf->base && offset < btf->base_strings)
		btf = btf->base;
	offset -= btf->base_strings;
	return offset < btf->strings_size ? btf->strings + offset : "";
}

static inline uint32_t raw_btf_kind(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info);
}

static inline uint32_t raw_btf_vlen(const struct btf_type *type)
{
	return BTF_INFO_VLEN(type->info);
}

/*
 * Length of a type name without its flavour: "task_struct___o" is 11 long. libbpf, "essential
 * name": cut at the last "X___Y" where X and Y are not underscores.
 */
size_t raw_btf_essential(const char *name);

/*
 * The type under const, volatile, restrict, type tags and (as libbpf's skip_mods_and_typedefs())
 * typedefs, and its id. NULL: an id is out of range, or the chain does not end.
 */
const struct btf_type *raw_btf_strip(const struct raw_btf *btf, uint32_t id, uint32_t *out_id);

/*
 * Bytes of a type, as libbpf's btf__resolve_size(). -1: it has none (a function, a forward
 * declaration), it passes 4 GiB, an id is out of range or the chain does not end.
 */
int64_t raw_btf_size(const struct raw_btf *btf, uint32_t id);

#endif

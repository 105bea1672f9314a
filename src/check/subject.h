// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_SUBJECT_H
#define EPM_CHECK_SUBJECT_H

/*
 * What is checked: an object, read once, with what its package says of its programs. It can be
 * held against many kernels, one after the other (verdict.h).
 */
#include <bpf/btf.h>

#include "base/auto.h"
#include "base/err.h"
#include "btf/core_relo.h"
#include "btf/needs.h"
#include "btf/object.h"
#include "btf/program_kind.h"
#include "btf/raw_btf.h"
#include "btf/variable.h"
#include "check/code.h"

struct check_wish { /* what the configuration says of a program; all borrowed */
	const char *program;
	const char *section;	 /* where it is attached instead; or NULL */
	const char *alternative; /* its group, or NULL */
	bool is_optional;
	bool is_skipped;  /* not loaded */
	bool is_unlinked; /* loaded, not attached */
	bool is_foreign;  /* the libbpf that would load it does not know the section */
};

struct check_program {
	const char *name;
	const char *own_section;	     /* without '?' */
	const char *section;		     /* how it is attached */
	const struct program_kind *kind;     /* by its own section; NULL: the name says nothing */
	const struct program_kind *attached; /* by the other */
	struct span target;		     /* of `section` */
	const struct code_function *function;
	const char *alternative; /* group, or NULL */
	bool is_optional;
	bool is_skipped;
	bool is_unlinked;
	bool is_foreign;
};

enum check_extern_kind { EXTERN_OPTION, EXTERN_FUNCTION, EXTERN_VARIABLE };

struct check_extern { /* of .kconfig and .ksyms */
	const char *name;
	enum check_extern_kind kind;
	uint32_t type_id; /* FUNCTION: its prototype; 0: without type */
	bool is_weak;
};

struct check_relo {	  /* place of relocation i of .BTF.ext */
	uint32_t section; /* 0: that section is not there; it is passed over */
	uint32_t insn;
	const struct code_function *function; /* NULL: in none */
};

struct check_subject {
	const char *name; /* borrowed */
	struct object *object;
	struct btf *btf; /* NULL: it has none */
	struct raw_btf raw;
	struct ext_info info;
	struct check_relo *relos; /* as info.relos */
	struct code code;
	struct variables variables;
	const char **flag_names; /* of each variable, as a person gives it; NULL: its own name */
	struct check_program *programs;
	size_t n_programs;
	struct check_extern *externs;
	size_t n_externs;
	struct needs_list maps; /* words of map types */
	struct needs_list
		sized;	  /* names of maps that get another size than they are compiled with */
	struct str *data; /* by section: read-only data with what has been set; empty: none */
	uint8_t **flags;  /* by section: bytes that variables a person can set take; or NULL */
	bool is_gpl;	  /* its licence is GPL compatible */
};

/*
 * Both bytes and wishes are borrowed, for as long as the subject lives. CORRUPT: no eBPF object, or a
 * damaged one.
 */
int check_subject_open(struct span bytes, const char *name, const struct check_wish *wishes,
		       size_t n_wishes, struct check_subject **out, struct err *err) MUST_CHECK;
void check_subject_free(struct check_subject *subject);
AUTO_POINTER(check_subject, struct check_subject, check_subject_free);

/* The value a variable of read-only data will have. Others make no difference. */
void check_subject_set(struct check_subject *subject, const char *section, uint32_t offset,
		       const void *bytes, uint32_t size);

/* How the flag of a variable is called, where it is not called as the variable. Borrowed. */
void check_subject_name_flag(struct check_subject *subject, const char *variable, const char *name);

/* The map gets a size, whatever it was compiled with. */
void check_subject_size_map(struct check_subject *subject, const char *map);

const struct check_extern *check_find_extern(const struct check_subject *subject, const char *name);

#endif

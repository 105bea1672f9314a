// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_NEEDS_H
#define EPM_BTF_NEEDS_H

/*
 * What an object asks of a kernel, from its ELF, BTF and instructions alone: no rights, no kernel.
 * All instructions count, also those a kernel would never reach, unless a filter says which do
 * (check/required.h). Every list is sorted and without duplicates, so that the same object gives
 * the same JSON.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "btf/object.h"

struct needs_list {
	char **items;
	size_t n_items;
	size_t cap;
};

struct needs_type {
	char *name; /* of a kernel's type, without its flavour */
	/*
	 * Members as C spells them behind a dot ("se.exec_start"), array elements by their array;
	 * enumerators of an enum. Empty: the type itself is asked for.
	 */
	struct needs_list fields;
};

struct needs {
	struct needs_list program_types;  /* "tracing", "kprobe" */
	struct needs_list attach_targets; /* "fentry/do_unlinkat", one spelling for each kind */
	struct needs_list helpers;	  /* "bpf_get_current_comm"; "helper#N" for newer ones */
	struct needs_list kfuncs;	  /* weak ones too */
	struct needs_list ksyms;	  /* kernel variables; weak ones too */
	struct needs_list map_types;	  /* "ringbuf", "map#N"; inner maps and global data too */
	struct needs_list sensitive;	  /* of these, what kernel_word_is_sensitive() */
	struct needs_type *types;	  /* by CO-RE relocations */
	size_t n_types;
	size_t types_cap;
	bool kernel_btf;  /* the kernel's own BTF, or one made for it */
	bool gpl;	  /* a GPL compatible licence */
	unsigned int isa; /* 1 to 4: the -mcpu=vN that the instructions are of */
};

struct needs_filter {		     /* by the object's ELF sections */
	const uint8_t *const *insns; /* [section][instruction]: those that count */
	const bool *programs;	     /* [section]: whose program type and target do */
	bool is_strict; /* not what is only asked after: relocations of existence, weak symbols */
};

/*
 * what: the object's name for errors. filter: NULL: all of it. CORRUPT for broken BTF, relocations,
 * access strings.
 */
int needs_find(const struct object *object, const char *what, const struct needs_filter *filter,
	       struct needs *out, struct err *err) MUST_CHECK;
void needs_done(struct needs *needs);
AUTO_STRUCT(needs, struct needs, needs_done);

/* `requirements` of the package config (epm-package(5)); the caller owns it. */
json_t *needs_to_json(const struct needs *needs);

/* While they are made: add a copy of the text; sort and drop what is there twice. */
void needs_list_add(struct needs_list *list, const char *text);
void needs_list_sort(struct needs_list *list);
void needs_list_done(struct needs_list *list);
AUTO_STRUCT(needs_list, struct needs_list, needs_list_done);

#endif

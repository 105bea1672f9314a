// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_INPUT_H
#define EPM_KERNEL_INPUT_H

/*
 * Bytes in a file or in memory, and the sections of an ELF in them. Of a file only what is asked
 * for is read: a vmlinux with debug information has a gigabyte.
 */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct input {
	int fd;		   /* borrowed; -1: memory */
	struct span bytes; /* borrowed */
	uint64_t size;
	const char *what; /* for errors */
};

struct input input_of(struct span bytes, const char *what);

/* Exactly n bytes from at on. CORRUPT when they pass the end. */
int input_read(const struct input *input, uint64_t at, void *out, size_t n,
	       struct err *err) MUST_CHECK;

/* The same, added to out. */
int input_add(const struct input *input, uint64_t at, uint64_t n, struct str *out,
	      struct err *err) MUST_CHECK;

/* The first bytes, as many as there are up to n; how many they were. */
int input_head(const struct input *input, void *out, size_t n, size_t *out_n,
	       struct err *err) MUST_CHECK;

struct sections {
	const struct input *input; /* borrowed */
	Elf64_Shdr *headers;
	size_t n;
	struct str names;
};

/* CORRUPT, UNSUPPORTED for 32 bits or the other byte order. */
int sections_open(const struct input *input, struct sections *out, struct err *err) MUST_CHECK;
void sections_done(struct sections *sections);
AUTO_STRUCT(sections, struct sections, sections_done);

/* NULL: there is none of this name that has bytes. */
const Elf64_Shdr *sections_find(const struct sections *sections, const char *name);

/* Its bytes, added to out, whose maximum holds. */
int sections_add(const struct sections *sections, const Elf64_Shdr *header, struct str *out,
		 struct err *err) MUST_CHECK;

#endif

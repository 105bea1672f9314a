// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_ELEMENTS_H
#define EPM_RUN_ELEMENTS_H

/*
 * The content of a map at one time, sorted: by the first number of the value, the largest first,
 * then by the key. And where in a value the slots of a histogram are.
 */
#include <bpf/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct element {
	const void *key;
	const void *value; /* of per-CPU maps the sum */
};

struct elements {
	int fd;
	const struct btf *btf;
	uint32_t key_size; /* bytes */
	uint32_t value_size;
	uint32_t value_type;
	uint32_t
		rank_size; /* bytes of the number at the value's start to sort by; 0: there is none */
	bool is_array;	   /* keys are indices */
	bool is_hash;	   /* elements can be had in batches, by the number of a bucket */
	bool is_per_cpu;
	unsigned int n_cpus;
	struct element *items;
	size_t n_items;
	size_t cap;
	char *bytes; /* keys and values */
	char *room;  /* for one lookup */
};

int elements_init(struct elements *elements, int fd, const struct btf *btf, uint32_t key_type,
		  uint32_t value_type, struct err *err) MUST_CHECK;
void elements_done(struct elements *elements);

/* Read all. clears: take each element out as it is read (an array's are set to zero). */
int elements_read(struct elements *elements, bool clears, struct err *err) MUST_CHECK;

struct slot_label { /* a member beside the slots */
	const char *name;
	uint32_t offset;
	uint32_t type_id;
};

struct slots {
	uint32_t offset; /* bytes, in the value */
	uint32_t size;	 /* of one: 4 or 8 bytes */
	size_t n;
	struct slot_label others[8];
	size_t n_others;
};

/*
 * The value itself if it is an array of integers, else its member "slots", else its only member
 * that is one. CORRUPT where there is none.
 */
int slots_find(const struct btf *btf, uint32_t value_type, struct slots *out,
	       struct err *err) MUST_CHECK;
void slots_read(const struct slots *slots, const void *value, uint64_t *out);

#endif

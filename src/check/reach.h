// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_REACH_H
#define EPM_CHECK_REACH_H

/*
 * Which instructions of a program can be reached, as far as constants decide its branches: what the
 * verifier skips, it does not refuse. Constants come from relocations ("does this field exist"),
 * read-only data, kernel options and weak symbols; the rest is taken as unknown, so that too much
 * may count as reachable and nothing that is reachable is missed.
 *
 * It is a conditional constant propagation over registers and stack slots, through calls with
 * their arguments. Behind an instruction the verifier refuses (CORE_POISON) it goes on, so that
 * all that is wrong is found.
 */
#include "check/code.h"

enum reach_extern { REACH_EXTERN_UNKNOWN, REACH_EXTERN_ABSENT, REACH_EXTERN_PRESENT };

struct reach_data { /* of a read-only section; bytes NULL: nothing is known of it */
	const char *bytes;
	const uint8_t *is_unknown; /* of each byte; NULL: all are known */
	uint64_t size;
};

struct reach_facts {
	const struct reach_data *data; /* by section, n_sections of the code */
	/* a kernel variable or function in .ksyms, by its name */
	enum reach_extern (*external)(void *arg, const char *name);
	/* is it an extern of .kconfig, and is its value known? */
	bool (*is_option)(void *arg, const char *name);
	bool (*option)(void *arg, const char *name, uint64_t *out);
	void *arg;
};

/* A load from or store to the program's context, at an offset that is known. */
struct reach_access {
	uint32_t section;
	uint32_t insn;
	uint32_t offset; /* bytes */
	uint32_t size;
};

/* A number that the program itself returns on some way. */
struct reach_result {
	uint32_t section;
	uint32_t insn;
	int32_t value;
};

struct reach {
	uint8_t **marks; /* [section][insn]: can be reached. NULL: not code */
	size_t n_sections;
	struct reach_access *accesses;
	size_t n_accesses;
	size_t cap;
	struct reach_result *results;
	size_t n_results;
	size_t results_cap;
	bool has_given_up; /* the program is too large to tell; marks are of a part */
};

/* All that `entry` can reach is marked beside what is marked already. */
void reach_run(const struct code *code, const struct code_function *entry,
	       const struct reach_facts *facts, struct reach *reach);

void reach_init(struct reach *reach, const struct code *code);
void reach_clear(struct reach *reach, const struct code *code);
/* For reach.c */
void reach_note_result(struct reach *reach, const struct reach_result *result);
/* Only what both mark stays in `into`. */
void reach_intersect(struct reach *into, const struct reach *with, const struct code *code);
void reach_done(struct reach *reach);
AUTO_STRUCT(reach, struct reach, reach_done);

#endif

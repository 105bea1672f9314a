// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_VERDICT_H
#define EPM_CHECK_VERDICT_H

/*
 * Would an object run on a kernel, and if not, why: from what both say of themselves, without
 * rights and without loading anything. It never says that a program will load; the verifier may
 * refuse for reasons that only it can see.
 */
#include "check/finding.h"
#include "check/subject.h"
#include "kernel/kernel.h"
#include "kernel/live.h"

/* What becomes of a program; the word is the report's. */
#define CHECK_STATE_LIST(X)                                                                        \
	X(FINE, "no known obstacle")                                                               \
	X(ALTERNATIVE, "not needed")	   /* another of its group is taken */                     \
	X(SKIPPED, "not loaded")	   /* SEC("?…"), or the person said so */                \
	X(LEFT_OUT, "left out")		   /* it cannot, and the package can do without it */      \
	X(UNKNOWN, "cannot be told")	   /* too large to follow, or too little known */          \
	X(INCOMPLETE, "incomplete")	   /* where to attach, or a size, is still to be given */  \
	X(PROBABLY, "probably cannot run") /* BTF shows no such function, and does not show all */ \
	X(CANNOT, "cannot run")

enum check_state {
#define CHECK_STATE_ENUM(name, word) CHECK_##name,
	CHECK_STATE_LIST(CHECK_STATE_ENUM)
#undef CHECK_STATE_ENUM
};
const char *check_state_word(enum check_state state);

struct check_rules {
	enum core_size_rule size; /* of the libbpf that will load it */
	bool has_kfunc_flavours;  /* libbpf 1.3: "kfunc___v2" means kfunc */
	bool has_fixed_options; /* values of variables are final: there is nobody to set them later */
	bool wants_all;		/* findings of level OK and GUARDED too */
	bool is_quick; /* what takes the kernel long to say is only asked where there is a choice */
	const struct live *live; /* of the running kernel; NULL: only what BTF says */
	struct kernel
		*relocations; /* whose types relocations resolve against; NULL: the kernel's */
};

struct check_verdict {
	enum check_state state;	    /* of the package */
	enum check_state *programs; /* by the subject's index */
	uint32_t *groups;	    /* the same: the index of the first of its alternatives */
	struct finding *findings;
	size_t n_findings;
	size_t cap;
	struct core_result *relos; /* by the subject's index; for --explain */
	bool has_given_up;	   /* on some program */
};

/* The subject's code is changed and set back. */
void check_against(struct check_subject *subject, struct kernel *kernel,
		   const struct check_rules *rules, struct check_verdict *out);
void check_verdict_done(struct check_verdict *verdict);
AUTO_STRUCT(check_verdict, struct check_verdict, check_verdict_done);

#endif

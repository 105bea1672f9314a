// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_FINDING_H
#define EPM_CHECK_FINDING_H

/*
 * One thing that an object asks of a kernel, and what came of it.
 */
#include <stdbool.h>
#include <stdint.h>

/* From harmless to worst; the word is the one of the report and of --json. */
#define FINDING_LEVEL_LIST(X)                                                                     \
	X(OK, "ok")		       /* the kernel has it */                                    \
	X(GUARDED, "guarded")	       /* it has not, and the program does without it */          \
	X(OPTION, "guarded by option") /* the same, unless an option is given that asks for it */ \
	X(UNKNOWN, "unknown")	       /* cannot be told from what is known of this kernel */     \
	X(OPEN, "to be given")	       /* nothing of the kernel: the package does not say it */   \
	X(LIKELY, "probably missing")  /* BTF does not show it, and does not show all */          \
	X(MISSING, "missing")	       /* the program will be refused */                          \
	X(ERROR, "object error")       /* the whole object will be */

enum finding_level {
#define FINDING_LEVEL_ENUM(name, word) FINDING_##name,
	FINDING_LEVEL_LIST(FINDING_LEVEL_ENUM)
#undef FINDING_LEVEL_ENUM
};

#define FINDING_KIND_LIST(X)              \
	X(RELOCATION, "CO-RE relocation") \
	X(ATTACH, "attach target")        \
	X(HELPER, "helper")               \
	X(KFUNC, "kfunc")                 \
	X(KSYM, "kernel symbol")          \
	X(MAP, "map type")                \
	X(PROGRAM, "program type")        \
	X(INSTRUCTION, "instruction")     \
	X(MACHINE, "architecture")        \
	X(BTF, "BTF")                     \
	X(OPTIONS, "kernel option")       \
	X(RIGHTS, "rights")               \
	X(STRUCT_OPS, "struct_ops")

enum finding_kind {
#define FINDING_KIND_ENUM(name, word) FIND_##name,
	FINDING_KIND_LIST(FINDING_KIND_ENUM)
#undef FINDING_KIND_ENUM
};

#define FINDING_OBJECT UINT32_MAX

struct line_info;

struct finding {
	enum finding_level level;
	enum finding_kind kind;
	uint32_t program;   /* index in the subject; FINDING_OBJECT: the object as a whole */
	char *what;	    /* "struct task_struct.state", "bpf_loop" */
	char *why;	    /* "struct task_struct has no 'state'", bytes from outside; or NULL */
	char *closest;	    /* what the kernel has instead; or NULL */
	const char *since;  /* the first release that has it, "5.17"; or NULL */
	const char *option; /* OPTION: the flag that asks for it; or NULL */
	const struct line_info *line; /* where in the source; or NULL. The subject's */
	const char *function;	      /* in which that line stands; or NULL. The subject's */
	uint32_t relo;		      /* RELOCATION: index in the subject's info */
};

const char *finding_level_word(enum finding_level level);
const char *finding_kind_word(enum finding_kind kind);

#endif

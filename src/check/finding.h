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
	X(BTF, "BTF")                     \
	X(OPTIONS, "kernel option")       \
	X(RIGHTS, "rights")               \
	X(STRUCT_OPS, "struct_ops")

enum finding_kind {
#define FINDING_KIND_ENUM(name, word) FIND_##name,
	FINDING_KIND_LIST(FINDING_KIND_ENUM)
#undef FINDING_KIND_ENUM
};

#endif

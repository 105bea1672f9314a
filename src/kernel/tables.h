// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_TABLES_H
#define EPM_KERNEL_TABLES_H

/*
 * What kernels take that their BTF does not tell: which helper a kind of program may call, which
 * LSM hooks are closed to BPF, which instructions and flags are known. It was tried on a handful of
 * booted kernels (tables.inc, written by build-aux/kernel_tables.py); the answer for any other one is
 * that of its neighbours. These are found by the version and by what the BTF shows (the highest
 * helper, program, map, attach and link type, command), so that an old release with a newer BPF
 * (vendors' kernels) is taken for the newer one.
 *
 * TABLE_NO is certain enough to call a program broken: the nearest kernel tried that is not newer
 * refuses it, and so does the nearest that is not older; where version and BTF are at odds, all after
 * that as well. What depends on how a kernel was configured is TABLE_UNKNOWN, unless it can be seen.
 * All strings live as long as the program.
 */
#include <stddef.h>
#include <stdint.h>

#include "kernel/kernel.h"

enum table_answer { TABLE_NO, TABLE_YES, TABLE_UNKNOWN };

/* What a kernel's verifier knows, or does not */
enum table_feature {
	FEATURE_JMP32,
	FEATURE_GLOBAL_DATA,
	FEATURE_BOUNDED_LOOPS, /* jumps backwards */
	FEATURE_GLOBAL_FUNCTIONS,
	FEATURE_SLEEPABLE,	 /* fentry.s, fexit.s, fmod_ret.s, lsm.s */
	FEATURE_GLOBAL_POINTERS, /* global functions with arguments that are pointers to memory */
	FEATURE_ATOMICS,	 /* any but a 32 or 64-bit add without its old value */
	FEATURE_KFUNCS,
	FEATURE_CALLBACKS, /* functions handed to helpers */
	FEATURE_COOKIES,
	FEATURE_XDP_FRAGS,
	FEATURE_INFRARED,     /* lirc_mode2 */
	FEATURE_KPROBE_MULTI, /* and that fprobe, which it needs, is there */
	FEATURE_UPROBE_MULTI,
	FEATURE_TCX,
	FEATURE_ISA_V4, /* what -mcpu=v4 adds */
	FEATURE_MAY_GOTO,
	FEATURE_ADDRESS_SPACES, /* of arenas */
	FEATURE_LOAD_ACQUIRE,	/* and store-release */
	FEATURE_TRAMPOLINE,	/* fentry, fexit, fmod_ret, lsm on this architecture */
	/* functions are open to fmod_ret and to fentry.s for being open to made-up errors */
	FEATURE_ERROR_INJECTION,
	/* in prototypes of functions that programs are put around (check/prototype.h): */
	FEATURE_STRUCT_ARGUMENTS,      /* structs by value */
	FEATURE_STACK_ARGUMENTS,       /* more than six, on x86 */
	FEATURE_STACK_ARGUMENTS_ARM64, /* more than eight */
	FEATURE_SLEEPING_CALLS,	       /* fentry.s and its like at system calls */
	/* in programs of some kinds (check/map_use.h): */
	FEATURE_TIMERS,
	FEATURE_TRACING_TIMERS,	 /* maps with timers */
	FEATURE_GROWING_MAPS,	 /* hash maps that allocate as they fill */
	FEATURE_NUMBER_POINTERS, /* pointers to numbers can be read */
	FEATURE_ANY_POINTERS,	 /* also those to pointers, functions, what is not declared */
};

/*
 * May such a program call the helper? program: a section's name ("?fentry.s/do_unlinkat",
 * "cgroup/connect4", "iter/task") or, where all programs of a type are alike, the type's word
 * ("sched_cls"). The helper is taken for reachable and the program for one with a GPL licence. NO
 * also for a helper that the kernel's BTF does not have. Some helpers are further limited to certain
 * targets (bpf_d_path to some functions), which is not looked at.
 */
enum table_answer kernel_table_helper(const struct kernel *kernel, const char *program,
				      uint32_t helper);

/*
 * May such a program call a kfunc of vmlinux (not of a module)? program: as above. UNKNOWN for one
 * that was not there in the kernels tried.
 */
enum table_answer kernel_table_kfunc(const struct kernel *kernel, const char *program,
				     const char *name);

/* Is such a program taken at all? program: as above; "iter.s" may be refused where "iter" is not. */
enum table_answer kernel_table_program(struct kernel *kernel, const char *program);

/*
 * Numbers of enum bpf_prog_type, bpf_map_type. NO where the BTF lacks it; UNKNOWN where the BTF
 * has it and no kernel that was tried took it (a matter of configuration).
 */
enum table_answer kernel_table_program_type(const struct kernel *kernel, uint32_t type);
enum table_answer kernel_table_map_type(const struct kernel *kernel, uint32_t type);

/* May programs that sleep use maps of such a type? */
enum table_answer kernel_table_map_sleeps(const struct kernel *kernel, uint32_t type);

/* Is an LSM hook that exists (FUNC bpf_lsm_HOOK) open to programs? hook: "file_open" */
enum table_answer kernel_table_lsm_hook(const struct kernel *kernel, const char *hook);

/* May its programs sleep (lsm.s)? */
enum table_answer kernel_table_lsm_sleeps(const struct kernel *kernel, const char *hook);

enum table_answer kernel_table_feature(struct kernel *kernel, enum table_feature feature);
const char *kernel_table_feature_word(enum table_feature feature);

/*
 * The first release with it, "5.15"; NULL: not known. A vendor's older kernel may have it as well.
 */
const char *kernel_table_helper_since(uint32_t helper);
const char *kernel_table_program_since(uint32_t type);
const char *kernel_table_map_since(uint32_t type);
const char *kernel_table_feature_since(enum table_feature feature);

/*
 * The oldest kernel of those tried in which such a program may call the helper, "6.1"; NULL: in
 * none.
 */
const char *kernel_table_helper_works(const char *program, uint32_t helper);

#endif

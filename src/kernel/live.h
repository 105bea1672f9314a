// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_LIVE_H
#define EPM_KERNEL_LIVE_H

/*
 * What only the running kernel itself can say: which tracepoints and functions can be traced,
 * which symbols there are, how it is locked down. Root's rights are used where they can be had;
 * what cannot be read is unknown, never missing.
 */
#include <stdbool.h>

#include "base/auto.h"
#include "kernel/kernel.h"

enum live_answer { LIVE_NO, LIVE_YES, LIVE_UNKNOWN };

struct live;

struct live *live_new(void);
void live_free(struct live *live);
AUTO_POINTER(live, struct live, live_free);

/*
 * Can ftrace be put on a function (fentry, kprobe)? By available_filter_functions, whose first
 * reading takes the kernel 20 to 50 ms.
 */
enum live_answer live_function(const struct live *live, const char *name);

/* Is it in /proc/kallsyms? Read at the first question. */
enum live_answer live_symbol(const struct live *live, const char *name);

/* Is there a tracepoint CATEGORY/NAME? */
enum live_answer live_tracepoint(const char *category, const char *name);

enum live_kind {
	LIVE_KPROBES,
	LIVE_UPROBES,
	LIVE_TRACEPOINTS,
	LIVE_TRACING, /* fentry and its like */
	LIVE_LSM,
};

/*
 * Does the kernel take programs of this kind at all? What has no file that tells is tried with a
 * program that is only loaded (0.1 ms), which needs rights; the answer is kept. NULL: it does, or
 * that is not known; else why not: "it was built without them", "it is locked down to …", "tracefs
 * is not mounted", the text of an errno. Lives as long as live.
 */
const char *live_refusal(const struct live *live, struct kernel *kernel, enum live_kind kind);

/* A function that hardly anything calls, to try programs on. kernel: NULL: not known. */
const char *live_quiet_function(struct kernel *kernel);

/* "/sys/kernel/tracing" or the older place; NULL when it is not mounted, or cannot be looked at. */
const char *live_tracefs(void);

/* Is it certain that tracefs is not mounted? That can be seen without rights. */
bool live_lacks_tracefs(void);
#define LIVE_MOUNT_TRACEFS "mount -t tracefs tracefs /sys/kernel/tracing"

/* "integrity" or "confidentiality" where the kernel is locked down, else NULL. */
const char *live_lockdown(void);

/* Is this security module active ("bpf": without it LSM programs are never called)? */
enum live_answer live_security_module(const char *name);

#endif

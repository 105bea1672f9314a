// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/kinds.h"

#include "base/alloc.h"

#define NOT_ASKED -1
#define OPTIONS_MOST 3

#define KPROBE_OPTIONS                                                        \
	{                                                                     \
		"CONFIG_KPROBES", "CONFIG_KPROBE_EVENTS", "CONFIG_BPF_EVENTS" \
	}
#define UPROBE_OPTIONS                                                        \
	{                                                                     \
		"CONFIG_UPROBES", "CONFIG_UPROBE_EVENTS", "CONFIG_BPF_EVENTS" \
	}
#define TRAMPOLINE_OPTIONS                                                  \
	{                                                                   \
		"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "CONFIG_BPF_JIT" \
	}

/* By the canonical word of the section. */
static const struct kind {
	const char *section;
	const char *word;
	int live; /* enum live_kind */
	const char *options[OPTIONS_MOST];
} kinds[] = {
	{ "kprobe", "kprobes", LIVE_KPROBES, KPROBE_OPTIONS },
	{ "kretprobe", "kprobes", LIVE_KPROBES, KPROBE_OPTIONS },
	{ "ksyscall", "kprobes", LIVE_KPROBES, KPROBE_OPTIONS },
	{ "kretsyscall", "kprobes", LIVE_KPROBES, KPROBE_OPTIONS },
	{ "kprobe.multi", "kprobe.multi", NOT_ASKED, { "CONFIG_FPROBE", "CONFIG_BPF_EVENTS" } },
	{ "kretprobe.multi", "kprobe.multi", NOT_ASKED, { "CONFIG_FPROBE", "CONFIG_BPF_EVENTS" } },
	{ "uprobe", "uprobes", LIVE_UPROBES, UPROBE_OPTIONS },
	{ "uretprobe", "uprobes", LIVE_UPROBES, UPROBE_OPTIONS },
	{ "usdt", "uprobes", LIVE_UPROBES, UPROBE_OPTIONS },
	{ "tracepoint", "tracepoints", LIVE_TRACEPOINTS, { "CONFIG_BPF_EVENTS" } },
	{ "raw_tracepoint", "raw tracepoints", NOT_ASKED, { "CONFIG_BPF_EVENTS" } },
	{ "tp_btf", "raw tracepoints", NOT_ASKED, { "CONFIG_BPF_EVENTS" } },
	{ "perf_event", "perf events", NOT_ASKED, { "CONFIG_PERF_EVENTS", "CONFIG_BPF_EVENTS" } },
	{ "fentry", "fentry programs", LIVE_TRACING, TRAMPOLINE_OPTIONS },
	{ "fexit", "fexit programs", LIVE_TRACING, TRAMPOLINE_OPTIONS },
	{ "fmod_ret", "fmod_ret programs", LIVE_TRACING, TRAMPOLINE_OPTIONS },
	{ "fsession", "fsession programs", LIVE_TRACING, TRAMPOLINE_OPTIONS },
	{ "lsm", "LSM programs", LIVE_LSM, { "CONFIG_BPF_LSM", "CONFIG_BPF_JIT" } },
	{ "lsm_cgroup", "LSM programs", NOT_ASKED, { "CONFIG_BPF_LSM", "CONFIG_CGROUP_BPF" } },
	{ "struct_ops", "struct_ops", NOT_ASKED, { "CONFIG_BPF_JIT" } },
};

static bool is_unset(struct kernel *kernel, const char *option)
{
	const char *value = option ? kernel_option(kernel, option) : NULL;

	return value && !strcmp(value, "n");
}

static const char *unset_option(struct kernel *kernel, const struct kind *kind,
				const struct check_program *program)
{
	static const char syscalls[] = "syscalls/";

	for (size_t i = 0; i < OPTIONS_MOST; i++)
		if (is_unset(kernel, kind->options[i]))
			return kind->options[i];
	if (!strcmp(kind->section, "tracepoint") && span_starts(program->target, syscalls) &&
	    is_unset(kernel, "CONFIG_FTRACE_SYSCALLS"))
		return "CONFIG_FTRACE_SYSCALLS";
	return NULL;
}

bool kinds_are_refused(struct kernel *kernel, const struct live *live,
		       const struct check_program *program, char *why, size_t size)
{
	const char *section = program->attached->section, *option, *refusal;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *kind = &kinds[i];

		if (strcmp(section, kind->section) != 0)
			continue;
		option = unset_option(kernel, kind, program);
		refusal = !option && live && kind->live != NOT_ASKED
				  ? live_refusal(live, kernel, (enum live_kind)kind->live)
				  : NULL;
		if (option)
			snprintf(why, size, "this kernel was built without %s (%s)", kind->word,
				 option);
		else if (refusal)
			snprintf(why, size, "this kernel takes no %s: %s", kind->word, refusal);
		return option || refusal;
	}
	return false;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/targets.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "check/context.h"
#include "check/kinds.h"
#include "check/offers.h"
#include "kernel/tables.h"

#define NAME_MOST 256

struct question {
	struct kernel *kernel;
	const struct live *live;
	bool asks_all;
	const struct check_program *program;
	char name[NAME_MOST]; /* the target, perhaps without an offset */
};

PRINTF(3, 4)
static void answer(struct target_answer *a, enum finding_level level, const char *fmt, ...)
{
	va_list args;

	a->level = level;
	va_start(args, fmt);
	vsnprintf(a->why, sizeof(a->why), fmt, args);
	va_end(args);
}

static void no_function(struct question *q, const char *name, enum finding_level level,
			struct target_answer *a)
{
	answer(a, level, "there is no function %s", name);
	a->closest = offers_similar(q->kernel, name);
}

/* "fentry.s/…": a program that may sleep */
static bool is_sleeping(const struct check_program *program)
{
	const char *slash = strchr(program->section, '/');
	size_t len = slash ? (size_t)(slash - program->section) : strlen(program->section);

	return len > 2 && !memcmp(program->section + len - 2, ".s", 2) &&
	       program->attached->kernel_btf;
}

static bool begins(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (text_starts(name, *words))
			return true;
	return false;
}

/*
 * Functions may be changed, or have programs that sleep, where errors may be injected into them; and
 * some that the kernel has lists of: of tests, of HID, since 7.1 system calls.
 */
static bool may_be_listed(struct question *q)
{
	static const char *const always[] = { "bpf_", "hid_", "update_socket_protocol", NULL };
	static const char *const calls[] = { "__x64_sys_", "__arm64_sys_", "__ia32_", "__se_sys_",
					     "__do_sys_",  "sys_",	   NULL };

	return begins(q->name, always) ||
	       (begins(q->name, calls) &&
		kernel_table_feature(q->kernel, FEATURE_SLEEPING_CALLS) != TABLE_NO);
}

static void ask_openness(struct question *q, struct target_answer *a)
{
	bool is_changing = !strcmp(q->program->attached->section, "fmod_ret");

	if ((!is_changing && !is_sleeping(q->program)) || may_be_listed(q) ||
	    kernel_table_feature(q->kernel, FEATURE_ERROR_INJECTION) != TABLE_NO)
		return;
	if (is_sleeping(q->program))
		answer(a, FINDING_MISSING, "programs at %s may not sleep in this kernel", q->name);
	else if (!text_starts(q->name, "security_"))
		answer(a, FINDING_MISSING, "the result of %s may not be changed in this kernel",
		       q->name);
}

/* fentry and its like: libbpf looks for the function in BTF and gives up without it. */
static void ask_function(struct question *q, struct target_answer *a)
{
	const char *refusal;

	if (kernel_table_feature(q->kernel, FEATURE_TRAMPOLINE) == TABLE_NO) {
		answer(a, FINDING_MISSING, "%s programs are not possible on this architecture",
		       q->program->attached->section);
		return;
	}
	if (!prototype_of_function(q->kernel, q->name, &a->typed)) {
		no_function(q, q->name, FINDING_MISSING, a);
		return;
	}
	refusal = prototype_refusal(&a->typed, q->kernel);
	if (refusal) {
		answer(a, FINDING_MISSING, "no program can be put around %s: %s", q->name, refusal);
		return;
	}
	a->n_arguments = (int)prototype_slots(&a->typed);
	/* the value that is returned stands behind the arguments */
	if (strcmp(q->program->attached->section, "fentry") != 0)
		a->n_arguments++;
	ask_openness(q, a);
	if (q->live && q->asks_all && live_function(q->live, q->name) == LIVE_NO)
		answer(a, FINDING_MISSING, "the function %s cannot be traced in this kernel",
		       q->name);
}

static void ask_symbol(struct question *q, struct target_answer *a)
{
	enum live_answer live = q->live ? live_symbol(q->live, q->name) : LIVE_UNKNOWN;

	if (live == LIVE_YES || kernel_has_function(q->kernel, q->name))
		return;
	if (live == LIVE_NO)
		no_function(q, q->name, FINDING_MISSING, a);
	else if (strchr(q->name, '.') || q->kernel->is_partial)
		answer(a, FINDING_UNKNOWN, "BTF does not show functions like %s", q->name);
	else
		no_function(q, q->name, FINDING_LIKELY, a);
}

static void ask_pattern(struct question *q, struct target_answer *a)
{
	if (kernel_table_feature(q->kernel, FEATURE_KPROBE_MULTI) == TABLE_NO)
		answer(a, FINDING_MISSING, "the kernel was built without fprobe (CONFIG_FPROBE)");
	else if (!strpbrk(q->name, "*?["))
		ask_symbol(q, a);
}

static void ask_raw(struct question *q, struct target_answer *a)
{
	struct prototype prototype;

	switch (offers_tracepoint(q->kernel, q->name, &prototype)) {
	case OFFER_YES:
		a->n_arguments = (int)prototype_slots(&prototype);
		if (q->program->attached->kernel_btf)
			a->typed = prototype;
		return;
	case OFFER_NO:
		answer(a, FINDING_MISSING, "there is no tracepoint %s", q->name);
		return;
	default:
		answer(a, FINDING_UNKNOWN, "BTF does not show tracepoints");
	}
}

static void answer_syscall(enum offer offer, const char *name, struct target_answer *a)
{
	if (offer == OFFER_NO)
		answer(a, FINDING_LIKELY, "there is no system call %s", name);
	else if (offer == OFFER_UNKNOWN)
		answer(a, FINDING_UNKNOWN, "BTF does not show system calls");
}

static void ask_syscall(struct question *q, struct target_answer *a)
{
	answer_syscall(offers_syscall(q->kernel, q->name), q->name, a);
}

static void ask_syscall_event(struct question *q, const char *name, struct target_answer *a)
{
	answer_syscall(offers_syscall_event(q->kernel, name), name, a);
}

static void ask_tracepoint(struct question *q, struct target_answer *a)
{
	char *slash = strchr(q->name, '/');
	const char *event = slash ? slash + 1 : "";
	struct prototype ignored;

	if (!slash) {
		answer(a, FINDING_MISSING, "the section is not CATEGORY/NAME");
		return;
	}
	*slash = '\0';
	if (q->live && live_tracepoint(q->name, event) != LIVE_UNKNOWN) {
		if (live_tracepoint(q->name, event) == LIVE_NO)
			answer(a, FINDING_MISSING, "there is no tracepoint %s/%s", q->name, event);
	} else if (!strcmp(q->name, "syscalls") && text_starts(event, "sys_enter_")) {
		ask_syscall_event(q, event + strlen("sys_enter_"), a);
	} else if (!strcmp(q->name, "syscalls") && text_starts(event, "sys_exit_")) {
		ask_syscall_event(q, event + strlen("sys_exit_"), a);
	} else if (offers_tracepoint(q->kernel, event, &ignored) == OFFER_NO) {
		answer(a, FINDING_MISSING, "there is no tracepoint %s/%s", q->name, event);
	}
	*slash = '/';
}

static void ask_lsm(struct question *q, struct target_answer *a)
{
	AUTO(free) char *function = mem_printf("bpf_lsm_%s", q->name);

	if (kernel_table_feature(q->kernel, FEATURE_TRAMPOLINE) == TABLE_NO) {
		answer(a, FINDING_MISSING, "LSM programs are not possible on this architecture");
		return;
	}
	if (!prototype_of_function(q->kernel, function, &a->typed)) {
		answer(a, FINDING_MISSING, "there is no LSM hook %s", q->name);
		return;
	}
	a->n_arguments = (int)prototype_slots(&a->typed) + 1; /* what it returns */
	if (kernel_table_lsm_hook(q->kernel, q->name) == TABLE_NO)
		answer(a, FINDING_MISSING, "the LSM hook %s is not open to eBPF programs", q->name);
	else if (is_sleeping(q->program) && kernel_table_lsm_sleeps(q->kernel, q->name) == TABLE_NO)
		answer(a, FINDING_MISSING, "programs of the LSM hook %s may not sleep", q->name);
	else if (q->live && live_security_module("bpf") == LIVE_NO)
		answer(a, FINDING_UNKNOWN,
		       "\"bpf\" is not among the active security modules (lsm=): the program loads "
		       "and is never called");
}

static void ask_iterator(struct question *q, struct target_answer *a)
{
	AUTO(free) char *function = mem_printf("bpf_iter_%s", q->name);

	if (!kernel_has_function(q->kernel, function))
		answer(a, FINDING_MISSING, "there is no iterator %s", q->name);
}

/* Functions are loaded for, or only attached to? */
static bool is_bound_at_load(const struct check_program *program)
{
	return program->attached->kernel_btf;
}

/* Is there something that it is put on, by epm? */
static bool has_target(const struct check_program *program)
{
	return program->target.len && (!program->is_unlinked || is_bound_at_load(program));
}

static bool takes_kind(struct question *q, struct target_answer *a)
{
	if (!is_bound_at_load(q->program) && !has_target(q->program))
		return true;
	if (!kinds_are_refused(q->kernel, q->live, q->program, a->why, sizeof(a->why)))
		return true;
	a->level = FINDING_MISSING;
	return false;
}

/* What is nowhere attached unless somebody says where, with --attach. */
static void ask_place(struct question *q, struct target_answer *a)
{
	if (q->program->attached->has_target && !q->program->is_unlinked)
		answer(a, FINDING_OPEN, "it does not say what it is attached to (--attach %s=%s/…)",
		       q->program->name, q->program->attached->section);
}

/* The file of a uprobe: "/usr/bin/bash:readline" */
static void ask_file(struct question *q, struct target_answer *a)
{
	size_t len = strcspn(q->name, ":");
	AUTO(free) char *path = mem_textn(q->name, len);

	if (q->live && *path == '/' && !fs_exists(AT_FDCWD, path))
		answer(a, FINDING_MISSING, "there is no file %s", path);
}

/* By the canonical word of the section; those that are not here take nothing from the kernel. */
static const struct {
	const char *section;
	void (*ask)(struct question *question, struct target_answer *out);
} askers[] = {
	{ "fentry", ask_function },
	{ "fexit", ask_function },
	{ "fmod_ret", ask_function },
	{ "fsession", ask_function },
	{ "tp_btf", ask_raw },
	{ "raw_tracepoint", ask_raw },
	{ "raw_tracepoint.w", ask_raw },
	{ "tracepoint", ask_tracepoint },
	{ "kprobe", ask_symbol },
	{ "kretprobe", ask_symbol },
	{ "kprobe.multi", ask_pattern },
	{ "kretprobe.multi", ask_pattern },
	{ "kprobe.session", ask_pattern },
	{ "ksyscall", ask_syscall },
	{ "kretsyscall", ask_syscall },
	{ "uprobe", ask_file },
	{ "uretprobe", ask_file },
	{ "usdt", ask_file },
	{ "lsm", ask_lsm },
	{ "lsm_cgroup", ask_lsm },
	{ "iter", ask_iterator },
};

/* How sections begin, and the enumerator of bpf_attach_type without which they mean nothing. */
static const struct {
	const char *section;
	const char *attach_type;
} attach_types[] = {
	{ "kprobe.multi", "BPF_TRACE_KPROBE_MULTI" },
	{ "kretprobe.multi", "BPF_TRACE_KPROBE_MULTI" },
	{ "kprobe.session", "BPF_TRACE_KPROBE_SESSION" },
	{ "uprobe.multi", "BPF_TRACE_UPROBE_MULTI" },
	{ "uretprobe.multi", "BPF_TRACE_UPROBE_MULTI" },
	{ "uprobe.session", "BPF_TRACE_UPROBE_SESSION" },
	{ "fsession", "BPF_TRACE_FSESSION" },
	{ "lsm_cgroup", "BPF_LSM_CGROUP" },
	{ "netfilter", "BPF_NETFILTER" },
	{ "netkit/primary", "BPF_NETKIT_PRIMARY" },
	{ "netkit/peer", "BPF_NETKIT_PEER" },
	{ "sk_lookup", "BPF_SK_LOOKUP" },
	{ "sk_skb/verdict", "BPF_SK_SKB_VERDICT" },
	{ "xdp/devmap", "BPF_XDP_DEVMAP" },
	{ "xdp/cpumap", "BPF_XDP_CPUMAP" },
	{ "cgroup/sock_release", "BPF_CGROUP_INET_SOCK_RELEASE" },
	{ "cgroup/getpeername4", "BPF_CGROUP_INET4_GETPEERNAME" },
	{ "cgroup/getpeername6", "BPF_CGROUP_INET6_GETPEERNAME" },
	{ "cgroup/getsockname4", "BPF_CGROUP_INET4_GETSOCKNAME" },
	{ "cgroup/getsockname6", "BPF_CGROUP_INET6_GETSOCKNAME" },
	{ "cgroup/connect_unix", "BPF_CGROUP_UNIX_CONNECT" },
	{ "cgroup/sendmsg_unix", "BPF_CGROUP_UNIX_SENDMSG" },
	{ "cgroup/recvmsg_unix", "BPF_CGROUP_UNIX_RECVMSG" },
	{ "cgroup/getpeername_unix", "BPF_CGROUP_UNIX_GETPEERNAME" },
	{ "cgroup/getsockname_unix", "BPF_CGROUP_UNIX_GETSOCKNAME" },
};

/* Is `section` this word, or the word and then what it is for? */
static bool is_section(const char *section, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(section, word, len) && (section[len] == '\0' || section[len] == '/');
}

static bool has_attach_type(struct question *q, struct target_answer *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(attach_types); i++) {
		if (!is_section(q->program->section, attach_types[i].section))
			continue;
		if (offers_enumerator(q->kernel, "bpf_attach_type", attach_types[i].attach_type) !=
		    OFFER_NO)
			return true;
		answer(a, FINDING_MISSING, "there is no attaching of this kind (%s)",
		       attach_types[i].attach_type);
		return false;
	}
	return true;
}

void targets_find(const struct target_question *question, struct target_answer *out)
{
	const struct check_program *program = question->program;
	struct question q = { .kernel = question->kernel,
			      .live = question->live,
			      .asks_all = question->asks_all,
			      .program = program };

	*out = (struct target_answer){ .level = FINDING_OK, .n_arguments = -1, .context_size = -1 };
	if (!program->attached || !has_attach_type(&q, out) || !takes_kind(&q, out) ||
	    (q.kernel->is_partial && program->attached->kernel_btf)) /* verdict_program.c says it */
		return;
	if (is_sleeping(program) && kernel_table_feature(q.kernel, FEATURE_SLEEPABLE) == TABLE_NO) {
		answer(out, FINDING_MISSING, "programs that may sleep (.s) are not possible");
		out->since = kernel_table_feature_since(FEATURE_SLEEPABLE);
		return;
	}
	out->context_size = context_size(q.kernel, program);
	if (!program->target.len)
		ask_place(&q, out);
	if (!has_target(program))
		return;
	snprintf(q.name, sizeof(q.name), "%.*s", (int)program->target.len, program->target.data);
	if (!strcmp(program->attached->section, "kprobe"))
		q.name[strcspn(q.name, "+")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(askers); i++)
		if (!strcmp(program->attached->section, askers[i].section))
			askers[i].ask(&q, out);
}

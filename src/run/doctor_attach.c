// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/limits.h"
#include "kernel/live.h"
#include "kernel/trivial.h"
#include "run/doctor_priv.h"

#define NO_SUPPORT 524 /* include/linux/errno.h of the kernel, ENOTSUPP */
#define EVENT_SOURCES "/sys/bus/event_source/devices"
#define QUIET_TRACEPOINT "task_rename" /* comes up where a program changes its own name */

static const char *quiet_function(struct doctor *doctor)
{
	return live_quiet_function(doctor->kernel.release ? &doctor->kernel : NULL);
}

static uint32_t id_of(struct doctor *doctor, const char *name, uint32_t kind)
{
	uint32_t id = 0;

	if (doctor->kernel.release)
		kernel_find(&doctor->kernel, name, kind, NULL, &id);
	return id;
}

/* The number in a file of sysfs or tracefs; -1: there is none. */
static int64_t number_in(const char *path)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	uint64_t number;
	struct err err;
	int rc;

	identity_raise();
	rc = fs_read(AT_FDCWD, path, &text, &err);
	identity_lower();
	if (rc < 0 || text_number(span_trim((struct span){ str_text(&text), text.len }), INT32_MAX,
				  path, &number, &err) < 0)
		return -1;
	return (int64_t)number;
}

static int keep_errno(int fd, int rc)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return rc;
}

/* Opens the event, puts a program on it, takes it away. */
static int try_event(struct perf_event_attr *attr, int pid, int type)
{
	const struct trivial trivial = { .type = type };
	AUTO(close) int program = -1;
	enum trivial_look look;
	int fd, rc = -1;

	program = trivial_load(&trivial, &look);
	if (program < 0)
		return -1;
	attr->size = sizeof(*attr);
	attr->disabled = 1;
	identity_raise();
	fd = syscall(SYS_perf_event_open, attr, pid, pid < 0 ? 0 : -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) == 0)
		rc = ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	rc = keep_errno(fd, rc);
	identity_lower();
	return rc;
}

static int try_probe(const char *kind, const char *target, uint64_t offset, int pid)
{
	AUTO(free) char *path = mem_printf(EVENT_SOURCES "/%s/type", kind);
	struct perf_event_attr attr = { .config1 = (uintptr_t)target, .config2 = offset };
	int64_t type = number_in(path);

	if (type < 0) {
		errno = ENOENT;
		return -1;
	}
	attr.type = type;
	return try_event(&attr, pid, BPF_PROG_TYPE_KPROBE);
}

static int try_kprobe(struct doctor *doctor)
{
	return try_probe("kprobe", quiet_function(doctor), 0, -1);
}

/* The function that a uprobe is put on: in this program itself, and nobody calls it. */
static __attribute__((noinline)) void untouched(void)
{
	__asm__ volatile("");
}

static int try_uprobe(struct doctor *doctor)
{
	AUTO(fclose) FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t at = (uintptr_t)untouched, from, to;
	unsigned long long offset;
	char line[512], right;

	(void)doctor;
	while (maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx r%*c%c%*c %llx", &from, &to, &right, &offset) == 4 &&
		    right == 'x' && at >= from && at < to)
			return try_probe("uprobe", "/proc/self/exe", at - from + offset, getpid());
	errno = ENOENT;
	return -1;
}

static int try_tracepoint(struct doctor *doctor)
{
	const char *tracefs = live_tracefs();
	AUTO(free)
	char *path = mem_printf("%s/events/task/" QUIET_TRACEPOINT "/id", tracefs ? tracefs : "");
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT };
	int64_t id = number_in(path);

	(void)doctor;
	if (id < 0) {
		errno = ENOENT;
		return -1;
	}
	attr.config = id;
	return try_event(&attr, -1, BPF_PROG_TYPE_TRACEPOINT);
}

static int try_clock(struct doctor *doctor)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.config = PERF_COUNT_SW_CPU_CLOCK,
					.sample_period = 1000000000 };

	(void)doctor;
	return try_event(&attr, -1, BPF_PROG_TYPE_PERF_EVENT);
}

static int try_cycles(struct doctor *doctor)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_HARDWARE,
					.config = PERF_COUNT_HW_CPU_CYCLES,
					.sample_period = 1000000000000 };

	(void)doctor;
	return try_event(&attr, -1, BPF_PROG_TYPE_PERF_EVENT);
}

/* One that is loaded for its target and attached by a descriptor. */
static int try_raw(const struct trivial *trivial, const char *name)
{
	AUTO(close) int program = -1;
	enum trivial_look look;
	int fd;

	program = trivial_load(trivial, &look);
	if (program < 0)
		return -1;
	identity_raise();
	fd = bpf_raw_tracepoint_open(name, program);
	identity_lower();
	return keep_errno(fd, fd < 0 ? -1 : 0);
}

static int try_raw_tracepoint(struct doctor *doctor)
{
	const struct trivial trivial = { .type = BPF_PROG_TYPE_RAW_TRACEPOINT };

	(void)doctor;
	return try_raw(&trivial, QUIET_TRACEPOINT);
}

/* Programs that name something of the kernel's BTF */
static int try_tracing(struct doctor *doctor, int type, int attach, const char *name, uint32_t kind)
{
	const struct trivial trivial = { .type = type,
					 .attach = attach,
					 .btf_id = id_of(doctor, name, kind) };

	if (!trivial.btf_id) {
		errno = ENOENT;
		return -1;
	}
	return try_raw(&trivial, NULL);
}

static int try_tp_btf(struct doctor *doctor)
{
	return try_tracing(doctor, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP,
			   "btf_trace_" QUIET_TRACEPOINT, BTF_KIND_TYPEDEF);
}

static int try_fentry(struct doctor *doctor)
{
	return try_tracing(doctor, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, quiet_function(doctor),
			   BTF_KIND_FUNC);
}

static int try_lsm(struct doctor *doctor)
{
	return try_tracing(doctor, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_quota_on",
			   BTF_KIND_FUNC);
}

static int try_iter(struct doctor *doctor)
{
	const struct trivial trivial = { .type = BPF_PROG_TYPE_TRACING,
					 .attach = BPF_TRACE_ITER,
					 .btf_id = id_of(doctor, "bpf_iter_task", BTF_KIND_FUNC) };
	AUTO(close) int program = -1;
	enum trivial_look look;
	int fd;

	errno = ENOENT;
	program = trivial.btf_id ? trivial_load(&trivial, &look) : -1;
	if (program < 0)
		return -1;
	identity_raise();
	fd = bpf_link_create(program, 0, BPF_TRACE_ITER, NULL);
	identity_lower();
	return keep_errno(fd, fd < 0 ? -1 : 0);
}

static const struct attempt {
	const char *what;
	int (*run)(struct doctor *doctor);
	const char *word;	/* "this kernel was built without …" */
	const char *options[2]; /* that it needs */
} attempts[] = {
	{ "tracepoint",
	  try_tracepoint,
	  "tracepoints for eBPF",
	  { "CONFIG_BPF_EVENTS", "CONFIG_FTRACE_SYSCALLS" } },
	{ "raw tracepoint", try_raw_tracepoint, "tracepoints for eBPF", { "CONFIG_BPF_EVENTS" } },
	{ "tp_btf", try_tp_btf, "what it needs", { "CONFIG_BPF_EVENTS", "CONFIG_DEBUG_INFO_BTF" } },
	{ "kprobe", try_kprobe, "kprobes", { "CONFIG_KPROBES", "CONFIG_KPROBE_EVENTS" } },
	{ "fentry",
	  try_fentry,
	  "what it needs",
	  { "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS", "CONFIG_DEBUG_INFO_BTF" } },
	{ "uprobe, USDT", try_uprobe, "uprobes", { "CONFIG_UPROBES", "CONFIG_UPROBE_EVENTS" } },
	{ "LSM", try_lsm, "eBPF among the security modules", { "CONFIG_BPF_LSM" } },
	{ "iterator", try_iter, "BTF", { "CONFIG_DEBUG_INFO_BTF" } },
	{ "perf: clock", try_clock, "perf events", { "CONFIG_PERF_EVENTS" } },
	{ "perf: cycles", try_cycles, "perf events", { "CONFIG_PERF_EVENTS" } },
};

/* The option of the kernel that is to blame; NULL: none is known to be. */
static const char *missing_option(struct doctor *doctor, const struct attempt *attempt)
{
	for (size_t i = 0; i < ARRAY_SIZE(attempt->options); i++)
		if (attempt->options[i] && doctor_option_is_unset(doctor, attempt->options[i]))
			return attempt->options[i];
	return NULL;
}

static bool lacks_tracefs(const struct attempt *attempt)
{
	return attempt->run == try_tracepoint && !live_tracefs() && !live_lockdown();
}

/* The cause where it is known, else what the kernel said. */
static char *reason(struct doctor *doctor, const struct attempt *attempt, int error)
{
	bool needs_btf = attempt->run == try_tp_btf || attempt->run == try_fentry ||
			 attempt->run == try_lsm || attempt->run == try_iter;

	if (missing_option(doctor, attempt))
		return mem_printf("this kernel was built without %s", attempt->word);
	if (lacks_tracefs(attempt))
		return mem_text("tracefs is not mounted");
	if (needs_btf && !doctor->kernel.release)
		return mem_text("this kernel's BTF cannot be read");
	if (error == ENOENT && attempt->run == try_cycles)
		return mem_text("this machine has no such counters");
	if (error == ENOENT && (attempt->run == try_kprobe || attempt->run == try_uprobe))
		return mem_printf("this kernel has no %s", attempt->word);
	return mem_text(error == NO_SUPPORT ? "not supported" : strerror(error));
}

static void explain(struct doctor *doctor, const struct attempt *attempt, struct doctor_item *item,
		    int error)
{
	const char *lockdown = live_lockdown(), *option = missing_option(doctor, attempt);

	if (option)
		doctor_how(item, "a kernel built with %s=y", option);
	else if (lacks_tracefs(attempt))
		doctor_how(item, LIVE_MOUNT_TRACEFS);
	else if (attempt->run == try_cycles)
		doctor_how(item, "virtual machines seldom have such counters; the clock does");
	else if ((error == EPERM || error == EACCES || attempt->run == try_tracepoint) && lockdown)
		doctor_how(item,
			   "the kernel is locked down to %s: boot without lockdown= (and "
			   "without Secure Boot)",
			   lockdown);
	else if (error == EPERM || error == EACCES)
		doctor_how(item, DOCTOR_FORBIDDEN " it");
	else if (error == NO_SUPPORT || error == EOPNOTSUPP)
		doctor_how(item, "this architecture or kernel has no trampolines for it; kprobes "
				 "and tracepoints may do");
}

static void add_failure(struct doctor *doctor, const struct attempt *attempt, int error)
{
	AUTO(free) char *why = reason(doctor, attempt, error);
	bool is_refused = error == EPERM || error == EACCES;
	struct doctor_item *item =
		doctor_add(doctor, "attaching", attempt->what,
			   is_refused ? DOCTOR_REFUSED : DOCTOR_MISSING, "%s", why);

	explain(doctor, attempt, item, error);
}

static void add_attempt(struct doctor *doctor, const struct attempt *attempt)
{
	struct doctor_item *item;
	bool is_idle = attempt->run == try_lsm && live_security_module("bpf") == LIVE_NO;

	if (attempt->run(doctor) < 0) {
		add_failure(doctor, attempt, errno);
		return;
	}
	item = doctor_add(doctor, "attaching", attempt->what, is_idle ? DOCTOR_NOTE : DOCTOR_OK,
			  "%s",
			  is_idle ? "is attached, and never called: bpf is none of the "
				    "security modules in use"
				  : "was attached");
	if (is_idle)
		doctor_how(item, "boot with lsm=…,bpf (those of /sys/kernel/security/lsm "
				 "before it)");
}

void doctor_attaching(struct doctor *doctor)
{
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		if (doctor->can_load)
			add_attempt(doctor, &attempts[i]);
		else
			doctor_add_untried(doctor, "attaching", attempts[i].what);
	}
}

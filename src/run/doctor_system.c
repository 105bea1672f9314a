// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/limits.h"
#include "kernel/live.h"
#include "run/doctor_priv.h"

#define SYSCTL "/proc/sys/"
#define MIB (1u << 20)

/* The first line of a file; false: it cannot be read. */
static bool read_line(const char *path, struct str *out)
{
	struct err err;
	bool found;

	str_cut(out, 0);
	identity_raise();
	found = fs_read(AT_FDCWD, path, out, &err) == 0;
	identity_lower();
	str_cut(out, strcspn(str_text(out), "\n"));
	return found;
}

/* Where a file system of this type is mounted; NULL: nowhere. The caller frees it. */
static char *mounted_at(const char *type)
{
	AUTO(fclose) FILE *mounts = fopen("/proc/self/mountinfo", "re");
	AUTO(free) char *line = NULL;
	AUTO(free) char *mark = mem_printf(" - %s ", type);
	size_t size = 0;

	while (mounts && getline(&line, &size, mounts) > 0) {
		const char *p = line;

		if (!strstr(line, mark))
			continue;
		for (int i = 0; p && i < 4; i++) { /* proc(5): the fifth is the mount point */
			p = strchr(p, ' ');
			p = p ? p + 1 : NULL;
		}
		if (p)
			return mem_textn(p, strcspn(p, " "));
	}
	return NULL;
}

static void add_mounts(struct doctor *doctor)
{
	static const struct {
		const char *type, *what, *needs, *how;
	} list[] = {
		{ "tracefs", "tracefs", "tracepoints and bpf_printk need it",
		  "mount -t tracefs tracefs /sys/kernel/tracing" },
		{ "debugfs", "debugfs", "only old tools need it",
		  "mount -t debugfs debugfs /sys/kernel/debug" },
		{ "bpf", "bpffs", "pinning needs it, epm does not",
		  "mount -t bpf bpf /sys/fs/bpf" },
		{ "cgroup2", "cgroup v2", "programs of cgroups need it",
		  "mount -t cgroup2 none /sys/fs/cgroup" },
		{ "securityfs", "securityfs", "it says how the kernel is locked down",
		  "mount -t securityfs securityfs /sys/kernel/security" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		AUTO(free) char *at = mounted_at(list[i].type);
		bool is_important = !strcmp(list[i].type, "tracefs") && !live_tracefs();
		struct doctor_item *item;

		if (at) {
			doctor_add(doctor, "system", list[i].what, DOCTOR_OK, "at %s", at);
			continue;
		}
		item = doctor_add(doctor, "system", list[i].what,
				  is_important ? DOCTOR_MISSING : DOCTOR_NOTE, "not mounted: %s",
				  list[i].needs);
		doctor_how(item, "%s", list[i].how);
	}
}

static void add_lockdown(struct doctor *doctor)
{
	AUTO(str) struct str line = STR_MAX(LIMIT_TEXT);
	const char *mode = live_lockdown();
	struct doctor_item *item;

	if (!mode && !read_line("/sys/kernel/security/lockdown", &line)) {
		bool is_unset = doctor_option_is_unset(doctor, "CONFIG_SECURITY_LOCKDOWN_LSM");

		doctor_add(doctor, "system", "lockdown", is_unset ? DOCTOR_OK : DOCTOR_UNKNOWN,
			   "%s",
			   is_unset ? "this kernel has none"
				    : "/sys/kernel/security/lockdown cannot be read");
		return;
	}
	if (!mode) {
		doctor_add(doctor, "system", "lockdown", DOCTOR_OK, "none");
		return;
	}
	item = doctor_add(doctor, "system", "lockdown", DOCTOR_NOTE, "%s: %s", mode,
			  !strcmp(mode, "integrity")
				  ? "programs may read the kernel, and not write to user memory"
				  : "programs may not read the kernel's memory");
	doctor_how(item, "boot without lockdown= and without Secure Boot");
}

static void add_modules(struct doctor *doctor)
{
	AUTO(str) struct str line = STR_MAX(LIMIT_TEXT);

	if (read_line("/sys/kernel/security/lsm", &line))
		doctor_add(doctor, "system", "security modules", DOCTOR_OK, "%s", str_text(&line));
}

static bool has_capability(const struct __user_cap_data_struct *data, unsigned int number)
{
	return data[number / 32].effective & (1u << (number % 32));
}

static void add_rights(struct doctor *doctor)
{
	static const struct {
		unsigned int number;
		const char *name;
	} list[] = {
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },	  { CAP_BPF, "CAP_BPF" },
		{ CAP_PERFMON, "CAP_PERFMON" },		  { CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		{ CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE" },
	};
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct doctor_item *item;
	bool is_known, may_load;

	identity_raise();
	is_known = syscall(SYS_capget, &header, data) == 0;
	identity_lower();
	may_load = has_capability(data, CAP_SYS_ADMIN) ||
		   (has_capability(data, CAP_BPF) && has_capability(data, CAP_PERFMON));
	item = doctor_add(doctor, "system", "capabilities", DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		doctor_has(item, list[i].name, has_capability(data, list[i].number));
	for (size_t i = 0; i < item->n_has; i++)
		str_addf(&text, "%s%s", i ? ", " : "has ", item->has[i]);
	for (size_t i = 0; i < item->n_lacks; i++)
		str_addf(&text, "%s%s",
			 i	    ? ", "
			 : text.len ? "; lacks "
				    : "lacks ",
			 item->lacks[i]);
	free(item->detail);
	item->detail = str_take(&text);
	if (!is_known || !may_load) {
		item->state = is_known ? DOCTOR_MISSING : DOCTOR_UNKNOWN;
		doctor_how(item, doctor->has_root
					 ? DOCTOR_CONFINED_HOW
					 : "sudo, or setcap cap_bpf,cap_perfmon,cap_net_admin+ep "
					   "on epm");
	}
}

/* What a number of /proc/sys means. */
struct setting {
	const char *what;
	const char *path;
	struct {
		const char *value;
		enum doctor_state state;
		const char *text;
		const char *how;
	} values[5];
};

static const struct setting settings[] = {
	{ "unprivileged bpf()",
	  SYSCTL "kernel/unprivileged_bpf_disabled",
	  { { "0", DOCTOR_NOTE, "anybody may load some kinds of programs",
	      "sysctl kernel.unprivileged_bpf_disabled=1 is safer" },
	    { "1", DOCTOR_OK, "off until the next boot", NULL },
	    { "2", DOCTOR_OK, "off", NULL } } },
	{ "perf_event_paranoid",
	  SYSCTL "kernel/perf_event_paranoid",
	  { { "-1", DOCTOR_OK, "-1: no limits", NULL },
	    { "0", DOCTOR_OK, "0", NULL },
	    { "1", DOCTOR_OK, "1", NULL },
	    { "2", DOCTOR_OK, "2: others than root see their own processes only", NULL },
	    { "3", DOCTOR_OK, "3: others than root see nothing", NULL } } },
	{ "JIT",
	  SYSCTL "net/core/bpf_jit_enable",
	  { { "0", DOCTOR_MISSING, "off: programs are interpreted, fentry does not work",
	      "sysctl net.core.bpf_jit_enable=1" },
	    { "1", DOCTOR_OK, "on", NULL },
	    { "2", DOCTOR_NOTE, "on, and all code is written to the kernel's log",
	      "sysctl net.core.bpf_jit_enable=1" } } },
	{ "JIT hardening",
	  SYSCTL "net/core/bpf_jit_harden",
	  { { "0", DOCTOR_OK, "off", NULL },
	    { "1", DOCTOR_OK, "for programs of others than root", NULL },
	    { "2", DOCTOR_NOTE, "for all programs, which makes them slower",
	      "sysctl net.core.bpf_jit_harden=1" } } },
};

static void add_setting(struct doctor *doctor, const struct setting *setting)
{
	AUTO(str) struct str line = STR_MAX(LIMIT_TEXT);
	struct doctor_item *item;

	if (!read_line(setting->path, &line)) {
		doctor_add(doctor, "system", setting->what, DOCTOR_UNKNOWN, "%s cannot be read",
			   setting->path);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(setting->values); i++) {
		if (!setting->values[i].value ||
		    strcmp(setting->values[i].value, str_text(&line)) != 0)
			continue;
		item = doctor_add(doctor, "system", setting->what, setting->values[i].state, "%s",
				  setting->values[i].text);
		if (setting->values[i].how)
			doctor_how(item, "%s", setting->values[i].how);
		return;
	}
	doctor_add(doctor, "system", setting->what, DOCTOR_OK, "%s", str_text(&line));
}

/*
 * Since 5.11 the memory of maps is counted by cgroups. The same release brought the helper
 * ktime_get_coarse_ns, which is how libbpf tells (probe_memcg_account()).
 */
static bool counts_by_cgroup(void)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_coarse_ns },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd;

	identity_raise();
	fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", insns, ARRAY_SIZE(insns),
			   NULL);
	identity_lower();
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void add_memlock(struct doctor *doctor)
{
	struct doctor_item *item;
	struct rlimit limit;

	if (!doctor->can_load || counts_by_cgroup() || getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return;
	if (limit.rlim_max == RLIM_INFINITY) {
		doctor_add(doctor, "system", "RLIMIT_MEMLOCK", DOCTOR_OK,
			   "counts here; epm raises it");
		return;
	}
	item = doctor_add(doctor, "system", "RLIMIT_MEMLOCK", DOCTOR_NOTE,
			  "counts here: maps and programs get %llu MiB at most",
			  (unsigned long long)(limit.rlim_max / MIB));
	doctor_how(item, "ulimit -H -l unlimited, or CAP_SYS_RESOURCE");
}

static void add_options(struct doctor *doctor)
{
	static const char *const names[] = {
		"CONFIG_BPF_SYSCALL",	"CONFIG_BPF_JIT",	  "CONFIG_BPF_EVENTS",
		"CONFIG_PERF_EVENTS",	"CONFIG_KPROBES",	  "CONFIG_KPROBE_EVENTS",
		"CONFIG_UPROBE_EVENTS", "CONFIG_FTRACE_SYSCALLS", "CONFIG_FUNCTION_TRACER",
		"CONFIG_FPROBE",	"CONFIG_DEBUG_INFO_BTF",  "CONFIG_BPF_LSM",
		"CONFIG_CGROUP_BPF",	"CONFIG_NET_CLS_BPF",	  "CONFIG_NET_SCH_INGRESS",
		"CONFIG_XDP_SOCKETS",
	};
	struct doctor_item *item;
	struct str text = STR_MAX(900);

	if (!doctor->kernel.release || !kernel_option(&doctor->kernel, names[0])) {
		item = doctor_add(doctor, "kernel", "options", DOCTOR_UNKNOWN,
				  "neither /proc/config.gz nor /boot/config-RELEASE is there");
		doctor_how(item, "modprobe configs, where CONFIG_IKCONFIG=m");
		return;
	}
	item = doctor_add(doctor, "kernel", "options", DOCTOR_OK, "%s", "");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		doctor_has(item, names[i], !doctor_option_is_unset(doctor, names[i]));
	for (size_t i = 0; i < item->n_lacks; i++)
		str_addf(&text, "%s%s", i ? ", " : "not set: ", item->lacks[i]);
	if (!item->n_lacks)
		str_adds(&text, "all that matter are set");
	free(item->detail);
	item->detail = str_take(&text);
	item->state = item->n_lacks ? DOCTOR_NOTE : DOCTOR_OK;
}

void doctor_system(struct doctor *doctor)
{
	add_options(doctor);
	add_rights(doctor);
	add_lockdown(doctor);
	add_modules(doctor);
	add_mounts(doctor);
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		add_setting(doctor, &settings[i]);
	add_memlock(doctor);
	doctor_add(doctor, "tools", "libbpf", DOCTOR_OK, "%u.%u", libbpf_major_version(),
		   libbpf_minor_version());
}

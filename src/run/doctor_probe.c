// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "kernel/live.h"
#include "kernel/trivial.h"
#include "run/doctor_priv.h"
#include "run/preflight.h"

/* Newer than the header of Debian 12. */
#define PROG_NETFILTER 32
#define ATTACH_NETFILTER 45
#define MAP_ARENA 33

#define NO_SUPPORT 524 /* include/linux/errno.h of the kernel, ENOTSUPP */

static void why_refused(struct doctor_item *item, int error)
{
	const char *lockdown = live_lockdown();

	if (error == ENOSYS || error == EINVAL)
		doctor_how(item, "a kernel built with CONFIG_BPF_SYSCALL=y");
	else if (lockdown && !strcmp(lockdown, "confidentiality"))
		doctor_how(item, "the kernel is locked down to confidentiality: boot without "
				 "lockdown=confidentiality");
	else if (preflight_is_confined())
		doctor_how(item, DOCTOR_CONFINED_HOW);
	else
		doctor_how(item, "a container's seccomp filter or RLIMIT_MEMLOCK may forbid bpf()");
}

void doctor_programs(struct doctor *doctor)
{
	/* others than root may load socket filters on some machines, which says nothing */
	const struct trivial tracing = { .type = BPF_PROG_TYPE_TRACEPOINT };
	const struct trivial simple = { .type = BPF_PROG_TYPE_SOCKET_FILTER };
	struct doctor_item *item;
	struct err err;
	enum trivial_look look;
	int fd;

	if (preflight_rights(&err) < 0) {
		item = doctor_add(doctor, "programs", "loading", DOCTOR_UNKNOWN,
				  "cannot be tried without root");
		doctor_how(item, "sudo epm doctor");
		return;
	}
	fd = trivial_load(&tracing, &look);
	if (fd < 0 && errno == EINVAL)
		fd = trivial_load(&simple, &look);
	if (fd >= 0) {
		close(fd);
		doctor->can_load = true;
		doctor_add(doctor, "programs", "loading", DOCTOR_OK, "a program was loaded");
		return;
	}
	item = doctor_add(doctor, "programs", "loading",
			  errno == ENOSYS ? DOCTOR_MISSING : DOCTOR_REFUSED, "%s", strerror(errno));
	why_refused(item, errno);
}

enum type_answer { TYPE_NO, TYPE_YES, TYPE_REFUSED };

/* Is the type known? A program that the verifier looked at and refused has one that is. */
static enum type_answer has_program_type(int type)
{
	static const struct trivial special[] = {
		{ BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, 0, false, 0 },
		{ BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE, 0, false, 0 },
		{ BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 0, false, 0 },
		{ BPF_PROG_TYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE, 0, false, 0 },
		{ BPF_PROG_TYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL, 0, false, 0 },
		{ BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT, 0, false, 0 },
		{ BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, 0, false, 0 },
		{ BPF_PROG_TYPE_SYSCALL, 0, 0, true, 0 },
		{ PROG_NETFILTER, ATTACH_NETFILTER, 0, false, 0 },
		/* BTF type 1 is nothing of the kind: the verifier says so */
		{ BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP, 1, false, 0 },
		{ BPF_PROG_TYPE_LSM, BPF_LSM_MAC, 1, false, 0 },
		{ BPF_PROG_TYPE_EXT, 0, 1, false, 0 },
		{ BPF_PROG_TYPE_STRUCT_OPS, 0, 1, false, 0 },
	};
	struct trivial trivial = { .type = type };
	enum trivial_look look;
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(special); i++)
		if (special[i].type == type)
			trivial = special[i];
	fd = trivial_load(&trivial, &look);
	if (fd >= 0) {
		close(fd);
		return TYPE_YES;
	}
	if (look != TRIVIAL_UNSEEN || errno == NO_SUPPORT)
		return TYPE_YES;
	return errno == EPERM || errno == EACCES ? TYPE_REFUSED : TYPE_NO;
}

static bool has_map_type(int type)
{
	LIBBPF_OPTS(bpf_map_create_opts, arena, .map_flags = BPF_F_MMAPABLE);
	int fd;

	if (type != MAP_ARENA)
		return libbpf_probe_bpf_map_type(type, NULL) == 1;
	fd = bpf_map_create(type, NULL, 0, 0, 1, &arena);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void tell_how(struct doctor_item *item, bool is_refused)
{
	static const char newer[] = "a newer kernel, or one built with more options";

	if (is_refused && item->n_lacks)
		doctor_how(item,
			   "those refused: " DOCTOR_FORBIDDEN " them; the others: %s, has them",
			   newer);
	else if (is_refused)
		doctor_how(item, DOCTOR_FORBIDDEN " those refused");
	else if (item->n_lacks)
		doctor_how(item, "%s, has them", newer);
}

/* "31 can be used; not lirc_mode2; refused: ext, lsm" */
static void tell(struct doctor_item *item, const struct str *refused)
{
	struct str text = STR_MAX(900);

	str_addf(&text, "%zu can be used", item->n_has);
	for (size_t i = 0; i < item->n_lacks; i++)
		str_addf(&text, "%s%s", i ? ", " : "; not ", item->lacks[i]);
	if (refused->len)
		str_addf(&text, "; refused: %s", refused->data);
	free(item->detail);
	item->detail = str_take(&text);
	item->state = !item->n_has ? DOCTOR_MISSING : item->n_lacks ? DOCTOR_NOTE : DOCTOR_OK;
	tell_how(item, refused->len);
	if (refused->len)
		item->state = DOCTOR_REFUSED;
}

static void add_program_types(struct doctor *doctor)
{
	struct doctor_item *item =
		doctor_add(doctor, "programs", "program types", DOCTOR_OK, "%s", "");
	AUTO(str) struct str refused = STR_MAX(400);

	for (int type = 1; type <= PROG_NETFILTER; type++) {
		const char *name =
			type == PROG_NETFILTER ? "netfilter" : libbpf_bpf_prog_type_str(type);
		enum type_answer answer = name ? has_program_type(type) : TYPE_NO;

		if (answer == TYPE_REFUSED)
			str_addf(&refused, "%s%s", refused.len ? ", " : "", name);
		else if (name)
			doctor_has(item, name, answer == TYPE_YES);
	}
	tell(item, &refused);
}

static void add_map_types(struct doctor *doctor)
{
	struct doctor_item *item = doctor_add(doctor, "programs", "map types", DOCTOR_OK, "%s", "");
	const struct str refused = { 0 };

	identity_raise();
	for (int type = 1; type <= MAP_ARENA; type++) {
		const char *name = type == MAP_ARENA ? "arena" : libbpf_bpf_map_type_str(type);

		if (name)
			doctor_has(item, name, has_map_type(type));
	}
	identity_lower();
	tell(item, &refused);
}

void doctor_types(struct doctor *doctor)
{
	if (doctor->can_load) {
		add_program_types(doctor);
		add_map_types(doctor);
		return;
	}
	doctor_add_untried(doctor, "programs", "program types");
	doctor_add_untried(doctor, "programs", "map types");
}

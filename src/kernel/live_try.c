// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/live_try.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "btf/program_kind.h"
#include "kernel/trivial.h"

#define NO_SUPPORT 524 /* include/linux/errno.h of the kernel, ENOTSUPP */

/* What stands in BTF for what a program is put on, by the section's word. */
static const struct {
	const char *section;
	const char *prefix;
	uint32_t kind;
} targets[] = {
	{ "fentry", "", BTF_KIND_FUNC },
	{ "fexit", "", BTF_KIND_FUNC },
	{ "fmod_ret", "", BTF_KIND_FUNC },
	{ "tp_btf", "btf_trace_", BTF_KIND_TYPEDEF },
	{ "iter", "bpf_iter_", BTF_KIND_FUNC },
	{ "lsm", "bpf_lsm_", BTF_KIND_FUNC },
	{ "lsm_cgroup", "bpf_lsm_", BTF_KIND_FUNC },
};

/* In vmlinux; what is in a module is not tried. */
static bool find_target(struct kernel *kernel, const struct program_kind *kind, struct span target,
			uint32_t *out_id)
{
	const struct kernel_part *part;

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		AUTO(free) char *name = NULL;

		if (strcmp(kind->section, targets[i].section) != 0)
			continue;
		name = mem_printf("%s%.*s", targets[i].prefix, (int)target.len, target.data);
		return kernel_find(kernel, name, targets[i].kind, &part, out_id) &&
		       part == &kernel->main;
	}
	return false;
}

/* What libbpf would load such a program as; false: it cannot be tried alone. */
static bool trivial_of(struct kernel *kernel, const char *section, struct trivial *out)
{
	enum bpf_attach_type attach;
	enum bpf_prog_type type;
	const struct program_kind *kind;
	struct span target;
	size_t len;

	section += *section == '?';
	kind = program_kind_of(section, &target);
	if (!kind || libbpf_prog_type_by_name(section, &type, &attach) < 0 ||
	    type == BPF_PROG_TYPE_EXT || type == BPF_PROG_TYPE_STRUCT_OPS)
		return false;
	len = strcspn(section, "/");
	*out = (struct trivial){ .type = type, .attach = attach };
	out->sleeps =
		type == BPF_PROG_TYPE_SYSCALL || (len > 2 && !memcmp(section + len - 2, ".s", 2));
	return !kind->kernel_btf || find_target(kernel, kind, target, &out->btf_id);
}

bool live_has_rights(void)
{
	static const struct trivial simple = { .type = BPF_PROG_TYPE_TRACEPOINT };
	static enum live_answer answer = LIVE_UNKNOWN; /* they are the process's */
	enum trivial_look ignored;
	int fd;

	if (answer == LIVE_UNKNOWN) {
		fd = trivial_load(&simple, &ignored);
		answer = fd >= 0 ? LIVE_YES : LIVE_NO;
		if (fd >= 0)
			close(fd);
	}
	return answer == LIVE_YES;
}

enum live_answer live_program(struct kernel *kernel, const char *section, int *out_errno)
{
	static const int refusals[] = { EINVAL, EPERM, EACCES, EOPNOTSUPP, NO_SUPPORT };
	enum trivial_look look;
	struct trivial trivial;
	int fd;

	if (!live_has_rights() || !trivial_of(kernel, section, &trivial))
		return LIVE_UNKNOWN;
	fd = trivial_load(&trivial, &look);
	*out_errno = errno;
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || look != TRIVIAL_UNSEEN)
		return LIVE_YES;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (*out_errno == refusals[i])
			return LIVE_NO;
	return LIVE_UNKNOWN;
}

enum live_answer live_helper(struct kernel *kernel, const char *section, uint32_t helper)
{
	enum trivial_look look;
	struct trivial trivial;
	int fd;

	if (!live_has_rights() || !trivial_of(kernel, section, &trivial))
		return LIVE_UNKNOWN;
	trivial.helper = helper;
	fd = trivial_load(&trivial, &look);
	if (fd >= 0)
		close(fd);
	if (look == TRIVIAL_NO_HELPER)
		return LIVE_NO;
	return look == TRIVIAL_CALLED ? LIVE_YES : LIVE_UNKNOWN;
}

enum live_answer live_map(uint32_t type)
{
	int rc;

	if (!live_has_rights())
		return LIVE_UNKNOWN;
	identity_raise();
	rc = libbpf_probe_bpf_map_type((enum bpf_map_type)type, NULL);
	identity_lower();
	if (rc < 0) /* newer than libbpf */
		return LIVE_UNKNOWN;
	return rc ? LIVE_YES : LIVE_NO;
}

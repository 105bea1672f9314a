// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/context.h"

#include "base/alloc.h"
#include "check/prototype.h"

#define EXIT_SIZE 24 /* struct syscall_trace_exit */
#define ERROR_MOST 4095

/* By program type; all of them are in a kernel's BTF, struct bpf_ctx_convert. */
static const struct {
	const char *type;
	const char *context;
} contexts[] = {
	{ "socket_filter", "__sk_buff" },
	{ "sched_cls", "__sk_buff" },
	{ "sched_act", "__sk_buff" },
	{ "cgroup_skb", "__sk_buff" },
	{ "lwt_in", "__sk_buff" },
	{ "lwt_out", "__sk_buff" },
	{ "lwt_xmit", "__sk_buff" },
	{ "lwt_seg6local", "__sk_buff" },
	{ "sk_skb", "__sk_buff" },
	{ "flow_dissector", "__sk_buff" },
	{ "xdp", "xdp_md" },
	{ "sk_msg", "sk_msg_md" },
	{ "sk_reuseport", "sk_reuseport_md" },
	{ "sock_ops", "bpf_sock_ops" },
	{ "cgroup_sock", "bpf_sock" },
	{ "cgroup_sock_addr", "bpf_sock_addr" },
	{ "cgroup_sysctl", "bpf_sysctl" },
	{ "cgroup_device", "bpf_cgroup_dev_ctx" },
	{ "cgroup_sockopt", "bpf_sockopt" },
	{ "sk_lookup", "bpf_sk_lookup" },
	{ "perf_event", "bpf_perf_event_data" },
	{ "netfilter", "bpf_nf_ctx" },
};

static int64_t size_of(struct kernel *kernel, const char *name, uint32_t kind)
{
	const struct kernel_part *part;
	uint32_t id;

	if (!kernel_find(kernel, name, kind, &part, &id))
		return -1;
	return raw_btf_size(&part->btf, id);
}

/*
 * Events that have a struct of their own name; those of a class, and of system calls, cannot be
 * told from BTF.
 */
static int64_t event_size(struct kernel *kernel, struct span target)
{
	AUTO(free) char *text = mem_textn(target.data, target.len);
	const char *slash = strchr(text, '/');
	AUTO(free) char *name = NULL;

	if (!slash)
		return -1;
	if (text_starts(text, "syscalls/"))
		return text_starts(slash + 1, "sys_exit_") ? EXIT_SIZE : -1;
	name = mem_printf("trace_event_raw_%s", slash + 1);
	return size_of(kernel, name, BTF_KIND_STRUCT);
}

static int64_t iterator_size(struct kernel *kernel, struct span target)
{
	AUTO(free) char *name = mem_printf("bpf_iter__%.*s", (int)target.len, target.data);

	return size_of(kernel, name, BTF_KIND_STRUCT);
}

int64_t context_size(struct kernel *kernel, const struct check_program *program)
{
	const struct program_kind *kind = program->attached;

	if (!kind)
		return -1;
	if (!strcmp(kind->type, "kprobe"))
		return size_of(kernel, "bpf_user_pt_regs_t", BTF_KIND_TYPEDEF);
	if (!strcmp(kind->type, "tracepoint"))
		return event_size(kernel, program->target);
	if (!strcmp(kind->section, "iter"))
		return iterator_size(kernel, program->target);
	for (size_t i = 0; i < ARRAY_SIZE(contexts); i++)
		if (!strcmp(kind->type, contexts[i].type))
			return size_of(kernel, contexts[i].context, BTF_KIND_STRUCT);
	return -1;
}

/* By how sections begin: check_return_code() in kernel/bpf/verifier.c */
static const struct {
	const char *section;
	struct result_range range;
} results[] = {
	{ "fentry", { 0, 0 } },
	{ "fexit", { 0, 0 } },
	{ "iter", { 0, 1 } },
	{ "sk_lookup", { 0, 1 } },
	{ "sockops", { 0, 1 } },
	{ "cgroup/sysctl", { 0, 1 } },
	{ "cgroup/dev", { 0, 1 } },
	{ "cgroup/getsockopt", { 0, 1 } },
	{ "cgroup/setsockopt", { 0, 1 } },
	{ "cgroup/sock_create", { 0, 1 } },
	{ "cgroup/post_bind4", { 0, 1 } },
	{ "cgroup/post_bind6", { 0, 1 } },
	{ "cgroup/connect4", { 0, 1 } },
	{ "cgroup/connect6", { 0, 1 } },
	{ "cgroup/sendmsg4", { 0, 1 } },
	{ "cgroup/sendmsg6", { 0, 1 } },
	{ "cgroup/recvmsg4", { 1, 1 } },
	{ "cgroup/recvmsg6", { 1, 1 } },
	{ "cgroup/getpeername4", { 1, 1 } },
	{ "cgroup/getpeername6", { 1, 1 } },
	{ "cgroup/getsockname4", { 1, 1 } },
	{ "cgroup/getsockname6", { 1, 1 } },
	{ "cgroup_skb/ingress", { 0, 1 } },
	{ "cgroup_skb/egress", { 0, 3 } },
};

/* Hooks of the LSM return an error or nothing, two of them a truth value. Since 6.12. */
static bool lsm_result(struct kernel *kernel, struct span hook, struct result_range *out)
{
	AUTO(free) char *name = mem_printf("bpf_lsm_%.*s", (int)hook.len, hook.data);
	struct prototype prototype;

	if (!kernel_has_function(kernel, "bpf_lsm_get_retval_range") ||
	    !prototype_of_function(kernel, name, &prototype) || prototype.type->type == 0)
		return false;
	if (span_is(hook, "audit_rule_known") || span_is(hook, "inode_xattr_skipcap"))
		return false;
	*out = (struct result_range){ -ERROR_MOST, 0 };
	return true;
}

bool context_result(struct kernel *kernel, const struct check_program *program,
		    struct result_range *out)
{
	const char *section = program->own_section;
	size_t len = strcspn(section, "/");

	if (!program->kind)
		return false;
	if (!strcmp(program->kind->section, "lsm"))
		return lsm_result(kernel, program->target, out);
	if (text_starts(section, "cgroup"))
		len = strlen(section);
	if (len > 2 && !memcmp(section + len - 2, ".s", 2))
		len -= 2;
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		if (strlen(results[i].section) != len ||
		    memcmp(section, results[i].section, len) != 0)
			continue;
		*out = results[i].range;
		return true;
	}
	return false;
}

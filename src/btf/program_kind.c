// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/program_kind.h"

#include "base/alloc.h"

struct entry {
	const char *word; /* the section up to '/' or the end, without ".s" */
	struct program_kind kind;
};

#define PLAIN(word, type)                        \
	{                                        \
		word,                            \
		{                                \
			word, type, false, false \
		}                                \
	}
#define TARGET(word, section, type)                \
	{                                          \
		word,                              \
		{                                  \
			section, type, true, false \
		}                                  \
	}
#define WITH_BTF(word, section, type)             \
	{                                         \
		word,                             \
		{                                 \
			section, type, true, true \
		}                                 \
	}
#define SAME(word) PLAIN(word, word)

/* libbpf, section_defs[] in src/libbpf.c; older spellings lead to the newer one. */
static const struct entry entries[] = {
	PLAIN("socket", "socket_filter"),
	TARGET("kprobe", "kprobe", "kprobe"),
	TARGET("kretprobe", "kretprobe", "kprobe"),
	TARGET("uprobe", "uprobe", "kprobe"),
	TARGET("uretprobe", "uretprobe", "kprobe"),
	TARGET("kprobe.multi", "kprobe.multi", "kprobe"),
	TARGET("kretprobe.multi", "kretprobe.multi", "kprobe"),
	TARGET("kprobe.session", "kprobe.session", "kprobe"),
	TARGET("uprobe.multi", "uprobe.multi", "kprobe"),
	TARGET("uretprobe.multi", "uretprobe.multi", "kprobe"),
	TARGET("uprobe.session", "uprobe.session", "kprobe"),
	TARGET("ksyscall", "ksyscall", "kprobe"),
	TARGET("kretsyscall", "kretsyscall", "kprobe"),
	TARGET("usdt", "usdt", "kprobe"),
	PLAIN("tc", "sched_cls"),
	PLAIN("tcx", "sched_cls"),
	PLAIN("classifier", "sched_cls"),
	PLAIN("netkit", "sched_cls"),
	PLAIN("action", "sched_act"),
	TARGET("tracepoint", "tracepoint", "tracepoint"),
	TARGET("tp", "tracepoint", "tracepoint"),
	TARGET("raw_tracepoint", "raw_tracepoint", "raw_tracepoint"),
	TARGET("raw_tp", "raw_tracepoint", "raw_tracepoint"),
	TARGET("raw_tracepoint.w", "raw_tracepoint.w", "raw_tracepoint_writable"),
	TARGET("raw_tp.w", "raw_tracepoint.w", "raw_tracepoint_writable"),
	WITH_BTF("tp_btf", "tp_btf", "tracing"),
	WITH_BTF("fentry", "fentry", "tracing"),
	WITH_BTF("fexit", "fexit", "tracing"),
	WITH_BTF("fsession", "fsession", "tracing"),
	WITH_BTF("fmod_ret", "fmod_ret", "tracing"),
	WITH_BTF("iter", "iter", "tracing"),
	TARGET("freplace", "freplace", "ext"),
	WITH_BTF("lsm", "lsm", "lsm"),
	WITH_BTF("lsm_cgroup", "lsm_cgroup", "lsm"),
	{ "struct_ops", { "struct_ops", "struct_ops", false, true } },
	SAME("syscall"),
	SAME("xdp"),
	SAME("perf_event"),
	SAME("lwt_in"),
	SAME("lwt_out"),
	SAME("lwt_xmit"),
	SAME("lwt_seg6local"),
	PLAIN("sockops", "sock_ops"),
	SAME("sk_skb"),
	SAME("sk_msg"),
	SAME("lirc_mode2"),
	SAME("flow_dissector"),
	SAME("sk_lookup"),
	SAME("sk_reuseport"),
	SAME("netfilter"),
	SAME("cgroup_skb"),
};

/* Behind "cgroup/": the rest of the name, or how it begins */
static const struct entry cgroup_entries[] = {
	{ "skb", { "cgroup/skb", "cgroup_skb", false, false } },
	{ "sock_create", { "cgroup/sock_create", "cgroup_sock", false, false } },
	{ "sock_release", { "cgroup/sock_release", "cgroup_sock", false, false } },
	{ "sock", { "cgroup/sock", "cgroup_sock", false, false } },
	{ "post_bind", { "cgroup/post_bind", "cgroup_sock", false, false } },
	{ "bind", { "cgroup/bind", "cgroup_sock_addr", false, false } },
	{ "connect", { "cgroup/connect", "cgroup_sock_addr", false, false } },
	{ "sendmsg", { "cgroup/sendmsg", "cgroup_sock_addr", false, false } },
	{ "recvmsg", { "cgroup/recvmsg", "cgroup_sock_addr", false, false } },
	{ "getpeername", { "cgroup/getpeername", "cgroup_sock_addr", false, false } },
	{ "getsockname", { "cgroup/getsockname", "cgroup_sock_addr", false, false } },
	{ "sysctl", { "cgroup/sysctl", "cgroup_sysctl", false, false } },
	{ "getsockopt", { "cgroup/getsockopt", "cgroup_sockopt", false, false } },
	{ "setsockopt", { "cgroup/setsockopt", "cgroup_sockopt", false, false } },
	{ "dev", { "cgroup/dev", "cgroup_device", false, false } },
};

static const struct program_kind *find_cgroup(const char *rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(cgroup_entries); i++)
		if (text_starts(rest, cgroup_entries[i].word))
			return &cgroup_entries[i].kind;
	return NULL;
}

const struct program_kind *program_kind_of(const char *section, struct span *out_target)
{
	const char *slash;
	struct span word;

	section += *section == '?'; /* not loaded unless asked for */
	if (text_starts(section, "cgroup/")) {
		*out_target = (struct span){ "", 0 };
		return find_cgroup(section + 7);
	}
	slash = strchr(section, '/');
	word = (struct span){ section, slash ? (size_t)(slash - section) : strlen(section) };
	if (word.len > 2 && !memcmp(word.data + word.len - 2, ".s", 2))
		word.len -= 2; /* may sleep */
	if (span_is(word, "xdp.frags"))
		word.len = 3;
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		if (!span_is(word, entries[i].word))
			continue;
		*out_target = span_of(entries[i].kind.has_target && slash ? slash + 1 : "");
		return &entries[i].kind;
	}
	return NULL;
}

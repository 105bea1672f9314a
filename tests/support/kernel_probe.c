// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Asks the running kernel what its BTF does not tell, for build-aux/kernel-tables: program types,
 * map types, the helpers and kfuncs that each kind of program may call, LSM hooks that are closed.
 * A program of one call and nothing else is loaded for each question; what counts is why the
 * verifier refuses it, since a call without arguments is never right. libbpf's own probes are wrong
 * on new kernels, whose messages they do not know. As root.
 *
 *	kernel_probe [KFUNC…]		lines of words, the first of which says what it is about:
 *	level bpf_func_id 211		the highest enumerator
 *	map 27				a map type that can be made
 *	atomicmap 4			one that programs which may sleep may not use
 *	type 2				a program type that is taken
 *	row fentry.s 1 2 5 …		a kind of program, helpers it may call; none: it is not taken.
 *					No line: the function it would be for is not open to it
 *	hook inode_getsecurity		closed
 *	atomic task_free		a hook whose programs may not sleep
 *	kfunc bpf_task_acquire ROW …	the kinds that may call it, perhaps none; KFUNC: also these,
 *					where BTF does not say which functions are kfuncs
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#define N_HELPERS 212
#define N_MAPS 40
#define MOST_TARGETS 2048
#define MOST_HOOKS 8 /* of an LSM that are tried with kfuncs: they are the same for all */

/* Newer than the header of Debian 12. */
enum {
	TYPE_NETFILTER = 32,
	ATTACH_NETFILTER = 45,
	ATTACH_UPROBE_MULTI = 48,
	ATTACH_UNIX_CONNECT = 49,
	ATTACH_UNIX_SENDMSG,
	ATTACH_UNIX_RECVMSG,
	ATTACH_UNIX_GETPEERNAME,
	ATTACH_UNIX_GETSOCKNAME,
	ATTACH_KPROBE_SESSION = 56,
	ATTACH_UPROBE_SESSION,
	ATTACH_FSESSION,
};

/* Where a kind of program has to name something of the kernel's BTF */
enum target { NOTHING, FUNCTION, TYPEDEF, LSM_HOOKS, ITERATORS, STRUCT_OPS };

struct kind {
	const char *row;
	int type;
	int attach;
	enum target target;
	const char *names; /* of targets, with spaces between them */
	bool sleeps;
};

#define PLAIN(row, type)                                           \
	{                                                          \
		row, BPF_PROG_TYPE_##type, 0, NOTHING, NULL, false \
	}
#define AT(row, type, attach)                                           \
	{                                                               \
		row, BPF_PROG_TYPE_##type, attach, NOTHING, NULL, false \
	}
#define SLEEPS(row, type, attach)                                      \
	{                                                              \
		row, BPF_PROG_TYPE_##type, attach, NOTHING, NULL, true \
	}
#define TRACES(row, attach, target, name, sleeps)                        \
	{                                                                \
		row, BPF_PROG_TYPE_TRACING, attach, target, name, sleeps \
	}

/* bpf_d_path is for some functions only, and so are others */
#define TRACED "bpf_fentry_test1 security_file_open vfs_truncate filp_close tcp_connect"

static const struct kind kinds[] = {
	PLAIN("socket_filter", SOCKET_FILTER),
	PLAIN("kprobe", KPROBE),
	AT("kprobe.multi", KPROBE, BPF_TRACE_KPROBE_MULTI),
	AT("kprobe.session", KPROBE, ATTACH_KPROBE_SESSION),
	SLEEPS("uprobe.s", KPROBE, 0),
	AT("uprobe.multi", KPROBE, ATTACH_UPROBE_MULTI),
	SLEEPS("uprobe.multi.s", KPROBE, ATTACH_UPROBE_MULTI),
	AT("uprobe.session", KPROBE, ATTACH_UPROBE_SESSION),
	SLEEPS("uprobe.session.s", KPROBE, ATTACH_UPROBE_SESSION),
	PLAIN("sched_cls", SCHED_CLS),
	PLAIN("sched_act", SCHED_ACT),
	PLAIN("tracepoint", TRACEPOINT),
	SLEEPS("tracepoint.s", TRACEPOINT, 0),
	SLEEPS("tp.s", TRACEPOINT, 0),
	PLAIN("xdp", XDP),
	PLAIN("perf_event", PERF_EVENT),
	AT("cgroup_skb", CGROUP_SKB, BPF_CGROUP_INET_INGRESS),
	AT("cgroup/sock_create", CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE),
	AT("cgroup/sock", CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE),
	AT("cgroup/sock_release", CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE),
	AT("cgroup/post_bind4", CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND),
	AT("cgroup/post_bind6", CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND),
	PLAIN("lwt_in", LWT_IN),
	PLAIN("lwt_out", LWT_OUT),
	PLAIN("lwt_xmit", LWT_XMIT),
	PLAIN("lwt_seg6local", LWT_SEG6LOCAL),
	PLAIN("sock_ops", SOCK_OPS),
	PLAIN("sk_skb", SK_SKB),
	PLAIN("sk_msg", SK_MSG),
	AT("cgroup/dev", CGROUP_DEVICE, BPF_CGROUP_DEVICE),
	PLAIN("raw_tracepoint", RAW_TRACEPOINT),
	SLEEPS("raw_tracepoint.s", RAW_TRACEPOINT, 0),
	SLEEPS("raw_tp.s", RAW_TRACEPOINT, 0),
	PLAIN("raw_tracepoint_writable", RAW_TRACEPOINT_WRITABLE),
	AT("cgroup/bind4", CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND),
	AT("cgroup/bind6", CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND),
	AT("cgroup/connect4", CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT),
	AT("cgroup/connect6", CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT),
	AT("cgroup/connect_unix", CGROUP_SOCK_ADDR, ATTACH_UNIX_CONNECT),
	AT("cgroup/sendmsg4", CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG),
	AT("cgroup/sendmsg6", CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG),
	AT("cgroup/sendmsg_unix", CGROUP_SOCK_ADDR, ATTACH_UNIX_SENDMSG),
	AT("cgroup/recvmsg4", CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG),
	AT("cgroup/recvmsg6", CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_RECVMSG),
	AT("cgroup/recvmsg_unix", CGROUP_SOCK_ADDR, ATTACH_UNIX_RECVMSG),
	AT("cgroup/getpeername4", CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETPEERNAME),
	AT("cgroup/getpeername6", CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETPEERNAME),
	AT("cgroup/getpeername_unix", CGROUP_SOCK_ADDR, ATTACH_UNIX_GETPEERNAME),
	AT("cgroup/getsockname4", CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_GETSOCKNAME),
	AT("cgroup/getsockname6", CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_GETSOCKNAME),
	AT("cgroup/getsockname_unix", CGROUP_SOCK_ADDR, ATTACH_UNIX_GETSOCKNAME),
	PLAIN("lirc_mode2", LIRC_MODE2),
	PLAIN("sk_reuseport", SK_REUSEPORT),
	PLAIN("flow_dissector", FLOW_DISSECTOR),
	AT("cgroup/sysctl", CGROUP_SYSCTL, BPF_CGROUP_SYSCTL),
	AT("cgroup/getsockopt", CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT),
	AT("cgroup/setsockopt", CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT),
	AT("sk_lookup", SK_LOOKUP, BPF_SK_LOOKUP),
	SLEEPS("syscall", SYSCALL, 0),
	{ "netfilter", TYPE_NETFILTER, ATTACH_NETFILTER, NOTHING, NULL, false },
	TRACES("fentry", BPF_TRACE_FENTRY, FUNCTION, TRACED, false),
	TRACES("fentry.s", BPF_TRACE_FENTRY, FUNCTION, TRACED, true),
	TRACES("fexit", BPF_TRACE_FEXIT, FUNCTION, TRACED, false),
	TRACES("fexit.s", BPF_TRACE_FEXIT, FUNCTION, TRACED, true),
	TRACES("fsession", ATTACH_FSESSION, FUNCTION, TRACED, false),
	TRACES("fsession.s", ATTACH_FSESSION, FUNCTION, TRACED, true),
	TRACES("fmod_ret", BPF_MODIFY_RETURN, FUNCTION, "security_file_open bpf_modify_return_test",
	       false),
	TRACES("fmod_ret.s", BPF_MODIFY_RETURN, FUNCTION,
	       "security_file_open bpf_modify_return_test", true),
	TRACES("tp_btf", BPF_TRACE_RAW_TP, TYPEDEF, "btf_trace_sched_switch", false),
	TRACES("tp_btf.s", BPF_TRACE_RAW_TP, TYPEDEF, "btf_trace_sys_enter", true),
	TRACES("iter", BPF_TRACE_ITER, ITERATORS, NULL, false),
	TRACES("iter.s", BPF_TRACE_ITER, ITERATORS, NULL, true),
	{ "lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, LSM_HOOKS, NULL, false },
	{ "lsm.s", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, LSM_HOOKS, NULL, true },
	{ "lsm_cgroup", BPF_PROG_TYPE_LSM, BPF_LSM_CGROUP, LSM_HOOKS, NULL, false },
	{ "struct_ops", BPF_PROG_TYPE_STRUCT_OPS, 0, STRUCT_OPS, NULL, false },
	{ "struct_ops.s", BPF_PROG_TYPE_STRUCT_OPS, 0, STRUCT_OPS, NULL, true },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct place {
	uint32_t id;
	int attach;
};

/* What a kind can be loaded for, the ones that were taken */
struct places {
	struct place all[MOST_TARGETS];
	size_t n;
};

static struct btf *vmlinux;
static struct places places[N_KINDS];

/* One program; the verifier's log. Returns whether it was taken. */
static bool load(const struct kind *kind, struct place place, const struct bpf_insn *insns,
		 size_t n_insns, char *log, size_t size)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = place.attach,
		    .attach_btf_id = place.id, .log_buf = log, .log_size = size, .log_level = 1,
		    .prog_flags = kind->sleeps ? BPF_F_SLEEPABLE : 0);
	int fd;

	log[0] = '\0';
	fd = bpf_prog_load(kind->type, NULL, "GPL", insns, n_insns, &options);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool has_any(const char *log, const char *const *texts)
{
	for (; *texts; texts++)
		if (strstr(log, *texts))
			return true;
	return false;
}

/* A program that only returns: some have to return 0, some 1. */
static bool is_taken(const struct kind *kind, struct place place)
{
	/* not the fault of the program */
	static const char *const fine[] = { "At program exit the register R0", "R0 leaks addr",
					    "At program exit the register", NULL };
	static char log[16384];

	for (int value = 0; value <= 1; value++) {
		struct bpf_insn insns[] = {
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = value },
			{ .code = BPF_JMP | BPF_EXIT },
		};

		if (load(kind, place, insns, 2, log, sizeof(log)) || has_any(log, fine))
			return true;
	}
	return false;
}

enum answer { NO, YES, FAILED };

/* call: a helper's number, or with kfunc a function's id */
static enum answer may_call(const struct kind *kind, struct place place, uint32_t call, bool kfunc)
{
	static const char *const refusals[] = {
		"unknown func",
		"invalid func",
		"program of this type cannot use helper",
		"sleepable helper",
		"helper call might sleep", /* in a program that may not */
		"is not allowed\n",
		"must be sleepable to call",
		NULL
	};
	struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL,
		  .src_reg = kfunc ? BPF_PSEUDO_KFUNC_CALL : 0,
		  .imm = (int)call },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static char log[16384];

	if (load(kind, place, insns, 3, log, sizeof(log)))
		return YES;
	if (has_any(log, refusals))
		return NO;
	return log[0] ? YES : FAILED;
}

static enum answer may_call_anywhere(size_t kind, uint32_t call, bool kfunc)
{
	const struct places *of = &places[kind];
	enum answer answer = FAILED, best = FAILED;
	size_t n = of->n;

	if (kfunc && kinds[kind].target == LSM_HOOKS && n > MOST_HOOKS)
		n = MOST_HOOKS;
	for (size_t i = 0; i < n; i++) {
		answer = may_call(&kinds[kind], of->all[i], call, kfunc);
		if (answer == YES)
			return YES;
		if (answer == NO)
			best = NO;
	}
	return best;
}

static int highest(const char *name)
{
	int id = btf__find_by_name_kind(vmlinux, name, BTF_KIND_ENUM);
	const struct btf_type *type = btf__type_by_id(vmlinux, id > 0 ? (uint32_t)id : 0);
	int most = 0;

	for (int i = 0; id > 0 && i < btf_vlen(type); i++) {
		const struct btf_enum *value = &btf_enum(type)[i];
		const char *word = btf__name_by_offset(vmlinux, value->name_off);

		if (value->val > most && value->val < 1000 && strncmp(word, "__", 2) &&
		    strncmp(word, "MAX_", 4))
			most = value->val;
	}
	return most;
}

static void add_place(size_t kind, struct place place)
{
	if (places[kind].n < MOST_TARGETS && is_taken(&kinds[kind], place))
		places[kind].all[places[kind].n++] = place;
}

/* Functions whose names begin so: bpf_lsm_…, bpf_iter_… */
static void add_functions(size_t kind, const char *prefix)
{
	for (uint32_t id = 1; id < btf__type_cnt(vmlinux); id++) {
		const struct btf_type *type = btf__type_by_id(vmlinux, id);
		const char *name = btf__name_by_offset(vmlinux, type->name_off);

		if (btf_is_func(type) && !strncmp(name, prefix, strlen(prefix)))
			add_place(kind, (struct place){ id, kinds[kind].attach });
	}
}

/* Each member of each struct that the kernel has a struct bpf_struct_ops_X for */
static void add_struct_ops(size_t kind)
{
	for (uint32_t i = 1; i < btf__type_cnt(vmlinux); i++) {
		const struct btf_type *type = btf__type_by_id(vmlinux, i);
		const char *name = btf__name_by_offset(vmlinux, type->name_off);
		int id;

		if (!btf_is_struct(type) || strncmp(name, "bpf_struct_ops_", 15))
			continue;
		id = btf__find_by_name_kind(vmlinux, name + 15, BTF_KIND_STRUCT);
		type = id > 0 ? btf__type_by_id(vmlinux, (uint32_t)id) : NULL;
		for (int k = 0; type && k < btf_vlen(type); k++)
			add_place(kind, (struct place){ (uint32_t)id, k });
	}
}

/* The functions or types that the kind names */
static void add_named(size_t kind, uint32_t btf_kind)
{
	char name[128];

	for (const char *p = kinds[kind].names; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");
		int id;

		snprintf(name, sizeof(name), "%.*s", (int)len, p);
		id = btf__find_by_name_kind(vmlinux, name, btf_kind);
		if (id > 0)
			add_place(kind, (struct place){ (uint32_t)id, kinds[kind].attach });
		p += len;
	}
}

static void find_places(size_t kind)
{
	if (kinds[kind].attach > highest("bpf_attach_type"))
		return;
	switch (kinds[kind].target) {
	case NOTHING:
		add_place(kind, (struct place){ 0, kinds[kind].attach });
		break;
	case FUNCTION:
		add_named(kind, BTF_KIND_FUNC);
		break;
	case TYPEDEF:
		add_named(kind, BTF_KIND_TYPEDEF);
		break;
	case LSM_HOOKS:
		add_functions(kind, "bpf_lsm_");
		break;
	case ITERATORS:
		add_functions(kind, "bpf_iter_");
		break;
	case STRUCT_OPS:
		add_struct_ops(kind);
		break;
	}
}

static void print_level(const char *name)
{
	printf("level %s %d\n", name, highest(name));
}

/* A few shapes of maps; one of them fits each type that can be made without anything else. */
static int make_map(int type)
{
	static const struct {
		uint32_t key, value, entries, flags;
	} shapes[] = {
		{ 4, 4, 1, 0 },	 { 4, 8, 1, 0 },    { 0, 4, 1, 0 },  { 0, 0, 4096, 0 },
		{ 8, 8, 1, 1 },	 { 4, 4, 0, 1 },    { 16, 4, 0, 0 }, { 4, 16, 1, 0 },
		{ 4, 32, 1, 0 }, { 0, 0, 1, 1024 }, { 4, 4, 1, 1 },  { 8, 4, 1, 1 },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = shapes[i].flags);
		int fd = bpf_map_create(type, NULL, shapes[i].key, shapes[i].value,
					shapes[i].entries, &options);

		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* A program that sleeps and has the map's address. */
static bool is_atomic(int map)
{
	struct bpf_insn insns[] = {
		{ .code = BPF_LD | BPF_IMM | BPF_DW,
		  .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD,
		  .imm = map },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static char log[16384];

	for (size_t i = 0; i < N_KINDS; i++) {
		if (strcmp(kinds[i].row, "iter.s") != 0 || !places[i].n)
			continue;
		load(&kinds[i], places[i].all[0], insns, 4, log, sizeof(log));
		return strstr(log, "Sleepable programs can only use") != NULL;
	}
	return false;
}

static void print_maps(void)
{
	for (int type = 1; type < N_MAPS; type++) {
		int map = make_map(type);

		if (map >= 0 || libbpf_probe_bpf_map_type(type, NULL) == 1)
			printf("map %d\n", type);
		if (map >= 0 && is_atomic(map))
			printf("atomicmap %d\n", type);
		if (map >= 0)
			close(map);
	}
}

static void print_types(void)
{
	uint64_t types = 0;

	for (size_t i = 0; i < N_KINDS; i++)
		if (places[i].n)
			types |= 1ULL << kinds[i].type;
	for (int type = 1; type < 64; type++)
		if (types >> type & 1)
			printf("type %d\n", type);
}

static void print_rows(void)
{
	for (size_t i = 0; i < N_KINDS; i++) {
		if (!places[i].n && (kinds[i].target == FUNCTION || kinds[i].target == TYPEDEF) &&
		    kinds[i].attach <= highest("bpf_attach_type"))
			continue;
		printf("row %s", kinds[i].row);
		for (uint32_t helper = 1; places[i].n && helper < N_HELPERS; helper++)
			if (may_call_anywhere(i, helper, false) == YES)
				printf(" %u", helper);
		printf("\n");
	}
}

/* Hooks that exist; only the messages about them count. */
static void print_hook(uint32_t id, const char *name)
{
	static const char *const closed[] = { "disabled hook", NULL };
	static const char *const atomic[] = { "is not sleepable", NULL };
	static const struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
						 { .code = BPF_JMP | BPF_EXIT } };
	struct kind lsm = { "lsm", BPF_PROG_TYPE_LSM, BPF_LSM_MAC, LSM_HOOKS, NULL, false };
	struct place place = { id, BPF_LSM_MAC };
	static char log[16384];

	load(&lsm, place, insns, 2, log, sizeof(log));
	if (has_any(log, closed))
		printf("hook %s\n", name);
	lsm.sleeps = true;
	load(&lsm, place, insns, 2, log, sizeof(log));
	if (has_any(log, atomic))
		printf("atomic %s\n", name);
}

static void print_hooks(void)
{
	for (uint32_t id = 1; id < btf__type_cnt(vmlinux); id++) {
		const struct btf_type *type = btf__type_by_id(vmlinux, id);
		const char *name = btf__name_by_offset(vmlinux, type->name_off);

		if (btf_is_func(type) && !strncmp(name, "bpf_lsm_", 8))
			print_hook(id, name + 8);
	}
}

static void print_kfunc(const char *name)
{
	int id = btf__find_by_name_kind(vmlinux, name, BTF_KIND_FUNC);

	if (id < 0)
		return;
	printf("kfunc %s", name);
	for (size_t i = 0; i < N_KINDS; i++)
		if (may_call_anywhere(i, (uint32_t)id, true) == YES)
			printf(" %s", kinds[i].row);
	printf("\n");
}

static void print_kfuncs(char **more)
{
	for (uint32_t id = 1; id < btf__type_cnt(vmlinux); id++) {
		const struct btf_type *tag = btf__type_by_id(vmlinux, id), *type;

		if (!btf_is_decl_tag(tag) ||
		    strcmp(btf__name_by_offset(vmlinux, tag->name_off), "bpf_kfunc"))
			continue;
		type = btf__type_by_id(vmlinux, tag->type);
		if (btf_is_func(type))
			print_kfunc(btf__name_by_offset(vmlinux, type->name_off));
	}
	for (; *more; more++)
		print_kfunc(*more);
}

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct utsname system;

	(void)argc;
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	libbpf_set_print(quiet);
	vmlinux = btf__parse("/sys/kernel/btf/vmlinux", NULL);
	if (!vmlinux || uname(&system) < 0) {
		fprintf(stderr, "kernel_probe: no BTF\n");
		return 1;
	}
	printf("release %s\n", system.release);
	print_level("bpf_func_id");
	print_level("bpf_prog_type");
	print_level("bpf_map_type");
	print_level("bpf_attach_type");
	print_level("bpf_link_type");
	print_level("bpf_cmd");
	for (size_t i = 0; i < N_KINDS; i++)
		find_places(i);
	print_maps();
	print_types();
	print_rows();
	print_hooks();
	print_kfuncs(argv + 1);
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Programs that the verifier refuses, one for each value of CASE_…; tests/kernel/refusal.bats says
 * what epm has to make of it.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#if defined(CASE_lock_held) || defined(CASE_lock_call)
#define CASE_LOCK
#endif

#ifdef CASE_licence
char LICENSE[] SEC("license") = "Proprietary";
#else
char LICENSE[] SEC("license") = "GPL";
#endif

struct value {
	char text[64];
#ifdef CASE_LOCK
	struct bpf_spin_lock lock;
#endif
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

volatile __u32 number;
const volatile __u32 fixed = 1;

static __always_inline struct value *lookup(void)
{
	__u32 key = number; /* not a constant: newer kernels know that element 0 is there */

	return bpf_map_lookup_elem(&values, &key);
}

#ifdef CASE_unbounded
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	char text[64] = {};

	bpf_probe_read_kernel(text, number, ctx);
	return text[0];
}
#elif defined(CASE_negative)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	struct value *value = lookup();
	int n = number;

	if (value && n < 64)
		value->text[n] = 1;
	return 0;
}
#elif defined(CASE_behind)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	struct value *value = lookup();

	if (value)
		((char *)value)[200] = 1;
	return 0;
}
#elif defined(CASE_maybe_behind)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	struct value *value = lookup();
	__u32 n = number & 127;

	if (value)
		value->text[n] = 1;
	return 0;
}
#elif defined(CASE_null)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	lookup()->text[0] = 1;
	return 0;
}
#elif defined(CASE_null_passed)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return bpf_map_update_elem(&hash, &number, lookup(), 0);
}
#elif defined(CASE_number)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return *(volatile int *)bpf_get_current_task();
}
#elif defined(CASE_stack)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r1 = 1; *(u64 *)(r10 - 520) = r1; r0 = 0; exit;");
}
#elif defined(CASE_stacks)
static __noinline int deeper(void *ctx)
{
	volatile char text[300];

	for (int i = 0; i < 300; i++)
		text[i] = i;
	return text[number & 255];
}
SEC("socket")
int refused(void *ctx)
{
	volatile char text[300];

	for (int i = 0; i < 300; i++)
		text[i] = i;
	return deeper(ctx) + text[number & 255];
}
#elif defined(CASE_unset)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r0 = r7; exit;");
}
#elif defined(CASE_no_return)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("exit;");
}
#elif defined(CASE_helper_of_others)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return bpf_redirect(1, 0);
}
#elif defined(CASE_helper_of_nobody)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return ((long (*)(void))9999)();
}
#elif defined(CASE_licence)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return bpf_probe_read_kernel((void *)&number, sizeof(number), ctx);
}
#elif defined(CASE_endless)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r0 = 0; 1: r0 += 0; if r0 == 0 goto 1b; exit;");
}
#elif defined(CASE_long)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	for (__u32 i = 0; i < 100000000; i++)
		asm volatile("%0 += 1" : "+r"(i));
	return 0;
}
#elif defined(CASE_unreachable)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r0 = 0; exit; r0 = 1; exit;");
}
#elif defined(CASE_context)
SEC("socket")
int refused(struct __sk_buff *skb)
{
	return *(volatile int *)((char *)skb + 1000);
}
#elif defined(CASE_context_moved)
SEC("socket")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r1 += 8; r0 = *(u32 *)(r1 + 0); exit;");
}
#elif defined(CASE_packet)
SEC("xdp")
int refused(struct xdp_md *xdp)
{
	return *(volatile char *)(long)xdp->data;
}
#elif defined(CASE_reference)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	__u64 *room = bpf_ringbuf_reserve(&ring, 8, 0);

	return room ? 1 : 0;
}
#elif defined(CASE_return)
SEC("cgroup/sock_create")
int refused(void *ctx)
{
	return 7;
}
#elif defined(CASE_map_type)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	__u64 data = 0;

	return bpf_perf_event_output(ctx, &hash, 0, &data, 8);
}
#elif defined(CASE_lock_held)
SEC("tc")
int refused(void *ctx)
{
	struct value *value = lookup();

	if (value)
		bpf_spin_lock(&value->lock);
	return 0;
}
#elif defined(CASE_lock_call)
SEC("tc")
int refused(void *ctx)
{
	struct value *value = lookup();

	if (!value)
		return 0;
	bpf_spin_lock(&value->lock);
	number = bpf_get_prandom_u32();
	bpf_spin_unlock(&value->lock);
	return 0;
}
#elif defined(CASE_read_only)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	*(volatile __u32 *)&fixed = 2;
	return 0;
}
#elif defined(CASE_kind)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return (long)bpf_map_lookup_elem(&hash, (void *)5);
}
#elif defined(CASE_pointers)
SEC("tracepoint/syscalls/sys_enter_getpid")
__attribute__((naked)) int refused(void *ctx)
{
	asm volatile("r1 *= 8; r0 = 0; exit;");
}
#elif defined(CASE_global)
__noinline int takes(void *pointer)
{
	return pointer ? *(int *)pointer : 0;
}
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return takes((void *)&number);
}
#elif defined(CASE_sleeps)
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return bpf_copy_from_user((void *)&number, 4, ctx);
}
#elif defined(CASE_argument)
SEC("tp_btf/sched_wakeup")
int refused(__u64 *ctx)
{
	return ctx[7];
}
#elif defined(CASE_kernel_memory)
SEC("tp_btf/sched_wakeup")
int refused(__u64 *ctx)
{
	*(volatile __u64 *)ctx[0] = 1;
	return 0;
}
#elif defined(CASE_deep)
static __noinline int f8(int i)
{
	return i + number;
}
static __noinline int f7(int i)
{
	return f8(i) + number;
}
static __noinline int f6(int i)
{
	return f7(i) + number;
}
static __noinline int f5(int i)
{
	return f6(i) + number;
}
static __noinline int f4(int i)
{
	return f5(i) + number;
}
static __noinline int f3(int i)
{
	return f4(i) + number;
}
static __noinline int f2(int i)
{
	return f3(i) + number;
}
static __noinline int f1(int i)
{
	return f2(i) + number;
}
SEC("tracepoint/syscalls/sys_enter_getpid")
int refused(void *ctx)
{
	return f1(1);
}
#endif

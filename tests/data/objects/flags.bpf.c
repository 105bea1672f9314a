// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A flag of each type there is. On kill() by the process --caller the program sends all of them
 * back, so that a test sees what arrived in the kernel.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum mode {
	MODE_OFF,
	MODE_SLOW = 5,
	MODE_FAST = 70000,
};

const volatile pid_t caller = 0;
const volatile __u8 flag_u8 = 8;
const volatile __s8 flag_s8 = -8;
const volatile __u16 flag_u16 = 16;
const volatile __s16 flag_s16 = -16;
const volatile __u32 flag_u32 = 32;
const volatile __s32 flag_s32 = -32;
const volatile __u64 flag_u64 = 64;
const volatile __s64 flag_s64 = -64;
const volatile bool is_on = true;
const volatile bool is_off = false;
const volatile enum mode mode = MODE_SLOW;
const volatile char name[8] = "default";
const volatile __u16 ports[4] = { 80, 443 };
const volatile float ratio = 0.5;
volatile __u32 counter = 7;
volatile __u32 total;

struct values {
	__u8 u8;
	__s8 s8;
	__u16 u16;
	__s16 s16;
	__u32 u32;
	__s32 s32;
	__u64 u64;
	__s64 s64;
	bool is_on;
	bool is_off;
	enum mode mode;
	char name[8];
	__u16 ports[4];
	float ratio;
	__u32 counter;
	__u32 total;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_kill")
int send(void *ctx)
{
	struct values *v;

	if (bpf_get_current_pid_tgid() >> 32 != caller)
		return 0;
	v = bpf_ringbuf_reserve(&events, sizeof(*v), 0);
	if (!v)
		return 0;
	v->u8 = flag_u8;
	v->s8 = flag_s8;
	v->u16 = flag_u16;
	v->s16 = flag_s16;
	v->u32 = flag_u32;
	v->s32 = flag_s32;
	v->u64 = flag_u64;
	v->s64 = flag_s64;
	v->is_on = is_on;
	v->is_off = is_off;
	v->mode = mode;
	for (int i = 0; i < 8; i++)
		v->name[i] = name[i];
	for (int i = 0; i < 4; i++)
		v->ports[i] = ports[i];
	/* eBPF has no floating point: the bytes as they are */
	*(__u32 *)&v->ratio = *(const volatile __u32 *)&ratio;
	v->counter = counter;
	v->total = total;
	bpf_ringbuf_submit(v, 0);
	return 0;
}

/// @brief Sends its flags back
char LICENSE[] SEC("license") = "Dual BSD/GPL";

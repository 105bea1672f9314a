// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One record with a member of each kind that C has, filled with numbers that a test knows.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum color {
	RED,
	GREEN,
	BLUE = 200,
};

enum large {
	SMALL = 1,
	LARGE = 0x1234567890abcdefULL,
};

struct point {
	__s16 x;
	__s16 y;
};

struct record {
	__u8 u8;
	__s8 s8;
	__u16 u16;
	__s16 s16;
	__u32 u32;
	__s32 s32;
	__u64 u64;
	__s64 s64;
	unsigned __int128 u128;
	__int128 s128;
	__u32 low : 3;
	__s32 mid : 6;
	__u32 high : 23;
	__u64 wide : 40;
	bool yes;
	bool no;
	enum color known;
	enum color unknown;
	enum large large;
	struct point point;
	struct {
		__u8 hidden_a;
		__u8 hidden_b;
	};
	union {
		__u32 word;
		__u8 bytes[4];
	} both;
	void *pointer;
	char full[4];
	char text[8];
	__u32 numbers[3];
	struct point line[2];
	__u8 grid[2][2];
	float half;
	double quarter;
};

const volatile pid_t caller = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_kill")
int send(void *ctx)
{
	struct record *r;

	if (bpf_get_current_pid_tgid() >> 32 != caller)
		return 0;
	r = bpf_ringbuf_reserve(&events, sizeof(*r), 0);
	if (!r)
		return 0;
	__builtin_memset(r, 0, sizeof(*r));
	r->u8 = 255;
	r->s8 = -128;
	r->u16 = 65535;
	r->s16 = -32768;
	r->u32 = 4294967295;
	r->s32 = -2147483647 - 1;
	r->u64 = 18446744073709551615ULL;
	r->s64 = -9223372036854775807LL - 1;
	/* 2^64, and -1 */
	((__u64 *)&r->u128)[1] = 1;
	((__u64 *)&r->s128)[0] = -1;
	((__u64 *)&r->s128)[1] = -1;
	r->low = 5;
	r->mid = -17;
	r->high = 8388607;
	r->wide = 1099511627775;
	r->yes = true;
	r->known = BLUE;
	r->unknown = 77;
	r->large = LARGE;
	r->point.x = -1;
	r->point.y = 2;
	r->hidden_a = 3;
	r->hidden_b = 4;
	r->both.word = 0x04030201;
	r->pointer = (void *)0xffff888000001000;
	__builtin_memcpy(r->full, "full", 4);
	__builtin_memcpy(r->text, "a\"b\\c", 6);
	r->numbers[0] = 1;
	r->numbers[2] = 3;
	r->line[1].x = 9;
	r->grid[0][1] = 1;
	r->grid[1][0] = 2;
	/* eBPF has no floating point: 0.5 and 0.25 by their bits */
	*(__u32 *)&r->half = 0x3f000000;
	*(__u64 *)&r->quarter = 0x3fd0000000000000;
	bpf_ringbuf_submit(r, 0);
	return 0;
}

/// @brief Sends a record with a member of each kind
char LICENSE[] SEC("license") = "Dual BSD/GPL";

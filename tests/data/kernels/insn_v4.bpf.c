// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Instructions of -mcpu=v4 (6.6) and newer ones, by number: no compiler of Debian 12 writes them. */
#include "common.h"

#define INSN(code, dst, src, off, imm)                                                           \
	".8byte " #imm " << 32 | " #off " << 16 | " #src " << 12 | " #dst " << 8 | " #code "\n"

SEC("raw_tp/sys_enter")
int swaps(void *ctx)
{
	/* r0 = bswap64 r0 */
	asm volatile("r0 = 1\n" INSN(0xd7, 0, 0, 0, 64) ::: "r0");
	return 0;
}

SEC("raw_tp/sys_enter")
int divides(void *ctx)
{
	/* r0 s/= 3 */
	asm volatile("r0 = -9\n" INSN(0x37, 0, 0, 1, 3) ::: "r0");
	return 0;
}

SEC("raw_tp/sys_enter")
int extends(void *ctx)
{
	/* r0 = (s8)r0 */
	asm volatile("r0 = 255\n" INSN(0xbf, 0, 0, 8, 0) ::: "r0");
	return 0;
}

SEC("raw_tp/sys_enter")
int may_go(void *ctx)
{
	/* may_goto +0 */
	asm volatile("r0 = 0\n" INSN(0xe5, 0, 0, 1, 0) "r0 = 1\n" ::: "r0");
	return 0;
}

SEC("raw_tp/sys_enter")
int acquires(void *ctx)
{
	/* r0 = load_acquire((u64 *)(r10 - 8)) */
	asm volatile("*(u64 *)(r10 - 8) = r10\n" ".8byte 0x100 << 32 | 0xfff8 << 16 | 10 << 12 | 0 << 8 | 0xdb\n" ::: "r0");
	return 0;
}

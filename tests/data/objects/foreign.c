// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Compiled by clang alone: nothing tells which struct the records are, unless by a pointer
 * (-DHAS_POINTER), as people write it for other loaders.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct seen {
	unsigned int number;
	char word[4];
};

#ifdef HAS_POINTER
const struct seen *unused __attribute__((unused));
#endif

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_kill")
int kill_enter(void *ctx)
{
	struct seen *seen = bpf_ringbuf_reserve(&events, sizeof(*seen), 0);

	if (!seen)
		return 0;
	seen->number = 0x01020304;
	__builtin_memcpy(seen->word, "abc", 4);
	bpf_ringbuf_submit(seen, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";

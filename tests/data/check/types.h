/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the objects of this folder know of a kernel. */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct task_struct {
	int pid;
	unsigned int __state;
	char comm[16];
};

struct trace_event_raw_sys_enter {
	long id;
	unsigned long args[6];
};
#pragma clang attribute pop

#ifndef LICENSE
#define LICENSE "GPL"
#endif
char licence_text[] SEC("license") = LICENSE;
unsigned int last;

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once
/*
 * For the objects of `make check-kernels`. Types of the kernel are declared where they are used, with
 * the members that are used and no more; CO-RE finds the rest.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define CORE __attribute__((preserve_access_index))

#ifndef LICENSE
#define LICENSE "GPL"
#endif
char license_text[] SEC("license") = LICENSE;

/* so that what was read is not left out by the compiler */
long sink;

struct task_struct {
	int pid;
	int tgid;
	char comm[16];
} CORE;

static inline struct task_struct *current(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

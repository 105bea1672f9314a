// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Programs that fail before or after the verifier has looked at them, one for each value of CASE_…;
 * tests/kernel/refusal.bats says what epm has to make of it.
 */
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifndef SECTION
#define SECTION "tracepoint/syscalls/sys_enter_getpgid"
#endif

#ifdef MAP_TYPE
struct {
	__uint(type, MAP_TYPE);
	__uint(key_size, MAP_KEY);
	__uint(value_size, MAP_VALUE);
	__uint(max_entries, MAP_ENTRIES);
} map SEC(".maps");
#endif

#ifdef CASE_kfunc
extern int bpf_no_such_function(int x) __ksym;
#elif defined(CASE_prototype)
extern void bpf_rcu_read_lock(int x) __ksym;
#elif defined(CASE_symbol)
extern const int no_such_variable __ksym;
#elif defined(CASE_option)
extern int CONFIG_NO_SUCH_OPTION __kconfig;
#elif defined(CASE_member)
struct task_struct {
	int no_such_member;
} __attribute__((preserve_access_index));
#endif

SEC(SECTION)
int refused(void *ctx)
{
#ifdef MAP_TYPE
	__u64 key = 0;

	return bpf_map_lookup_elem(&map, &key) != NULL;
#elif defined(CASE_kfunc)
	return bpf_no_such_function(1);
#elif defined(CASE_prototype)
	bpf_rcu_read_lock(1);
	return 0;
#elif defined(CASE_symbol)
	return *(const volatile int *)&no_such_variable;
#elif defined(CASE_option)
	return CONFIG_NO_SUCH_OPTION;
#elif defined(CASE_member)
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, no_such_member);
#else
	return 0;
#endif
}

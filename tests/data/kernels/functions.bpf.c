// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Functions: static, global, with memory as an argument. */
#include "common.h"

struct pair {
	int a, b;
};

__noinline int add(int a, int b)
{
	return a + b;
}

__noinline int sum(struct pair *pair)
{
	return pair ? pair->a + pair->b : 0;
}

static __noinline int twice(int a)
{
	return a * 2;
}

SEC("tp/sched/sched_switch")
int calls(void *ctx)
{
	struct pair pair = { 1, 2 };

	sink = add(1, 2) + sum(&pair) + twice(3);
	return 0;
}

SEC("?raw_tp/no_such_tracepoint")
int not_loaded(void *ctx)
{
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_KERNEL_BTF_H
#define TESTS_SUPPORT_KERNEL_BTF_H

/* BTF of small kernels and modules, made with libbpf. */
#include <bpf/btf.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"

/* "long" first, as in every kernel; the ids that follow are 2 and so on. */
static inline struct btf *kernel_btf_new(void)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_int_equal(btf__add_int(btf, "long int", 8, BTF_INT_SIGNED), 1);
	return btf;
}

static inline void kernel_btf_function(struct btf *btf, const char *name)
{
	int proto = btf__add_func_proto(btf, 1);

	assert_true(proto > 0);
	assert_true(btf__add_func(btf, name, BTF_FUNC_STATIC, proto) > 0);
}

static inline void kernel_btf_struct(struct btf *btf, const char *name, const char *member)
{
	assert_true(btf__add_struct(btf, name, 8) > 0);
	assert_int_equal(btf__add_field(btf, member, 1, 0, 0), 0);
}

/* Its bytes; the BTF is freed. */
static inline struct str kernel_btf_bytes(struct btf *btf)
{
	struct str out = STR_MAX(LIMIT_KERNEL_BTF);
	__u32 size;
	const void *data = btf__raw_data(btf, &size);

	assert_non_null(data);
	str_add(&out, data, size);
	btf__free(btf);
	return out;
}

#endif

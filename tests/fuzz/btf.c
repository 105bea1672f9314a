// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/limits.h"
#include "btf/shrink.h"
#include "btf/type.h"

static void describe_all(const struct btf *btf)
{
	struct type_info info;
	struct err err;

	for (uint32_t id = 0; id < btf__type_cnt(btf) + 1 && id < 256; id++) {
		free(type_spelling(btf, id));
		if (type_describe(btf, id, &info, &err) < 0 && err.code != EC_CORRUPT)
			abort();
	}
}

/* BTF, cut down by a relocation to each of its types; what comes out is BTF again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(raw_btf) struct raw_btf raw = { 0 };
	AUTO(str) struct str cut = STR_MAX(LIMIT_KERNEL_BTF);
	struct core_relo relos[32];
	struct ext_info info = { .relos = relos };
	struct btf *btf;
	struct err err = { 0 };

	if (raw_btf_open((struct span){ (const char *)data, size }, "x", &raw, &err) < 0) {
		if (err.code != EC_CORRUPT && err.code != EC_UNSUPPORTED)
			abort();
		return 0;
	}
	for (uint32_t id = 1; id < raw.n_types && id <= 32; id++)
		relos[info.n_relos++] =
			(struct core_relo){ .section = "x", .type_id = id, .access = "0:0" };
	if (shrink_for_relos(&raw, &raw, &info, &cut, &err) == 0) {
		AUTO(raw_btf) struct raw_btf again = { 0 };

		if (raw_btf_open((struct span){ str_text(&cut), cut.len }, "x", &again, &err) < 0)
			abort();
	}
	btf = btf__new(data, size);
	if (btf)
		describe_all(btf);
	btf__free(btf);
	return 0;
}

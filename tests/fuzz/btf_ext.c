// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <linux/btf.h>
#include <stdlib.h>

#include "btf/core_relo.h"

/* .BTF.ext against BTF of one type, "int". */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t encoding;
		char strings[5];
	} btf = {
		.header = { .magic = BTF_MAGIC,
			    .version = BTF_VERSION,
			    .hdr_len = sizeof(btf.header),
			    .type_len = 16,
			    .str_off = 16,
			    .str_len = 5 },
		.type = { .name_off = 1, .info = BTF_KIND_INT << 24, .size = 4 },
		.encoding = 32,
		.strings = "\0int",
	};
	AUTO(raw_btf) struct raw_btf raw = { 0 };
	AUTO(ext_info) struct ext_info info = { 0 };
	struct span ext = { (const char *)data, size };
	struct err err = { 0 };

	if (raw_btf_open((struct span){ (const char *)&btf, sizeof(btf.header) + 21 }, "x", &raw,
			 &err) < 0)
		abort();
	if (ext_info_read(ext, &raw, "x", &info, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	for (uint32_t i = 0; i < 64; i++)
		ext_info_line(&info, "int", 8 * i);
	return 0;
}

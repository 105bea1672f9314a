// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "btf/core_resolve.h"
#include "btf/minimal.h"

/* Three parts, each after its length in two bytes: the object's BTF, its .BTF.ext, the kernel's BTF. */
static struct span part(const uint8_t **data, size_t *size)
{
	struct span out = { 0 };

	if (*size < 2)
		return out;
	out.len = (*data)[0] | (*data)[1] << 8;
	*data += 2;
	*size -= 2;
	if (out.len > *size)
		out.len = *size;
	out.data = malloc(out.len + 1); /* aligned, and its end is seen by ASan */
	memcpy((char *)out.data, *data, out.len);
	*data += out.len;
	*size -= out.len;
	return out;
}

static void resolve_all(const struct raw_btf *local, const struct ext_info *info,
			const struct raw_btf *kernel, enum core_size_rule rule)
{
	AUTO(name_index) struct name_index names = { 0 };
	AUTO(core_resolver) struct core_resolver *resolver = NULL;
	struct core_targets targets = { .main = { kernel, &names } };

	name_index_make(kernel, &names);
	resolver = core_resolver_new(local, &targets, rule);
	for (size_t i = 0; i < info->n_relos && i < 64; i++) {
		struct bpf_insn insns[2] = { { .code = info->relos[i].insn_off } };
		struct core_result result;
		char text[80];

		core_resolve(resolver, &info->relos[i], &result);
		core_spell(local, &info->relos[i], text, sizeof(text));
		insns[0].imm = result.original;
		insns[0].off = result.original;
		core_patch(insns, 2, &result);
		if (strlen(result.why) >= sizeof(result.why) ||
		    (result.outcome == CORE_FAILED) != (result.error < 0) ||
		    (result.outcome == CORE_FAILED && !result.why[0]))
			abort();
	}
}

/* What is cut down can be read again. */
static void cut(const struct raw_btf *local, const struct ext_info *info,
		const struct raw_btf *kernel)
{
	AUTO(name_index) struct name_index names = { 0 };
	AUTO(raw_btf) struct raw_btf part = { 0 };
	AUTO(str) struct str out = STR_MAX(LIMIT_KERNEL_BTF);
	struct core_target target = { kernel, &names };
	struct err err;

	name_index_make(kernel, &names);
	if (minimal_make(&target, local, info, &out, &err) == 0 &&
	    raw_btf_open((struct span){ out.data, out.len }, "x", &part, &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span mine = part(&data, &size), ext = part(&data, &size);
	struct span theirs = part(&data, &size);
	AUTO(raw_btf) struct raw_btf local = { 0 };
	AUTO(raw_btf) struct raw_btf kernel = { 0 };
	AUTO(ext_info) struct ext_info info = { 0 };
	struct err err;

	if (raw_btf_open(mine, "x", &local, &err) == 0 &&
	    ext_info_read(ext, &local, "x", &info, &err) == 0 &&
	    raw_btf_open(theirs, "x", &kernel, &err) == 0) {
		resolve_all(&local, &info, &kernel, size % 2 ? CORE_SIZE_WHOLE : CORE_SIZE_ELEMENT);
		if (info.n_relos < 64)
			cut(&local, &info, &kernel);
	}
	free((char *)mine.data);
	free((char *)ext.data);
	free((char *)theirs.data);
	return 0;
}

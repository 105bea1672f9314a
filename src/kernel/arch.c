// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "kernel/kernel_priv.h"

/* Functions that system calls are wrapped in where an architecture does so. */
static const struct {
	const char *function, *arch;
} wrappers[] = {
	{ "__x64_sys_read", "x86_64" },	 { "__arm64_sys_read", "aarch64" },
	{ "__s390x_sys_read", "s390x" }, { "__riscv_sys_read", "riscv64" },
	{ "__ia32_sys_read", "i686" },
};

/* Members of struct pt_regs (arch/ARCH/include/asm/ptrace.h); the first that is there decides. */
static const struct {
	const char *member;
	uint8_t pointer_size;
	const char *arch;
} registers[] = {
	{ "orig_x0", 8, "aarch64" }, { "r15", 8, "x86_64" },	    { "orig_ax", 4, "i686" },
	{ "orig_gpr2", 8, "s390x" }, { "orig_gpr3", 8, "ppc64le" }, { "csr_era", 8, "loongarch64" },
	{ "cp0_epc", 8, "mips64" },  { "cp0_epc", 4, "mips" },	    { "epc", 8, "riscv64" },
	{ "uregs", 4, "armv7l" },
};

/* Members of anonymous structs and unions are the struct's own: ppc's and s390's are so. */
static bool has_member(const struct raw_btf *btf, const struct btf_type *type, const char *name,
		       int depth)
{
	const struct btf_member *members = (const struct btf_member *)(type + 1);

	for (uint32_t i = 0; i < raw_btf_vlen(type); i++) {
		const struct btf_type *inner;
		uint32_t kind;

		if (members[i].name_off) {
			if (!strcmp(raw_btf_name(btf, members[i].name_off), name))
				return true;
			continue;
		}
		inner = depth ? raw_btf_strip(btf, members[i].type, NULL) : NULL;
		kind = inner ? raw_btf_kind(inner) : BTF_KIND_UNKN;
		if ((kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION) &&
		    has_member(btf, inner, name, depth - 1))
			return true;
	}
	return false;
}

const char *kernel_find_arch(const struct kernel_part *part)
{
	const struct raw_btf *btf = &part->btf;
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++)
		if (name_index_find(&part->names, btf, wrappers[i].function, BTF_KIND_FUNC))
			return wrappers[i].arch;
	id = name_index_find(&part->names, btf, "pt_regs", BTF_KIND_STRUCT);
	for (size_t i = 0; id && i < ARRAY_SIZE(registers); i++)
		if (btf->pointer_size == registers[i].pointer_size &&
		    has_member(btf, raw_btf_type(btf, id), registers[i].member, 2))
			return registers[i].arch;
	return NULL;
}

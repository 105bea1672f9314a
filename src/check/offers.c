// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "check/offers.h"

#include <bpf/btf.h>
#include <ctype.h>

#include "base/alloc.h"

/* The name of an enumerator, of either kind of enum. */
static const char *enum_at(const struct raw_btf *btf, const struct btf_type *type, uint32_t i,
			   uint64_t *out_value)
{
	if (btf_is_enum(type)) {
		*out_value = (uint64_t)(int64_t)btf_enum(type)[i].val;
		return raw_btf_name(btf, btf_enum(type)[i].name_off);
	}
	*out_value = btf_enum64_value(&btf_enum64(type)[i]);
	return raw_btf_name(btf, btf_enum64(type)[i].name_off);
}

static const struct btf_type *find_enum(struct kernel *kernel, const char *name)
{
	const struct kernel_part *main = &kernel->main;
	uint32_t id = name_index_find(&main->names, &main->btf, name, BTF_KIND_ENUM);

	if (!id)
		id = name_index_find(&main->names, &main->btf, name, BTF_KIND_ENUM64);
	return id ? raw_btf_type(&main->btf, id) : NULL;
}

enum offer offers_enumerator(struct kernel *kernel, const char *enumeration, const char *name)
{
	const struct btf_type *type = find_enum(kernel, enumeration);
	uint64_t value;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(enum_at(&kernel->main.btf, type, i, &value), name))
			return OFFER_YES;
	return type ? OFFER_NO : OFFER_UNKNOWN;
}

enum offer offers_value(struct kernel *kernel, const char *enumeration, uint64_t wanted)
{
	const struct btf_type *type = find_enum(kernel, enumeration);
	uint64_t value;

	for (uint32_t i = 0; type && i < btf_vlen(type); i++) {
		const char *name = enum_at(&kernel->main.btf, type, i, &value);

		if (value == wanted && !text_starts(name, "__"))
			return OFFER_YES;
	}
	return type ? OFFER_NO : OFFER_UNKNOWN;
}

enum offer offers_word(struct kernel *kernel, const char *enumeration, const char *prefix,
		       const char *word)
{
	const char *hash = strchr(word, '#');
	AUTO(free) char *name = NULL;
	struct err ignored;
	uint64_t number;

	if (hash && text_number(span_of(hash + 1), UINT32_MAX, word, &number, &ignored) == 0)
		return offers_value(kernel, enumeration, number);
	name = mem_printf("%s%s", prefix, word);
	for (char *p = name; *p; p++)
		*p = toupper((unsigned char)*p);
	return offers_enumerator(kernel, enumeration, name);
}

enum offer offers_tracepoint(struct kernel *kernel, const char *name, struct prototype *out)
{
	*out = (struct prototype){ 0 };
	if (prototype_of_tracepoint(kernel, name, out))
		return OFFER_YES;
	if (kernel_find(kernel, "btf_trace_sched_switch", BTF_KIND_TYPEDEF, NULL, NULL))
		return OFFER_NO;
	return OFFER_UNKNOWN;
}

enum offer offers_syscall(struct kernel *kernel, const char *name)
{
	static const char *const forms[] = { "__x64_sys_%s",   "__arm64_sys_%s", "__s390x_sys_%s",
					     "__riscv_sys_%s", "__se_sys_%s",	 "__do_sys_%s",
					     "__ia32_sys_%s",  "sys_%s",	 "ksys_%s" };
	bool has_any = kernel_has_function(kernel, "__x64_sys_openat") ||
		       kernel_has_function(kernel, "__arm64_sys_openat");

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		AUTO(free) char *function = NULL;
		size_t len = strlen(forms[i]) - 2;

		function = mem_printf("%.*s%s", (int)len, forms[i], name);
		if (kernel_has_function(kernel, function))
			return OFFER_YES;
	}
	return has_any ? OFFER_NO : OFFER_UNKNOWN;
}

enum offer offers_syscall_event(struct kernel *kernel, const char *name)
{
	/* functions that <asm-generic/unistd.h> has no number for */
	static const char *const old[] = {
		"access",	"alarm",	"chmod",    "chown",	"creat",     "dup2",
		"epoll_create", "epoll_wait",	"eventfd",  "fork",	"futimesat", "getdents",
		"getpgrp",	"inotify_init", "lchown",   "link",	"lstat",     "mkdir",
		"mknod",	"newlstat",	"newstat",  "nice",	"open",	     "pause",
		"pipe",		"poll",		"readlink", "recv",	"rename",    "rmdir",
		"select",	"send",		"sendfile", "signalfd", "stat",	     "symlink",
		"sysfs",	"time",		"unlink",   "uselib",	"ustat",     "utime",
		"utimes",	"vfork",
	};
	bool is_new = kernel->arch &&
		      (!strcmp(kernel->arch, "aarch64") || !strcmp(kernel->arch, "riscv64") ||
		       !strcmp(kernel->arch, "loongarch64"));

	for (size_t i = 0; is_new && i < ARRAY_SIZE(old); i++)
		if (!strcmp(old[i], name))
			return OFFER_NO;
	return offers_syscall(kernel, name);
}

static char *similar_by_prefix(const struct kernel_part *part, const char *function)
{
	size_t len = strlen(function);

	for (uint32_t id = part->btf.n_base + 1; id < part->btf.n_types; id++) {
		const struct btf_type *type = raw_btf_type(&part->btf, id);
		const char *name;

		if (!btf_is_func(type))
			continue;
		name = raw_btf_name(&part->btf, type->name_off);
		if (!strncmp(name, function, len) && name[len] == '.')
			return mem_text(name);
	}
	return NULL;
}

char *offers_similar(struct kernel *kernel, const char *function)
{
	static const char *const before[] = { "__", "_", "do_", "__do_", "ksys_", "" };
	const char *plain = function + strspn(function, "_");

	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		AUTO(free) char *name = mem_printf("%s%s", before[i], plain);

		if (strcmp(name, function) != 0 && kernel_has_function(kernel, name))
			return STEAL(name);
	}
	return similar_by_prefix(&kernel->main, function);
}

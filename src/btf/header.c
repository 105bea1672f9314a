// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/header.h"

#include <bpf/btf.h>
#include <errno.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "btf/pick.h"

static const char head[] =
	"#ifndef __VMLINUX_H__\n"
	"#define __VMLINUX_H__\n"
	"\n"
	"#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	"#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	"#endif\n"
	"\n";
static const char tail[] = "\n"
			   "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
			   "#pragma clang attribute pop\n"
			   "#endif\n"
			   "\n"
			   "#endif /* __VMLINUX_H__ */\n";

static void print(void *context, const char *fmt, va_list args) PRINTF(2, 0);

static void print(void *context, const char *fmt, va_list args)
{
	str_addv(context, fmt, args);
}

static int dump(const struct btf *btf, const char *what, struct str *out, struct err *err)
{
	struct btf_dump *d = btf_dump__new(btf, print, out, NULL);
	int rc = 0;

	if (!d)
		return err_errno(err, "%s: print its types", what);
	str_add(out, head, strlen(head));
	for (uint32_t id = 1; id < btf__type_cnt(btf) && rc == 0; id++)
		rc = btf_dump__dump_type(d, id);
	str_add(out, tail, strlen(tail));
	btf_dump__free(d);
	if (rc < 0)
		return err_set(err, EC_CORRUPT, "%s: print its types: %s", what, strerror(-rc));
	return str_check(out, what, err);
}

static int parse(struct span data, const char *what, struct btf **out, struct err *err)
{
	*out = data.len <= LIMIT_KERNEL_BTF ? btf__new(data.data, data.len) : NULL;
	if (!*out)
		return err_set(err, EC_CORRUPT, "%s: not valid BTF: %s", what, strerror(errno));
	return 0;
}

int header_whole(struct span data, const char *what, struct str *out, struct err *err)
{
	struct btf *btf;
	int rc;

	if (parse(data, what, &btf, err) < 0)
		return -1;
	rc = dump(btf, what, out, err);
	btf__free(btf);
	return rc;
}

int header_for_words(struct span data, const char *what, const struct words *words, struct str *out,
		     struct err *err)
{
	struct btf *btf, *picked;
	int rc;

	if (parse(data, what, &btf, err) < 0)
		return -1;
	rc = pick_types(btf, words, &picked, err);
	btf__free(btf);
	if (rc < 0)
		return err_wrap(err, "%s", what);
	rc = dump(picked, what, out, err);
	btf__free(picked);
	return rc;
}

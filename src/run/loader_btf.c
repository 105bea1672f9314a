// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/loader_btf.h"

#include <sys/mman.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/shrink.h"
#include "kernel/sources.h"
#include "run/types.h"

/* Hand the cut-down BTF to libbpf, which wants a path. */
static int keep_btf(struct loader *l, struct span btf, char *path, size_t size, struct err *err)
{
	l->btf_fd = memfd_create("epm-btf", MFD_CLOEXEC);
	if (l->btf_fd < 0)
		return err_errno(err, "make a memory file");
	if (fs_write_fd(l->btf_fd, btf.data, btf.len, "the BTF", err) < 0)
		return -1;
	snprintf(path, size, "/proc/self/fd/%d", l->btf_fd);
	return 0;
}

void relocations_done(struct relocations *r)
{
	ext_info_done(&r->info);
	raw_btf_done(&r->own);
}

bool relocations_read(const struct loader *l, struct relocations *r)
{
	const struct object_section *btf = object_find(l->object, ".BTF");
	const struct object_section *ext = object_find(l->object, ".BTF.ext");
	struct err ignored; /* libbpf says what is wrong with them */

	if (!btf || !ext || raw_btf_open(btf->data, l->name, &r->own, &ignored) < 0 ||
	    ext_info_read(ext->data, &r->own, l->name, &r->info, &ignored) < 0)
		return false;
	for (size_t i = 0; i < r->info.n_relos; i++)
		if (r->info.relos[i].kind != BPF_CORE_TYPE_ID_LOCAL)
			return true;
	return false;
}

static int cut_btf(struct loader *l, const struct relocations *r, char *path, size_t size,
		   struct err *err)
{
	AUTO(str) struct str cut = STR_MAX(LIMIT_KERNEL_BTF);

	if (!shrink_is_possible(&r->own, &r->info))
		return err_set(err, EC_UNSUPPORTED, "its relocations want the whole BTF");
	if (shrink_for_relos(&l->types->main.btf, &r->own, &r->info, &cut, err) < 0)
		return -1;
	return keep_btf(l, (struct span){ str_text(&cut), cut.len }, path, size, err);
}

/* Where this kernel says itself where its members are, another's places are hardly what is wanted. */
static void warn_of_other(const struct loader *l)
{
	const char *own = l->kernel.release, *other = l->types->release;

	if (l->btf_path && !l->kernel.is_partial && own && other && strcmp(own, other) != 0)
		log_warn("--btf %s is of Linux %s, this is %s: what is read of the kernel may be "
			 "wrong; without --btf this kernel's own types are taken",
			 l->btf_path, other, own);
}

/* What cannot be cut down is left to libbpf, with the whole BTF. */
int loader_btf_prepare(struct loader *l, char *path, size_t size, struct err *err)
{
	AUTO(relocations) struct relocations relocations = { 0 };
	struct err why = { 0 };

	path[0] = '\0';
	if (!relocations_read(l, &relocations))
		return 0;
	if (!l->types) {
		*err = l->no_types;
		return err_wrap(err, "%s", l->name);
	}
	warn_of_other(l);
	if (l->types->is_partial) /* cut down already */
		return keep_btf(l, l->types->main.bytes.data, path, size, err);
	if (cut_btf(l, &relocations, path, size, &why) == 0)
		return 0;
	if (why.code == EC_CORRUPT && l->btf_path)
		return err_set(err, EC_CORRUPT, "%s: %s", l->btf_path, why.text);
	log_trace(TRACE_btf, "%s: whole kernel BTF: %s", l->name, why.text);
	return l->btf_path ? keep_btf(l, l->types->main.bytes.data, path, size, err) : 0;
}

static int open_types(struct loader *l, struct err *err)
{
	AUTO(kernel_sources) struct kernel_sources sources = { 0 };

	if (kernel_sources_find(&l->btf_path, 1, &sources, err) < 0)
		return -1;
	if (sources.n_items != 1)
		return err_set(err, EC_USAGE, "--btf: there are %zu kernels in %s", sources.n_items,
			       l->btf_path);
	if (kernel_open(&sources.items[0], l->cache, &l->file_kernel, err) < 0)
		return -1;
	if (l->file_kernel.arch && l->kernel.arch && strcmp(l->file_kernel.arch, l->kernel.arch))
		return err_set(err, EC_UNSUPPORTED,
			       "--btf: %s is of a kernel for %s, this machine is %s", l->btf_path,
			       l->file_kernel.arch, l->kernel.arch);
	return 0;
}

/* The kernel has none: the package's; that it has none either is an error when it is wanted. */
static int open_layer(struct loader *l, struct err *err)
{
	if (l->btf_path || !l->types_layer.len)
		return 0;
	if (run_types_open(l->types_layer, l->name, &l->file_kernel, &l->no_types) == 0) {
		l->types = &l->file_kernel;
		return 0;
	}
	*err = l->no_types;
	return err->code == EC_UNSUPPORTED ? 0 : -1;
}

int loader_btf_open(struct loader *l, struct err *err)
{
	if (kernel_open_running(l->cache, &l->kernel, err) < 0) {
		l->no_types = *err;
		if (err->code != EC_UNSUPPORTED || kernel_open_bare(&l->kernel, err) < 0 ||
		    open_layer(l, err) < 0)
			return -1;
	} else {
		l->types = &l->kernel;
	}
	if (!l->btf_path)
		return 0;
	l->types = &l->file_kernel;
	return open_types(l, err);
}

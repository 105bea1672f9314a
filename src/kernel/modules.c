// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/log.h"
#include "kernel/kernel_priv.h"

char *kernel_module_name(const char *path)
{
	char *name = mem_text(path_base(path)), *end = strstr(name, ".ko");

	if (end && (!end[3] || end[3] == '.'))
		*end = '\0';
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static int read_module(struct kernel *kernel, const char *path, struct err *err)
{
	struct kernel_part *part = &kernel->modules[kernel->n_modules];
	AUTO(free) char *name = kernel_module_name(path);

	if (kernel_btf_open(path, &part->bytes, err) < 0)
		return -1;
	if (kernel_part_open(part, name, &kernel->main.btf, err) < 0) {
		kernel_part_done(part);
		return err_wrap(err, "%s", path);
	}
	kernel->n_modules++;
	return 0;
}

void kernel_read_modules(struct kernel *kernel)
{
	struct err err;

	if (kernel->has_read_modules)
		return;
	kernel->has_read_modules = true;
	kernel->modules = mem_array(kernel->n_module_files + 1, sizeof(*kernel->modules));
	kernel->module_targets =
		mem_array(kernel->n_module_files + 1, sizeof(*kernel->module_targets));
	for (size_t i = 0; i < kernel->n_module_files; i++) {
		if (read_module(kernel, kernel->module_files[i], &err) == 0)
			continue;
		log_trace(TRACE_btf, "module left out: %s", err.text);
		if (!kernel->module_trouble.code)
			kernel->module_trouble = err;
	}
	for (size_t i = 0; i < kernel->n_modules; i++)
		kernel->module_targets[i] =
			(struct core_target){ &kernel->modules[i].btf, &kernel->modules[i].names };
}

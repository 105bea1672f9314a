// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "kernel/extract.h"
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

/* Raw split BTF, as the running kernel gives it, or a module's file. */
static int read_bytes(const char *path, struct kernel_btf *out, struct err *err)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct input input = { .fd = fd, .what = path };
	struct str *bytes = &out->owned;
	char head[CONTENT_HEAD];
	struct stat st;
	size_t n = 0;
	int rc;

	bytes->max = LIMIT_KERNEL_BTF;
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, "open %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EC_CORRUPT, "%s: not a regular file", path);
	input.size = st.st_size;
	if (input_head(&input, head, sizeof(head), &n, err) < 0)
		return -1;
	if (content_of((struct span){ head, n }) == CONTENT_BTF)
		rc = input_add(&input, 0, input.size, bytes, err);
	else
		rc = kernel_extract_module(&input, bytes, err);
	out->data = (struct span){ str_text(bytes), bytes->len };
	return rc;
}

static int read_module(struct kernel *kernel, const char *path, struct err *err)
{
	struct kernel_part *part = &kernel->modules[kernel->n_modules];
	AUTO(free) char *name = kernel_module_name(path);
	int rc = read_bytes(path, &part->bytes, err);

	if (rc == 0 && kernel_part_open(part, name, &kernel->main.btf, err) < 0)
		rc = err_wrap(err, "%s", path);
	if (rc < 0)
		kernel_part_done(part);
	else
		kernel->n_modules++;
	return rc;
}

static void read_all(struct kernel *kernel)
{
	struct err err;

	for (size_t i = 0; i < kernel->n_module_files; i++) {
		if (read_module(kernel, kernel->module_files[i], &err) == 0)
			continue;
		log_trace(TRACE_btf, "module left out: %s", err.text);
		if (!kernel->module_trouble.code)
			kernel->module_trouble = err;
	}
}

/* False: there is nothing, or what was kept is broken. */
static bool take_kept(struct kernel *kernel, const struct cache_key *key)
{
	AUTO(cache_kept) struct cache_kept kept = { 0 };

	if (!cache_get(kernel->cache, key, &kept))
		return false;
	while (kernel->n_modules < kept.n_parts && kernel->n_modules < kernel->n_module_files &&
	       kernel_part_kept(&kernel->modules[kernel->n_modules], &kept.parts[kernel->n_modules],
				&kernel->main.btf))
		kernel->n_modules++;
	if (kernel->n_modules == kept.n_parts) {
		kernel->modules_mapped = STEAL(kept.mapped);
		kernel->modules_mapped_size = kept.mapped_size;
		return true;
	}
	while (kernel->n_modules) {
		struct kernel_part *part = &kernel->modules[--kernel->n_modules];

		part->names = (struct name_index){ 0 };
		kernel_part_done(part);
	}
	cache_drop(kernel->cache, key);
	return false;
}

static void keep(const struct kernel *kernel, const struct cache_key *key)
{
	AUTO(free) struct cache_part *parts = mem_array(kernel->n_modules, sizeof(*parts));
	const struct kernel_facts none = { 0 };

	for (size_t i = 0; i < kernel->n_modules; i++)
		parts[i] = (struct cache_part){ .name = kernel->modules[i].name,
						.btf = kernel->modules[i].bytes.data,
						.names = kernel->modules[i].names };
	if (kernel->n_modules)
		cache_put(kernel->cache, key, &none, parts, kernel->n_modules);
}

/* Thousands of compressed files take half a minute; those of a running kernel are few and plain. */
static void read_files(struct kernel *kernel)
{
	const struct raw_btf *base = &kernel->main.btf;
	uint64_t number = (uint64_t)base->n_types << 32 | base->strings_size;
	struct cache_key key;
	bool has_key = kernel->cache && !kernel->is_running &&
		       cache_key_files((const char *const *)kernel->module_files,
				       kernel->n_module_files, number, &key);

	if (has_key && take_kept(kernel, &key))
		return;
	read_all(kernel);
	if (has_key)
		keep(kernel, &key);
}

void kernel_read_modules(struct kernel *kernel)
{
	size_t n = kernel->n_module_files + 1;

	if (kernel->has_read_modules)
		return;
	kernel->has_read_modules = true;
	kernel->modules = mem_array(n, sizeof(*kernel->modules));
	kernel->module_targets = mem_array(n, sizeof(*kernel->module_targets));
	if (kernel->n_module_files)
		read_files(kernel);
	for (size_t i = 0; i < kernel->n_modules; i++)
		kernel->module_targets[i] =
			(struct core_target){ &kernel->modules[i].btf, &kernel->modules[i].names };
}

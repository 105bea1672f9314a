// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/kernel.h"

#include <sys/mman.h>

#include "base/alloc.h"
#include "kernel/kernel_priv.h"

#define NUMBERS 3 /* of a version */

int kernel_part_open(struct kernel_part *part, const char *name, const struct raw_btf *base,
		     struct err *err)
{
	if (raw_btf_open_split(part->bytes.data, base, name, &part->btf, err) < 0)
		return -1;
	if (!part->names.heads)
		name_index_make(&part->btf, &part->names);
	part->name = mem_text(name);
	return 0;
}

void kernel_part_done(struct kernel_part *part)
{
	name_index_done(&part->names);
	raw_btf_done(&part->btf);
	kernel_btf_done(&part->bytes);
	if (part->mapped)
		munmap(part->mapped, part->mapped_size);
	free(part->name);
	*part = (struct kernel_part){ 0 };
}

void kernel_done(struct kernel *kernel)
{
	for (size_t i = 0; i < kernel->n_modules; i++)
		kernel_part_done(&kernel->modules[i]);
	for (size_t i = 0; i < kernel->n_module_files; i++)
		free(kernel->module_files[i]);
	kernel_part_done(&kernel->main);
	kernel_options_done(&kernel->options);
	if (kernel->modules_mapped)
		munmap(kernel->modules_mapped, kernel->modules_mapped_size);
	free(kernel->modules);
	free(kernel->module_files);
	free(kernel->module_targets);
	free(kernel->label);
	free(kernel->source);
	free(kernel->release);
	free(kernel->cache);
	*kernel = (struct kernel){ 0 };
}

int kernel_from_bytes(struct str *bytes, const char *label, struct kernel *out, struct err *err)
{
	struct kernel kernel = { 0 };

	kernel.main.bytes.data = (struct span){ str_text(bytes), bytes->len };
	if (kernel_part_open(&kernel.main, "vmlinux", NULL, err) < 0)
		return err_wrap(err, "%s", label);
	kernel.main.bytes.owned = *bytes;
	*bytes = (struct str)STR_MAX(bytes->max);
	kernel.label = mem_text(label);
	kernel.arch = kernel_find_arch(&kernel.main);
	kernel.is_partial = !kernel_has_any_function(&kernel.main);
	*out = kernel;
	return 0;
}

bool kernel_has_any_function(const struct kernel_part *part)
{
	const struct raw_btf *btf = &part->btf;

	/* in nearly all; else all types are looked at */
	if (name_index_find(&part->names, btf, "bpf_prog_put", BTF_KIND_FUNC))
		return true;
	for (uint32_t id = 1; id < btf->n_types; id++)
		if (raw_btf_kind(raw_btf_type(btf, id)) == BTF_KIND_FUNC)
			return true;
	return false;
}

static const struct btf_type *find_in(const struct kernel_part *part, const char *name,
				      uint32_t kind, uint32_t *out_id)
{
	uint32_t id = name_index_find(&part->names, &part->btf, name, kind);

	if (!id)
		return NULL;
	if (out_id)
		*out_id = id;
	return raw_btf_type(&part->btf, id);
}

const struct btf_type *kernel_find(struct kernel *kernel, const char *name, uint32_t kind,
				   const struct kernel_part **out_part, uint32_t *out_id)
{
	const struct kernel_part *part = &kernel->main;
	const struct btf_type *type = find_in(part, name, kind, out_id);

	if (!type)
		kernel_read_modules(kernel);
	for (size_t i = 0; !type && i < kernel->n_modules; i++) {
		part = &kernel->modules[i];
		type = find_in(part, name, kind, out_id);
	}
	if (type && out_part)
		*out_part = part;
	return type;
}

bool kernel_has_function(struct kernel *kernel, const char *name)
{
	return kernel_find(kernel, name, BTF_KIND_FUNC, NULL, NULL) != NULL;
}

static const struct core_target *module_targets(void *arg, size_t *out_n)
{
	struct kernel *kernel = arg;

	kernel_read_modules(kernel);
	*out_n = kernel->n_modules;
	return kernel->module_targets;
}

void kernel_core_targets(struct kernel *kernel, struct core_targets *out)
{
	*out = (struct core_targets){ .main = { &kernel->main.btf, &kernel->main.names } };
	if (kernel->n_module_files || kernel->n_modules) {
		out->modules = module_targets;
		out->arg = kernel;
	}
}

/* "6.1.55-1": up to three numbers with dots between them. */
static uint32_t version_at(const char *p)
{
	uint32_t numbers[NUMBERS] = { 0 };
	size_t n = 0;

	while (n < NUMBERS && *p >= '0' && *p <= '9') {
		for (; *p >= '0' && *p <= '9'; p++)
			if (numbers[n] < UINT16_MAX)
				numbers[n] = numbers[n] * 10 + (*p - '0');
		n++;
		if (*p != '.')
			break;
		p++;
	}
	if (n < 2 || numbers[0] > UINT16_MAX || numbers[1] > UINT8_MAX)
		return 0;
	/* include/linux/version.h, KERNEL_VERSION() */
	return (numbers[0] << 16) + (numbers[1] << 8) +
	       (numbers[2] < UINT8_MAX ? numbers[2] : UINT8_MAX);
}

uint32_t kernel_parse_version(const char *release, const char *details)
{
	static const char mark[] = "Debian ";
	const char *debian = details ? strstr(details, mark) : NULL;
	uint32_t version = debian ? version_at(debian + strlen(mark)) : 0;

	if (!version && release)
		version = version_at(release);
	return version;
}

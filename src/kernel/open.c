// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "kernel/cache.h"
#include "kernel/extract.h"
#include "kernel/kernel_priv.h"
#include "kernel/sources.h"

#define TRIED 8 /* names */

/* A source that is being opened. */
struct opening {
	const struct kernel_source *source;
	struct input input;
	const char *cache; /* NULL: none, or it would not know the file again */
	struct cache_key key;
	struct kernel_facts facts;
};

bool kernel_names_fit(const struct name_index *names, const struct raw_btf *btf)
{
	uint32_t n = btf->n_types - btf->n_base, step = n / TRIED + 1;

	if (names->first_id != btf->n_base || names->n_next != n)
		return false;
	for (uint32_t i = 1; i < n; i += step) {
		const struct btf_type *type = raw_btf_type(btf, btf->n_base + i);
		const char *name = raw_btf_name(btf, type->name_off);

		if (*name && !name_index_find(names, btf, name, raw_btf_kind(type)))
			return false;
	}
	return true;
}

bool kernel_part_kept(struct kernel_part *part, const struct cache_part *from,
		      const struct raw_btf *base)
{
	struct err err;

	part->names = from->names;
	if (from->btf.len)
		part->bytes.data = from->btf;
	err_set(&err, EC_CORRUPT, "an index of other BTF");
	if (kernel_part_open(part, from->name, base, &err) == 0 &&
	    kernel_names_fit(&part->names, &part->btf))
		return true;
	part->names = (struct name_index){ 0 };
	kernel_part_done(part);
	log_trace(TRACE_btf, "what was kept is broken: %s", err.text);
	return false;
}

/* False: it is not there, or was broken and is forgotten. */
static bool open_kept(struct opening *opening, struct kernel_part *part)
{
	AUTO(cache_kept) struct cache_kept kept = { 0 };

	if (!opening->cache || !cache_get(opening->cache, &opening->key, &kept))
		return false;
	if (!kernel_part_kept(part, &kept.parts[0], NULL)) {
		cache_drop(opening->cache, &opening->key);
		return false;
	}
	part->mapped = STEAL(kept.mapped);
	part->mapped_size = kept.mapped_size;
	opening->facts = kept.facts;
	kept.facts = (struct kernel_facts){ 0 };
	return true;
}

static int extract(const struct opening *opening, struct extract *out, struct err *err)
{
	enum content content, inner;

	if (content_look(&opening->input, &content, &inner, err) < 0)
		return -1;
	if (inner == CONTENT_TAR)
		return kernel_extract_member(&opening->input, opening->source->member, out, err);
	return kernel_extract(&opening->input, out, err);
}

static void keep(const struct opening *opening, const struct kernel_part *part)
{
	const struct cache_part kept = { .name = part->name,
					 .btf = part->bytes.data,
					 .names = part->names };

	if (opening->cache)
		cache_put(opening->cache, &opening->key, &opening->facts, &kept, 1);
}

static int open_new(struct opening *opening, struct kernel_part *part, struct err *err)
{
	AUTO(extract) struct extract found = { 0 };

	if (extract(opening, &found, err) < 0)
		return -1;
	part->bytes.owned = found.btf;
	part->bytes.data = (struct span){ str_text(&found.btf), found.btf.len };
	found.btf = (struct str){ 0 };
	if (kernel_part_open(part, opening->source->path, NULL, err) < 0)
		return -1;
	free(part->name);
	part->name = mem_text("vmlinux");
	opening->facts = found.facts;
	found.facts = (struct kernel_facts){ 0 };
	keep(opening, part);
	return 0;
}

static void describe(const struct opening *opening, const char *cache, struct kernel *kernel)
{
	const struct kernel_source *source = opening->source;
	const char *release = opening->facts.release;

	if (!release)
		release = source->release;
	kernel->source = mem_text(source->path);
	kernel->release = mem_text(release);
	kernel->label = mem_text(source->label);
	kernel->version = kernel_parse_version(release, opening->facts.details);
	kernel->arch = kernel_find_arch(&kernel->main);
	kernel->is_partial = !kernel_has_any_function(&kernel->main);
	if (!kernel->arch)
		kernel->arch = source->arch;
	kernel->options.file = mem_text(source->options_file);
	kernel->module_files = mem_array(source->n_module_files + 1, sizeof(char *));
	for (size_t i = 0; i < source->n_module_files; i++)
		kernel->module_files[i] = mem_text(source->module_files[i]);
	kernel->n_module_files = source->n_module_files;
	kernel->cache = mem_text(cache);
}

static int open_input(struct opening *opening, const char *cache, int *out_fd, struct err *err)
{
	const struct kernel_source *source = opening->source;
	AUTO(close) int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_errno(err, "open %s", source->path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EC_CORRUPT, "%s: not a regular file", source->path);
	opening->input = (struct input){ .fd = fd, .size = st.st_size, .what = source->path };
	if (cache && cache_key_file(&st, source->member ? source->member : "", &opening->key))
		opening->cache = cache;
	*out_fd = STEAL_FD(fd);
	return 0;
}

int kernel_open(const struct kernel_source *source, const char *cache, struct kernel *out,
		struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(close) int fd = -1;
	struct opening opening = { .source = source };
	int rc = 0;

	if (open_input(&opening, cache, &fd, err) < 0)
		return -1;
	if (!open_kept(&opening, &kernel.main))
		rc = open_new(&opening, &kernel.main, err);
	if (rc == 0) {
		describe(&opening, cache, &kernel);
		*out = kernel;
		kernel = (struct kernel){ 0 };
	}
	kernel_facts_done(&opening.facts);
	return rc;
}

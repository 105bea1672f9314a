// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "kernel/sources_priv.h"

static int by_release(const void *a, const void *b)
{
	const struct found_module *x = a, *y = b;
	int order;

	if (!x->release || !y->release)
		order = !y->release - !x->release;
	else
		order = strcmp(x->release, y->release);
	return order ? order : strcmp(x->path, y->path);
}

static void ask_module(struct found_module *module)
{
	AUTO(close) int fd = open(module->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct input input = { .fd = fd, .what = module->path };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	input.size = st.st_size;
	module->release = kernel_module_release(&input);
}

static void give(const struct search *search, size_t from, size_t to, struct kernel_source *source)
{
	if (to - from > LIMIT_KERNEL_MODULES)
		to = from + LIMIT_KERNEL_MODULES;
	if (from == to)
		return;
	source->module_files = mem_array(to - from, sizeof(char *));
	for (size_t i = from; i < to; i++)
		source->module_files[source->n_module_files++] = mem_text(search->modules[i].path);
}

/* How many are before all of this release; those without one are last. */
static size_t first_of(const struct search *search, const char *release)
{
	size_t low = 0, high = search->n_modules;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *at = search->modules[middle].release;

		if (at && strcmp(at, release) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void give_of_release(const struct search *search, struct kernel_source *source)
{
	size_t from = first_of(search, source->release), to = from;

	while (to < search->n_modules && search->modules[to].release &&
	       !strcmp(search->modules[to].release, source->release))
		to++;
	give(search, from, to, source);
}

void search_give_modules(struct search *search)
{
	struct kernel_sources *sources = search->sources;
	bool is_only = sources->n_items == 1 && !sources->items[0].release;

	if (!search->n_modules)
		return;
	for (size_t i = 0; !is_only && i < search->n_modules; i++)
		if (!search->modules[i].release)
			ask_module(&search->modules[i]);
	qsort(search->modules, search->n_modules, sizeof(*search->modules), by_release);
	if (is_only)
		give(search, 0, search->n_modules, &sources->items[0]);
	for (size_t i = 0; i < sources->n_items; i++)
		if (sources->items[i].release)
			give_of_release(search, &sources->items[i]);
}

void search_done(struct search *search)
{
	for (size_t i = 0; i < search->n_modules; i++) {
		free(search->modules[i].path);
		free(search->modules[i].release);
	}
	free(search->modules);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/compress.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "kernel/kernel_priv.h"

#define PREFIX "CONFIG_"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void kernel_options_parse(struct str *text, struct kernel_options *out)
{
	size_t cap = 0;
	char *line, *next;

	out->text = *text;
	*text = (struct str)STR_MAX(text->max);
	out->is_known = true;
	for (line = out->text.data; line && *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = '\0';
		if (!text_starts(line, PREFIX) || !strchr(line, '='))
			continue;
		ARRAY_ROOM(out->lines, out->n_lines, cap);
		out->lines[out->n_lines++] = line;
	}
	if (out->n_lines)
		qsort(out->lines, out->n_lines, sizeof(*out->lines), by_text);
}

void kernel_options_done(struct kernel_options *options)
{
	free(options->file);
	free(options->lines);
	str_done(&options->text);
	*options = (struct kernel_options){ 0 };
}

/* The file, compressed by gzip or not. CORRUPT where no option is set in it. */
static int read_file(const char *path, struct kernel_options *options, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_KERNEL_OPTIONS);
	AUTO(str) struct str plain = STR_MAX(LIMIT_KERNEL_OPTIONS);
	struct kernel_options read = { .file = options->file, .is_read = true };

	if (fs_read(AT_FDCWD, path, &bytes, err) < 0)
		return -1;
	if (text_starts(str_text(&bytes), "\x1f\x8b")) {
		if (gzip_unpack((struct span){ bytes.data, bytes.len }, path, &plain, err) < 0)
			return -1;
		kernel_options_parse(&plain, &read);
	} else {
		kernel_options_parse(&bytes, &read);
	}
	if (!read.n_lines) {
		read.file = NULL;
		kernel_options_done(&read);
		return err_set(err, EC_CORRUPT, "%s: no CONFIG_ line in it", path);
	}
	*options = read;
	return 0;
}

static void read_options(struct kernel *kernel)
{
	AUTO(free) char *boot = NULL, *modules = NULL;
	const char *paths[3] = { kernel->options.file };
	size_t n_paths = paths[0] ? 1 : 0;
	struct err err;

	kernel->options.is_read = true;
	if (!n_paths && kernel->is_running) {
		boot = mem_printf("/boot/config-%s", kernel->release);
		modules = mem_printf("/lib/modules/%s/config", kernel->release);
		paths[n_paths++] = "/proc/config.gz";
		paths[n_paths++] = boot;
		paths[n_paths++] = modules;
	}
	for (size_t i = 0; i < n_paths; i++) {
		if (read_file(paths[i], &kernel->options, &err) == 0)
			return;
		log_trace(TRACE_btf, "options of the kernel: %s", err.text);
	}
}

int kernel_read_options(struct kernel *kernel, const char *path, struct err *err)
{
	struct kernel_options options = { .is_read = true };

	if (read_file(path, &options, err) < 0)
		return -1;
	kernel_options_done(&kernel->options);
	kernel->options = options;
	return 0;
}

const char *kernel_option(struct kernel *kernel, const char *name)
{
	const struct kernel_options *options = &kernel->options;
	size_t len = strlen(name), low = 0, high;

	if (!options->is_read && !options->is_known)
		read_options(kernel);
	if (!options->is_known)
		return NULL;
	for (high = options->n_lines; low < high;) {
		size_t middle = low + (high - low) / 2;
		const char *line = options->lines[middle];
		int order = strncmp(line, name, len);

		if (order == 0)
			order = (unsigned char)line[len] - '=';
		if (order == 0)
			return line + len + 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return "n";
}

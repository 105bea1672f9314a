// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_BPF_FILES_H
#define TESTS_SUPPORT_BPF_FILES_H

/*
 * Real eBPF objects: those of tests/data, what the epm and the clang that are there make of the
 * examples and of tests/data/objects, and files that EPM_TEST_OBJECTS names (separated by colons),
 * also programs that have objects in them, as those of libbpf-tools.
 */
#include <elf.h>
#include <glob.h>

#include "base/alloc.h"
#include "base/spawn.h"
#include "support/data.h"

#define EM_OF_BPF 247

/* Calls found() for each object in a file. */
static inline void bpf_file_each(const char *path,
				 void (*found)(const char *path, struct span elf, void *arg),
				 void *arg)
{
	AUTO(str) struct str file = data_read(path);
	const char *p = file.data, *end = file.data + file.len;
	Elf64_Ehdr header;

	while (p && (p = memmem(p, end - p, ELFMAG, SELFMAG))) {
		uint64_t size = end - p;

		if (size < sizeof(header))
			return;
		memcpy(&header, p, sizeof(header));
		if (header.e_machine == EM_OF_BPF && header.e_type == ET_REL &&
		    header.e_shoff < size && header.e_shentsize == sizeof(Elf64_Shdr)) {
			AUTO(free) char *copy = NULL;

			size = header.e_shoff + (uint64_t)header.e_shnum * sizeof(Elf64_Shdr);
			if (size <= (uint64_t)(end - p)) {
				copy = mem_copy(p, size);
				found(path, (struct span){ copy, size }, arg);
			}
		}
		p += SELFMAG;
	}
}

/* One after the other; out_n: how many could not be built. */
static inline void bpf_files_build(const char *pattern, const char *folder, size_t *out_failed)
{
	const char *epm = getenv("EPM");
	glob_t paths = { 0 };

	if (!epm || glob(pattern, 0, NULL, &paths) != 0)
		return;
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		const char *argv[] = { epm, "build", "-q", "-o", folder, paths.gl_pathv[i], NULL };
		AUTO(str) struct str out = STR_MAX(LIMIT_CHILD_OUTPUT);
		AUTO(str) struct str messages = STR_MAX(LIMIT_CHILD_OUTPUT);
		struct spawn spawn = { .argv = argv, .out = &out, .messages = &messages };
		struct err err;

		if (spawn_run(&spawn, &err) < 0 || spawn.status)
			++*out_failed;
	}
	globfree(&paths);
}

static inline void bpf_files_glob(const char *pattern,
				  void (*found)(const char *path, struct span elf, void *arg),
				  void *arg)
{
	glob_t paths = { 0 };

	if (glob(pattern, 0, NULL, &paths) != 0)
		return;
	for (size_t i = 0; i < paths.gl_pathc; i++)
		bpf_file_each(paths.gl_pathv[i], found, arg);
	globfree(&paths);
}

/* The words of a variable of the environment, between colons. */
static inline void env_each(const char *variable, void (*each)(const char *word, void *arg),
			    void *arg)
{
	AUTO(free) char *text = mem_text(getenv(variable));
	char *rest = text;

	for (char *word = strsep(&rest, ":"); word; word = strsep(&rest, ":"))
		if (*word)
			each(word, arg);
}

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_SOURCES_PRIV_H
#define EPM_KERNEL_SOURCES_PRIV_H

/* What the files that make a list of kernels share. */
#include "kernel/extract.h"
#include "kernel/sources.h"

struct found_module {
	char *path;
	char *release; /* or NULL */
};

/* A search that goes on. */
struct search {
	struct kernel_sources *sources;
	struct found_module *modules;
	size_t n_modules;
	size_t modules_cap;
	size_t n_files; /* that were looked at */
};

/* A file that was found; all is borrowed. */
struct found {
	const char *path;
	const char *below; /* the path below the folder; of a file named by itself its name */
	bool is_named;
	bool is_link; /* in a folder, to a file */
};

/* What a file is; it becomes one kernel, several, a module, or nothing. */
int search_file(struct search *search, const struct found *found, struct err *err) MUST_CHECK;

/*
 * A file or folder in a folder that cannot be opened, with its errno: a kernel may be in it, which
 * kernel_open() then says it cannot read. Not where its name tells that there is none.
 */
void search_add_unread(struct search *search, const struct found *found, int number);

/* Modules go to their kernels; what nobody has is forgotten. */
void search_give_modules(struct search *search);
void search_done(struct search *search);

#endif

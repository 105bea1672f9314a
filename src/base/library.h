// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_LIBRARY_H
#define EPM_BASE_LIBRARY_H

/*
 * Libraries that few commands need are loaded when they are needed first. libcurl brings 30 others
 * with it and 5 ms of start-up, libarchive 15 and 2.5 ms; "epm run" of a package in the store has no
 * use for either. One file names such a library's functions once:
 *
 *	#define CURL_FUNCTIONS(X) X(curl, curl_easy_init) X(curl, curl_easy_cleanup)
 *	LIBRARY_TABLE(curl, CURL_FUNCTIONS);
 *
 *	if (library_load("libcurl.so.4", "libcurl4", curl_symbols, ARRAY_SIZE(curl_symbols), err) < 0)
 *		return -1;
 *	easy = curl.curl_easy_init();
 *
 * The types are those of the library's header. LIBRARY_NOTE says in the program's file what it may
 * load, for whoever makes a package of epm (the ".note.dlopen" of systemd's ELF_DLOPEN_METADATA).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct library_symbol {
	const char *name;
	void *slot; /* a pointer to a function, which is set */
};

#define LIBRARY_MEMBER(table, function) __typeof__(function) *function;
#define LIBRARY_SYMBOL(table, function) { #function, &(table).function },

/* A struct `name` of function pointers and the list `name_symbols` that fills it. */
#define LIBRARY_TABLE(name, FUNCTIONS)    \
	static struct {                   \
		FUNCTIONS(LIBRARY_MEMBER) \
	} name;                           \
	static const struct library_symbol name##_symbols[] = { FUNCTIONS(LIBRARY_SYMBOL) }

/*
 * Load it with all its symbols; again is free. UNSUPPORTED, with the Debian package in the hint,
 * when it is not there or lacks one of them: then the table is as it was.
 */
int library_load(const char *file, const char *package, const struct library_symbol *symbols,
		 size_t n_symbols, struct err *err) MUST_CHECK;

bool library_is_there(const char *file); /* can be loaded, and then is */

/* clang-format off */
#define LIBRARY_NOTE(feature, description, file)                                                 \
	static const struct {                                                                    \
		struct { unsigned int name_size, data_size, type; } head;                        \
		_Alignas(4) char name[4];                                                        \
		_Alignas(4) char data[sizeof("[{\"feature\":\"" feature "\",\"description\":\""    \
			description "\",\"priority\":\"required\",\"soname\":[\"" file "\"]}]")];       \
	} library_note __attribute__((used, section(".note.dlopen"), aligned(4))) = {            \
		{ 4, sizeof(library_note.data), 0x407c0c0a }, "FDO",                             \
		"[{\"feature\":\"" feature "\",\"description\":\"" description                     \
			"\",\"priority\":\"required\",\"soname\":[\"" file "\"]}]" }
/* clang-format on */

#endif

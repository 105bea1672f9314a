// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_FORMAT_H
#define EPM_RUN_FORMAT_H

/*
 * Ways to show a value that its C type does not tell: addresses, times, error numbers. Chosen by
 * @format of the member, or by the name of its typedef.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format_json { /* what goes to JSON */
		   FORMAT_QUOTED,
		   FORMAT_RAW, /* the number itself, as if there were no format */
		   FORMAT_NAMED, /* quoted if it is a name, and not if there is none and it is a number */
};

struct format {
	const char *name;	  /* as in @format */
	const char *typedef_name; /* shown so without being asked; or NULL */
	uint32_t sizes;		  /* bit n: a field of n bytes can be shown so; 0: any size */
	unsigned int width;	  /* in a table */
	bool is_right;
	enum format_json json;
	/* Writes at most FORMAT_MAX bytes, printable ASCII without " and \. Returns the end. */
	char *(*emit)(char *p, const void *field, uint32_t size, bool is_signed);
};

#define FORMAT_MAX 256

const struct format *format_find(const char *name); /* NULL: there is none */
const struct format *format_of_typedef(const char *name, uint32_t size);
bool format_takes(const struct format *format, uint32_t size);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_EXPORT_SEND_H
#define EPM_BUILD_EXPORT_SEND_H

/* What the functions of the sources send through which map. */
#include "build/source_index.h"

struct sent {
	struct span map;
	struct source_type type; /* no record: what is sent here cannot be told, or is a number */
};

struct sent_list {
	struct sent *items; /* in the order they were found; types of a map may be there twice */
	size_t n_items;
	size_t cap;
};

void export_send_find(const struct source_index *index, struct sent_list *out);
void sent_list_done(struct sent_list *list);
AUTO_STRUCT(sent_list, struct sent_list, sent_list_done);

#endif

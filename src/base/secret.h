// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_SECRET_H
#define EPM_BASE_SECRET_H

/* AUTO(secret) struct str: overwritten at the end of its scope. What it grew out of is not. */
#include <string.h>

#include "base/str.h"

static inline void secret_done(struct str *s)
{
	if (s->data)
		explicit_bzero(s->data, s->cap);
	str_done(s);
}
AUTO_STRUCT(secret, struct str, secret_done);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_POLICY_PRIV_H
#define EPM_PKG_POLICY_PRIV_H

/* Between the files of the policy. */
#include "base/json.h"
#include "pkg/policy.h"

/* The rule of a scope from its document, which it borrows; free what it holds also on failure. */
int policy_rule_read(const struct js_at *at, struct policy_rule *out, struct err *err) MUST_CHECK;
void policy_rule_done(struct policy_rule *rule);

/* policy_parse() for a document, which is taken over also on failure. */
int policy_take(json_t *json, const char *path, enum policy_origin origin, struct policy_file *out,
		struct err *err) MUST_CHECK;

/* A list of texts, or one that stands alone; at most `max` of them. */
int policy_list_read(const struct js_at *at, const char *name, size_t max, struct policy_list *out,
		     struct err *err) MUST_CHECK;

#define POLICY_LIST_MAX 1024

#endif

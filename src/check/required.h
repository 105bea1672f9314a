// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_REQUIRED_H
#define EPM_CHECK_REQUIRED_H

/*
 * What an object asks of every kernel, told without one: for the package config, so that a package
 * can be refused before its object is fetched. It is a hint of whoever built the package; whoever
 * runs it looks at the object itself (verdict.h).
 */
#include "base/json.h"
#include "btf/needs.h"
#include "check/subject.h"
#include "kernel/kernel.h"
#include "kernel/live.h"

/*
 * `requirements` of the package config (epm-package(5)): what some program can come to, and as
 * `required` what every kernel must have, whatever else it has: what is reached both where all that
 * the object asks after exists and where nothing does, of programs that are neither optional nor
 * one of several. The caller owns it. The subject's code is changed and set back. CORRUPT.
 */
int required_find(struct check_subject *subject, json_t **out, struct err *err) MUST_CHECK;

/*
 * Hold `requirements` that came with a package against a kernel. True when something is certainly
 * missing; the first such thing goes into why. What is not understood is passed over. live: of the
 * running kernel, NULL for another.
 */
bool required_is_missing(const json_t *requirements, struct kernel *kernel, const struct live *live,
			 struct str *why);

/* Does every way of running it take types of the kernel? */
bool required_has_types(const json_t *requirements);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_ASK_H
#define EPM_CMD_ASK_H

/* Questions to a person at the terminal, which is standard input. */
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

bool ask_can(void); /* standard input is a terminal */

/*
 * One line without its end, appended to out; the prompt goes to standard error. A secret is not
 * shown while it is typed; a signal that ends the program sets the terminal right first. USAGE when
 * the input ends or nothing is typed.
 */
int ask_line(const char *prompt, bool is_secret, struct str *out, struct err *err) MUST_CHECK;

#endif

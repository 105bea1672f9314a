// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Read by clang-tidy only, before each file: says what its analyzer cannot see from one file, that
 * the functions which set an error always return -1.
 */
#include "base/err.h"
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_errno(...) (err_errno(__VA_ARGS__), -1)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -1)

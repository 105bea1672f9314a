// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BASE_ERR_H
#define EPM_BASE_ERR_H

/*
 * Errors. What can fail returns int, 0 or -1, and takes a struct err as its last argument, which
 * is the caller's storage and never NULL. The lowest function sets code and text, each level above
 * may put words before it with err_wrap(), and main.c prints the whole once. Callers branch on the
 * code, never on the text. Nothing here allocates; there is nothing to free.
 */

/* code, exit status, word for --json. The exit statuses are those of epm(1). */
#define ERR_CODE_LIST(X)                 \
	X(FAILED, 1, "failed")           \
	X(USAGE, 2, "usage")             \
	X(NOT_FOUND, 3, "not-found")     \
	X(DENIED, 4, "denied")           \
	X(NETWORK, 5, "network")         \
	X(CORRUPT, 6, "corrupt")         \
	X(UNTRUSTED, 7, "not-trusted")   \
	X(UNSUPPORTED, 8, "unsupported") \
	X(VERIFIER, 9, "verifier")       \
	X(LOST, 10, "events-lost")       \
	X(EXISTS, 1, "exists")           \
	X(BUSY, 1, "busy")               \
	X(CLOSED, 0, "output-closed")

enum err_code {
	EC_NONE,
#define ERR_CODE_ENUM(name, status, word) EC_##name,
	ERR_CODE_LIST(ERR_CODE_ENUM)
#undef ERR_CODE_ENUM
};

struct err {
	enum err_code code;
	char text[1024];
	char hint[512]; /* what a person can do about it; empty if nothing */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt_arg, first) __attribute__((format(printf, fmt_arg, first)))

/* Set code and text; the hint is cleared. Returns -1 always. */
int err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF(3, 4);

/*
 * The same from errno, whose text is appended. ENOENT becomes NOT_FOUND, EACCES, EPERM and EROFS
 * DENIED, EPIPE CLOSED, all others FAILED.
 */
int err_errno(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Put "…: " before the text; code and hint stay. Returns -1 always. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Set the hint, one sentence without a newline. Returns -1 always. */
int err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);

int err_status(enum err_code code); /* the exit status, 0 for EC_NONE */
const char *err_word(enum err_code code);

#endif

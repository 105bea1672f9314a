// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list args;

	err->code = code;
	err->hint[0] = '\0';
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

static enum err_code code_of_errno(int number)
{
	switch (number) {
	case ENOENT:
		return EC_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return EC_DENIED;
	case EPIPE:
		return EC_CLOSED;
	default:
		return EC_FAILED;
	}
}

int err_errno(struct err *err, const char *fmt, ...)
{
	int number = errno;
	va_list args;
	int n;

	err->code = code_of_errno(number);
	err->hint[0] = '\0';
	va_start(args, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - n, ": %s", strerror(number));
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	int n;

	memcpy(text, err->text, sizeof(text));
	va_start(args, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - n, ": %.*s",
			 (int)(sizeof(err->text) - n), text);
	return -1;
}

int err_hint(struct err *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	return -1;
}

int err_status(enum err_code code)
{
	switch (code) {
#define ERR_CODE_STATUS(name, status, word) \
	case EC_##name:                     \
		return status;
		ERR_CODE_LIST(ERR_CODE_STATUS)
	default:
		return 0;
	}
}

const char *err_word(enum err_code code)
{
	switch (code) {
#define ERR_CODE_WORD(name, status, word) \
	case EC_##name:                   \
		return word;
		ERR_CODE_LIST(ERR_CODE_WORD)
	default:
		return "none";
	}
}

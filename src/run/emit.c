// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/emit.h"

#include "base/utf8.h"

static char *hex_escape(char *p, const char *prefix, unsigned char c)
{
	p = emit_bytes(p, prefix, strlen(prefix));
	*p++ = "0123456789abcdef"[c >> 4];
	*p++ = "0123456789abcdef"[c & 15];
	return p;
}

static char *json_escape(char *p, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = strchr(names, c);

	if (c >= 0x80)
		return emit_bytes(p, "\\ufffd", 6);
	if (!at)
		return hex_escape(p, "\\u00", c);
	*p++ = '\\';
	*p++ = letters[at - names];
	return p;
}

char *emit_special(char *p, const char **s, size_t max, bool is_json)
{
	unsigned char c = **s;
	/* C1 controls are valid in JSON, but a reader may put them on a terminal: escape them */
	size_t n = c >= 0x80 ? utf8_printable(*s, max) : 0;

	if (n) {
		p = emit_bytes(p, *s, n);
		*s += n;
		return p;
	}
	if (is_json && c == 0xc2 && utf8_length(*s, max) == 2) {
		p = hex_escape(p, "\\u00", (*s)[1]);
		*s += 2;
		return p;
	}
	*s += 1;
	return is_json ? json_escape(p, c) : hex_escape(p, "\\x", c);
}

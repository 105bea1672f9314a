// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdarg.h>

#include "base/alloc.h"
#include "oci/http.h"

#define HEADER_MAX (64u << 10) /* a token may be long */

void http_header(struct http_exchange *exchange, const char *fmt, ...)
{
	AUTO(str) struct str text = STR_MAX(HEADER_MAX);
	va_list args;

	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	ARRAY_ROOM(exchange->headers, exchange->n_headers, exchange->headers_cap);
	exchange->headers[exchange->n_headers++] = str_take(&text);
}

char *http_url_shown(const char *url)
{
	const char *query = strchr(url, '?');

	return query ? mem_printf("%.*s?…", (int)(query - url), url) : mem_text(url);
}

void http_answer_done(struct http_answer *answer)
{
#define HTTP_FIELD_FREE(member, name) free(answer->member);
	HTTP_FIELDS(HTTP_FIELD_FREE)
#undef HTTP_FIELD_FREE
	str_done(&answer->body);
	*answer = (struct http_answer){ 0 };
}

void http_exchange_done(struct http_exchange *exchange)
{
	for (size_t i = 0; i < exchange->n_headers; i++) {
		explicit_bzero(exchange->headers[i], strlen(exchange->headers[i]));
		free(exchange->headers[i]);
	}
	if (exchange->owns_data) {
		explicit_bzero((void *)exchange->data.data, exchange->data.len);
		free((void *)exchange->data.data);
	}
	free(exchange->headers);
	free(exchange->url);
	http_answer_done(&exchange->answer);
	*exchange = (struct http_exchange){ 0 };
}

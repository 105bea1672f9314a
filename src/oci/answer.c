// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "oci/client.h"

#define WORDS_MAX 300

/* "MANIFEST_UNKNOWN: manifest unknown" of the first error; false: there is none to be read. */
static bool read_words(struct span body, struct str *out)
{
	AUTO(json) json_t *json = NULL;
	struct err err = { 0 };
	json_t *first;
	const char *code, *message, *detail;

	if (!body.len || js_parse(body.data, body.len, "answer", &json, &err) < 0)
		return false;
	first = json_array_get(json_object_get(json, "errors"), 0);
	code = json_string_value(json_object_get(first, "code"));
	message = json_string_value(json_object_get(first, "message"));
	detail = json_string_value(json_object_get(first, "detail"));
	if (!code && !message)
		/* token servers: {"details": "…"}, OAuth's {"error": …, "error_description": …} */
		message = json_string_value(json_object_get(json, "details"));
	if (!code && !message)
		return false;
	str_addf(out, "%.100s%s%.*s", code ? code : "", code && message ? ": " : "", WORDS_MAX,
		 message ? message : "");
	if (detail && *detail && (!message || !strstr(message, detail)))
		str_addf(out, " (%.*s)", WORDS_MAX, detail);
	return true;
}

static enum err_code code_of(long status)
{
	if (status == 401 || status == 403)
		return EC_DENIED;
	if (status == 404 || status == 410)
		return EC_NOT_FOUND;
	return EC_NETWORK;
}

static const char *name_of(long status)
{
	switch (status) {
	case 400:
		return "bad request";
	case 401:
		return "unauthorized";
	case 403:
		return "forbidden";
	case 404:
		return "not found";
	case 405:
		return "method not allowed";
	case 413:
		return "too large";
	case 429:
		return "too many requests";
	case 500:
		return "internal error";
	case 502:
		return "bad gateway";
	case 503:
		return "service unavailable";
	case 504:
		return "gateway timeout";
	default:
		return status >= 300 && status < 400 ? "a redirect" : "an unexpected status";
	}
}

int oci_answer_error(const struct http_answer *answer, struct err *err)
{
	AUTO(str) struct str words = STR_MAX(1024);

	/* HTML and the like is a proxy's; it says nothing that the status does not. */
	if (!read_words((struct span){ str_text(&answer->body), answer->body.len }, &words))
		str_adds(&words, name_of(answer->status));
	return err_set(err, code_of(answer->status), "the registry says %ld, %s", answer->status,
		       str_text(&words));
}

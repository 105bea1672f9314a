// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/http.h"

#include <curl/curl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/library.h"
#include "base/log.h"

#define MAX_CONNECTIONS 6 /* to one host, as browsers have it */
#define BUFFER_BYTES (128l << 10)
#define FIELD_MAX (16u << 10)
#define STALL_RATE 100	/* bytes a second */
#define ANSWER_FACTOR 5 /* so much longer may a server think about what was sent */
#define POLL_MAX_NS 500000000ull

LIBRARY_NOTE("registry", "push to and pull from registries", "libcurl.so.4");

/* clang-format off */
#define CURL_FUNCTIONS(X)                                                                     \
	X(lib, curl_global_init) X(lib, curl_easy_init) X(lib, curl_easy_setopt)              \
	X(lib, curl_easy_cleanup) X(lib, curl_easy_getinfo) X(lib, curl_easy_header)          \
	X(lib, curl_easy_pause) X(lib, curl_easy_strerror) X(lib, curl_slist_append)          \
	X(lib, curl_slist_free_all) X(lib, curl_multi_init) X(lib, curl_multi_setopt)         \
	X(lib, curl_multi_cleanup) X(lib, curl_multi_add_handle)                              \
	X(lib, curl_multi_remove_handle) X(lib, curl_multi_perform) X(lib, curl_multi_poll)   \
	X(lib, curl_multi_info_read) X(lib, curl_multi_strerror)
/* clang-format on */
LIBRARY_TABLE(lib, CURL_FUNCTIONS);

/* The header makes macros of these, which check types but need the functions themselves. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct http {
	const struct http_settings *settings;
	CURLM *multi;
	struct curl_slist *resolve;
	struct http_transfer *first; /* those that run */
};

/* What this module keeps of an exchange that runs. */
struct http_transfer {
	struct http_transfer *next, **self;
	struct http_exchange *exchange;
	CURL *easy;
	struct curl_slist *headers;
	char reason[CURL_ERROR_SIZE];
	struct err failure; /* set by a callback of the exchange */
	bool is_paused, is_woken, has_enough;
	uint64_t moved_bytes; /* in both directions */
	uint64_t window_start_ns, window_bytes;
};

static int load(struct err *err)
{
	static bool is_ready;

	if (library_load("libcurl.so.4", "libcurl4", lib_symbols, ARRAY_SIZE(lib_symbols), err) < 0)
		return -1;
	/*
	 * OpenSSL starts by itself when a connection needs it; libcurl would read openssl.cnf now,
	 * 2 ms, also for plain HTTP.
	 */
	if (!is_ready && lib.curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
		return err_set(err, EC_FAILED, "libcurl does not start");
	is_ready = true;
	return 0;
}

int http_open(const struct http_settings *settings, struct http **out, struct err *err)
{
	struct http *http;

	if (load(err) < 0)
		return -1;
	http = mem_alloc(sizeof(*http));
	http->settings = settings;
	http->multi = lib.curl_multi_init();
	lib.curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)MAX_CONNECTIONS);
	for (size_t i = 0; i < settings->n_resolve; i++)
		http->resolve = lib.curl_slist_append(http->resolve, settings->resolve[i]);
	*out = http;
	return 0;
}

static void transfer_free(struct http *http, struct http_transfer *transfer)
{
	*transfer->self = transfer->next;
	if (transfer->next)
		transfer->next->self = transfer->self;
	lib.curl_multi_remove_handle(http->multi, transfer->easy);
	lib.curl_easy_cleanup(transfer->easy);
	lib.curl_slist_free_all(transfer->headers);
	transfer->exchange->transfer = NULL;
	free(transfer);
}

void http_close(struct http *http)
{
	if (!http)
		return;
	for (struct http_transfer *t = http->first, *next; t; t = next) {
		next = t->next;
		transfer_free(http, t);
	}
	lib.curl_multi_cleanup(http->multi);
	lib.curl_slist_free_all(http->resolve);
	free(http);
}

static char *field(CURL *easy, const char *name)
{
	AUTO(str) struct str text = STR_MAX(FIELD_MAX);
	struct curl_header *header;

	for (size_t i = 0; lib.curl_easy_header(easy, name, i, CURLH_HEADER, -1, &header) == 0; i++)
		str_addf(&text, "%s%s", i ? ", " : "", header->value);
	return text.len ? str_take(&text) : NULL;
}

static void read_head(CURL *easy, struct http_answer *answer)
{
	curl_off_t length = -1;

	lib.curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer->status);
	lib.curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	answer->content_length = length;
#define HTTP_FIELD_READ(member, name) answer->member = field(easy, name);
	HTTP_FIELDS(HTTP_FIELD_READ)
#undef HTTP_FIELD_READ
}

/* The body of an error is for a message: its beginning is enough. */
static size_t take_error_body(struct http_transfer *transfer, const char *data, size_t size)
{
	struct str *body = &transfer->exchange->answer.body;

	body->max = HTTP_ERROR_BODY;
	if (size > body->max - body->len) {
		str_add(body, data, body->max - body->len);
		transfer->has_enough = true;
		return CURL_WRITEFUNC_ERROR;
	}
	str_add(body, data, size);
	return size;
}

static size_t on_data(char *data, size_t one, size_t size, void *ctx)
{
	struct http_transfer *transfer = ctx;
	struct http_exchange *exchange = transfer->exchange;
	struct str *body = &exchange->answer.body;
	long status;

	(void)one;
	transfer->moved_bytes += size;
	if (!exchange->answer.status)
		read_head(transfer->easy, &exchange->answer);
	status = exchange->answer.status;
	if (status < 200 || status > 299)
		return take_error_body(transfer, data, size);
	if (exchange->take && (status == 200 || status == 206))
		return exchange->take(exchange, data, size, &transfer->failure) < 0
			       ? CURL_WRITEFUNC_ERROR
			       : size;
	body->max = exchange->body_max ? exchange->body_max : HTTP_ERROR_BODY;
	str_add(body, data, size);
	if (!body->is_full)
		return size;
	err_set(&transfer->failure, EC_CORRUPT, "the answer is larger than the limit of %zu bytes",
		body->max);
	return CURL_WRITEFUNC_ERROR;
}

static size_t read_span(struct span data, uint64_t offset, char *buf, size_t size)
{
	size_t left = data.len - offset;

	size = size < left ? size : left;
	memcpy(buf, data.data + offset, size);
	return size;
}

static size_t on_read(char *buf, size_t one, size_t size, void *ctx)
{
	struct http_transfer *transfer = ctx;
	struct http_exchange *exchange = transfer->exchange;
	uint64_t left = exchange->send_bytes - exchange->sent_bytes;
	size_t n = 0;

	(void)one;
	if (size > left)
		size = left;
	if (size == 0)
		return 0;
	if (!exchange->read) {
		n = read_span(exchange->data, exchange->sent_bytes, buf, size);
	} else if (exchange->read(exchange->read_ctx, exchange->send_offset + exchange->sent_bytes,
				  buf, size, &n, &transfer->failure) < 0) {
		return CURL_READFUNC_ABORT;
	} else if (n == 0) {
		transfer->is_paused = true;
		return CURL_READFUNC_PAUSE;
	}
	exchange->sent_bytes += n;
	transfer->moved_bytes += n;
	return n;
}

/* libcurl sends again from the start when a kept connection turns out to be dead. */
static int on_seek(void *ctx, curl_off_t offset, int origin)
{
	struct http_transfer *transfer = ctx;

	if (origin != SEEK_SET || (uint64_t)offset > transfer->exchange->send_bytes)
		return CURL_SEEKFUNC_FAIL;
	transfer->exchange->sent_bytes = offset;
	return CURL_SEEKFUNC_OK;
}

static void set_method(struct http_transfer *transfer)
{
	struct http_exchange *exchange = transfer->exchange;
	CURL *easy = transfer->easy;

	if (!strcmp(exchange->method, "HEAD")) {
		lib.curl_easy_setopt(easy, CURLOPT_NOBODY, 1l);
	} else if (exchange->sends) {
		lib.curl_easy_setopt(easy, CURLOPT_UPLOAD, 1l);
		lib.curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
		lib.curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
				     (curl_off_t)exchange->send_bytes);
		lib.curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
		lib.curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
		lib.curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
		lib.curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
		if (exchange->send_bytes > BUFFER_BYTES)
			lib.curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 4 * BUFFER_BYTES);
	} else if (strcmp(exchange->method, "GET")) {
		lib.curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, exchange->method);
	}
}

static void set_tls(CURL *easy, const struct http_tls *tls)
{
	struct curl_blob ca = { (void *)tls->ca.data, tls->ca.len, CURL_BLOB_NOCOPY };

	if (tls->ca_file)
		lib.curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
	if (tls->ca_folder)
		lib.curl_easy_setopt(easy, CURLOPT_CAPATH, tls->ca_folder);
	if (tls->ca.data)
		lib.curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &ca);
	if (tls->cert_file)
		lib.curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->cert_file);
	if (tls->key_file)
		lib.curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->key_file);
	if (!tls->is_insecure)
		return;
	lib.curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0l);
	lib.curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0l);
}

/*
 * libcurl takes proxies from the environment, but not HTTP_PROXY: a CGI program gets that from a
 * request's header "Proxy:". Outside of CGI it is what everybody else takes.
 */
static void set_proxy(CURL *easy, const struct http_exchange *exchange)
{
	const char *proxy = getenv("HTTP_PROXY");

	if (exchange->is_direct)
		lib.curl_easy_setopt(easy, CURLOPT_PROXY, "");
	else if (text_starts(exchange->url, "http:") && proxy && *proxy && !getenv("http_proxy") &&
		 !getenv("REQUEST_METHOD"))
		lib.curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
	lib.curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1l);
}

static void set_headers(struct http_transfer *transfer)
{
	struct curl_slist *list = lib.curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; i < transfer->exchange->n_headers; i++)
		list = lib.curl_slist_append(list, transfer->exchange->headers[i]);
	transfer->headers = list;
	lib.curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, list);
}

static void set_up(struct http *http, struct http_transfer *transfer)
{
	struct http_exchange *exchange = transfer->exchange;
	CURL *easy = transfer->easy;

	lib.curl_easy_setopt(easy, CURLOPT_URL, exchange->url);
	lib.curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	lib.curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
	lib.curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1l);
	lib.curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	lib.curl_easy_setopt(easy, CURLOPT_USERAGENT, "epm/" PACKAGE_VERSION);
	lib.curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* With TLS the connection that is being made may turn out to carry many (HTTP/2). */
	lib.curl_easy_setopt(easy, CURLOPT_PIPEWAIT, (long)text_starts(exchange->url, "https:"));
	lib.curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
	lib.curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
	lib.curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	lib.curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			     (long)(http->settings->stall_ns / 1000000 / 2));
	if (http->resolve)
		lib.curl_easy_setopt(easy, CURLOPT_RESOLVE, http->resolve);
	set_method(transfer);
	set_tls(easy, exchange->tls);
	set_proxy(easy, exchange);
	set_headers(transfer);
}

int http_start(struct http *http, struct http_exchange *exchange, struct err *err)
{
	struct http_transfer *transfer = mem_alloc(sizeof(*transfer));
	CURLMcode rc;

	http_answer_done(&exchange->answer);
	exchange->answer.content_length = -1;
	exchange->sent_bytes = 0;
	if (!exchange->read)
		exchange->send_bytes = exchange->data.len;
	transfer->exchange = exchange;
	transfer->easy = lib.curl_easy_init();
	transfer->window_start_ns = clock_ns();
	exchange->transfer = transfer;
	set_up(http, transfer);
	transfer->self = &http->first;
	transfer->next = http->first;
	if (transfer->next)
		transfer->next->self = &transfer->next;
	http->first = transfer;
	rc = lib.curl_multi_add_handle(http->multi, transfer->easy);
	if (rc == CURLM_OK)
		return 0;
	transfer_free(http, transfer);
	return err_set(err, EC_FAILED, "libcurl: %s", lib.curl_multi_strerror(rc));
}

void http_cancel(struct http *http, struct http_exchange *exchange)
{
	if (exchange->transfer)
		transfer_free(http, exchange->transfer);
}

void http_wake(struct http_exchange *exchange)
{
	if (exchange->transfer && exchange->transfer->is_paused)
		exchange->transfer->is_woken = true;
}

static bool may_pass(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_WEIRD_SERVER_REPLY:
		return true;
	default:
		return false;
	}
}

static void add_hint(CURLcode code, const char *reason, struct err *err)
{
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		err_hint(err, "--ca-file FILE names the certificate authority of a private "
			      "registry");
	else if (code == CURLE_SSL_CONNECT_ERROR && strstr(reason, "wrong version number"))
		err_hint(err, "is it a registry without TLS? Then --plain-http");
	else if (code == CURLE_SSL_CONNECT_ERROR || strstr(reason, "alert"))
		err_hint(err, "--cert FILE and --key FILE show the registry a client certificate");
}

static void set_failure(struct http_transfer *transfer, CURLcode code)
{
	struct http_answer *answer = &transfer->exchange->answer;
	const char *reason = transfer->reason[0] ? transfer->reason : lib.curl_easy_strerror(code);
	const char *host = strstr(transfer->exchange->url, "://") + 3;

	if (transfer->has_enough || code == CURLE_OK)
		return;
	if (transfer->failure.code) {
		answer->err = transfer->failure;
		return;
	}
	err_set(&answer->err, EC_NETWORK, "no answer from %.*s: %s", (int)strcspn(host, "/?#"),
		host, reason);
	add_hint(code, reason, &answer->err);
	answer->may_retry = may_pass(code);
}

static void finish(struct http *http, struct http_transfer *transfer, CURLcode code)
{
	struct http_exchange *exchange = transfer->exchange;
	AUTO(free) char *shown = http_url_shown(exchange->url);

	if (!exchange->answer.status)
		read_head(transfer->easy, &exchange->answer);
	set_failure(transfer, code);
	log_trace(TRACE_http, "%s %s: %ld%s%s", exchange->method, shown, exchange->answer.status,
		  exchange->answer.err.code ? ", " : "", exchange->answer.err.text);
	transfer_free(http, transfer);
	exchange->done(exchange);
}

/* Those that move too little, and those that have something to send again. */
static void tend(struct http *http)
{
	uint64_t now = clock_ns(), limit;
	struct http_transfer *next;

	for (struct http_transfer *t = http->first; t; t = next) {
		next = t->next;
		if (t->is_woken) {
			t->is_woken = t->is_paused = false;
			lib.curl_easy_pause(t->easy, CURLPAUSE_CONT);
		}
		limit = http->settings->stall_ns;
		if (t->exchange->sends && t->exchange->sent_bytes == t->exchange->send_bytes)
			limit *= ANSWER_FACTOR;
		if (t->is_paused || now - t->window_start_ns < limit) {
			if (t->is_paused)
				t->window_start_ns = now;
			continue;
		}
		if (t->moved_bytes - t->window_bytes < limit / 1000000000 * STALL_RATE) {
			snprintf(t->reason, sizeof(t->reason), "stalled: %llu bytes in %llu s",
				 (unsigned long long)(t->moved_bytes - t->window_bytes),
				 (unsigned long long)(limit / 1000000000));
			finish(http, t, CURLE_OPERATION_TIMEDOUT);
			return; /* the list may be another now */
		}
		t->window_start_ns = now;
		t->window_bytes = t->moved_bytes;
	}
}

static bool end_those_that_are_done(struct http *http)
{
	struct http_transfer *transfer = NULL;
	bool any = false;
	CURLMsg *message;
	int left;

	while ((message = lib.curl_multi_info_read(http->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		lib.curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		finish(http, transfer, message->data.result);
		any = true;
	}
	return any;
}

int http_step(struct http *http, uint64_t wait_ns, struct err *err)
{
	CURLMcode rc;
	int running;

	rc = lib.curl_multi_perform(http->multi, &running);
	if (rc != CURLM_OK)
		return err_set(err, EC_FAILED, "libcurl: %s", lib.curl_multi_strerror(rc));
	tend(http);
	if (end_those_that_are_done(http))
		return 0;
	if (wait_ns > POLL_MAX_NS)
		wait_ns = POLL_MAX_NS;
	rc = lib.curl_multi_poll(http->multi, NULL, 0, (int)((wait_ns + 999999) / 1000000), NULL);
	if (rc != CURLM_OK)
		return err_set(err, EC_FAILED, "libcurl: %s", lib.curl_multi_strerror(rc));
	return 0;
}

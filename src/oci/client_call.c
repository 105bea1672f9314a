// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <inttypes.h>
#include <stdarg.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "oci/client_priv.h"
#include "oci/retry.h"

#define REDIRECTS_MAX 5
#define AUTH_MAX 2		   /* a kept token that is not good any more, then a new one */
#define PROGRESS_BYTES (64u << 10) /* so much more of a body, and failures are counted anew */
#define HEADER_MAX (32u << 10)

void oci_attempt_free(struct oci_attempt *attempt)
{
	*attempt->self = attempt->next;
	if (attempt->next)
		attempt->next->self = attempt->self;
	http_cancel(attempt->client->http, &attempt->exchange);
	http_exchange_done(&attempt->exchange);
	for (size_t i = 0; i < attempt->n_headers; i++)
		free(attempt->headers[i]);
	free(attempt->headers);
	free(attempt->redirect);
	if (attempt->call->release)
		attempt->call->release(attempt->call->ctx);
	free(attempt->call->url);
	free(attempt->call);
	free(attempt);
}

struct oci_call *oci_call_new(struct oci_repository *repository, const char *method, char *url)
{
	struct oci_attempt *attempt = mem_alloc(sizeof(*attempt));
	struct oci_call *call = mem_alloc(sizeof(*call));

	call->method = method;
	call->url = url;
	call->take_bytes = UINT64_MAX;
	call->attempt = attempt;
	attempt->call = call;
	attempt->client = repository->client;
	attempt->scope = repository->scope;
	attempt->state = ATTEMPT_LATER;
	attempt->self = &attempt->client->attempts;
	attempt->next = attempt->client->attempts;
	if (attempt->next)
		attempt->next->self = &attempt->next;
	attempt->client->attempts = attempt;
	return call;
}

void oci_call_header(struct oci_call *call, const char *fmt, ...)
{
	struct oci_attempt *attempt = call->attempt;
	AUTO(str) struct str text = STR_MAX(HEADER_MAX);
	va_list args;

	va_start(args, fmt);
	str_addv(&text, fmt, args);
	va_end(args);
	ARRAY_ROOM(attempt->headers, attempt->n_headers, attempt->headers_cap);
	attempt->headers[attempt->n_headers++] = str_take(&text);
}

void oci_call_start(struct oci_call *call)
{
	oci_attempt_start(call->attempt);
}

void oci_call_start_later(struct oci_call *call, uint64_t delay_ns)
{
	call->attempt->state = ATTEMPT_LATER;
	call->attempt->due_ns = clock_ns() + delay_ns;
}

void oci_call_wake(struct oci_call *call)
{
	http_wake(&call->attempt->exchange);
}

bool oci_status_in(long status, const long *list)
{
	for (; list && *list; list++)
		if (*list == status)
			return true;
	return false;
}

struct str oci_call_take_body(struct oci_call *call)
{
	struct str body = call->attempt->exchange.answer.body;

	call->attempt->exchange.answer.body = (struct str){ 0 };
	return body;
}

static void fail_run(struct oci_client *client, const struct err *err)
{
	if (!client->failure.code)
		client->failure = *err;
}

/* The end of a call, good or bad. */
static void end_call(struct oci_attempt *attempt, const struct err *failure)
{
	struct oci_client *client = attempt->client;
	struct oci_call *call = attempt->call;
	struct err err = { 0 };

	call->answer = &attempt->exchange.answer;
	call->answered_by = attempt->exchange.url;
	if (failure && !call->wants_failures) {
		fail_run(client, failure);
		return; /* dropped with the others */
	}
	if (failure)
		call->failure = *failure;
	if (call->done && call->done(call, &err) < 0)
		fail_run(client, &err);
	oci_attempt_free(attempt);
}

static void retry_later(struct oci_attempt *attempt, uint64_t delay_ns)
{
	attempt->state = ATTEMPT_LATER;
	attempt->due_ns = clock_ns() + delay_ns;
	free(STEAL(attempt->redirect));
	attempt->n_redirects = 0;
}

/* Whether the next try begins; else *failure stays as it is. */
static bool try_again(struct oci_attempt *attempt, struct err *failure)
{
	const struct http_answer *answer = &attempt->exchange.answer;
	bool has_moved = attempt->n_taken >= attempt->n_taken_before + PROGRESS_BYTES;
	int64_t asked = oci_retry_after(answer->retry_after, clock_wall());
	uint64_t delay;
	uint32_t noise = 0;

	if (attempt->call->tries_once)
		return false;
	if (has_moved) {
		attempt->n_tried = 0;
		attempt->n_taken_before = attempt->n_taken;
	}
	if (attempt->n_tried >= OCI_RETRIES)
		return false;
	if (asked > OCI_RETRY_AFTER_MAX) {
		err_hint(failure, "the registry asks for %" PRId64 " seconds of patience", asked);
		return false;
	}
	if (getrandom(&noise, sizeof(noise), GRND_NONBLOCK) < 0)
		noise = 0;
	delay = asked >= 0 ? (uint64_t)asked * 1000000000
			   : oci_retry_delay_ns(attempt->n_tried, noise);
	attempt->n_tried++;
	if (has_moved)
		delay = 0;
	log_trace(TRACE_http, "%s again in %" PRIu64 " ms: %s", attempt->call->method,
		  delay / 1000000, failure->text);
	retry_later(attempt, delay);
	return true;
}

static int begin_body(struct oci_attempt *attempt, struct err *err)
{
	const struct http_answer *answer = &attempt->exchange.answer;
	AUTO(free) char *start = mem_printf("bytes %" PRIu64 "-", attempt->n_taken);
	uint64_t promised = attempt->call->take_bytes;

	attempt->has_begun = true;
	attempt->n_skip = attempt->n_taken;
	if (answer->status == 206) {
		if (!answer->content_range || !text_starts(answer->content_range, start)) {
			attempt->no_range = true;
			return err_set(err, EC_NETWORK, "another range than was asked for");
		}
		attempt->n_skip = 0;
		promised -= promised == UINT64_MAX ? 0 : attempt->n_taken;
	}
	if (promised == UINT64_MAX || answer->content_length < 0 ||
	    (uint64_t)answer->content_length == promised)
		return 0;
	return err_set(err, EC_CORRUPT,
		       "%" PRId64 " bytes are announced where %" PRIu64 " were promised",
		       answer->content_length, promised);
}

static int on_data(struct http_exchange *exchange, const void *data, size_t size, struct err *err)
{
	struct oci_attempt *attempt = exchange->ctx;
	struct oci_call *call = attempt->call;
	size_t skip;

	if (!attempt->has_begun && begin_body(attempt, err) < 0)
		return -1;
	skip = attempt->n_skip < size ? attempt->n_skip : size;
	attempt->n_skip -= skip;
	size -= skip;
	if (!size)
		return 0;
	if (size > call->take_bytes - attempt->n_taken)
		return err_set(err, EC_CORRUPT, "more comes than the %" PRIu64 " bytes promised",
			       call->take_bytes);
	if (call->take(call->ctx, (const char *)data + skip, size, err) < 0)
		return -1;
	attempt->n_taken += size;
	return 0;
}

static bool is_cut(const struct oci_attempt *attempt)
{
	const struct oci_call *call = attempt->call;

	return call->take && call->take_bytes != UINT64_MAX && attempt->n_taken < call->take_bytes;
}

static void say_warnings(struct oci_client *client, const char *text)
{
	const char *start, *end;

	/* RFC 9111 obsoletes all codes but distribution-spec's 299. */
	while (text && (start = strstr(text, "299 ")) && (start = strchr(start, '"')) &&
	       (end = strchr(start + 1, '"'))) {
		AUTO(free) char *words = mem_textn(start + 1, end - start - 1);
		bool is_new = client->n_warnings < 16;

		for (size_t i = 0; i < client->n_warnings; i++)
			is_new = is_new && strcmp(client->warnings[i], words) != 0;
		text = end + 1;
		if (!is_new)
			continue;
		log_warn("the registry says: %.500s", words);
		ARRAY_ROOM(client->warnings, client->n_warnings, client->warnings_cap);
		client->warnings[client->n_warnings++] = STEAL(words);
	}
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* 0: it goes on there */
static int follow(struct oci_attempt *attempt, struct err *err)
{
	const struct http_answer *answer = &attempt->exchange.answer;
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	AUTO(oci_origin) struct oci_origin before = { 0 };
	AUTO(free) char *url = NULL;

	if (!answer->location)
		return err_set(err, EC_NETWORK, "a redirect (%ld) to nowhere", answer->status);
	if (attempt->n_redirects++ == REDIRECTS_MAX)
		return err_set(err, EC_NETWORK, "more than %d redirects", REDIRECTS_MAX);
	url = oci_url_resolve(attempt->exchange.url, answer->location);
	if (oci_origin_of(url, &origin, err) < 0 ||
	    oci_origin_of(attempt->exchange.url, &before, err) < 0)
		return err_wrap(err, "a redirect that is not followed");
	if (before.is_tls && !origin.is_tls)
		return err_set(err, EC_NETWORK,
			       "a redirect from https to http (%s), which is not followed",
			       origin.host);
	free(attempt->redirect);
	attempt->redirect = STEAL(url);
	oci_attempt_start(attempt);
	return 0;
}

/* 0: the call goes on, now or when a token is there */
static int authorize(struct oci_attempt *attempt, struct err *err)
{
	struct oci_scope *scope = attempt->scope;

	if (attempt->redirect)
		return oci_answer_error(&attempt->exchange.answer, err);
	if (attempt->generation != scope->generation && !scope->is_asking) {
		oci_attempt_start(attempt);
		return 0;
	}
	if (scope->is_asking) {
		attempt->state = ATTEMPT_AUTH;
		return 0;
	}
	if (attempt->n_auth++ == AUTH_MAX) {
		err_set(err, EC_DENIED, "the registry goes on asking for credentials");
		return -1;
	}
	if (oci_scope_answer(scope, attempt->exchange.answer.challenge, err) < 0)
		return -1;
	if (scope->is_asking)
		attempt->state = ATTEMPT_AUTH;
	else
		oci_attempt_start(attempt);
	return 0;
}

/* A server with TLS that was spoken to without, in the words of Go's and nginx's. */
static bool guessed_wrong(const struct oci_attempt *attempt)
{
	const struct http_answer *answer = &attempt->exchange.answer;
	const char *text = str_text(&answer->body);

	return attempt->scope->host->is_guess && answer->status == 400 &&
	       (strstr(text, "HTTP request to an HTTPS server") ||
		strstr(text, "plain HTTP request was sent to HTTPS port"));
}

static void speak_tls(struct oci_attempt *attempt)
{
	char *url = mem_printf("https%s", attempt->call->url + strlen("http"));

	if (attempt->scope->host->is_guess)
		oci_host_switch_to_tls(attempt->scope->host);
	free(attempt->call->url);
	attempt->call->url = url;
	oci_attempt_start(attempt);
}

static int judge(struct oci_attempt *attempt, struct err *err)
{
	const struct http_answer *answer = &attempt->exchange.answer;
	const struct oci_call *call = attempt->call;

	if (answer->err.code) {
		*err = answer->err;
		return -1;
	}
	if (oci_status_in(answer->status, call->accepts))
		return 0;
	if (answer->status < 200 || answer->status > 299)
		return oci_answer_error(answer, err);
	if (is_cut(attempt))
		return err_set(err, EC_NETWORK,
			       "the body ends after %" PRIu64 " of %" PRIu64 " bytes",
			       attempt->n_taken, call->take_bytes);
	return 0;
}

static bool may_pass(const struct oci_attempt *attempt)
{
	const struct http_answer *answer = &attempt->exchange.answer;

	if (answer->err.code)
		return answer->may_retry || (attempt->no_range && answer->err.code == EC_NETWORK);
	return oci_status_may_pass(answer->status) || is_cut(attempt);
}

static void on_done(struct http_exchange *exchange)
{
	struct oci_attempt *attempt = exchange->ctx;
	const struct http_answer *answer = &exchange->answer;
	const char *method = attempt->call->method;
	struct err err = { 0 };
	int rc;

	say_warnings(attempt->client, answer->warning);
	if (attempt->client->failure.code)
		return;
	if (!answer->err.code && answer->status == 401)
		rc = authorize(attempt, &err);
	else if (!answer->err.code && is_redirect(answer->status) &&
		 (!strcmp(method, "GET") || !strcmp(method, "HEAD")))
		rc = follow(attempt, &err);
	else if (!answer->err.code && guessed_wrong(attempt))
		return speak_tls(attempt);
	else if (answer->status == 416 && attempt->n_taken && !attempt->no_range) {
		attempt->no_range = true;
		return oci_attempt_start(attempt);
	} else if (judge(attempt, &err) == 0)
		return end_call(attempt, NULL);
	else if (may_pass(attempt) && try_again(attempt, &err))
		return;
	else
		rc = -1;
	if (rc < 0)
		end_call(attempt, &err);
}

static void add_headers(struct oci_attempt *attempt, bool is_registry)
{
	struct http_exchange *exchange = &attempt->exchange;
	const struct oci_call *call = attempt->call;

	for (size_t i = 0; i < attempt->n_headers; i++)
		http_header(exchange, "%s", attempt->headers[i]);
	if (call->sends)
		http_header(exchange, "Content-Type: %s",
			    call->media_type ? call->media_type : "application/octet-stream");
	if (is_registry && attempt->scope->header)
		http_header(exchange, "Authorization: %s", attempt->scope->header);
	if (attempt->n_taken && !attempt->no_range)
		http_header(exchange, "Range: bytes=%" PRIu64 "-", attempt->n_taken);
}

static int set_up(struct oci_attempt *attempt, struct err *err)
{
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	struct http_exchange *exchange = &attempt->exchange;
	const struct oci_call *call = attempt->call;
	struct oci_host *host = attempt->scope->host;
	const char *url = attempt->redirect ? attempt->redirect : call->url;

	if (oci_origin_of(url, &origin, err) < 0)
		return -1;
	http_exchange_done(exchange);
	*exchange = (struct http_exchange){
		.method = call->method,
		.url = mem_text(url),
		.tls = oci_host_tls_for(attempt->client, host, &origin),
		.is_direct = oci_host_is_loopback(origin.host),
		.data = call->data,
		.read = call->read,
		.read_ctx = call->ctx,
		.send_offset = call->send_offset,
		.send_bytes = call->send_bytes,
		.sends = call->sends,
		.take = call->take ? on_data : NULL,
		.body_max = call->body_max,
		.done = on_done,
		.ctx = attempt,
	};
	add_headers(attempt, oci_origin_equal(&origin, &host->origin));
	return 0;
}

void oci_attempt_start(struct oci_attempt *attempt)
{
	struct err err = { 0 };

	if (attempt->scope->is_asking) {
		attempt->state = ATTEMPT_AUTH;
		return;
	}
	attempt->state = ATTEMPT_RUNS;
	attempt->has_begun = false;
	attempt->generation = attempt->scope->generation;
	if (set_up(attempt, &err) == 0 &&
	    http_start(attempt->client->http, &attempt->exchange, &err) == 0)
		return;
	attempt->exchange.answer.err = err;
	fail_run(attempt->client, &err);
}

void oci_client_authorized(struct oci_scope *scope, struct err *err)
{
	scope->failure = *err;
	for (struct oci_attempt *attempt = scope->client->attempts; attempt;
	     attempt = attempt->next)
		if (attempt->scope == scope && attempt->state == ATTEMPT_AUTH)
			attempt->state = err->code ? ATTEMPT_DENIED : ATTEMPT_LATER;
}

void oci_attempt_deny(struct oci_attempt *attempt)
{
	struct err failure = attempt->scope->failure;

	end_call(attempt, &failure);
}

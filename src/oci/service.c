// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/service.h"

#include <inttypes.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "oci/registry_name.h"
#include "oci/retry.h"
#include "oci/url.h"

#define STEP_NS 100000000ull
#define WORDS_MAX 300

/* One request, as often as it is tried. */
struct errand {
	const struct oci_client_settings *settings;
	const struct oci_service_request *request;
	struct http *http;
	struct http_tls tls;
	struct http_exchange exchange;
	bool is_loopback, is_done;
};

static void errand_done(struct errand *errand)
{
	if (errand->http)
		http_cancel(errand->http, &errand->exchange);
	http_exchange_done(&errand->exchange);
	http_close(errand->http);
}
AUTO_STRUCT(errand, struct errand, errand_done);

void oci_service_answer_done(struct oci_service_answer *answer)
{
	str_done(&answer->body);
	free(answer->location);
	*answer = (struct oci_service_answer){ 0 };
}

static int check_url(struct errand *errand, struct err *err)
{
	const struct oci_client_settings *settings = errand->settings;
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	AUTO(free) char *host = oci_url_host(errand->request->url);

	if (oci_origin_of(errand->request->url, &origin, err) < 0) {
		err->code = EC_USAGE;
		return -1;
	}
	errand->is_loopback = oci_host_is_loopback(origin.host);
	if (!errand->request->bearer.data || origin.is_tls || errand->is_loopback ||
	    oci_registry_is_listed(settings->plain_http, settings->n_plain_http, host))
		return 0;
	err_set(err, EC_DENIED, "a token is not sent without encryption");
	return err_hint(err,
			"an address with https, or %s among the hosts of plain_http "
			"('epm config')",
			host);
}

static void on_done(struct http_exchange *exchange)
{
	struct errand *errand = exchange->ctx;

	errand->is_done = true;
}

static void set_up(struct errand *errand)
{
	const struct oci_service_request *request = errand->request;
	struct http_exchange *exchange = &errand->exchange;

	http_exchange_done(exchange);
	*exchange = (struct http_exchange){
		.method = request->data.data ? "POST" : "GET",
		.url = mem_text(request->url),
		.tls = &errand->tls,
		.is_direct = errand->is_loopback,
		.data = request->data,
		.sends = request->data.data != NULL,
		.body_max = request->body_max,
		.done = on_done,
		.ctx = errand,
	};
	if (request->data.data)
		http_header(exchange, "Content-Type: %s", request->media_type);
	if (request->accept)
		http_header(exchange, "Accept: %s", request->accept);
	if (request->bearer.data)
		http_header(exchange, "Authorization: Bearer %.*s", (int)request->bearer.len,
			    request->bearer.data);
}

static bool is_stopped(const struct errand *errand)
{
	return errand->settings->stop && *errand->settings->stop;
}

static int stopped(struct err *err)
{
	return err_set(err, EC_FAILED, "interrupted");
}

/* One try to its end, or until it took too long. */
static int exchange(struct errand *errand, struct err *err)
{
	uint64_t limit = errand->settings->http.stall_ns, start = clock_ns();

	set_up(errand);
	errand->is_done = false;
	if (http_start(errand->http, &errand->exchange, err) < 0)
		return -1;
	while (!errand->is_done) {
		if (is_stopped(errand))
			return stopped(err);
		if (limit && clock_ns() - start > limit)
			return err_set(err, EC_NETWORK, "no answer within %" PRIu64 " s",
				       limit / 1000000000);
		if (http_step(errand->http, STEP_NS, err) < 0)
			return -1;
	}
	return 0;
}

/* gRPC's gateway and Rekor say {"code":N,"message":"…"}. */
static int refused(const struct http_answer *answer, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	AUTO(free) char *shown = NULL;
	const char *message = NULL;
	struct err ignored;
	bool is_denied = answer->status == 401 || answer->status == 403;

	if (answer->body.len &&
	    js_parse(answer->body.data, answer->body.len, "answer", &json, &ignored) == 0)
		message = json_string_value(json_object_get(json, "message"));
	if (message)
		shown = text_printable(message, strnlen(message, WORDS_MAX));
	if (answer->status >= 300 && answer->status <= 399)
		return err_set(err, EC_NETWORK, "it answers %ld, a redirect, which is not followed",
			       answer->status);
	return err_set(err, is_denied ? EC_DENIED : EC_NETWORK, "it answers %ld%s%s",
		       answer->status, shown ? ", " : "", shown ? shown : "");
}

static int judge(const struct errand *errand, struct err *err)
{
	const struct http_answer *answer = &errand->exchange.answer;

	if (answer->err.code) {
		*err = answer->err;
		return -1;
	}
	if ((answer->status >= 200 && answer->status <= 299) ||
	    oci_status_in(answer->status, errand->request->accepts))
		return 0;
	return refused(answer, err);
}

static int wait_a_while(const struct errand *errand, uint64_t delay_ns, struct err *err)
{
	uint64_t due = clock_ns() + delay_ns, now;

	while ((now = clock_ns()) < due) {
		if (is_stopped(errand))
			return stopped(err);
		if (http_step(errand->http, due - now < STEP_NS ? due - now : STEP_NS, err) < 0)
			return -1;
	}
	return 0;
}

/* After a failure, which stays in err when it is the last. */
static bool may_try_again(const struct errand *errand, unsigned int n_tried, uint64_t *delay_ns,
			  struct err *err)
{
	const struct http_answer *answer = &errand->exchange.answer;
	int64_t asked = oci_retry_after(answer->retry_after, clock_wall());
	uint32_t noise = 0;

	if (n_tried >= OCI_RETRIES ||
	    !(answer->err.code ? answer->may_retry : oci_status_may_pass(answer->status)))
		return false;
	if (asked > OCI_RETRY_AFTER_MAX) {
		err_hint(err, "it asks for %" PRId64 " seconds of patience", asked);
		return false;
	}
	if (getrandom(&noise, sizeof(noise), GRND_NONBLOCK) < 0)
		noise = 0;
	*delay_ns = asked >= 0 ? (uint64_t)asked * 1000000000 : oci_retry_delay_ns(n_tried, noise);
	log_trace(TRACE_http, "%s again in %" PRIu64 " ms: %s", errand->request->what,
		  *delay_ns / 1000000, err->text);
	return true;
}

static int run_errand(struct errand *errand, struct err *err)
{
	uint64_t delay_ns = 0;

	for (unsigned int n_tried = 0;; n_tried++) {
		if (exchange(errand, err) < 0)
			return -1;
		if (judge(errand, err) == 0)
			return 0;
		if (!may_try_again(errand, n_tried, &delay_ns, err))
			return -1;
		if (wait_a_while(errand, delay_ns, err) < 0)
			return -1;
	}
}

int oci_service_ask(const struct oci_client_settings *settings,
		    const struct oci_service_request *request, struct oci_service_answer *out,
		    struct err *err)
{
	AUTO(errand) struct errand errand = { .settings = settings, .request = request };
	AUTO(free) char *shown = http_url_shown(request->url);
	struct http_answer *answer = &errand.exchange.answer;

	errand.tls = (struct http_tls){ .ca = settings->tls.ca,
					.ca_file = settings->tls.ca_file,
					.ca_folder = settings->tls.ca_folder };
	if (check_url(&errand, err) < 0 || http_open(&settings->http, &errand.http, err) < 0 ||
	    run_errand(&errand, err) < 0)
		return err_wrap(err, "%s %s", request->what, shown);
	*out = (struct oci_service_answer){ answer->status, answer->body, STEAL(answer->location) };
	answer->body = (struct str){ 0 };
	return 0;
}

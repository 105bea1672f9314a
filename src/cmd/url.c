// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/url.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/input.h"
#include "oci/registry_name.h"
#include "oci/service.h"
#include "oci/url.h"

#define REDIRECTS_MAX 5

static const long accepted[] = { 301, 302, 303, 307, 308, 404, 0 };

/* What is fetched without TLS anybody on the way may have written; that has to be wished. */
static int check(const struct cmd_session *session, const char *url, struct err *err)
{
	const struct oci_client_settings *settings = &session->client_settings;
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	AUTO(free) char *host = NULL;

	if (oci_origin_of(url, &origin, err) < 0) {
		err->code = EC_USAGE;
		return -1;
	}
	host = oci_url_host(url);
	if (origin.is_tls || oci_host_is_loopback(origin.host) || settings->is_plain_http ||
	    oci_registry_is_listed(settings->plain_http, settings->n_plain_http, host))
		return 0;
	err_set(err, EC_USAGE, "%s is not fetched without TLS", url);
	return err_hint(err, "--plain-http allows it");
}

/* 1: it is somewhere else, *url. */
static int ask(const struct cmd_session *session, char **url, struct str *out, struct err *err)
{
	AUTO(oci_service_answer) struct oci_service_answer answer = { 0 };
	struct oci_service_request request = {
		.what = "fetching", .url = *url, .body_max = out->max, .accepts = accepted
	};
	char *next;

	if (check(session, *url, err) < 0 ||
	    oci_service_ask(&session->client_settings, &request, &answer, err) < 0)
		return -1;
	if (answer.status == 404)
		return err_set(err, EC_NOT_FOUND, "%s: there is none (404)", *url);
	if (answer.status < 300) {
		str_add(out, str_text(&answer.body), answer.body.len);
		return str_check(out, *url, err);
	}
	next = answer.location ? oci_url_resolve(*url, answer.location) : NULL;
	if (!next)
		return err_set(err, EC_NETWORK, "%s: a redirect to nowhere", *url);
	if (text_starts(*url, "https:") && !text_starts(next, "https:")) {
		free(next);
		return err_set(err, EC_NETWORK, "%s: a redirect to a place without TLS", *url);
	}
	free(*url);
	*url = next;
	return 1;
}

int cmd_url_read(const struct cmd_env *env, const struct cmd_remote *remote, const char *url,
		 struct str *out, struct err *err)
{
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(free) char *at = mem_text(url);
	int rc = 1;

	if (cmd_session_open(env, remote, &session, err) < 0)
		return -1;
	for (size_t i = 0; rc == 1 && i <= REDIRECTS_MAX; i++)
		rc = ask(&session, &at, out, err);
	if (rc == 1)
		return err_set(err, EC_NETWORK, "%s: more than %d redirects", url, REDIRECTS_MAX);
	return rc;
}

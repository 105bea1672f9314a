// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "oci/client_priv.h"
#include "oci/token_cache.h"

#define TOKEN_ANSWER_MAX (64u << 10)
#define FRESH_NS 10000000000ull

static struct oci_token_key key_of(const struct oci_scope *scope)
{
	return (struct oci_token_key){
		.folder = scope->client->settings->token_folder,
		.host = scope->host->registry,
		.scopes = scope->text,
		.user = scope->credentials.user ? scope->credentials.user : "",
	};
}

static void set_header(struct oci_scope *scope, char *header)
{
	if (scope->header)
		explicit_bzero(scope->header, strlen(scope->header));
	free(scope->header);
	scope->header = header;
	scope->generation++;
}

static void set_basic(struct oci_scope *scope)
{
	set_header(scope, oci_basic(scope->credentials.user, scope->credentials.secret));
}

static void use_kept(struct oci_scope *scope)
{
	AUTO(oci_kept) struct oci_kept kept = { 0 };
	struct oci_token_key key = key_of(scope);

	if (scope->credentials.registry_token) {
		set_header(scope, mem_printf("Bearer %s", scope->credentials.registry_token));
		return;
	}
	oci_kept_get(&key, clock_wall(), &kept);
	if (kept.scheme == OCI_SCHEME_BEARER) {
		set_header(scope, mem_printf("Bearer %s", kept.token.text));
	} else if (kept.scheme == OCI_SCHEME_BASIC && scope->credentials.secret) {
		set_basic(scope);
	}
}

void oci_scope_use(struct oci_scope *scope, const struct oci_credentials *given)
{
	oci_credentials_done(&scope->credentials);
	scope->credentials = (struct oci_credentials){
		.user = mem_text(given->user),
		.secret = mem_text(given->secret),
		.identity_token = mem_text(given->identity_token),
		.registry_token = mem_text(given->registry_token),
	};
}

static int find_credentials(struct oci_scope *scope, const char *repository, struct err *err)
{
	const struct oci_client_settings *settings = scope->client->settings;
	const struct oci_credentials *given = settings->credentials;

	if (given && oci_credentials_exist(given)) {
		oci_scope_use(scope, given);
		return 0;
	}
	if (!settings->credential_paths)
		return 0;
	return oci_credentials_find(settings->credential_paths, scope->host->registry, repository,
				    &scope->credentials, err);
}

int oci_scope_get(struct oci_client *client, struct oci_host *host, const char *text,
		  const char *repository, struct oci_scope **out, struct err *err)
{
	struct oci_scope *scope;

	for (scope = client->scopes; scope; scope = scope->next)
		if (scope->host == host && !strcmp(scope->text, text)) {
			*out = scope;
			return 0;
		}
	scope = mem_alloc(sizeof(*scope));
	scope->client = client;
	scope->host = host;
	scope->text = mem_text(text);
	if (find_credentials(scope, repository, err) < 0) {
		oci_scope_free(scope);
		return -1;
	}
	use_kept(scope);
	scope->next = client->scopes;
	client->scopes = scope;
	*out = scope;
	return 0;
}

void oci_scope_free(struct oci_scope *scope)
{
	if (scope->header)
		explicit_bzero(scope->header, strlen(scope->header));
	free(scope->header);
	free(scope->text);
	oci_credentials_done(&scope->credentials);
	oci_challenge_done(&scope->challenge);
	http_exchange_done(&scope->exchange);
	free(scope);
}

static int denied(struct oci_scope *scope, struct err *err)
{
	const char *registry = scope->host->registry;

	if (scope->credentials.source || scope->credentials.user ||
	    scope->credentials.identity_token) {
		err_set(err, EC_DENIED, "%s does not accept the credentials%s%s", registry,
			scope->credentials.source ? " of " : "",
			scope->credentials.source ? scope->credentials.source : "");
		return err_hint(err, "'epm login %s' gives it others", registry);
	}
	err_set(err, EC_DENIED, "%s wants to know who asks", registry);
	return err_hint(err, "'epm login %s' keeps credentials for it", registry);
}

static void finish_token(struct oci_scope *scope, struct err *err)
{
	const struct http_answer *answer = &scope->exchange.answer;
	AUTO(oci_token) struct oci_token token = { 0 };
	struct oci_token_key key = key_of(scope);

	if (answer->err.code) {
		*err = answer->err;
	} else if (answer->status == 401 || answer->status == 403 || answer->status == 400) {
		(void)denied(scope, err);
	} else if (answer->status != 200) {
		(void)oci_answer_error(answer, err);
	} else if (oci_token_parse((struct span){ str_text(&answer->body), answer->body.len },
				   clock_wall(), &token, err) == 0) {
		log_trace(TRACE_auth, "%s: a token for %s", scope->host->registry, scope->text);
		oci_kept_put(&key, OCI_SCHEME_BEARER, &token);
		set_header(scope, mem_printf("Bearer %s", token.text));
		scope->fresh_until_ns = clock_ns() + FRESH_NS;
	}
	if (err->code && err->code != EC_DENIED)
		err_wrap(err, "token for %s", scope->host->registry);
}

static void on_token(struct http_exchange *exchange)
{
	struct oci_scope *scope = exchange->ctx;
	struct err err = { 0 };

	scope->is_asking = false;
	finish_token(scope, &err);
	if (exchange->answer.body.data)
		explicit_bzero(exchange->answer.body.data, exchange->answer.body.len);
	http_exchange_done(exchange);
	oci_client_authorized(scope, &err);
}

/* The realm comes from the registry: what it gets must not travel less safely than to that. */
static int check_realm(struct oci_scope *scope, struct oci_origin *origin, struct err *err)
{
	if (oci_origin_of(scope->challenge.realm, origin, err) < 0)
		return err_wrap(err, "%s: realm", scope->host->registry);
	if (origin->is_tls || !scope->host->origin.is_tls)
		return 0;
	return err_set(err, EC_NETWORK, "%s wants credentials to be sent to %s without encryption",
		       scope->host->registry, origin->host);
}

static int ask_for_token(struct oci_scope *scope, struct err *err)
{
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	struct http_exchange *exchange = &scope->exchange;
	const struct oci_credentials *credentials = &scope->credentials;
	AUTO(free) char *basic = NULL;
	const char *scopes = *scope->text ? scope->text : scope->challenge.scope;

	if (check_realm(scope, &origin, err) < 0)
		return -1;
	*exchange = (struct http_exchange){ .method = "GET", .done = on_token, .ctx = scope };
	exchange->tls = oci_host_tls_for(scope->client, scope->host, &origin);
	exchange->is_direct = oci_host_is_loopback(origin.host);
	exchange->body_max = TOKEN_ANSWER_MAX;
	if (credentials->identity_token) {
		exchange->method = "POST";
		exchange->url = mem_text(scope->challenge.realm);
		exchange->sends = true;
		exchange->data = span_of(oci_token_form(&scope->challenge, scopes ? scopes : "",
							credentials->identity_token));
		exchange->owns_data = true;
		http_header(exchange, "Content-Type: application/x-www-form-urlencoded");
	} else {
		exchange->url = oci_token_url(&scope->challenge, scopes ? scopes : "");
	}
	if (!credentials->identity_token && credentials->secret) {
		basic = oci_basic(credentials->user, credentials->secret);
		http_header(exchange, "Authorization: %s", basic);
		explicit_bzero(basic, strlen(basic));
	}
	scope->is_asking = true;
	return http_start(scope->client->http, exchange, err);
}

int oci_scope_answer(struct oci_scope *scope, const char *challenge, struct err *err)
{
	struct oci_token_key key = key_of(scope);

	if (!challenge || clock_ns() < scope->fresh_until_ns)
		return denied(scope, err);
	oci_challenge_done(&scope->challenge);
	if (oci_challenge_parse(challenge, &scope->challenge, err) < 0)
		return err_wrap(err, "%s", scope->host->registry);
	if (scope->credentials.registry_token)
		return denied(scope, err);
	if (scope->challenge.scheme == OCI_SCHEME_BEARER)
		return ask_for_token(scope, err);
	if (!scope->credentials.secret || (scope->header && text_starts(scope->header, "Basic ")))
		return denied(scope, err);
	oci_kept_put(&key, OCI_SCHEME_BASIC, NULL);
	set_basic(scope);
	return 0;
}

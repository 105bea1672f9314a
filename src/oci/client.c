// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/client.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "oci/client_priv.h"
#include "oci/registry_name.h"
#include "oci/token_cache.h"

#define URL_MAX (32u << 10)
#define TICK_NS 100000000ull

int oci_client_new(const struct oci_client_settings *settings, struct oci_client **out,
		   struct err *err)
{
	struct oci_client *client = mem_alloc(sizeof(*client));

	client->settings = settings;
	if (http_open(&settings->http, &client->http, err) < 0) {
		free(client);
		return -1;
	}
	*out = client;
	return 0;
}

static void drop_all(struct oci_client *client)
{
	while (client->attempts)
		oci_attempt_free(client->attempts);
	for (struct oci_scope *scope = client->scopes; scope; scope = scope->next) {
		http_cancel(client->http, &scope->exchange);
		http_exchange_done(&scope->exchange);
		scope->is_asking = false;
	}
}

void oci_client_free(struct oci_client *client)
{
	if (!client)
		return;
	drop_all(client);
	for (struct oci_repository_entry *e = client->repositories, *next; e; e = next) {
		next = e->next;
		free(e->name);
		free(e);
	}
	for (struct oci_scope *scope = client->scopes, *next; scope; scope = next) {
		next = scope->next;
		oci_scope_free(scope);
	}
	for (struct oci_host *host = client->hosts, *next; host; host = next) {
		next = host->next;
		oci_host_free(host);
	}
	http_close(client->http);
	for (size_t i = 0; i < client->n_warnings; i++)
		free(client->warnings[i]);
	free(client->warnings);
	free(client);
}

static struct oci_repository *add_repository(struct oci_client *client, struct oci_host *host,
					     const char *name, struct oci_scope *scope)
{
	struct oci_repository_entry *entry = mem_alloc(sizeof(*entry));

	entry->name = mem_text(name);
	entry->repository = (struct oci_repository){ .client = client,
						     .host = host,
						     .registry = host->registry,
						     .name = entry->name,
						     .scope = scope };
	entry->next = client->repositories;
	client->repositories = entry;
	return &entry->repository;
}

int oci_repository_open(struct oci_client *client, const struct oci_access *access,
			struct oci_repository **out, struct err *err)
{
	const char *other = access->other;
	AUTO(free)
	char *text =
		mem_printf("repository:%s:%s%s%s%s", access->name, access->actions,
			   other ? " repository:" : "", other ? other : "", other ? ":pull" : "");
	struct oci_host *host;
	struct oci_scope *scope;

	if (oci_host_get(client, access->registry, &host, err) < 0 ||
	    oci_scope_get(client, host, text, access->name, &scope, err) < 0)
		return -1;
	*out = add_repository(client, host, access->name, scope);
	return 0;
}

char *oci_repository_url(const struct oci_repository *repository, const char *fmt, ...)
{
	AUTO(str) struct str url = STR_MAX(URL_MAX);
	va_list args;

	str_addf(&url, "%s/v2/%s/", repository->host->api, repository->name);
	va_start(args, fmt);
	str_addv(&url, fmt, args);
	va_end(args);
	return str_take(&url);
}

bool oci_repository_same_host(const struct oci_repository *a, const struct oci_repository *b)
{
	return a->host == b->host;
}

/* Starts those that are due; how long until the next is. */
static uint64_t start_due(struct oci_client *client)
{
	uint64_t now = clock_ns(), wait = TICK_NS;
	struct oci_attempt *attempt = client->attempts, *next;

	for (; attempt; attempt = next) {
		next = attempt->next;
		if (attempt->state == ATTEMPT_DENIED) {
			oci_attempt_deny(attempt);
			return 0; /* the list may be another now */
		}
		if (attempt->state != ATTEMPT_LATER)
			continue;
		if (attempt->due_ns <= now)
			oci_attempt_start(attempt);
		else if (attempt->due_ns - now < wait)
			wait = attempt->due_ns - now;
	}
	return wait;
}

int oci_client_run(struct oci_client *client, const struct oci_tick *tick, struct err *err)
{
	uint64_t wait, next_tick = 0;

	while (client->attempts && !client->failure.code) {
		if (client->settings->stop && *client->settings->stop) {
			err_set(&client->failure, EC_FAILED, "interrupted");
			break;
		}
		wait = start_due(client);
		if (client->failure.code)
			break;
		if (http_step(client->http, wait, &client->failure) < 0)
			break;
		if (tick && clock_ns() >= next_tick) {
			tick->tick(tick->ctx);
			next_tick = clock_ns() + TICK_NS;
		}
	}
	drop_all(client);
	if (!client->failure.code)
		return 0;
	*err = client->failure;
	client->failure = (struct err){ 0 };
	return -1;
}

static int on_login(struct oci_call *call, struct err *err)
{
	const char *text = str_text(&call->answer->body);

	if (call->answer->status == 200)
		return 0;
	return err_set(err, EC_UNSUPPORTED, "there is no registry: %ld for /v2/%s",
		       call->answer->status, *text ? "" : " without a word");
}

int oci_client_login(struct oci_client *client, const char *registry,
		     const struct oci_credentials *credentials, struct err *err)
{
	static const long others[] = { 404, 405, 501, 0 };
	struct oci_host *host;
	struct oci_scope *scope;
	struct oci_repository *repository;
	struct oci_call *call;

	oci_kept_forget(client->settings->token_folder, oci_registry_canonical(registry));
	if (oci_host_get(client, registry, &host, err) < 0)
		return -1;
	if (oci_scope_get(client, host, "", NULL, &scope, err) < 0)
		return -1;
	oci_scope_use(scope, credentials);
	repository = add_repository(client, host, "", scope);
	call = oci_call_new(repository, "GET", mem_printf("%s/v2/", host->api));
	call->accepts = others;
	call->done = on_login;
	oci_call_start(call);
	if (oci_client_run(client, NULL, err) < 0)
		return err_wrap(err, "%s", registry);
	return 0;
}

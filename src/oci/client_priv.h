// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_CLIENT_PRIV_H
#define EPM_OCI_CLIENT_PRIV_H

/*
 * What client.c (the run), client_call.c (calls), client_auth.c (scopes, tokens) and client_host.c
 * share. Not for others.
 */
#include "oci/auth.h"
#include "oci/client.h"
#include "oci/url.h"

struct oci_host {
	struct oci_host *next;
	char *registry; /* canonical: "docker.io", "localhost:5000" */
	char *api;	/* "https://registry-1.docker.io" */
	struct oci_origin origin;
	bool is_guess; /* without TLS because it is here; see oci_host_switch_to_tls() */
	struct http_tls tls;
	struct str ca; /* for tls.ca */
	char *cert_file, *key_file;
};

/* A set of scopes at a host, and the token for it. */
struct oci_scope {
	struct oci_scope *next;
	struct oci_client *client;
	struct oci_host *host;
	char *text;
	struct oci_credentials credentials;
	char *header;		 /* the value of Authorization; NULL: none known */
	unsigned int generation; /* counts headers */
	struct oci_challenge challenge;
	uint64_t fresh_until_ns; /* the token was just given: asking again would give the same */
	struct err failure;	 /* of the last token that was asked for */
	bool is_asking;		 /* a token is on its way */
	struct http_exchange exchange;
};

struct oci_repository_entry {
	struct oci_repository_entry *next;
	struct oci_repository repository;
	char *name;
};

enum attempt_state { ATTEMPT_LATER, ATTEMPT_AUTH, ATTEMPT_DENIED, ATTEMPT_RUNS };

struct oci_attempt {
	struct oci_attempt *next, **self;
	struct oci_call *call;
	struct oci_client *client;
	struct oci_scope *scope;
	struct http_exchange exchange;
	char **headers;
	size_t n_headers, headers_cap;
	enum attempt_state state;
	uint64_t due_ns;
	char *redirect; /* where it is now; NULL: at call->url */
	unsigned int n_redirects, n_tried, n_auth, generation;
	bool no_range;
	uint64_t n_taken, n_taken_before, n_skip;
	bool has_begun; /* of this answer's body something was taken */
};

struct oci_client {
	const struct oci_client_settings *settings;
	struct http *http;
	struct oci_host *hosts;
	struct oci_scope *scopes;
	struct oci_repository_entry *repositories;
	struct oci_attempt *attempts;
	struct err failure; /* ends the run */
	char **warnings;    /* that were said */
	size_t n_warnings, warnings_cap;
};

void oci_attempt_start(struct oci_attempt *attempt);
void oci_attempt_deny(struct oci_attempt *attempt); /* ends its call: there is no token for it */
void oci_attempt_free(struct oci_attempt *attempt); /* with its call */

int oci_host_get(struct oci_client *client, const char *registry, struct oci_host **out,
		 struct err *err) MUST_CHECK;
void oci_host_free(struct oci_host *host);
/* A guess was wrong: the answer said that this is a TLS server. */
void oci_host_switch_to_tls(struct oci_host *host);
/* For another origin than the registry's: no client certificate. */
const struct http_tls *oci_host_tls_for(const struct oci_client *client,
					const struct oci_host *host,
					const struct oci_origin *origin);

int oci_scope_get(struct oci_client *client, struct oci_host *host, const char *text,
		  const char *repository, struct oci_scope **out, struct err *err) MUST_CHECK;
void oci_scope_use(struct oci_scope *scope, const struct oci_credentials *given); /* copied */
void oci_scope_free(struct oci_scope *scope);
/*
 * A 401 for this challenge. 0: scope->header is new, or is_asking and oci_client_authorized() will
 * be called. DENIED when there is nothing (more) to show.
 */
int oci_scope_answer(struct oci_scope *scope, const char *challenge, struct err *err) MUST_CHECK;

/* Called by scopes: those that wait go on when the loop comes to them, or fail with err. */
void oci_client_authorized(struct oci_scope *scope, struct err *err);

#endif

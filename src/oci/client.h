// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_CLIENT_H
#define EPM_OCI_CLIENT_H

/*
 * Calls to registries: what http.h does, with all that a call needs besides: the address of the
 * registry's API, how to trust it, credentials and tokens, tries again after failures that may pass,
 * going on where a body was cut, redirects. One thread, any number of calls at once: calls are
 * started, oci_client_run() moves them until none is left, and each ends in its done().
 *
 * The first failure that nobody asked for ends the run: all other calls are dropped.
 *
 * Credentials go to the registry they are for and to the realm it names, never elsewhere: neither
 * along a redirect, nor unencrypted where the registry itself is encrypted.
 */
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/credentials.h"
#include "oci/http.h"

struct oci_client;

/* Everything is borrowed for the life of the client. Zero bytes are the defaults. */
struct oci_client_settings {
	struct http_settings http;
	const struct oci_credential_paths *credential_paths;
	const struct oci_credentials *credentials; /* for this command; before the files */
	const char *token_folder;		   /* where tokens are kept; NULL: nowhere */
	const char *certs_folder;		   /* "/etc/docker/certs.d" */
	struct http_tls tls;			   /* for every host */
	const char *const *plain_http; /* hosts ("name" or "name:port") to talk to without TLS */
	size_t n_plain_http;
	const char *const *insecure; /* hosts whose certificates are not looked at */
	size_t n_insecure;
	bool is_plain_http;		   /* all of them */
	const volatile sig_atomic_t *stop; /* once it is not 0 the run ends with FAILED; or NULL */
};

int oci_client_new(const struct oci_client_settings *settings, struct oci_client **out,
		   struct err *err) MUST_CHECK;
void oci_client_free(struct oci_client *client);
AUTO_POINTER(oci_client, struct oci_client, oci_client_free);

/*
 * Whether a registry takes these credentials: GET /v2/ as far as a 200. DENIED when it does not,
 * UNSUPPORTED when it is no registry. Tokens kept for it are forgotten.
 */
int oci_client_login(struct oci_client *client, const char *registry,
		     const struct oci_credentials *credentials, struct err *err) MUST_CHECK;

/* A repository at a registry, and what is to be done there. Owned by the client. */
struct oci_repository {
	struct oci_client *client;
	struct oci_host *host;
	const char *registry; /* as people write it: "docker.io" */
	const char *name;     /* "library/alpine" */
	struct oci_scope *scope;
};

struct oci_access {
	const char *registry;
	const char *name;
	const char *actions; /* "pull" or "pull,push" */
	const char *other;   /* a second repository there to read from (a mount), or NULL */
};

/*
 * Reads credentials and kept tokens; asks nobody on the network. CORRUPT, FAILED from credentials;
 * USAGE for a registry that is no host.
 */
int oci_repository_open(struct oci_client *client, const struct oci_access *access,
			struct oci_repository **out, struct err *err) MUST_CHECK;

/* "https://HOST/v2/NAME/" with what follows. The caller frees it. */
char *oci_repository_url(const struct oci_repository *repository, const char *fmt, ...)
	PRINTF(2, 3);
bool oci_repository_same_host(const struct oci_repository *a, const struct oci_repository *b);

struct oci_call {
	/* The caller's, before oci_call_start(). */
	const char *method;
	char *url;		/* taken over */
	const char *media_type; /* of what is sent */
	struct span data;	/* or read(), see http.h */
	int (*read)(void *ctx, uint64_t offset, void *buf, size_t size, size_t *out_n,
		    struct err *err);
	uint64_t send_offset, send_bytes;
	bool sends;

	/* As the body arrives, once and in order, however often it had to be asked for. */
	int (*take)(void *ctx, const void *data, size_t size, struct err *err);
	uint64_t take_bytes; /* how many there must be */
	size_t body_max;     /* without take */

	const long *accepts; /* other statuses that are no failure; ends with 0 */
	bool wants_failures; /* done() is called with failure set; the run goes on */
	bool tries_once;
	/* -1 ends the run. The call is freed after it; a new one may be started. */
	int (*done)(struct oci_call *call, struct err *err);
	void (*release)(void *ctx); /* when the call is freed, done or dropped; or NULL */
	void *ctx;

	/* What came, for done(). */
	const struct http_answer *answer;
	const char *answered_by; /* the address; another than url after redirects */
	struct err failure;

	struct oci_attempt *attempt; /* the client's */
};

struct oci_call *oci_call_new(struct oci_repository *repository, const char *method, char *url);
void oci_call_header(struct oci_call *call, const char *fmt, ...) PRINTF(2, 3);
void oci_call_start(struct oci_call *call);
void oci_call_start_later(struct oci_call *call, uint64_t delay_ns);
void oci_call_wake(struct oci_call *call);	      /* there is more to read() */
struct str oci_call_take_body(struct oci_call *call); /* in done(): the caller's from now on */

/* Until no call is left, or the first failure. tick (or NULL) is called ten times a second. */
struct oci_tick {
	void (*tick)(void *ctx);
	void *ctx;
};
int oci_client_run(struct oci_client *client, const struct oci_tick *tick,
		   struct err *err) MUST_CHECK;

/* Whether status is one of a list that ends with 0. */
bool oci_status_in(long status, const long *list);

/*
 * Set err to what an answer that is a failure says: DENIED, NOT_FOUND or NETWORK with the
 * registry's own words (distribution-spec 1.1 "Error Codes").
 */
int oci_answer_error(const struct http_answer *answer, struct err *err);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_HTTP_H
#define EPM_OCI_HTTP_H

/*
 * HTTP exchanges over one pool of connections: one thread, any number at once. This module moves
 * bytes: it follows no redirect, repeats nothing and knows no credentials; that is oci/client.h.
 * libcurl is named here only and loaded by http_open().
 *
 * An exchange is the caller's storage from http_start() until its done() was called or it was
 * cancelled. done() may start further exchanges and free its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

struct http;

struct http_settings {
	const char *const *resolve; /* "HOST:PORT:ADDRESS", instead of asking DNS */
	size_t n_resolve;
	/* An exchange that moves less than 100 bytes a second for so long is given up. */
	uint64_t stall_ns;
};

/* Settings are borrowed for the life of the pool. UNSUPPORTED when libcurl is not there. */
int http_open(const struct http_settings *settings, struct http **out, struct err *err) MUST_CHECK;
void http_close(struct http *http);
AUTO_POINTER(http, struct http, http_close);

/* How to trust a server and what to show it. Borrowed; the same for all exchanges with a host. */
struct http_tls {
	struct span ca;	       /* PEM, besides those of the system's folder; data NULL: none */
	const char *ca_file;   /* instead of the system's bundle, or NULL */
	const char *ca_folder; /* instead of the system's folder, or NULL */
	const char *cert_file; /* of this client, PEM; or NULL */
	const char *key_file;
	bool is_insecure; /* any certificate will do */
};

/* The fields of an answer that somebody asks for. Repeated ones are joined by ", ". */
#define HTTP_FIELDS(X)                              \
	X(content_type, "Content-Type")             \
	X(content_range, "Content-Range")           \
	X(digest, "Docker-Content-Digest")          \
	X(location, "Location")                     \
	X(retry_after, "Retry-After")               \
	X(range, "Range")                           \
	X(link, "Link")                             \
	X(subject, "OCI-Subject")                   \
	X(filters, "OCI-Filters-Applied")           \
	X(chunk_min_length, "OCI-Chunk-Min-Length") \
	X(challenge, "WWW-Authenticate")            \
	X(warning, "Warning")

struct http_answer {
	long status; /* 0: there was none, see err */
#define HTTP_FIELD_MEMBER(member, name) char *member;
	HTTP_FIELDS(HTTP_FIELD_MEMBER)
#undef HTTP_FIELD_MEMBER
	int64_t content_length; /* -1: not said */
	struct str body;	/* what take() did not get */
	struct err err;		/* NETWORK, or what a callback set; code EC_NONE: complete */
	bool may_retry;		/* the connection failed in a way that may pass */
};

struct http_exchange {
	const char *method;
	char *url;
	char **headers; /* "Name: value"; see http_header() */
	size_t n_headers, headers_cap;
	const struct http_tls *tls;
	bool is_direct; /* no proxy, whatever the environment says */

	/* What is sent: data, or what read() gives. NULL and NULL: nothing. */
	struct span data;
	/* Fill buf from offset on. *out_n 0: not there yet, http_wake() tells when. */
	int (*read)(void *ctx, uint64_t offset, void *buf, size_t size, size_t *out_n,
		    struct err *err);
	void *read_ctx;
	uint64_t send_offset, send_bytes; /* for read(): begin there, so many */
	bool sends;			  /* a method with a body, be it empty */
	bool owns_data;			  /* data is freed with the exchange, wiped */

	/*
	 * Called with the body of an answer of 200 or 206, when answer has its head already; NULL:
	 * it goes to answer.body.
	 */
	int (*take)(struct http_exchange *exchange, const void *data, size_t size, struct err *err);
	size_t body_max; /* of answer.body; of errors at most HTTP_ERROR_BODY, the rest is dropped */
	void (*done)(struct http_exchange *exchange);
	void *ctx;

	struct http_answer answer;
	uint64_t sent_bytes;		/* so far */
	struct http_transfer *transfer; /* this module's */
};

#define HTTP_ERROR_BODY (64u << 10)

void http_header(struct http_exchange *exchange, const char *fmt, ...) PRINTF(2, 3);
int http_start(struct http *http, struct http_exchange *exchange, struct err *err) MUST_CHECK;
void http_cancel(struct http *http, struct http_exchange *exchange); /* done() is not called */
void http_wake(struct http_exchange *exchange);			     /* there is more to read() */
void http_exchange_done(struct http_exchange *exchange);	     /* frees what it holds */
void http_answer_done(struct http_answer *answer);

/* Move what can be moved, waiting for it at most wait_ns; calls done() of those that ended. */
int http_step(struct http *http, uint64_t wait_ns, struct err *err) MUST_CHECK;

/* For traces: the address without what may be secret in it. The caller frees it. */
char *http_url_shown(const char *url);

#endif

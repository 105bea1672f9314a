// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_SERVICE_H
#define EPM_OCI_SERVICE_H

/*
 * One request to a service beside the registries: what a signature needs of sigstore's, tokens of a
 * CI system. Small bodies, one exchange at a time, nothing in common with registries but how the
 * system's certificates and those of --ca-file are trusted: neither their credentials nor client
 * certificates are shown to a service, and --insecure is not for them.
 *
 * No redirect is followed. A secret goes to services with TLS, to this machine, and elsewhere only
 * where the person has switched off TLS for the host (plain_http).
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/client.h"

struct oci_service_request {
	const char *what; /* for messages: "certificate authority" */
	const char *url;
	const char *media_type; /* of data */
	struct span data;	/* sent by POST; data NULL: GET */
	const char *accept;	/* media type wanted; or NULL */
	struct span bearer;	/* a secret for Authorization; data NULL: none */
	size_t body_max;
	const long *accepts; /* statuses that are no failure besides 2xx; ends with 0; or NULL */
};

struct oci_service_answer {
	long status;
	struct str body;
	char *location; /* or NULL */
};

/*
 * Ask, and ask again where that may help (408, 429, 5xx, a broken connection; Retry-After is
 * heeded). Settings are borrowed; their stall_ns is how long one answer may take. NETWORK, DENIED
 * for 401 and 403, each "WHAT URL: why" with what the service says; CORRUPT for more than body_max
 * bytes; FAILED when it was stopped.
 */
int oci_service_ask(const struct oci_client_settings *settings,
		    const struct oci_service_request *request, struct oci_service_answer *out,
		    struct err *err) MUST_CHECK;
void oci_service_answer_done(struct oci_service_answer *answer);
AUTO_STRUCT(oci_service_answer, struct oci_service_answer, oci_service_answer_done);

#endif

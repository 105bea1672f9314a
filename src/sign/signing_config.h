// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_SIGN_SIGNING_CONFIG_H
#define EPM_SIGN_SIGNING_CONFIG_H

/*
 * signing_config.json: where certificates, log entries and timestamps are asked for
 * (sigstore_trustroot.proto of protobuf-specs, SigningConfig 0.2). Like a trusted root it is the
 * person's own file: members that are not known are passed over, what is known has to be right.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "sign/trusted_root.h"

struct sign_service {
	char *url; /* http or https; no slash at its end */
	uint64_t version;
	struct sign_period valid;
	char *operator_name; /* "" where none is given */
};

enum sign_selector { SIGN_SELECT_NONE, SIGN_SELECT_ANY, SIGN_SELECT_ALL, SIGN_SELECT_EXACT };

struct sign_services {
	struct sign_service *items; /* the one that is valid from the latest time first */
	size_t n_items;
	enum sign_selector selector; /* of certificate authorities: ANY */
	uint64_t count;		     /* of EXACT */
};

struct sign_signing_config {
	struct sign_services cas;
	struct sign_services tlogs;
	struct sign_services tsas;
};

/* CORRUPT "signing configuration….: why"; UNSUPPORTED for another version of the format. */
int sign_signing_config_parse(struct span text, struct sign_signing_config *out,
			      struct err *err) MUST_CHECK;
void sign_signing_config_done(struct sign_signing_config *config);
AUTO_STRUCT(sign_signing_config, struct sign_signing_config, sign_signing_config_done);

/*
 * Those to use now (seconds since 1970), by the selector: of the highest version of their interface
 * up to max_version, at most one of an operator, at most LIMIT_SERVICES_USED. Borrowed. *out_n is 0
 * where the list is empty. what: "transparency log", for messages. UNSUPPORTED: there are some, but
 * none that is valid now and of such a version, or fewer than are wanted.
 */
struct sign_choice {
	const char *what;
	uint64_t max_version;
	int64_t now;
};
int sign_services_select(const struct sign_services *services, const struct sign_choice *choice,
			 const struct sign_service **out, size_t *out_n,
			 struct err *err) MUST_CHECK;

#endif

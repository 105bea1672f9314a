// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sign/bundle.h"
#include "sign/keyless.h"

/* What is read of an envelope is what is written. */
static void check_written(const struct sign_bundle *bundle)
{
	AUTO(free) char *text = sign_bundle_write("hint", bundle->envelope);
	AUTO(sign_bundle) struct sign_bundle again = { 0 };
	struct err err = { 0 };

	if (sign_bundle_parse(span_of(text), &again, &err) < 0 ||
	    again.envelope->payload.len != bundle->envelope->payload.len ||
	    again.envelope->n_signatures != bundle->envelope->n_signatures)
		abort();
}

/* A bundle of sigstore, as JSON; nobody is believed, so none may be good. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sign_keyless_policy policy = { .accepts_timestamps = true };
	static const struct sign_trusted_root root;
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	struct sign_keyless_result result = { 0 };
	struct err err = { 0 };

	if (sign_bundle_parse((struct span){ (const char *)data, size }, &bundle, &err) < 0)
		return 0;
	if (bundle.n_entries > LIMIT_TLOG_ENTRIES || bundle.has_key == !!bundle.n_certificates)
		abort();
	if (bundle.envelope && strlen(bundle.envelope->payload_type) < 200)
		check_written(&bundle);
	if (sign_keyless_verify(&bundle, &root, &policy, &result, &err) == 0 || !err.code)
		abort();
	return 0;
}

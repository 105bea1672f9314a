// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/keyed.h"

#include "base/limits.h"
#include "sign/content.h"
#include "sign/tlog.h"

static int verify_tlog(const struct sign_bundle *bundle, const struct sign_content *content,
		       const struct sign_key *key, const struct sign_trusted_root *root,
		       const struct sign_tlog_entry **out, struct err *err)
{
	AUTO(str) struct str spki = STR_MAX(LIMIT_KEY);
	struct sign_logged logged;
	size_t n;

	sign_key_spki(key, &spki);
	logged = sign_content_logged(content, bundle, (struct span){ spki.data, spki.len });
	if (sign_tlog_verify_all(bundle, root, &logged, out, &n, err) < 0)
		return -1;
	return n ? 0
		 : err_set(err, EC_UNTRUSTED, "transparency log: %s by a log of the trusted root",
			   bundle->n_entries ? "no entry is" : "there is no entry");
}

int sign_keyed_verify(const struct sign_bundle *bundle, const struct sign_key *key,
		      const struct sign_keyed_policy *policy, struct sign_keyed_result *out,
		      struct err *err)
{
	AUTO(sign_content) struct sign_content content = { .bytes = STR_MAX(0) };
	const struct sign_tlog_entry *entry = NULL;
	struct sign_keyed_result result = { 0 };

	if (!bundle->has_key)
		return err_set(err, EC_UNTRUSTED,
			       "signature: it is by a certificate, not by a key");
	if (sign_content_read(bundle, policy->message, &content, err) < 0 ||
	    sign_content_verify(&content, key, err) < 0)
		return -1;
	if (policy->root && verify_tlog(bundle, &content, key, policy->root, &entry, err) < 0)
		return -1;
	if (entry) {
		result.has_log_index = true;
		result.log_index = entry->log_index;
		result.time = sign_tlog_has_time(entry) ? entry->integrated_time : 0;
	}
	*out = result;
	return 0;
}

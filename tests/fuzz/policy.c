// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "pkg/file_edit.h"
#include "pkg/policy.h"
#include "pkg/policy_edit.h"

/* A text that is a policy: its rules cover what they say, and each key has a fingerprint or a file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	static const char *const words[] = { "fentry/do_exit", "lsm" };
	struct policy policy = { 0 };
	struct policy_file *file = &policy.files[POLICY_PERSON];
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];
	const char *where = NULL, *denied;
	struct err err = { 0 };

	if (policy_parse(text, "p", POLICY_PERSON, file, &err) < 0) {
		policy_done(&policy);
		if (err.code != EC_CORRUPT)
			abort();
		return 0;
	}
	for (size_t i = 0; i < file->n_rules; i++) {
		const struct policy_rule *rule = &file->rules[i];

		if (!policy_scope_covers(rule->scope, rule->scope) || !rule->threshold)
			abort();
		for (size_t j = 0; j < rule->n_signers; j++)
			policy_key_fingerprint(&rule->signers[j], fingerprint);
	}
	denied = policy_denied(&policy, "ghcr.io/x", words, 2, &where);
	if (denied && (!policy_denies(&policy, "ghcr.io/x") || !where))
		abort();
	policy_done(&policy);
	return 0;
}

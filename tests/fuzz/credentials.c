// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "oci/credential_file.h"
#include "oci/credential_helper.h"

static void check(int rc, const struct err *err)
{
	if (rc < 0 && err->code != EC_CORRUPT)
		abort();
}

/* A credential file, read both ways, and the answer of a helper. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	AUTO(oci_credentials) struct oci_credentials answer = { 0 };
	struct err err = { 0 };

	check(oci_helper_parse(text, "h", &answer, &err), &err);
	for (int i = 0; i < 2; i++) {
		AUTO(oci_credential_file)
		struct oci_credential_file file = { .path = "f", .has_namespaces = i };
		AUTO(oci_credentials) struct oci_credentials found = { 0 };
		const char *helper = NULL;
		int rc = oci_credential_file_parse(&file, text, &err);

		check(rc, &err);
		if (rc < 0)
			continue;
		check(oci_credential_file_helper(&file, "a.b", &helper, &err), &err);
		if (helper && !oci_helper_is_name(helper))
			abort();
		rc = oci_credential_file_find(&file, "a.b", "org/tool", &found, &err);
		check(rc, &err);
		if (oci_credentials_exist(&found) != (found.source != NULL))
			abort();
	}
	return 0;
}

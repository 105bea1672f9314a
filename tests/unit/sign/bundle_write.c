// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* What cosign wrote is written again byte for byte. */
#include "base/alloc.h"
#include "base/json.h"
#include "sign/bundle.h"
#include "sign/keyless.h"
#include "support/data.h"

#define SERVICES TEST_DATA "/sign/services/"
#define SIGSTORE TEST_DATA "/sign/sigstore/"

static void writes_bundles_as_cosign_does(void **state)
{
	static const char *const files[] = {
		SIGSTORE "bundle.json",	 SIGSTORE "bundle_tsa.json",
		SIGSTORE "bundleA.json", SIGSTORE "bundle_keyed_tlog.json",
		SERVICES "bundle.json",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		AUTO(str) struct str text = data_read(files[i]);
		AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
		AUTO(free) char *written = NULL;
		struct err err = { 0 };

		if (sign_bundle_parse((struct span){ text.data, text.len }, &bundle, &err) < 0)
			fail_msg("%s: %s", files[i], err.text);
		written = sign_bundle_dump(&bundle);
		assert_string_equal(written, str_text(&text));
	}
}

static void writes_messages(void **state)
{
	static const char text[] =
		"{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\","
		"\"verificationMaterial\":{\"publicKey\":{\"hint\":\"h\"}},"
		"\"messageSignature\":{\"messageDigest\":{\"algorithm\":\"SHA2_256\","
		"\"digest\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"},"
		"\"signature\":\"AQID\"}}";
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *written = NULL;
	struct err err = { 0 };

	(void)state;
	if (sign_bundle_parse(span_of(text), &bundle, &err) < 0)
		fail_msg("%s", err.text);
	written = sign_bundle_dump(&bundle);
	assert_string_equal(written, text);
}

/* The first entry of a tree has the index 0 and no hashes: both are left out, and read again. */
static void writes_the_first_entry(void **state)
{
	AUTO(str) struct str text = data_read(SIGSTORE "bundle.json");
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(sign_bundle) struct sign_bundle again = { 0 };
	AUTO(free) char *written = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_bundle_parse((struct span){ text.data, text.len }, &bundle, &err), 0);
	bundle.entries[0].log_index = 0;
	bundle.entries[0].proof->index = 0;
	bundle.entries[0].proof->n_hashes = 0;
	written = sign_bundle_dump(&bundle);
	assert_null(strstr(written, "\"logIndex\""));
	assert_null(strstr(written, "\"hashes\""));
	if (sign_bundle_parse(span_of(written), &again, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(again.entries[0].log_index, 0);
	assert_int_equal(again.entries[0].proof->n_hashes, 0);
}

static void writes_annotations_as_cosign_does(void **state)
{
	AUTO(str) struct str text = data_read(SERVICES "simple-annotations.json");
	AUTO(json) json_t *json = json_loadb(text.data, text.len, 0, NULL);
	const char *entry = json_string_value(json_object_get(json, "dev.sigstore.cosign/bundle"));
	const char *timestamp =
		json_string_value(json_object_get(json, "dev.sigstore.cosign/rfc3161timestamp"));
	const struct sign_legacy legacy = { .signature = span_of("AQID"),
					    .bundle = span_of(entry),
					    .timestamp = span_of(timestamp) };
	AUTO(sign_bundle) struct sign_bundle bundle = { 0 };
	AUTO(free) char *written_entry = NULL;
	AUTO(free) char *written_timestamp = NULL;
	struct err err = { 0 };

	(void)state;
	if (sign_legacy_read(&legacy, &bundle, &err) < 0)
		fail_msg("%s", err.text);
	written_entry = sign_legacy_entry_dump(&bundle.entries[0]);
	written_timestamp = sign_legacy_timestamp_dump(&bundle.timestamps[0]);
	assert_string_equal(written_entry, entry);
	assert_string_equal(written_timestamp, timestamp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_bundles_as_cosign_does),
		cmocka_unit_test(writes_messages),
		cmocka_unit_test(writes_the_first_entry),
		cmocka_unit_test(writes_annotations_as_cosign_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

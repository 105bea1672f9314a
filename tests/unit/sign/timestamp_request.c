// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <openssl/ts.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "sign/timestamp.h"
#include "support/data.h"

#define DATA TEST_DATA "/sign/services/"

static struct span span_of_str(const struct str *s)
{
	return (struct span){ str_text(s), s->len };
}

static TS_REQ *decode(const struct str *der)
{
	const unsigned char *p = (const unsigned char *)der->data;
	TS_REQ *request = d2i_TS_REQ(NULL, &p, (long)der->len);

	assert_non_null(request);
	assert_ptr_equal(p, der->data + der->len);
	return request;
}

static void asks_for_the_hash(void **state)
{
	AUTO(str) struct str one = STR_MAX(1024);
	AUTO(str) struct str two = STR_MAX(1024);
	TS_REQ *first, *second;
	ASN1_OCTET_STRING *hash;
	uint8_t want[HASH_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_timestamp_request(span_of("data"), &one, &err), 0);
	assert_int_equal(sign_timestamp_request(span_of("data"), &two, &err), 0);
	first = decode(&one);
	second = decode(&two);
	hash = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(first));
	hash_of("data", 4, want);
	assert_int_equal(ASN1_STRING_length(hash), HASH_SIZE);
	assert_memory_equal(ASN1_STRING_get0_data(hash), want, HASH_SIZE);
	assert_int_equal(TS_REQ_get_version(first), 1);
	assert_true(TS_REQ_get_cert_req(first));
	/* no two alike */
	assert_int_not_equal(ASN1_INTEGER_cmp(TS_REQ_get_nonce(first), TS_REQ_get_nonce(second)),
			     0);
	TS_REQ_free(first);
	TS_REQ_free(second);
}

static void knows_its_answer(void **state)
{
	AUTO(str) struct str query = data_read(DATA "query.tsq");
	AUTO(str) struct str reply = data_read(DATA "reply.tsr");
	AUTO(str) struct str signature = data_read(DATA "signature.der");
	AUTO(str) struct str root_text = data_read(DATA "trusted_root.json");
	AUTO(sign_trusted_root) struct sign_trusted_root root = { 0 };
	struct err err = { 0 };
	int64_t time = 0;

	(void)state;
	if (sign_timestamp_answers(span_of_str(&reply), span_of_str(&query), &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(sign_trusted_root_parse(span_of_str(&root_text), &root, &err), 0);
	if (sign_timestamp_verify(span_of_str(&reply), span_of_str(&signature), &root, &time,
				  &err) < 0)
		fail_msg("%s", err.text);
	assert_in_range(time, 1795340000, 1795345000);
}

static void refuses_others(void **state)
{
	static const char rejected[] = "\x30\x13\x30\x11\x02\x01\x02\x30\x0c\x0c\x0ano\x1b[31m no";
	static const struct {
		const char *file, *why;
		enum err_code code;
	} bad[] = {
		{ DATA "reply-other.tsr", "timestamp: it is for something else", EC_UNTRUSTED },
		{ DATA "reply-no-nonce.tsr", "timestamp: it answers another question",
		  EC_UNTRUSTED },
		{ DATA "query.tsq", "timestamp: not an answer", EC_CORRUPT },
		{ DATA "bundle.json", "timestamp: not an answer", EC_CORRUPT },
	};
	AUTO(str) struct str query = data_read(DATA "query.tsq");
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(str) struct str reply = data_read(bad[i].file);

		if (sign_timestamp_answers(span_of_str(&reply), span_of_str(&query), &err) == 0)
			fail_msg("%s: believed", bad[i].file);
		if (strncmp(err.text, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s: %s", bad[i].file, err.text);
		assert_int_equal(err.code, bad[i].code);
	}
	assert_int_equal(sign_timestamp_answers((struct span){ rejected, sizeof(rejected) - 1 },
						span_of_str(&query), &err),
			 -1);
	assert_string_equal(err.text, "timestamp: the authority gave none: no\\x1b[31m no");
	assert_int_equal(
		sign_timestamp_answers((struct span){ NULL, 0 }, span_of_str(&query), &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_the_hash),
		cmocka_unit_test(knows_its_answer),
		cmocka_unit_test(refuses_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

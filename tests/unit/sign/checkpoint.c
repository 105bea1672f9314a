// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/checkpoint.h"
#include "base/alloc.h"
#include "sign/bundle.h"

#define ROOT "vRHroMn2GdrVGgflCTkcZ2w+zsDXQ4zUTyFi3ojlDpU="
#define LINE "\xe2\x80\x94 a AAAAAAE=\n"

static void reads_notes(void **state)
{
	static const char text[] = "example.com/log\n20852163\n" ROOT "\nmore\n\n" LINE LINE;
	struct sign_checkpoint checkpoint;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_checkpoint_parse(span_of(text), &checkpoint, &err), 0);
	assert_true(span_is(checkpoint.origin, "example.com/log"));
	assert_int_equal(checkpoint.size, 20852163);
	assert_int_equal(checkpoint.root[0], 0xbd);
	assert_int_equal(checkpoint.root[31], 0x95);
	assert_true(span_is(checkpoint.note, "example.com/log\n20852163\n" ROOT "\nmore\n"));
	assert_true(span_is(checkpoint.signatures, LINE LINE));
}

static void refuses_notes(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"a",
		"a\n1\n" ROOT "\n",
		"a\n1\n" ROOT "\n\n",
		"a\n1\n" ROOT "\n" LINE,
		"a\n1\n" ROOT "\n\n\xe2\x80\x94 a AAAA",
		"\n1\n" ROOT "\n\n" LINE,
		"a\n\n" ROOT "\n\n" LINE,
		"a\n01\n" ROOT "\n\n" LINE,
		"a\n-1\n" ROOT "\n\n" LINE,
		"a\n9223372036854775808\n" ROOT "\n\n" LINE,
		"a\n1\nAAAA\n\n" LINE,
		"a\n1\n" ROOT "\r\n\n" LINE,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_checkpoint checkpoint;
		struct err err = { 0 };

		if (sign_checkpoint_parse(span_of(bad[i]), &checkpoint, &err) == 0)
			fail_msg("%zu", i);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_int_equal(strncmp(err.text, "checkpoint: ", 12), 0);
	}
}

/* RFC 9162 2.1.1: a tree of one leaf is that leaf's hash, SHA-256(00 || body). */
static void proves_one_leaf(void **state)
{
	/* printf '\0' | sha256sum: the leaf of an empty body, as in RFC 9162's reference trees */
	static const char expected[] =
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
	struct sign_tlog_proof proof = { .index = 0, .tree_size = 1 };
	char hex[HASH_HEX + 1];
	uint8_t root[HASH_SIZE];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(sign_merkle_root(&proof, span_of(""), root, &err), 0);
	hex_encode(root, HASH_SIZE, hex);
	assert_string_equal(hex, expected);
}

static void refuses_proofs(void **state)
{
	static const struct {
		uint64_t index, size;
		size_t n_hashes;
	} bad[] = {
		{ 0, 0, 0 }, { 1, 1, 0 }, { 0, 2, 0 },	       { 0, 1, 1 },
		{ 0, 2, 2 }, { 2, 3, 2 }, { INT64_MAX, 5, 3 }, { 0, INT64_MAX, 62 },
	};
	static uint8_t hashes[64][HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sign_tlog_proof proof = { .index = bad[i].index,
						 .tree_size = bad[i].size,
						 .hashes = hashes,
						 .n_hashes = bad[i].n_hashes };
		uint8_t root[HASH_SIZE];
		struct err err = { 0 };

		if (sign_merkle_root(&proof, span_of("x"), root, &err) == 0)
			fail_msg("%zu", i);
		assert_int_equal(err.code, EC_UNTRUSTED);
		assert_int_equal(strncmp(err.text, "inclusion proof: ", 17), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_notes),
		cmocka_unit_test(refuses_notes),
		cmocka_unit_test(proves_one_leaf),
		cmocka_unit_test(refuses_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

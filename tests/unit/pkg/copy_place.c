// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "pkg/copy.h"

#define D1 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void same(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(a == b);
}

static void reads_places(void **state)
{
	static const struct {
		const char *text;
		enum copy_kind kind;
		const char *path, *name;
	} cases[] = {
		{ "ghcr.io/x/y:1", COPY_REGISTRY, NULL, "ghcr.io/x/y:1" },
		{ "localhost:5000/y", COPY_REGISTRY, NULL, "localhost:5000/y" },
		{ "docker://ghcr.io/x/y", COPY_REGISTRY, NULL, "ghcr.io/x/y" },
		{ "opensnoop:1.0", COPY_STORE, NULL, "opensnoop:1.0" },
		{ "x/y", COPY_STORE, NULL, "x/y" },
		{ "store:ghcr.io/x/y:1", COPY_STORE, NULL, "ghcr.io/x/y:1" },
		{ "oci:dir", COPY_LAYOUT, "dir", NULL },
		{ "oci:dir:", COPY_LAYOUT, "dir", NULL },
		{ "oci:a/dir:1.0", COPY_LAYOUT, "a/dir", "1.0" },
		{ "oci:dir:opensnoop:1.0", COPY_LAYOUT, "dir", "opensnoop:1.0" },
		{ "oci:dir:x/opensnoop:1.0", COPY_LAYOUT, "dir", "x/opensnoop:1.0" },
		{ "oci:dir@" D1, COPY_LAYOUT, "dir", D1 },
		{ "oci-archive:/tmp/x.tar:latest", COPY_ARCHIVE, "/tmp/x.tar", "latest" },
		{ "oci-archive:-", COPY_ARCHIVE, "-", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(copy_place) struct copy_place place = { 0 };
		struct err err = { 0 };

		assert_int_equal(copy_place_parse(cases[i].text, &place, &err), 0);
		assert_int_equal(place.kind, cases[i].kind);
		same(place.path, cases[i].path);
		same(place.name, cases[i].name);
	}
}

static void refuses_what_is_no_place(void **state)
{
	static const char *const bad[] = { "",	     "oci:",	  "oci::1",   "oci-archive:",
					   "store:", "docker://", "Bad/Name", "x y" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(copy_place) struct copy_place place = { 0 };
		struct err err = { 0 };

		assert_int_equal(copy_place_parse(bad[i], &place, &err), -1);
		assert_int_equal(err.code, EC_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_places),
		cmocka_unit_test(refuses_what_is_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

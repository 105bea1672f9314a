// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/reference.h"
#include "base/alloc.h"

#define D "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define X16(s) s s s s s s s s s s s s s s s s
#define A64 X16("aaaa")

/* Cases of distribution's reference_test.go and reference.md, by hand. */
static const struct {
	const char *text, *registry, *repository, *tag, *digest;
} good[] = {
	{ "opensnoop", NULL, "opensnoop", NULL, "" },
	{ "opensnoop:1.0", NULL, "opensnoop", "1.0", "" },
	{ "x/opensnoop:1.0", NULL, "x/opensnoop", "1.0", "" },
	{ "ghcr.io/x/opensnoop", "ghcr.io", "x/opensnoop", NULL, "" },
	{ "ghcr.io/x/opensnoop:latest@" D, "ghcr.io", "x/opensnoop", "latest", D },
	{ "opensnoop@" D, NULL, "opensnoop", NULL, D },
	{ "localhost/a", "localhost", "a", NULL, "" },
	{ "localhost:5000/a:b", "localhost:5000", "a", "b", "" },
	{ "127.0.0.1:5000/a/b/c:T_.-9", "127.0.0.1:5000", "a/b/c", "T_.-9", "" },
	{ "[::1]:5000/a", "[::1]:5000", "a", NULL, "" },
	{ "[2001:db8::1]/a:1", "[2001:db8::1]", "a", "1", "" },
	{ "host:65535/a", "host:65535", "a", NULL, "" },
	{ "Host/a", "Host", "a", NULL, "" },	   /* upper case makes it a registry */
	{ "test:5000", NULL, "test", "5000", "" }, /* no slash: a tag, not a port */
	{ "a__b/c--d.e_f", NULL, "a__b/c--d.e_f", NULL, "" },
	{ "a.b/c", "a.b", "c", NULL, "" },
	{ "xn--7o8h.com/a", "xn--7o8h.com", "a", NULL, "" },
	{ "sha256:0123456", NULL, "sha256", "0123456", "" },
	{ "a:" A64 A64, NULL, "a", A64 A64, "" }, /* 128 characters */
};

static const char *const bad[] = {
	"",
	":1",
	"@" D,
	"/a",
	"a/",
	"a//b",
	"A",
	"x/A",
	"ghcr.io/",
	"ghcr.io/X",
	"a:",
	"a:-1",
	"a:.1",
	"a b",
	"a:b c",
	"a\n",
	"a@",
	"a@sha256:12",
	"a@sha512:00",
	"a@" D "0",
	"a___b",
	"_a",
	"a_",
	"-a",
	"a-",
	"a..b",
	".a",
	"host:0/a",
	"host:65536/a",
	"host:x/a",
	"host:/a",
	"[::1/a",
	"[]/a",
	"[::1]x/a",
	"[::1]:/a",
	"-host.io/a",
	"host-.io/a",
	".host.io/a",
	"host.io./a",
	"host..io/a",
	"a:b:c",
	"a/b:c/d:e/f",
	"ä",
	"a:ä",
	"a:" A64 A64 "a",
	A64 A64 A64 "/" A64,
	"https://ghcr.io/a",
	"a@" D "@" D,
	"ghcr.io/a:b@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
};

static void parses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		AUTO(oci_reference) struct oci_reference r = { 0 };
		AUTO(free) char *text = NULL;
		struct err err = { 0 };

		if (oci_reference_parse(good[i].text, &r, &err) < 0)
			fail_msg("%s: %s", good[i].text, err.text);
		assert_string_equal(r.repository, good[i].repository);
		assert_string_equal(r.registry ? r.registry : "-",
				    good[i].registry ? good[i].registry : "-");
		assert_string_equal(r.tag ? r.tag : "-", good[i].tag ? good[i].tag : "-");
		assert_string_equal(r.digest.text, good[i].digest);
		text = oci_reference_text(&r);
		assert_string_equal(text, good[i].text);
	}
}

static void refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		AUTO(oci_reference) struct oci_reference r = { 0 };
		struct err err = { 0 };

		if (oci_reference_parse(bad[i], &r, &err) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.code, EC_USAGE);
		assert_null(r.repository);
	}
}

static void limits_the_name(void **state)
{
	AUTO(oci_reference) struct oci_reference r = { 0 };
	struct err err = { 0 };
	char name[300];

	memset(name, 'a', 255);
	memset(name + 255, 0, 45);
	assert_int_equal(oci_reference_parse(name, &r, &err), 0);
	name[255] = 'a';
	assert_int_equal(oci_reference_parse(name, &r, &err), -1);
}

static void base_is_the_last_part(void **state)
{
	AUTO(oci_reference) struct oci_reference r = { 0 };
	struct err err = { 0 };

	assert_int_equal(oci_reference_parse("ghcr.io/x/opensnoop:1", &r, &err), 0);
	assert_string_equal(oci_reference_base(&r), "opensnoop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(limits_the_name),
		cmocka_unit_test(base_is_the_last_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

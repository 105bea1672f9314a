// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/envelope.h"
#include "base/alloc.h"
#include "base/limits.h"

/* python3: base64.b64encode(zlib.compress(b"\x7fELF" + b"a" * 8)), and of b"no elf" */
#define PACKED "eJyrd/VxS4QCABwJBF8="
#define NO_ELF "eJzLy1dIzUkDAAeyAjU="
#define META "\"meta\":{\"bpf_skel\":{\"obj_name\":\"o\"}}"

static struct package *read_text(const char *text, struct err *err)
{
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	struct package *package = NULL;

	if (envelope_read((struct span){ text, strlen(text) }, "p", &package, &unknown, err) < 0)
		assert_null(package);
	return package;
}

static void reads_json_and_yaml(void **state)
{
	static const char *const texts[] = {
		"{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":12," META "}",
		"\n  { \"bpf_object\": \"" PACKED "\",\"bpf_object_size\":12," META "}",
		"bpf_object: " PACKED
		"\nbpf_object_size: 12\nmeta:\n  bpf_skel:\n    obj_name: o\n",
		"---\nmeta: {bpf_skel: {obj_name: o}}\nbpf_object_size: 12\nbpf_object: '" PACKED
		"'\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct err err = { 0 };
		AUTO(package) struct package *package = read_text(texts[i], &err);

		if (!package)
			fail_msg("%zu: %s", i, err.text);
		assert_string_equal(package->name, "o");
		assert_string_equal(package->reference, "p");
		assert_int_equal(package->object.len, 12);
		assert_memory_equal(package->object.data, "\177ELFaaaaaaaa", 12);
	}
}

static const struct {
	const char *text, *error;
} bad[] = {
	{ "", "p: empty" },
	{ "  \n", "p: empty" },
	{ "[]", "p: neither an eBPF object nor a package.json or package.yaml" },
	{ "root:x:0:0\n", "p: neither an eBPF object nor a package.json or package.yaml" },
	{ "\x7f\x01", "p: neither an eBPF object nor a package.json or package.yaml" },
	{ "{}", "p.bpf_object: expected a string, found nothing" },
	{ "{\"bpf_object\":1,\"bpf_object_size\":12," META "}",
	  "p.bpf_object: expected a string, found a number" },
	{ "{\"bpf_object\":\"" PACKED "\"," META "}",
	  "p.bpf_object_size: expected a whole number, found nothing" },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":\"12\"," META "}",
	  "p.bpf_object_size: expected a whole number, found a string" },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":13," META "}",
	  "p.bpf_object: 12 bytes where bpf_object_size says 13" },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":11," META "}",
	  "p.bpf_object: more bytes than the 11 of bpf_object_size" },
	{ "{\"bpf_object\":\"" NO_ELF "\",\"bpf_object_size\":6," META "}",
	  "p.bpf_object: not an ELF file" },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":12}",
	  "p.meta: expected an object, found nothing" },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":12,\"meta\":{}}",
	  "p.meta.bpf_skel: expected an object, found nothing" },
	{ "{\"bpf_skel\":{}}", "p: a configuration without an object" },
	{ "{\"bpf_object\":\"eJyr\",\"bpf_object_size\":12," META "}", NULL },
	{ "{\"bpf_object\":\"eJy\",\"bpf_object_size\":12," META "}", NULL },
	{ "{\"bpf_object\":\"" PACKED "\",\"bpf_object_size\":99999999999," META "}", NULL },
	{ "{\"bpf_object\":\"" PACKED "\",", NULL },
	{ "bpf_object: &a x\nmeta: *a\n", NULL },
};

static void names_what_is_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		assert_null(read_text(bad[i].text, &err));
		assert_int_equal(err.code, EC_CORRUPT);
		if (bad[i].error)
			assert_string_equal(err.text, bad[i].error);
	}
}

static void reads_what_it_writes(void **state)
{
	static const enum envelope_format formats[] = { ENVELOPE_JSON, ENVELOPE_YAML };
	AUTO(config) struct config *config = config_new();
	const struct span object = { "\177ELFbbbb", 8 };

	config->obj_name = mem_text("no"); /* a boolean to YAML 1.1 */
	config_add_map(config, "events")->ident = mem_text("1.0");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
		AUTO(package) struct package *package = NULL;
		struct err err = { 0 };

		assert_int_equal(envelope_write(object, config, formats[i], &text, &err), 0);
		assert_int_equal(text.data[text.len - 1], '\n');
		package = read_text(str_text(&text), &err);
		assert_non_null(package);
		assert_memory_equal(package->object.data, object.data, object.len);
		assert_string_equal(package->config->obj_name, "no");
		assert_string_equal(package->config->maps[0].ident, "1.0");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_json_and_yaml),
		cmocka_unit_test(names_what_is_wrong),
		cmocka_unit_test(reads_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

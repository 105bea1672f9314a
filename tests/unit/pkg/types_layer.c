// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/types_layer.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/pack.h"

static const struct {
	struct types_place place;
	const char *btf;
} kernels[] = {
	{ { "debian", "12", "x86_64", "6.1.0-13-amd64" }, "one" },
	{ { "debian", "12", "x86_64", "6.1.0-14-amd64" }, "one" },
	{ { "debian", "11", "x86_64", "5.10.0-30-amd64" }, "two" },
	{ { "ubuntu", "18.04", "x86_64", "5.4.0-42-generic" }, "three" },
	{ { "ubuntu", "20.04", "x86_64", "5.4.0-42-generic" }, "four" },
	{ { "ubuntu", "20.04", "arm64", "5.4.0-42-generic" }, "five" },
	{ { NULL, NULL, NULL, "4.19.0" }, "one" },
	{ { "centos", "7", "x86_64", "3.10.0" }, "six" },
	{ { "rhel", "7", "x86_64", "3.10.0" }, "six" },
};

static void add(struct types_layer *layer, size_t i)
{
	struct err err;

	if (types_layer_add(layer, &kernels[i].place, span_of(kernels[i].btf), &err) < 0)
		fail_msg("%s", err.text);
}

static struct types_layer *make(bool is_backwards)
{
	struct types_layer *layer = types_layer_new();

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++)
		add(layer, is_backwards ? ARRAY_SIZE(kernels) - 1 - i : i);
	return layer;
}

static void write_layer(const struct types_layer *layer, struct str *out)
{
	struct err err;

	if (types_layer_write(layer, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void is_found(const struct types_layer *layer, const struct types_place *place,
		     const char *btf)
{
	struct span found = types_layer_find(layer, place);

	if (!btf) {
		assert_null(found.data);
		return;
	}
	assert_non_null(found.data);
	assert_true(span_is(found, btf));
}

static void finds_the_right_one(const struct types_layer *layer)
{
	static const struct {
		struct types_place place;
		const char *btf;
	} questions[] = {
		{ { "debian", "12", "x86_64", "6.1.0-13-amd64" }, "one" },
		{ { "debian", "11", "x86_64", "5.10.0-30-amd64" }, "two" },
		{ { "ubuntu", "18.04", "x86_64", "5.4.0-42-generic" }, "three" },
		{ { "ubuntu", "20.04", "x86_64", "5.4.0-42-generic" }, "four" },
		{ { "ubuntu", "20.04", "aarch64", "5.4.0-42-generic" }, "five" },
		/* another system's os-release, as in a container: it must be clear which is meant */
		{ { "alpine", "3.19", "x86_64", "6.1.0-13-amd64" }, "one" },
		{ { NULL, NULL, "x86_64", "5.10.0-30-amd64" }, "two" },
		{ { "alpine", "3.19", "x86_64", "5.4.0-42-generic" }, NULL },
		{ { "alpine", "3.19", "x86_64", "3.10.0" }, "six" },
		{ { "debian", "10", "x86_64", "4.19.0" }, "one" },
		{ { "debian", "12", "aarch64", "6.1.0-13-amd64" }, NULL },
		{ { "debian", "12", "x86_64", "6.1.0-99-amd64" }, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		is_found(layer, &questions[i].place, questions[i].btf);
}

static void what_is_written_is_read(void **state)
{
	AUTO(types_layer) struct types_layer *layer = make(false), *other = make(true);
	AUTO(types_layer) struct types_layer *read = NULL;
	AUTO(str) struct str a = STR_MAX(LIMIT_TEXT);
	AUTO(str) struct str b = STR_MAX(LIMIT_TEXT);
	AUTO(str) struct str c = STR_MAX(LIMIT_TEXT);
	struct err err;

	assert_int_equal(types_layer_kernels(layer), ARRAY_SIZE(kernels));
	assert_int_equal(types_layer_distinct(layer), 6);
	assert_int_equal(types_layer_bytes(layer), 3 + 3 + 5 + 4 + 4 + 3);
	finds_the_right_one(layer);
	write_layer(layer, &a);
	write_layer(other, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
	if (types_layer_read((struct span){ a.data, a.len }, "layer", &read, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(types_layer_kernels(read), ARRAY_SIZE(kernels));
	assert_int_equal(types_layer_distinct(read), 6);
	finds_the_right_one(read);
	write_layer(read, &c);
	assert_int_equal(a.len, c.len);
	assert_memory_equal(a.data, c.data, a.len);
}

static void one_place_has_one_btf(void **state)
{
	AUTO(types_layer) struct types_layer *layer = make(false);
	static const struct types_place odd[] = {
		{ "..", "12", "x86_64", "6.1" },
		{ "debian", "", "x86_64", "6.1" },
		{ "debian", "12", "x86_64", "6.1/../../x" },
	};
	struct err err;

	add(layer, 0);
	assert_int_equal(types_layer_kernels(layer), ARRAY_SIZE(kernels));
	assert_int_equal(types_layer_add(layer, &kernels[0].place, span_of("else"), &err), -1);
	assert_int_equal(err.code, EC_EXISTS);
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		assert_int_equal(types_layer_add(layer, &odd[i], span_of("x"), &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
	}
}

/* Entries "NAME" or "NAME>TARGET", the content of a file is its name. */
static void read_odd(const char *const *entries, struct types_layer **out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_TEXT);
	AUTO(pack) struct pack *pack = NULL;
	int rc = pack_open(&bytes, &pack, err);

	for (; rc == 0 && *entries; entries++) {
		const char *arrow = strchr(*entries, '>');
		AUTO(free) char *name = mem_textn(*entries, strcspn(*entries, ">"));

		rc = arrow ? pack_link(pack, name, arrow + 1, err)
			   : pack_file(pack, name, span_of(name), err);
	}
	if (rc < 0 || pack_end(pack, err) < 0)
		fail_msg("%s", err->text);
	*err = (struct err){ 0 };
	if (types_layer_read((struct span){ bytes.data, bytes.len }, "odd", out, err) < 0)
		assert_null(*out);
}

static void tars_of_others(void **state)
{
	static const struct {
		const char *entries[4];
		size_t n; /* kernels; 0: refused */
		const char *why;
	} cases[] = {
		{ { "btfhub-archive/debian/12/x86_64/6.1.btf", "package.json", "x.bpf.o" }, 1, "" },
		{ { "./debian/12/x86_64/6.1.btf", "12/x86_64/6.1.btf" }, 1, "" },
		{ { "a/debian/12/x86_64/6.1.btf",
		    "b/debian/12/x86_64/6.2.btf>a/debian/12/x86_64/6.1.btf" },
		  2,
		  "" },
		{ { "a/debian/12/x86_64/6.1.btf", "b/debian/12/x86_64/6.1.btf" },
		  0,
		  "odd: debian/12/x86_64/6.1.btf: there is another of this name" },
		{ { "debian/12/x86_64/6.1.btf>debian/12/x86_64/6.2.btf" },
		  0,
		  "odd: a link to debian/12/x86_64/6.2.btf, which is not in it" },
		{ { "debian/12/x86_64/6.1.btf>/etc/passwd" },
		  0,
		  "odd: a link to /etc/passwd, which is not in it" },
		{ { "debian/../x86_64/6.1.btf" },
		  0,
		  "odd: '..' cannot be a part of a kernel's name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO(types_layer) struct types_layer *layer = NULL;
		struct err err;

		read_odd(cases[i].entries, &layer, &err);
		assert_string_equal(err.text, cases[i].why);
		assert_int_equal(layer ? types_layer_kernels(layer) : 0, cases[i].n);
		if (!layer)
			assert_int_equal(err.code, EC_CORRUPT);
	}
}

static void what_is_cut_is_refused(void **state)
{
	AUTO(types_layer) struct types_layer *layer = make(false);
	AUTO(str) struct str bytes = STR_MAX(LIMIT_TEXT);
	struct err err;

	write_layer(layer, &bytes);
	for (size_t len = 0; len + 16 < bytes.len; len += 7) {
		AUTO(types_layer) struct types_layer *read = NULL;

		if (types_layer_read((struct span){ bytes.data, len }, "cut", &read, &err) < 0)
			assert_int_equal(err.code, EC_CORRUPT);
		else
			assert_true(types_layer_kernels(read) < ARRAY_SIZE(kernels));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(one_place_has_one_btf),
		cmocka_unit_test(tars_of_others),
		cmocka_unit_test(what_is_cut_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

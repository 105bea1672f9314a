// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/settings.h"
#include "pkg/file_edit.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"

#define X8(s) s s s s s s s s
#define A240 X8("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")

static void parse(struct settings *s, const char *text, enum settings_origin origin)
{
	struct err err = { 0 };

	if (settings_parse(s, span_of(text), "c.yaml", origin, &err) < 0)
		fail_msg("%s", err.text);
}

/* Each place as REGISTRY|REPOSITORY with m, p, i for what it is; joined by blanks. */
static const struct {
	const char *settings, *reference, *places;
} lookups[] = {
	{ "", "opensnoop", "ghcr.io|eunomia-bpf/opensnoop" },
	{ "", "x/opensnoop:1.0", "ghcr.io|eunomia-bpf/x/opensnoop" },
	{ "", "quay.io/x/opensnoop", "quay.io|x/opensnoop" },
	{ "registry: localhost:5000", "opensnoop", "localhost:5000|opensnoop" },
	{ "registry: \"[::1]:5000/a/b\"", "opensnoop", "[::1]:5000|a/b/opensnoop" },
	/* Docker's names */
	{ "", "docker.io/alpine", "docker.io|library/alpine" },
	{ "", "index.docker.io/alpine:3", "docker.io|library/alpine" },
	{ "", "registry-1.docker.io/x/alpine", "docker.io|x/alpine" },
	{ "registry: docker.io", "alpine", "docker.io|library/alpine" },
	{ "registry: docker.io/x", "alpine", "docker.io|x/alpine" },
	{ "mirrors: {docker.io: [m.io]}", "index.docker.io/alpine",
	  "m.io|library/alpine:m docker.io|library/alpine" },
	{ "mirrors: {index.docker.io: [m.io]}", "docker.io/x/y", "m.io|x/y:m docker.io|x/y" },
	/* mirrors: in their order, the longest key, at the edges of names */
	{ "mirrors: {ghcr.io: [m.example:5000/ghcr, n.example]}", "ghcr.io/x/tool",
	  "m.example:5000|ghcr/x/tool:m n.example|x/tool:m ghcr.io|x/tool" },
	{ "mirrors: {ghcr.io: [m.example]}", "opensnoop",
	  "m.example|eunomia-bpf/opensnoop:m ghcr.io|eunomia-bpf/opensnoop" },
	{ "mirrors: {ghcr.io: [m.example], ghcr.io/x: [n.example/y]}", "ghcr.io/x/tool",
	  "n.example|y/tool:m ghcr.io|x/tool" },
	{ "mirrors: {ghcr.io: [m.example], ghcr.io/x: [n.example/y]}", "ghcr.io/xx/tool",
	  "m.example|xx/tool:m ghcr.io|xx/tool" },
	{ "mirrors: {ghcr.io/x: []}", "ghcr.io/x/tool", "ghcr.io|x/tool" },
	{ "mirrors: {ghcr.io/x/tool: [n.example/other]}", "ghcr.io/x/tool",
	  "n.example|other:m ghcr.io|x/tool" },
	{ "mirrors: {GHCR.io: m.example}", "ghcr.io/x/tool", "m.example|x/tool:m ghcr.io|x/tool" },
	{ "mirrors: {ghcr.io: [m.example]}", "ghcr.io:443/x", "ghcr.io:443|x" },
	/* plain_http and insecure */
	{ "plain_http: [r.lan:5000]\ninsecure: [r.lan]", "r.lan:5000/x", "r.lan:5000|x:pi" },
	{ "plain_http: [r.lan:5000]\ninsecure: [r.lan]", "r.lan/x", "r.lan|x:i" },
	{ "plain_http: [r.lan:5000]\ninsecure: [r.lan]", "r.lan:500/x", "r.lan:500|x:i" },
	{ "plain_http: [r.lan]", "r.land/x", "r.land|x" },
	{ "plain_http: [\"[::1]\"]", "[::1]:5000/x", "[::1]:5000|x:p" },
	{ "plain_http: [\"[::1]:80\"]", "[::1]:8080/x", "[::1]:8080|x" },
	{ "plain_http: [m.lan]\nmirrors: {ghcr.io: [m.lan]}", "ghcr.io/x", "m.lan|x:mp ghcr.io|x" },
	{ "plain_http: m.lan", "m.lan/x", "m.lan|x:p" },
};

static char *show(const struct settings_places *places)
{
	struct str out = STR_MAX(4096);

	for (size_t i = 0; i < places->n_items; i++) {
		const struct settings_place *p = &places->items[i];

		str_addf(&out, "%s%s|%s%s%s%s%s", i ? " " : "", p->registry, p->repository,
			 p->is_mirror || p->plain_http || p->insecure ? ":" : "",
			 p->is_mirror ? "m" : "", p->plain_http ? "p" : "", p->insecure ? "i" : "");
	}
	return str_take(&out);
}

static void names_the_places(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(lookups); i++) {
		AUTO(settings) struct settings s;
		AUTO(settings_places) struct settings_places places = { 0 };
		AUTO(oci_reference) struct oci_reference reference = { 0 };
		AUTO(free) char *text = NULL;
		struct err err = { 0 };

		settings_defaults(&s);
		parse(&s, lookups[i].settings, SETTINGS_PERSON);
		assert_int_equal(oci_reference_parse(lookups[i].reference, &reference, &err), 0);
		if (settings_places(&s, &reference, &places, &err) < 0)
			fail_msg("%s: %s", lookups[i].reference, err.text);
		text = show(&places);
		assert_string_equal(text, lookups[i].places);
	}
}

static const struct {
	const char *settings, *reference, *error;
} nowhere[] = {
	{ "registry: r.example/" A240, "opensnoop", "255 characters" },
	{ "mirrors: {ghcr.io: [m.example/" A240 "]}", "ghcr.io/x/tool", "255 characters" },
	{ "mirrors: {ghcr.io/x: [m.example]}", "ghcr.io/x", "m.example has to name a repository" },
};

static void says_where_it_cannot_be(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++) {
		AUTO(settings) struct settings s;
		AUTO(settings_places) struct settings_places places = { 0 };
		AUTO(oci_reference) struct oci_reference reference = { 0 };
		struct err err = { 0 };

		settings_defaults(&s);
		parse(&s, nowhere[i].settings, SETTINGS_PERSON);
		assert_int_equal(oci_reference_parse(nowhere[i].reference, &reference, &err), 0);
		assert_int_equal(settings_places(&s, &reference, &places, &err), -1);
		assert_int_equal(err.code, EC_USAGE);
		assert_non_null(strstr(err.text, nowhere[i].error));
		assert_null(places.items);
	}
}

static const struct {
	const char *text, *error, *hint;
} malformed[] = {
	{ "registy: x.y", "c.yaml: unknown key 'registy'", "did you mean 'registry'?" },
	{ "zzz: 1", "c.yaml: unknown key 'zzz'", "see epm-config(1)" },
	{ "[a]", "c.yaml: expected an object, found an array", "" },
	{ "registry: [a]", "c.yaml.registry: expected a string, found an array", "" },
	{ "registry: opensnoop", "c.yaml.registry: 'opensnoop' is not REGISTRY or REGISTRY/PATH",
	  "" },
	{ "registry: ghcr.io/x:1",
	  "c.yaml.registry: 'ghcr.io/x:1' is not REGISTRY or REGISTRY/PATH", "" },
	{ "registry: https://ghcr.io",
	  "c.yaml.registry: 'https://ghcr.io' is not REGISTRY or REGISTRY/PATH", "" },
	{ "registry: ghcr.io/", "c.yaml.registry: 'ghcr.io/' is not REGISTRY or REGISTRY/PATH",
	  "" },
	{ "mirrors: [a]", "c.yaml.mirrors: expected an object, found an array", "" },
	{ "mirrors: {ghcr.io: 5}", "c.yaml.mirrors.ghcr.io: expected a list, found a number", "" },
	{ "mirrors: {ghcr.io: [5]}", "c.yaml.mirrors.ghcr.io[0]: expected a string, found a number",
	  "" },
	{ "mirrors: {ghcr.io: [a.b, c]}",
	  "c.yaml.mirrors.ghcr.io[1]: 'c' is not REGISTRY or REGISTRY/PATH", "" },
	{ "mirrors: {ghcr: [a.b]}", "c.yaml.mirrors: 'ghcr' is not REGISTRY or REGISTRY/PATH", "" },
	{ "plain_http: [a.b/c]", "c.yaml.plain_http[0]: 'a.b/c' is not HOST or HOST:PORT", "" },
	{ "plain_http: [\"a.b:0\"]", "c.yaml.plain_http[0]: 'a.b:0' is not HOST or HOST:PORT", "" },
	{ "insecure: {a: b}", "c.yaml.insecure: expected a list, found an object", "" },
	{ "ca_file: ca.pem", "c.yaml.ca_file: 'ca.pem' is not an absolute path", "" },
	{ "timeout: soon", "c.yaml.timeout: 'soon' is not a duration such as 30s, 500ms or 2m",
	  "" },
	{ "timeout: 0", "c.yaml.timeout: '0' is not a duration such as 30s, 500ms or 2m", "" },
	{ "timeout: -1", "c.yaml.timeout: '-1' is not a duration such as 30s, 500ms or 2m", "" },
	{ "timeout: 1.5", "c.yaml.timeout: expected a duration, found a number", "" },
	{ "registry: a.b\nregistry: c.d", "c.yaml:2:1: duplicate key 'registry'", "" },
	{ "registry: \"a", NULL, "" },
};

static void refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++) {
		AUTO(settings) struct settings s;
		struct err err = { 0 };

		settings_defaults(&s);
		if (settings_parse(&s, span_of(malformed[i].text), "c.yaml", SETTINGS_PERSON,
				   &err) == 0)
			fail_msg("accepted: %s", malformed[i].text);
		assert_int_equal(err.code, EC_CORRUPT);
		if (malformed[i].error)
			assert_string_equal(err.text, malformed[i].error);
		assert_string_equal(err.hint, malformed[i].hint);
	}
}

static void expect_rows(const struct settings *s, const char *expected)
{
	AUTO(json) json_t *rows = settings_rows(s);
	AUTO(free) char *text = js_dump(rows);

	assert_string_equal(text, expected);
}

static void lists_what_is_built_in(void **state)
{
	static const char *const empty[] = { "", "\n\n", "# nothing\n", "  # a\n# b",
					     "registry:\n" };

	for (size_t i = 0; i < ARRAY_SIZE(empty); i++) {
		AUTO(settings) struct settings s;

		settings_defaults(&s);
		parse(&s, empty[i], SETTINGS_PERSON);
		expect_rows(&s, "[{\"key\":\"registry\",\"origin\":\"built in\","
				"\"value\":\"ghcr.io/eunomia-bpf\"},"
				"{\"key\":\"timeout\",\"origin\":\"built in\",\"value\":\"30s\"}]");
	}
}

static void joins_person_and_system(void **state)
{
	AUTO(settings) struct settings s;

	settings_defaults(&s);
	s.person_path = mem_text("/p");
	s.system_path = mem_text("/s");
	parse(&s, "registry: a.b\nmirrors: {m.n: [x.y]}\nplain_http: [q.r]\ntimeout: 500ms",
	      SETTINGS_PERSON);
	parse(&s,
	      "registry: c.d\nmirrors: {m.n: [z.z], o.p: [x.y]}\nplain_http: [q.r, s.t]\n"
	      "timeout: 90\nca_file: /ca\ninsecure: [u.v]",
	      SETTINGS_SYSTEM);
	expect_rows(&s, "[{\"key\":\"registry\",\"origin\":\"/p\",\"value\":\"a.b\"},"
			"{\"key\":\"mirrors.m.n\",\"origin\":\"/p\",\"value\":[\"x.y\"]},"
			"{\"key\":\"mirrors.o.p\",\"origin\":\"/s\",\"value\":[\"x.y\"]},"
			"{\"key\":\"plain_http\",\"origin\":\"/p\",\"value\":[\"q.r\"]},"
			"{\"key\":\"plain_http\",\"origin\":\"/s\",\"value\":[\"s.t\"]},"
			"{\"key\":\"insecure\",\"origin\":\"/s\",\"value\":[\"u.v\"]},"
			"{\"key\":\"ca_file\",\"origin\":\"/s\",\"value\":\"/ca\"},"
			"{\"key\":\"timeout\",\"origin\":\"/p\",\"value\":\"500ms\"}]");
	assert_true(s.timeout_ns == 500000000);
}

static void reads_durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = { { "30", 30000000000 },
		      { "30s", 30000000000 },
		      { "1ms", 1000000 },
		      { "2m", 120000000000 },
		      { "1h", 3600000000000 },
		      { "", 0 },
		      { "s", 0 },
		      { "1d", 0 },
		      { "1 s", 0 },
		      { "99999999999999s", 0 },
		      { "0s", 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		uint64_t ns = 0;

		assert_int_equal(settings_duration(cases[i].text, &ns, &err), cases[i].ns ? 0 : -1);
		assert_true(ns == cases[i].ns);
	}
}

/* The lines of a key, by hand. */
static const struct {
	const char *before, *key, *lines, *after;
} edits[] = {
	{ "", "a", "a: 1\n", "a: 1\n" },
	{ "b: 2", "a", "a: 1\n", "b: 2\na: 1\n" },
	{ "# top\na: 0 # why\n\n# next\nb: 2\n", "a", "a: 1\n",
	  "# top\na: 1 # why\n\n# next\nb: 2\n" },
	{ "a: 0 # why\nb: 2\n", "a", "", "b: 2\n" },
	{ "a:\n- x\n  # in\n- y\n# next\nb: 2\n", "a", "a:\n- z\n", "a:\n- z\n# next\nb: 2\n" },
	{ "a:\n  x: y\n\n  z: w\n# end\n", "a", "a: 1\n", "a: 1\n# end\n" },
	{ "aa: 0\na : 0\n", "a", "a: 1\n", "aa: 0\na: 1\n" },
	{ "b: 1\na: 0", "a", "a: 1\n", "b: 1\na: 1\n" },
};

static void edits_lines(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		AUTO(str) struct str out = STR_MAX(4096);

		file_edit_text(span_of(edits[i].before), edits[i].key, edits[i].lines, &out);
		assert_string_equal(str_text(&out), edits[i].after);
	}
}

/* values end with NULL; none: the key is taken away */
static const struct {
	const char *before, *key, *values[3], *after;
} changes[] = {
	{ NULL, "registry", { "a.b/c" }, "registry: a.b/c\n" },
	{ "# mine\nregistry: x.y # old\n", "registry", { "a.b" }, "# mine\nregistry: a.b # old\n" },
	{ "registry: \"x # y\"\n", "timeout", { "5" }, "registry: \"x # y\"\ntimeout: 5\n" },
	{ "registry: \"x # y\" # c\n", "registry", { "a.b" }, "registry: a.b # c\n" },
	{ "timeout: 1\n# a\nplain_http: [x.y]\n# b\ninsecure: []\n",
	  "plain_http",
	  { "a.b", "c.d:80" },
	  "timeout: 1\n# a\nplain_http:\n- a.b\n- c.d:80\n# b\ninsecure: []\n" },
	{ "{registry: x.y} # all\n", "registry", { "a.b" }, "registry: a.b\n" },
	{ "'registry': x.y\ntimeout: 3\n", "registry", { "a.b" }, "registry: a.b\ntimeout: 3\n" },
	{ "mirrors:\n  x.y: [m.n]\n# c\n",
	  "mirrors.ghcr.io/a",
	  { "m.n", "o.p/q" },
	  "mirrors:\n  x.y:\n  - m.n\n  ghcr.io/a:\n  - m.n\n  - o.p/q\n# c\n" },
	{ "timeout: 5s # c\nca_file: /x\n", "timeout", { NULL }, "ca_file: /x\n" },
	{ "# c\ntimeout: 5\n", "timeout", { NULL }, "# c\n" },
	{ "mirrors: {x.y: [a.b]}\n", "mirrors.x.y", { NULL }, "" },
	{ "mirrors:\n  x.y: [a.b]\n  z.z: [a.b]\n",
	  "mirrors.x.y",
	  { NULL },
	  "mirrors:\n  z.z:\n  - a.b\n" },
	{ "mirrors:\n  x.y: [a.b]\ntimeout: 1\n", "mirrors", { NULL }, "timeout: 1\n" },
	/* what is wrong elsewhere can be taken away, and does not hinder */
	{ "nope: 1\n", "registry", { "a.b" }, "nope: 1\nregistry: a.b\n" },
};

static char folder[] = "/tmp/epm-settings.XXXXXX";

static int start(void **state)
{
	return mkdtemp(folder) ? 0 : -1;
}

static int stop(void **state)
{
	AUTO(free) char *command = mem_printf("rm -rf %s", folder);

	return system(command);
}

static char *file_of(const char *home)
{
	return path_join(home, SETTINGS_FILE);
}

static void put(const char *home, const char *text)
{
	AUTO(free) char *path = file_of(home);
	struct err err = { 0 };

	unlink(path);
	if (text && fs_write(AT_FDCWD, path, text, strlen(text), 0600, &err) < 0)
		fail_msg("%s", err.text);
}

static char *get(const char *home)
{
	AUTO(free) char *path = file_of(home);
	struct str text = STR_MAX(LIMIT_SETTINGS);
	struct err err = { 0 };

	if (fs_read(AT_FDCWD, path, &text, &err) < 0)
		fail_msg("%s", err.text);
	return str_take(&text);
}

static void changes_files(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		AUTO(free) char *text = NULL;
		struct err err = { 0 };
		bool was_there = false;
		size_t n = 0;
		int rc;

		while (n < 3 && changes[i].values[n])
			n++;
		put(folder, changes[i].before);
		rc = n ? settings_set(folder, changes[i].key, changes[i].values, n, &err)
		       : settings_unset(folder, changes[i].key, &was_there, &err);
		if (rc < 0)
			fail_msg("%s: %s", changes[i].key, err.text);
		assert_int_equal(was_there, n == 0);
		text = get(folder);
		assert_string_equal(text, changes[i].after);
	}
}

static void makes_the_folder_and_keeps_links(void **state)
{
	AUTO(free) char *home = path_join(folder, "new/home"), *path = file_of(home);
	AUTO(free) char *text = NULL;
	const char *const value[] = { "a.b" };
	struct err err = { 0 };
	struct stat st;
	bool was_there = true;

	assert_int_equal(settings_unset(home, "registry", &was_there, &err), 0);
	assert_false(was_there);
	assert_false(fs_exists(AT_FDCWD, home));
	assert_int_equal(settings_set(home, "registry", value, 1, &err), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("../dotfile", path), 0);
	assert_int_equal(settings_set(home, "registry", value, 1, &err), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	text = get(home);
	assert_string_equal(text, "registry: a.b\n");
}

static const struct {
	const char *key, *value;
	size_t n_values;
	enum err_code code;
	const char *hint;
} impossible[] = {
	{ "registri", "a.b", 1, EC_USAGE, "did you mean 'registry'?" },
	{ "registry", "nothing", 1, EC_USAGE, "" },
	{ "registry", "a.b", 2, EC_USAGE, "" },
	{ "timeout", "soon", 1, EC_USAGE, "" },
	{ "ca_file", "x", 1, EC_USAGE, "" },
	{ "plain_http", "a.b/c", 1, EC_USAGE, "" },
	{ "mirrors", "a.b", 1, EC_USAGE, "the key is mirrors.REGISTRY or mirrors.REGISTRY/PATH" },
	{ "mirrors.x", "a.b", 1, EC_USAGE,
	  "a key of mirrors is mirrors.REGISTRY or mirrors.REGISTRY/PATH" },
	{ "mirrors.x.y", "a", 1, EC_USAGE, "" },
};

static void changes_nothing_to_what_cannot_be(void **state)
{
	const char *const value[] = { "30" };
	AUTO(free) char *after = NULL;
	struct err err = { 0 };

	put(folder, "timeout: 1\n");
	for (size_t i = 0; i < ARRAY_SIZE(impossible); i++) {
		const char *const values[] = { impossible[i].value, impossible[i].value };
		AUTO(free) char *text = NULL;

		err = (struct err){ 0 };
		if (settings_set(folder, impossible[i].key, values, impossible[i].n_values, &err) ==
		    0)
			fail_msg("accepted: %s", impossible[i].key);
		assert_int_equal(err.code, impossible[i].code);
		assert_string_equal(err.hint, impossible[i].hint);
		text = get(folder);
		assert_string_equal(text, "timeout: 1\n");
	}
	put(folder, "timeout: [\n");
	assert_int_equal(settings_set(folder, "timeout", value, 1, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	after = get(folder);
	assert_string_equal(after, "timeout: [\n");
}

static void loads_both_files(void **state)
{
	AUTO(free) char *system = path_join(folder, "system.yaml"), *person = file_of(folder);
	AUTO(settings) struct settings s = { 0 };
	struct err err = { 0 };

	put(folder, "registry: a.b\n");
	assert_int_equal(settings_load(folder, system, &s, &err), 0);
	assert_string_equal(s.registry, "a.b");
	assert_int_equal(s.registry_origin, SETTINGS_PERSON);
	assert_string_equal(s.person_path, person);
	settings_done(&s);
	assert_int_equal(fs_write(AT_FDCWD, system, "timeout: 1s\nregistry: c.d\n", 26, 0600, &err),
			 0);
	assert_int_equal(settings_load(folder, system, &s, &err), 0);
	assert_string_equal(s.registry, "a.b");
	assert_int_equal(s.timeout_origin, SETTINGS_SYSTEM);
	put(folder, "registry: 1\n");
	settings_done(&s);
	assert_int_equal(settings_load(folder, system, &s, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_true(text_starts(err.text, person));
	assert_null(s.registry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_the_places),
		cmocka_unit_test(says_where_it_cannot_be),
		cmocka_unit_test(refuses),
		cmocka_unit_test(lists_what_is_built_in),
		cmocka_unit_test(joins_person_and_system),
		cmocka_unit_test(reads_durations),
		cmocka_unit_test(edits_lines),
		cmocka_unit_test(changes_files),
		cmocka_unit_test(makes_the_folder_and_keeps_links),
		cmocka_unit_test(changes_nothing_to_what_cannot_be),
		cmocka_unit_test(loads_both_files),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

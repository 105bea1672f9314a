// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/config.h"
#include "base/alloc.h"
#include "base/limits.h"

/* eunomia's bootstrap.json and others, as ecc wrote them (EUNOMIA's assets), cut to what differs. */
static const char bootstrap[] =
	"{\"bpf_skel\":{\"data_sections\":["
	"{\"name\":\".rodata\",\"variables\":[{\"name\":\"min_duration_ns\","
	"\"type\":\"unsigned long long\",\"cmdarg\":{\"default\":12345,\"help\":\"h\",\"long\":\"cv1\","
	"\"short\":\"1\"},\"offset\":8}]},"
	"{\"name\":\".bss\",\"variables\":[{\"name\":\"dummy\",\"type\":\"struct event *\"}]}],"
	"\"maps\":[{\"ident\":\"exec_start\",\"name\":\"exec_start\"},"
	"{\"ident\":\"hists\",\"name\":\"hists\",\"sample\":{\"interval\":1000,"
	"\"type\":\"log2_hist\"}},"
	"{\"ident\":\"events\",\"intepreter\":{\"stack_trace\":{\"with_symbols\":false}},"
	"\"name\":\"events\",\"export_config\":{\"btf_type_id\":316}},"
	"{\"ident\":\"rodata\",\"mmaped\":true,\"name\":\"client_b.rodata\"}],"
	"\"obj_name\":\"client_bpf\","
	"\"doc\":{\"version\":\"1.2.3.4\",\"brief\":\"b\"},"
	"\"progs\":[{\"attach\":\"tp/sched/sched_process_exec\",\"link\":true,\"name\":\"a\"},"
	"{\"attach\":\"tc\",\"link\":false,\"name\":\"t\",\"tchook\":{\"ifindex\":1}}]},"
	"\"export_types\":[{\"members\":[{\"name\":\"pid\",\"type\":\"int\"}],\"name\":\"event\","
	"\"size\":176,\"type_id\":613}],\"eunomia_version\":\"0.3.0\",\"print_header\":true}";

static struct config *parse(const char *text, struct str *unknown, struct err *err)
{
	json_t *json = json_loads(text, 0, NULL);
	struct config *config = NULL;

	assert_non_null(json);
	if (config_parse(json, "c", &config, unknown, err) < 0)
		assert_null(config);
	json_decref(json);
	return config;
}

static void reads_what_ecc_writes(void **state)
{
	struct err err = { 0 };
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	AUTO(config) struct config *config = parse(bootstrap, &unknown, &err);
	struct config_variable *variable;
	struct config_map *map;

	assert_non_null(config);
	assert_string_equal(str_text(&unknown), "");
	assert_string_equal(config->obj_name, "client_bpf");
	assert_string_equal(config->doc.version, "1.2.3.4");
	assert_int_equal(config->n_sections, 2);
	variable = config_find_variable(config, NULL, "min_duration_ns");
	assert_string_equal(variable->type, "unsigned long long");
	assert_true(variable->has_cmdarg);
	assert_int_equal(json_integer_value(variable->cmdarg.default_value), 12345);
	assert_string_equal(variable->cmdarg.short_name, "1");
	assert_null(config_find_variable(config, ".bss", "min_duration_ns"));
	map = config_find_map(config, "hists");
	assert_true(map->has_sample);
	assert_int_equal(map->sample.kind, CONFIG_SAMPLE_LOG2);
	assert_int_equal(map->sample.interval_ms, 1000);
	assert_non_null(config_find_map(config, "events")->interpreter);
	assert_true(config_find_map(config, "client_b.rodata")->is_mmaped);
	assert_true(config_find_prog(config, "a")->is_linked);
	assert_false(config_find_prog(config, "t")->is_linked);
	assert_non_null(json_object_get(config_find_prog(config, "t")->other, "tchook"));
	assert_int_equal(config_find_export(config, "event")->size, 176);
	assert_int_equal(config->poll_timeout_ms, 100);
	assert_int_equal(config->perf_buffer_pages, 64);
}

static void writes_what_it_read(void **state)
{
	struct err err = { 0 };
	AUTO(config) struct config *config = parse(bootstrap, NULL, &err);
	AUTO(json) json_t *first = config_dump(config);
	AUTO(free) char *text = js_dump(first);
	AUTO(config) struct config *again = parse(text, NULL, &err);
	AUTO(json) json_t *second = config_dump(again);
	json_t *map;

	assert_true(json_equal(first, second));
	assert_true(json_is_true(json_object_get(first, "print_header")));
	map = json_array_get(json_object_get(json_object_get(first, "bpf_skel"), "maps"), 2);
	assert_non_null(json_object_get(map, "intepreter")); /* for ecli */
	assert_true(json_equal(json_object_get(map, "intepreter"),
			       json_object_get(map, "interpreter")));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(map, "export_config"),
							    "btf_type_id")),
			 316);
}

static void keeps_and_counts_unknown_keys(void **state)
{
	static const char text[] =
		"{\"x\":1,\"bpf_skel\":{\"y\":2,\"data_sections\":[{\"name\":\".data\",\"z\":3,"
		"\"variables\":[{\"name\":\"v\",\"q\":null}]}],\"maps\":[{\"name\":\"m\","
		"\"sample\":{\"r\":[]}}],\"progs\":[{\"name\":\"p\",\"atach\":\"x\"}]},"
		"\"export_types\":[{\"name\":\"e\",\"members\":[{\"name\":\"f\",\"s\":{}}]}]}";
	struct err err = { 0 };
	AUTO(str) struct str unknown = STR_MAX(LIMIT_TEXT);
	AUTO(config) struct config *config = parse(text, &unknown, &err);
	AUTO(json) json_t *json = NULL;
	json_t *skel;

	assert_non_null(config);
	assert_string_equal(str_text(&unknown), "c.bpf_skel.y\n"
						"c.bpf_skel.data_sections[0].z\n"
						"c.bpf_skel.data_sections[0].variables[0].q\n"
						"c.bpf_skel.maps[0].sample.r\n"
						"c.bpf_skel.progs[0].atach\n"
						"c.x\n"
						"c.export_types[0].members[0].s\n");
	json = config_dump(config);
	skel = json_object_get(json, "bpf_skel");
	assert_non_null(json_object_get(json, "x"));
	assert_non_null(json_object_get(skel, "y"));
	assert_non_null(
		json_object_get(json_array_get(json_object_get(skel, "progs"), 0), "atach"));
	assert_non_null(
		json_object_get(json_array_get(json_object_get(skel, "data_sections"), 0), "z"));
}

static void takes_null_for_nothing(void **state)
{
	struct err err = { 0 };
	AUTO(config)
	struct config *config = parse("{\"bpf_skel\":{\"maps\":null,\"progs\":null,\"doc\":null,"
				      "\"data_sections\":[{\"name\":\".bss\",\"variables\":null}]},"
				      "\"export_types\":null}",
				      NULL, &err);

	assert_non_null(config);
	assert_int_equal(config->n_maps + config->n_progs + config->n_exports, 0);
	assert_int_equal(config->n_sections, 1);
}

static const struct {
	const char *text, *error;
} bad[] = {
	{ "[]", "c: expected an object, found an array" },
	{ "{}", "c.bpf_skel: expected an object, found nothing" },
	{ "{\"bpf_skel\":{\"maps\":{}}}", "c.bpf_skel.maps: expected an array, found an object" },
	{ "{\"bpf_skel\":{\"maps\":[{}]}}",
	  "c.bpf_skel.maps[0].name: expected a string, found nothing" },
	{ "{\"bpf_skel\":{\"maps\":[{\"name\":\"m\",\"mmaped\":1}]}}",
	  "c.bpf_skel.maps[0].mmaped: expected true or false, found a number" },
	{ "{\"bpf_skel\":{\"maps\":[{\"name\":\"m\",\"sample\":{\"type\":\"x\"}}]}}",
	  "c.bpf_skel.maps[0].sample.type: expected default_kv, log2_hist or linear_hist, found a "
	  "string" },
	{ "{\"bpf_skel\":{\"maps\":[{\"name\":\"m\",\"sample\":{\"interval\":-1}}]}}",
	  "c.bpf_skel.maps[0].sample.interval: -1 is not from 0 to 86400000" },
	{ "{\"bpf_skel\":{\"maps\":[{\"name\":\"m\",\"data\":[{\"key\":1}]}]}}",
	  "c.bpf_skel.maps[0].data[0].value: expected a value, found nothing" },
	{ "{\"bpf_skel\":{\"progs\":[{\"name\":\"p\",\"link\":\"yes\"}]}}",
	  "c.bpf_skel.progs[0].link: expected true or false, found a string" },
	{ "{\"bpf_skel\":{\"progs\":[1]}}",
	  "c.bpf_skel.progs[0]: expected an object, found a number" },
	{ "{\"bpf_skel\":{},\"export_types\":[{\"name\":\"e\",\"size\":1.5}]}",
	  "c.export_types[0].size: expected a whole number, found a number" },
	{ "{\"bpf_skel\":{\"data_sections\":[{\"name\":\".bss\",\"variables\":[{\"name\":\"v\","
	  "\"cmdarg\":[]}]}]}}",
	  "c.bpf_skel.data_sections[0].variables[0].cmdarg: expected an object, found an array" },
};

static void names_what_is_wrong(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		assert_null(parse(bad[i].text, NULL, &err));
		assert_int_equal(err.code, EC_CORRUPT);
		assert_string_equal(err.text, bad[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_ecc_writes),
		cmocka_unit_test(writes_what_it_read),
		cmocka_unit_test(keeps_and_counts_unknown_keys),
		cmocka_unit_test(takes_null_for_nothing),
		cmocka_unit_test(names_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/doctor.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/library.h"
#include "base/limits.h"
#include "build/toolchain.h"
#include "cli/print.h"
#include "cmd/list.h"

#define WHAT_WIDTH 21
#define STATE_WIDTH 9
#define WIDTH 80

struct settings {
	struct cli_common common;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "json",
	  .letter = 'j',
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct settings, wants_json),
	  .help = "print an object instead of a table" },
};

static void add_clang(struct doctor *doctor, const char *home)
{
	AUTO(toolchain) struct toolchain clang = { 0 };
	struct doctor_item *item;
	struct err err;

	if (toolchain_find(NULL, home, &clang, &err) < 0) {
		item = doctor_add(doctor, "tools", "clang", DOCTOR_MISSING, "%s", err.text);
		doctor_how(item, "apt-get install clang (only epm build needs it)");
		return;
	}
	doctor_add(doctor, "tools", "clang", DOCTOR_OK, "%u (%s); epm build takes -mcpu=%s%s",
		   clang.major, clang.clang, toolchain_cpu(&clang),
		   strcmp(toolchain_cpu(&clang), "v3") != 0
			   ? ", since clang before 19 makes v3 that 5.10 and 6.1 refuse"
			   : "");
}

static void add_libraries(struct doctor *doctor)
{
	static const struct {
		const char *what, *file, *package, *needs;
	} list[] = {
		{ "libcurl", "libcurl.so.4", "libcurl4", "registries" },
		{ "libarchive", "libarchive.so.13", "libarchive13", "archives, kernel images" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
		struct doctor_item *item;

		if (library_is_there(list[i].file)) {
			doctor_add(doctor, "tools", list[i].what, DOCTOR_OK, "for %s",
				   list[i].needs);
			continue;
		}
		item = doctor_add(doctor, "tools", list[i].what, DOCTOR_MISSING,
				  "%s cannot be loaded: no %s", list[i].file, list[i].needs);
		doctor_how(item, "apt-get install %s", list[i].package);
	}
}

/* "WHAT STATE DETAIL", the detail broken below itself, and how to get what is missing. */
static void print_item(const struct doctor_item *item, size_t width, struct str *out)
{
	AUTO(free) char *detail = text_printable(item->detail, strlen(item->detail));
	AUTO(free) char *how = item->how ? mem_printf("hint: %s", item->how) : NULL;

	str_addf(out, "%-*s %-*s ", WHAT_WIDTH - 1, item->what, STATE_WIDTH - 1,
		 doctor_word(item->state));
	print_wrapped(detail, WHAT_WIDTH + STATE_WIDTH, width, out);
	if (!how)
		return;
	str_addf(out, "%*s", WHAT_WIDTH + STATE_WIDTH, "");
	print_wrapped(how, WHAT_WIDTH + STATE_WIDTH, width, out);
}

/* Groups in the order they first come up. */
static void print_text(const struct doctor *doctor, struct str *out)
{
	static const char *const groups[] = { "kernel", "programs", "attaching", "system",
					      "tools" };
	size_t width = print_width();

	if (!width || width > WIDTH)
		width = WIDTH;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		bool has_title = false;

		for (size_t k = 0; k < doctor->n_items; k++) {
			if (strcmp(doctor->items[k].group, groups[i]) != 0)
				continue;
			if (!has_title)
				str_addf(out, "%s%s:\n", i ? "\n" : "", groups[i]);
			has_title = true;
			print_item(&doctor->items[k], width, out);
		}
	}
}

static json_t *names(char *const *list, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		js_append(array, json_string(list[i]));
	return array;
}

static json_t *to_json(const struct doctor *doctor)
{
	json_t *root = json_object(), *array = json_array();

	js_set(root, "canLoad",
	       doctor->can_load	  ? json_true()
	       : doctor->has_root ? json_false()
				  : json_null());
	for (size_t i = 0; i < doctor->n_items; i++) {
		const struct doctor_item *item = &doctor->items[i];
		json_t *object = json_object();

		js_set_text(object, "group", item->group);
		js_set_text(object, "what", item->what);
		js_set_text(object, "state", doctor_word(item->state));
		js_set(object, "detail", js_text_lossy(item->detail, strlen(item->detail)));
		js_set_text(object, "how", item->how);
		if (item->n_has + item->n_lacks) {
			js_set(object, "has", names(item->has, item->n_has));
			js_set(object, "lacks", names(item->lacks, item->n_lacks));
		}
		js_append(array, object);
	}
	js_set(root, "items", array);
	return root;
}

static int print(const struct doctor *doctor, bool wants_json, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);

	if (wants_json) {
		AUTO(json) json_t *json = to_json(doctor);
		AUTO(free) char *dump = js_dump_pretty(json);

		str_adds(&text, dump);
	} else {
		print_text(doctor, &text);
	}
	return str_check(&text, "the report", err) < 0 ? -1 : cmd_print(&text, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct settings *s = settings;
	AUTO(free) char *cache = mem_printf("%s/btf", env->home);
	AUTO(doctor) struct doctor doctor = { 0 };

	(void)args;
	doctor_examine(cache, &doctor);
	add_clang(&doctor, env->home);
	add_libraries(&doctor);
	if (print(&doctor, s->wants_json, err) < 0)
		return -1;
	if (doctor.can_load || !doctor.has_root)
		return 0;
	return err_set(err, EC_UNSUPPORTED, "eBPF programs cannot be loaded here");
}

const struct cmd cmd_doctor = {
	.cli = { .name = "doctor",
		 .synopsis = "[OPTIONS]",
		 .summary = "say what this machine can do with eBPF",
		 .details =
			 "Programs that do nothing are loaded, attached where hardly anything passes, "
			 "and taken away again; nothing stays in the kernel. Without root only what "
			 "anybody can read is looked at.\n\n"
			 "Exit status 8: eBPF programs cannot be loaded here.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options) },
	.settings_size = sizeof(struct settings),
	.run = run,
};

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/check_item.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "cmd/input.h"
#include "cmd/moved.h"
#include "cmd/url.h"
#include "cmd/view.h"

static void item_done(struct check_item *item)
{
	run_subject_done(&item->subject);
	loader_free(item->loader);
	package_free(item->package);
	*item = (struct check_item){ 0 };
}

void check_items_done(struct check_items *items)
{
	for (size_t i = 0; i < items->n_items; i++)
		item_done(&items->items[i]);
	free(items->items);
	*items = (struct check_items){ 0 };
}

static int fetch(const struct check_choice *choice, const char *text, struct package **out,
		 struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_ENVELOPE);

	if (cmd_url_read(choice->env, choice->remote, text, &bytes, err) < 0)
		return -1;
	return input_load_bytes(text, &bytes, choice->configuration, out, err);
}

/* From a registry, which keeps nothing here. */
static int view(const struct check_choice *choice, const char *text, struct package **out,
		struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };
	AUTO(package) struct package *package = NULL;

	if (cmd_view_open(choice->env, choice->remote, text, CMD_VIEW_OBJECT, &view, err) < 0 ||
	    package_load(view.store, view.name, &package, err) < 0 ||
	    input_configure(package, choice->configuration, err) < 0)
		return -1;
	*out = STEAL(package);
	return 0;
}

/* From a file, the store, or a registry. */
static int find_package(const struct check_choice *choice, const char *text, struct package **out,
			struct err *err)
{
	AUTO(free) char *name = NULL;
	struct err store_err;

	if (input_is_url(text))
		return fetch(choice, text, out, err);
	if (input_load(choice->env->home, text, choice->configuration, out, err) == 0)
		return 0;
	if (!cmd_view_may(choice->env, text, err, &name))
		return -1;
	store_err = *err;
	if (input_load(choice->env->home, name, choice->configuration, out, err) == 0)
		return 0;
	if (err->code != EC_NOT_FOUND)
		return -1;
	*err = (struct err){ 0 };
	return view(choice, text, out, err) < 0 ? cmd_view_failed(text, &store_err, err) : 0;
}

static int open_item(const struct check_choice *choice, struct check_item *item, struct err *err)
{
	struct span object;

	if (find_package(choice, item->text, &item->package, err) < 0 ||
	    cmd_moved_set(choice->attach, item->package, err) < 0)
		return -1;
	object = (struct span){ str_text(&item->package->object), item->package->object.len };
	return loader_open(object, item->package->name, item->package->config, &item->loader, err);
}

/* Of two names of one file, or twice the same. */
static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	if (!strcmp(a, b))
		return true;
	return input_is_file(a) && input_is_file(b) && stat(a, &x) == 0 && stat(b, &y) == 0 &&
	       S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool is_known(const struct cli_args *args, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (is_same(args->items[i], text))
			return true;
	return false;
}

static void drop(struct check_items *items, const char *text, struct err *err)
{
	if (!strstr(err->text, text))
		err_wrap(err, "%s", text);
	log_error(err);
	if (!items->n_failed++)
		items->failed = *err;
}

static bool has_flag(const struct check_item *item, const char *text)
{
	return params_know(&item->loader->params, text);
}

static bool has_program(const struct check_item *item, const char *text)
{
	AUTO(free) char *name = cmd_moved_program(text); /* no name has an equals sign in it */

	return loader_has_program(item->loader, name);
}

struct option { /* that names something of a package */
	const char *name;
	const char *none;
	const char *some;
	const struct cli_list *list;
	bool (*has)(const struct check_item *item, const char *text);
};

/* What is called alike in some package. */
static const char *nearest(const struct option *option, const struct check_items *items,
			   const char *name)
{
	for (size_t i = 0; i < items->n_items; i++) {
		const struct loader *loader = items->items[i].loader;
		const char *near = NULL;
		struct bpf_program *program;

		for (size_t k = 0; option->has == has_flag && k < loader->params.n_items && !near;
		     k++)
			near = text_nearest(name, &loader->params.items[k].name, 1);
		bpf_object__for_each_program (program, loader->bpf) {
			const char *own = bpf_program__name(program);

			if (option->has == has_program && !near)
				near = text_nearest(name, &own, 1);
		}
		if (near)
			return near;
	}
	return NULL;
}

/* Each of its values has to be one of some package. */
static int check_option(const struct option *option, const struct check_items *items,
			struct err *err)
{
	for (size_t i = 0; i < option->list->n_items; i++) {
		const char *text = option->list->items[i], *near;
		AUTO(free) char *name = cmd_moved_program(text);
		size_t k = 0;

		while (k < items->n_items && !option->has(&items->items[k], text))
			k++;
		if (k < items->n_items)
			continue;
		near = nearest(option, items, name);
		err_set(err, EC_USAGE, "%s: %s has %s '%s%s'", option->name,
			k > 1 ? "none of the packages" : items->items[0].text,
			k > 1 ? option->some : option->none, option->has == has_flag ? "--" : "",
			name);
		return near ? err_hint(err, "did you mean %s?", near) : -1;
	}
	return 0;
}

static int check_options(const struct check_choice *choice, const struct check_items *items,
			 struct err *err)
{
	const struct option options[] = {
		{ "--skip", "no program", "a program", choice->skip, has_program },
		{ "--attach", "no program", "a program", choice->attach, has_program },
		{ "--with", "no flag", "a flag", choice->with, has_flag },
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (check_option(&options[i], items, err) < 0)
			return -1;
	return 0;
}

/* Those of the flags that the package has. */
static int set_flags(const struct check_choice *choice, struct loader *loader, struct err *err)
{
	const struct cli_list *with = choice->with;
	bool wants_help;

	for (size_t i = 0; i < with->n_items; i++) {
		AUTO(free) char *word = mem_printf("--%s", with->items[i]);

		if (params_know(&loader->params, with->items[i]) &&
		    params_parse(&loader->params, 1, (const char *[]){ word }, &wants_help, err) <
			    0)
			return err_wrap(err, "--with");
	}
	return 0;
}

static int open_subject(const struct check_choice *choice, struct check_item *item, struct err *err)
{
	const struct cli_list *skip = choice->skip;

	if (run_subject_open(item->loader, skip->items, skip->n_items, &item->subject, err) < 0)
		return -1;
	if (skip->n_items && run_skips_all(item->subject.subject))
		return err_set(err, EC_USAGE, "--skip: all programs of %s are skipped",
			       item->package->name);
	return 0;
}

/* With all options that are for it; one whose object is damaged leaves. */
static int open_subjects(const struct check_choice *choice, bool is_alone,
			 struct check_items *items, struct err *err)
{
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < items->n_items; i++) {
		struct check_item *item = &items->items[i];

		if (set_flags(choice, item->loader, err) < 0)
			return -1;
		rc = open_subject(choice, item, err);
		if (rc < 0 && (is_alone || err->code == EC_USAGE))
			return -1;
		if (rc < 0)
			drop(items, item->text, err);
		if (rc < 0)
			item_done(item);
		else
			items->items[n++] = *item;
	}
	items->n_items = n;
	return 0;
}

int check_items_open(const struct check_choice *choice, const struct cli_args *args,
		     struct check_items *out, struct err *err)
{
	bool is_alone = args->n_items == 1;

	out->items = mem_array(args->n_items, sizeof(*out->items));
	for (size_t i = 0; i < args->n_items; i++) {
		struct check_item *item = &out->items[out->n_items];

		if (is_known(args, i, args->items[i]))
			continue;
		item->text = args->items[i];
		if (open_item(choice, item, err) == 0) {
			out->n_items++;
			continue;
		}
		item_done(item);
		if (is_alone)
			return -1;
		drop(out, args->items[i], err);
	}
	if (out->n_items && check_options(choice, out, err) < 0)
		return -1;
	return open_subjects(choice, is_alone, out, err);
}

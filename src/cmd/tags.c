// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/list.h"
#include "cmd/remote.h"
#include "oci/referrers.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	bool wants_all;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "all",
	  .letter = 'a',
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_all),
	  .help = "also those that belong to signatures (sha256-…)" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object" },
	CMD_REMOTE_OPTIONS(struct options),
};

static int by_text(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int print(const struct oci_tags *tags, const char *repository, const struct options *o,
		 struct err *err)
{
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(json) json_t *value = json_object();
	json_t *list = json_array();
	AUTO(free) char *text = NULL;

	js_set_text(value, "repository", repository);
	js_set(value, "tags", list);
	for (size_t i = 0; i < tags->n_tags; i++) {
		if (!o->wants_all && oci_tag_is_of_digest(tags->tags[i]))
			continue;
		js_append(list, json_string(tags->tags[i]));
		if (!o->wants_json)
			str_addf(&out, "%s\n", tags->tags[i]);
	}
	if (o->wants_json) {
		text = js_dump_pretty(value);
		str_adds(&out, text);
	}
	return cmd_print(&out, err);
}

static int list_of(struct cmd_session *session, const char *text, struct oci_tags *tags,
		   char **out_repository, struct err *err)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	AUTO(settings_places) struct settings_places places = { 0 };
	const struct settings_place *home;
	struct oci_access access;
	struct oci_repository *repository;

	if (oci_reference_parse(text, &reference, err) < 0 ||
	    settings_places(&session->settings, &reference, &places, err) < 0)
		return -1;
	if (reference.tag || reference.digest.text[0])
		return err_set(err, EC_USAGE,
			       "'%s' has a tag or a digest; a repository is asked for", text);
	home = &places.items[places.n_items - 1];
	*out_repository = mem_printf("%s/%s", home->registry, home->repository);
	access = (struct oci_access){ home->registry, home->repository, "pull", NULL };
	if (oci_repository_open(session->client, &access, &repository, err) < 0)
		return -1;
	return oci_tags_list(repository, tags, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(oci_tags) struct oci_tags tags = { 0 };
	AUTO(free) char *repository = NULL;

	if (cmd_session_open(env, &o->remote, &session, err) < 0 ||
	    list_of(&session, args->items[0], &tags, &repository, err) < 0)
		return -1;
	if (tags.n_tags)
		qsort(tags.tags, tags.n_tags, sizeof(*tags.tags), by_text);
	return print(&tags, repository, o, err);
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_tags = {
	.cli = { .name = "tags",
		 .synopsis = "[OPTIONS] REPOSITORY",
		 .summary = "list the tags of a repository at its registry",
		 .details = "Numbers in tags are sorted as numbers: 1.9 is before 1.10.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

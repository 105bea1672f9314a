// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/log.h"
#include "cmd/list.h"
#include "cmd/remote.h"
#include "cmd/signer.h"
#include "sign/statement.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	struct cli_list tags;
	struct cmd_signer_options who;
	struct cli_list annotations;
	const char *format;
	bool is_careful;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "tag",
	  .letter = 't',
	  .kind = CLI_LIST,
	  .offset = offsetof(struct options, tags),
	  .value = "TAG",
	  .help = "another tag to set; may be given several times" },
	{ .name = "no-clobber",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_careful),
	  .help = "refuse when a tag is not what was last seen there" },
	{ .name = "sign",
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, who.key_file),
	  .value = "KEY",
	  .help = "sign it in the store first, with this private key",
	  .words = CLI_WORDS_FILE },
	CMD_PASSWORD_OPTION(struct options),
	CMD_SERVICES_OPTIONS(struct options, who.services),
	{ .name = "annotation",
	  .letter = 'a',
	  .kind = CLI_LIST,
	  .offset = offsetof(struct options, annotations),
	  .value = "KEY=VALUE",
	  .help = "sign this with it; may be given several times" },
	CMD_FORMAT_OPTION(struct options),
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object" },
	CMD_REMOTE_OPTIONS(struct options),
};

static int push(const struct fetch *from, struct store *store, const struct fetch_push *what,
		bool is_quiet, struct fetch_report *report, struct err *err)
{
	AUTO(progress) struct progress *progress = progress_new(progress_is_wanted() && !is_quiet);
	struct fetch fetch = *from;

	fetch.watch = cmd_watch(progress);
	return fetch_push(&fetch, store, what, report, err);
}

/* Into the store, so that the signature is kept here, too. */
static int sign(const struct cmd_env *env, const struct options *o, const struct fetch *fetch,
		struct store *store, const struct fetch_push *what, struct err *err)
{
	AUTO(cmd_signer) struct cmd_signer signer = { 0 };
	AUTO(json) json_t *annotations = NULL;
	AUTO(store_target) struct store_target source = { 0 };
	AUTO(signing_report) struct signing_report report = { 0 };
	AUTO(free) char *repository = cmd_subject_repository(what->target);
	struct signing_claim claim = { .reference = repository,
				       .predicate_type = SIGN_PREDICATE_SIGNATURE };
	const struct signing signing = { .signer = &signer.signer,
					 .claim = &claim,
					 .is_simple = cmd_format_is_simple(o->format),
					 .has_children = true };

	if (cmd_annotations_parse(&o->annotations, &annotations, err) < 0 ||
	    fetch_push_source(fetch, store, what, &source, err) < 0 ||
	    cmd_signer_open(env, &o->remote, &o->who, &signer, err) < 0)
		return -1;
	claim.annotations = annotations;
	if (cmd_store_sign(store, &source.digest, what->target, &signing, &report, err) < 0)
		return -1;
	cmd_sign_note(&(struct cmd_sign_outcome){
		.signing = &signing,
		.report = &report,
		.name = source.name ? source.name : source.digest.text,
	});
	return 0;
}

/* The key of the environment alone signs nothing here. */
static bool is_signed(const struct options *o)
{
	return o->who.key_file || cmd_services_are_named(&o->who.services);
}

static int check_options(const struct options *o, struct err *err)
{
	if (!is_signed(o) && (o->annotations.n_items || o->format || o->who.is_password_stdin ||
			      o->who.services.root_file))
		return err_set(err, EC_USAGE,
			       "--annotation, --format, --password-stdin and --trusted-root need "
			       "--sign, or the services of a keyless signature");
	return 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_session) struct cmd_session session = { 0 };
	AUTO(fetch_report) struct fetch_report report = { 0 };
	AUTO(store) struct store *store = NULL;
	struct fetch fetch = { .home = env->home,
			       .settings = &session.settings,
			       .wants_referrers = true };
	struct fetch_push what = {
		.source = args->n_items == 2 ? args->items[0] : NULL,
		.target = args->items[args->n_items - 1],
		.tags = o->tags.items,
		.n_tags = o->tags.n_items,
		.is_careful = o->is_careful,
	};

	if (check_options(o, err) < 0 || store_open(env->home, STORE_READ, &store, err) < 0 ||
	    cmd_session_open(env, &o->remote, &session, err) < 0)
		return -1;
	fetch.client = session.client;
	if (is_signed(o) && sign(env, o, &fetch, store, &what, err) < 0)
		return -1;
	if (push(&fetch, store, &what, o->common.is_quiet, &report, err) < 0)
		return -1;
	if (report.source && strcmp(report.source, report.reference))
		log_note("%s goes to %s", report.source, report.reference);
	return cmd_report(&report, "pushed", o->wants_json, err);
}

static void done(void *settings)
{
	struct options *o = settings;

	cli_list_done(&o->remote.resolve);
	cli_list_done(&o->tags);
	cli_list_done(&o->annotations);
}

const struct cmd cmd_push = {
	.cli = { .name = "push",
		 .synopsis = "[OPTIONS] [NAME] REF",
		 .summary = "send a package of the store to a registry",
		 .details =
			 "NAME is a name or a digest of the store. Without it what the store has "
			 "under REF is sent, else the package with REF's last name and tag, else "
			 "the latest of that name. Printed is REF with the digest.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = 2 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

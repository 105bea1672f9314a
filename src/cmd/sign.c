// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/list.h"
#include "cmd/signer.h"
#include "sign/statement.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	struct cmd_signer_options who;
	struct cli_list annotations;
	const char *format;
	bool is_remote;
	bool wants_json;
};

static const struct cli_option options[] = {
	CMD_SIGNER_OPTIONS(struct options),
	{ .name = "annotation",
	  .letter = 'a',
	  .kind = CLI_LIST,
	  .offset = offsetof(struct options, annotations),
	  .value = "KEY=VALUE",
	  .help = "sign this with it; may be given several times" },
	CMD_FORMAT_OPTION(struct options),
	{ .name = "remote",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_remote),
	  .help = "sign what the registry has, also when the store has it" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object a line, for each REF" },
	CMD_REMOTE_OPTIONS_TLS(struct options),
};

struct subjects {
	struct cmd_subject *items;
	size_t n_items;
};

static void subjects_done(struct subjects *subjects)
{
	for (size_t i = 0; i < subjects->n_items; i++)
		cmd_subject_done(&subjects->items[i]);
	free(subjects->items);
}

AUTO_STRUCT(subjects, struct subjects, subjects_done);

/* All are there before the first is signed. */
static int open_all(const struct cmd_env *env, const struct options *o, const struct cli_args *args,
		    struct subjects *out, struct err *err)
{
	out->items = mem_array(args->n_items, sizeof(*out->items));
	for (size_t i = 0; i < args->n_items; i++) {
		out->n_items++;
		if (cmd_subject_open(env, &o->remote, args->items[i],
				     cmd_subject_how(o->is_remote, true), &out->items[i], err) < 0)
			return -1;
	}
	return 0;
}

static int sign_one(const struct cmd_env *env, const struct options *o, const struct signer *signer,
		    const json_t *annotations, struct cmd_subject *subject, struct err *err)
{
	AUTO(free) char *repository = cmd_subject_repository(subject->name);
	AUTO(signing_report) struct signing_report report = { 0 };
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	const struct signing_claim claim = { .reference = repository,
					     .predicate_type = SIGN_PREDICATE_SIGNATURE,
					     .annotations = annotations };
	const struct signing signing = { .signer = signer,
					 .claim = &claim,
					 .is_simple = cmd_format_is_simple(o->format),
					 .has_children = true };

	if (cmd_subject_sign(env, subject, &signing, &report, err) < 0)
		return -1;
	cmd_sign_tell(&(struct cmd_sign_outcome){ .signing = &signing,
						  .report = &report,
						  .name = subject->name,
						  .is_remote = subject->is_remote,
						  .wants_json = o->wants_json },
		      &out);
	return cmd_print(&out, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(cmd_signer) struct cmd_signer signer = { 0 };
	AUTO(json) json_t *annotations = NULL;
	AUTO(subjects) struct subjects subjects = { 0 };

	if (cmd_annotations_parse(&o->annotations, &annotations, err) < 0 ||
	    cmd_signer_open(env, &o->remote, &o->who, &signer, err) < 0 ||
	    open_all(env, o, args, &subjects, err) < 0)
		return -1;
	for (size_t i = 0; i < subjects.n_items; i++)
		if (sign_one(env, o, &signer.signer, annotations, &subjects.items[i], err) < 0)
			return -1;
	return 0;
}

static void done(void *settings)
{
	struct options *o = settings;

	cli_list_done(&o->remote.resolve);
	cli_list_done(&o->annotations);
}

const struct cmd cmd_sign = {
	.cli = { .name = "sign",
		 .synopsis = "[OPTIONS] REF…",
		 .summary = "sign a package in the store or at a registry",
		 .details =
			 "REF is looked for in the store, then at its registry; the signature is "
			 "kept beside it. Of an image index each manifest is signed as well. "
			 "cosign verifies what epm signs. What this key has signed already, "
			 "with the same annotations, is not signed again. With an identity "
			 "token and sigstore's services no key is needed.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

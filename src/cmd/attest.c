// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/list.h"
#include "cmd/signer.h"
#include "pkg/verify.h"
#include "sign/statement.h"

struct options {
	struct cli_common common;
	struct cmd_remote remote;
	struct cmd_signer_options who;
	const char *type;
	const char *predicate;
	const char *statement;
	const char *format;
	bool is_remote;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "type",
	  .letter = 't',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, type),
	  .value = "TYPE",
	  .help = "what the predicate is: slsaprovenance1, slsaprovenance, slsaprovenance02, spdx, "
		  "spdxjson, cyclonedx, vuln, openvex, link, custom, or a URI" },
	{ .name = "predicate",
	  .letter = 'p',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, predicate),
	  .value = "FILE",
	  .help = "what is said of the package; - is standard input",
	  .words = CLI_WORDS_FILE },
	{ .name = "statement",
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, statement),
	  .value = "FILE",
	  .help = "sign this in-toto statement as it is, in place of --type and --predicate",
	  .words = CLI_WORDS_FILE },
	CMD_SIGNER_OPTIONS(struct options),
	CMD_FORMAT_OPTION(struct options),
	{ .name = "remote",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_remote),
	  .help = "attest what the registry has, also when the store has it" },
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "print one object" },
	CMD_REMOTE_OPTIONS_TLS(struct options),
};

/* What is to be said, and what it is made of. */
struct content {
	struct str text; /* of the file */
	json_t *predicate;
	struct sign_statement *statement;
	struct signing_claim claim;
};

static void content_done(struct content *content)
{
	str_done(&content->text);
	json_decref(content->predicate);
	sign_statement_free(content->statement);
}

AUTO_STRUCT(content, struct content, content_done);

static int is_signature(const char *what, struct err *err)
{
	err_set(err, EC_USAGE, "%s: this type is that of signatures", what);
	return err_hint(err, "'epm sign' makes signatures");
}

static int check_options(const struct options *o, struct err *err)
{
	const char *file = o->statement ? o->statement : o->predicate;

	if (o->statement && (o->type || o->predicate))
		return err_set(err, EC_USAGE, "--statement excludes --type and --predicate");
	if (!o->statement && !o->type)
		return err_set(err, EC_USAGE, "--type says what the predicate is");
	if (!file)
		return err_set(err, EC_USAGE, "--predicate names the file to attest, or '-'");
	if (!strcmp(file, "-") && o->who.is_password_stdin)
		return err_set(err, EC_USAGE,
			       "standard input cannot be both: the file and the passphrase");
	if (!strcmp(file, "-") && o->who.services.token_file &&
	    !strcmp(o->who.services.token_file, "-"))
		return err_set(err, EC_USAGE,
			       "standard input cannot be both: the file and the token");
	if (o->type && !strcmp(o->type, SIGN_PREDICATE_SIGNATURE))
		return is_signature("--type", err);
	if (o->statement || verify_predicate_type(o->type))
		return 0;
	err_set(err, EC_USAGE, "'%s' is no type of predicate", o->type);
	return err_hint(err, "'epm attest --help' lists them; any URI is one");
}

static int read_file(const char *path, struct str *out, struct err *err)
{
	*out = (struct str)STR_MAX(LIMIT_SIGNED / 2);
	if (!strcmp(path, "-"))
		return fs_read_fd(STDIN_FILENO, "standard input", out, err);
	return fs_read(AT_FDCWD, path, out, err);
}

static int take_text(struct content *content, const char *what, json_t **out, struct err *err)
{
	*out = json_stringn(str_text(&content->text), content->text.len);
	return *out ? 0 : err_set(err, EC_CORRUPT, "%s is not UTF-8", what);
}

/*
 * "custom" of cosign: any text. The time of it is that of SOURCE_DATE_EPOCH only, so that the same
 * is said when it is said again.
 */
static int make_custom(struct content *content, const char *what, struct err *err)
{
	AUTO(free) char *created = NULL;
	json_t *data = NULL;

	if (clock_source_date(&created, err) < 0 || take_text(content, what, &data, err) < 0)
		return -1;
	content->predicate = json_object();
	js_set(content->predicate, "Data", data);
	js_set_text(content->predicate, "Timestamp", created ? created : "");
	return 0;
}

/* As cosign: "spdx" is the text of the file, "custom" wraps it, all else is JSON. */
static int make_predicate(struct content *content, const struct options *o, struct err *err)
{
	const char *what = strcmp(o->predicate, "-") ? o->predicate : "standard input";

	content->claim.predicate_type = verify_predicate_type(o->type);
	if (!strcmp(o->type, "spdx"))
		return take_text(content, what, &content->predicate, err);
	if (!strcmp(o->type, "custom"))
		return make_custom(content, what, err);
	if (js_parse(str_text(&content->text), content->text.len, what, &content->predicate, err) <
	    0)
		return -1;
	if (json_is_object(content->predicate))
		return 0;
	return err_set(err, EC_CORRUPT, "%s: a predicate of this type is a JSON object", what);
}

static int read_content(const struct options *o, struct content *content, struct err *err)
{
	const char *file = o->statement ? o->statement : o->predicate;

	if (read_file(file, &content->text, err) < 0)
		return -1;
	if (!o->statement) {
		if (make_predicate(content, o, err) < 0)
			return -1;
		content->claim.predicate = content->predicate;
		return 0;
	}
	content->claim.statement = (struct span){ str_text(&content->text), content->text.len };
	if (sign_statement_parse(content->claim.statement, file, &content->statement, err) < 0)
		return -1;
	content->claim.predicate_type = content->statement->predicate_type;
	return strcmp(content->claim.predicate_type, SIGN_PREDICATE_SIGNATURE)
		       ? 0
		       : is_signature(file, err);
}

static int attest(const struct cmd_env *env, const struct options *o, const char *text,
		  struct content *content, struct err *err)
{
	AUTO(cmd_signer) struct cmd_signer signer = { 0 };
	AUTO(cmd_subject) struct cmd_subject subject = { 0 };
	AUTO(signing_report) struct signing_report report = { 0 };
	AUTO(str) struct str out = STR_MAX(LIMIT_INDEX);
	AUTO(free) char *repository = NULL;
	const struct signing signing = { .signer = &signer.signer,
					 .claim = &content->claim,
					 .is_simple = cmd_format_is_simple(o->format) };

	if (cmd_signer_open(env, &o->remote, &o->who, &signer, err) < 0 ||
	    cmd_subject_open(env, &o->remote, text, cmd_subject_how(o->is_remote, true), &subject,
			     err) < 0)
		return -1;
	repository = cmd_subject_repository(subject.name);
	content->claim.reference = repository;
	if (cmd_subject_sign(env, &subject, &signing, &report, err) < 0)
		return -1;
	cmd_sign_tell(&(struct cmd_sign_outcome){ .signing = &signing,
						  .report = &report,
						  .name = subject.name,
						  .is_remote = subject.is_remote,
						  .wants_json = o->wants_json },
		      &out);
	return cmd_print(&out, err);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	AUTO(content) struct content content = { 0 };

	if (check_options(o, err) < 0 || read_content(o, &content, err) < 0)
		return -1;
	return attest(env, o, args->items[0], &content, err);
}

static void done(void *settings)
{
	cli_list_done(&((struct options *)settings)->remote.resolve);
}

const struct cmd cmd_attest = {
	.cli = { .name = "attest",
		 .synopsis = "[OPTIONS] --type TYPE --predicate FILE REF",
		 .summary = "sign a statement about a package: provenance, an SBOM, a scan",
		 .details = "REF is looked for in the store, then at its registry; the attestation "
			    "is kept beside it. It is about exactly what REF names: of an image "
			    "index not about each manifest. The formats are those of in-toto and "
			    "cosign, which verifies it with verify-attestation.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_REF,
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

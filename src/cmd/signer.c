// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/signer.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/reference.h"

#define VARIABLE "EPM_KEY"

/* Who names an identity on the command line does not mean the key of the environment. */
static const char *key_file(const struct cmd_signer_options *options)
{
	const char *set = getenv(VARIABLE);

	if (options->key_file || options->services.token_file || options->services.ca_url)
		return options->key_file;
	return set && *set ? set : NULL;
}

bool cmd_signer_is_named(const struct cmd_signer_options *options)
{
	return key_file(options) || cmd_services_are_named(&options->services);
}

static int nobody(struct err *err)
{
	err_set(err, EC_USAGE, "there is no key to sign with");
	return err_hint(err, "--key names one, or " VARIABLE "; 'epm key generate' makes a pair; "
			     "--identity-token signs without");
}

int cmd_signer_open(const struct cmd_env *env, const struct cmd_remote *remote,
		    const struct cmd_signer_options *options, struct cmd_signer *out,
		    struct err *err)
{
	const char *path = key_file(options);

	if (!cmd_signer_is_named(options))
		return nobody(err);
	out->passphrase.is_stdin = options->is_password_stdin;
	if (path && cmd_key_read(path, &out->passphrase, &out->key, err) < 0)
		return -1;
	if (!cmd_services_are_named(&options->services))
		return signer_of_key(out->key, path, &out->signer, err);
	out->keyless.key = out->key;
	out->keyless.key_name = path;
	if (cmd_keyless_open(env, remote, &options->services, &out->keyless, err) < 0)
		return -1;
	keyless_signer(out->keyless.keyless, &out->signer);
	return 0;
}

void cmd_signer_done(struct cmd_signer *signer)
{
	cmd_keyless_done(&signer->keyless);
	sign_key_free(signer->key);
	cmd_passphrase_done(&signer->passphrase);
}

static int parse_annotation(const char *text, json_t *into, struct err *err)
{
	const char *equals = strchr(text, '=');
	AUTO(free) char *key = equals ? mem_textn(text, equals - text) : NULL;
	json_t *value;

	if (!key || !*key)
		return err_set(err, EC_USAGE, "'%s' is no annotation: it is KEY=VALUE", text);
	if (json_object_get(into, key))
		return err_set(err, EC_USAGE, "the annotation '%s' is given twice", key);
	value = json_string(equals + 1);
	if (value && json_object_set_new(into, key, value) == 0)
		return 0;
	return err_set(err, EC_USAGE, "the annotation '%s' is not UTF-8", text);
}

int cmd_annotations_parse(const struct cli_list *list, json_t **out, struct err *err)
{
	AUTO(json) json_t *object = json_object();

	for (size_t i = 0; i < list->n_items; i++)
		if (parse_annotation(list->items[i], object, err) < 0)
			return -1;
	*out = list->n_items ? STEAL(object) : NULL;
	return 0;
}

bool cmd_format_is_simple(const char *word)
{
	return word && !strcmp(word, "simple");
}

char *cmd_subject_repository(const char *name)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	struct err none;

	if (oci_reference_parse(name, &reference, &none) < 0)
		return mem_text(""); /* a digest alone */
	return mem_printf("%s%s%s", reference.registry ? reference.registry : "",
			  reference.registry ? "/" : "", reference.repository);
}

/* Those that are new, to where the subject is. */
static int send(const struct cmd_env *env, struct cmd_subject *subject,
		const struct signing_report *report, struct err *err)
{
	const struct fetch fetch = { .home = env->home,
				     .settings = &subject->session.settings,
				     .client = subject->session.client };
	AUTO(free) struct oci_digest *digests = mem_array(report->n_results, sizeof(*digests));
	AUTO(fetch_report) struct fetch_report sent = { 0 };
	struct fetch_send send = { .target = subject->name,
				   .subject = subject->digest,
				   .referrers = digests };

	for (size_t i = 0; i < report->n_results; i++)
		if (report->results[i].is_new)
			digests[send.n_referrers++] = report->results[i].manifest;
	return fetch_send(&fetch, subject->store, &send, &sent, err);
}

int cmd_store_sign(struct store *store, const struct oci_digest *digest, const char *name,
		   const struct signing *how, struct signing_report *out, struct err *err)
{
	AUTO(free) char *created = NULL;
	struct signing signing = *how;

	if (clock_source_date(&created, err) < 0)
		return -1;
	signing.store = store;
	signing.created = created;
	return signing_make(&signing, digest, out, err) < 0 ? err_wrap(err, "%s", name) : 0;
}

int cmd_subject_sign(const struct cmd_env *env, struct cmd_subject *subject,
		     const struct signing *signing, struct signing_report *out, struct err *err)
{
	AUTO(signing_report) struct signing_report report = { 0 };

	if (cmd_store_sign(subject->store, &subject->digest, subject->name, signing, &report, err) <
	    0)
		return -1;
	if (subject->is_remote && report.n_new && send(env, subject, &report, err) < 0)
		return -1;
	*out = report;
	report = (struct signing_report){ 0 };
	return 0;
}

static json_t *rows_of(const struct signing_report *report)
{
	json_t *rows = json_array(), *row;

	for (size_t i = 0; i < report->n_results; i++) {
		const struct signing_result *result = &report->results[i];

		row = json_object();
		js_set_text(row, "digest", result->subject.text);
		js_set_text(row, "mediaType", result->media_type);
		js_set_text(row, "signature", result->manifest.text);
		js_set_bool(row, "new", result->is_new);
		js_append(rows, row);
	}
	return rows;
}

static void add_json(const struct cmd_sign_outcome *outcome, struct str *out)
{
	const struct signing *signing = outcome->signing;
	AUTO(json) json_t *value = json_object();
	AUTO(free) char *text = NULL;

	js_set_text(value, "reference", outcome->name);
	js_set_text(value, "where", outcome->is_remote ? "registry" : "store");
	js_set_text(value, "signer", signing->signer->name);
	js_set_text(value, "format", signing->is_simple ? "simple" : "bundle");
	js_set_text(value, "predicateType", signing->claim->predicate_type);
	js_set_size(value, "absent", outcome->report->n_absent);
	js_set(value, "manifests", rows_of(outcome->report));
	text = js_dump(value);
	str_addf(out, "%s\n", text);
}

static void add_lines(const struct cmd_sign_outcome *outcome, struct str *out)
{
	AUTO(free) char *repository = cmd_subject_repository(outcome->name);

	for (size_t i = 0; i < outcome->report->n_results; i++) {
		const struct signing_result *result = &outcome->report->results[i];

		str_addf(out, "%s%s%s %s\n", repository, *repository ? "@" : "",
			 result->subject.text, result->manifest.text);
	}
}

void cmd_sign_note(const struct cmd_sign_outcome *outcome)
{
	const struct signing_report *report = outcome->report;
	const char *signer = outcome->signing->signer->name;
	AUTO(free) char *count = mem_text("");

	if (report->n_results > 1) {
		free(count);
		count = mem_printf(", %zu of %zu manifests", report->n_new, report->n_results);
	}
	if (report->n_new)
		log_note("%s is signed by %s in %s%s", outcome->name, signer,
			 outcome->is_remote ? "the registry" : "the store", count);
	else
		log_note("%s: %s has signed it already, nothing has changed", outcome->name,
			 signer);
	if (report->n_absent)
		log_note("%zu manifests of the image index are not in the store and not signed",
			 report->n_absent);
}

void cmd_sign_tell(const struct cmd_sign_outcome *outcome, struct str *out)
{
	cmd_sign_note(outcome);
	if (outcome->report->n_new && !outcome->is_remote)
		log_note("'epm push' sends it with the package");
	if (outcome->wants_json)
		add_json(outcome, out);
	else
		add_lines(outcome, out);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "cmd/gate.h"
#include "cmd/input.h"
#include "cmd/subject.h"
#include "cmd/trust.h"
#include "cmd/url.h"

/* What is tested, and where the policy looks for a rule. */
struct testing {
	struct trust trust;
	struct cmd_subject subject;
	char *name;
	char *place;
	struct oci_digest digest;
	struct trust_decision decision;
};

static void testing_done(struct testing *testing)
{
	cmd_trust_done(&testing->trust);
	cmd_subject_done(&testing->subject);
	free(testing->name);
	free(testing->place);
	trust_decision_done(&testing->decision);
}
AUTO_STRUCT(testing, struct testing, testing_done);

static int read_file(const struct cmd_env *env, const struct trust_options *o, const char *path,
		     struct str *out, struct err *err)
{
	if (input_is_url(path))
		return cmd_url_read(env, &o->remote, path, out, err);
	return strcmp(path, "-") ? fs_read(AT_FDCWD, path, out, err)
				 : fs_read_fd(0, "standard input", out, err);
}

static int test_file(const struct cmd_env *env, const struct trust_options *o,
		     struct testing *testing, const char *path, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(LIMIT_ENVELOPE);
	struct trust_subject subject = { .name = path, .is_from_place = true };

	if (read_file(env, o, path, &bytes, err) < 0)
		return -1;
	oci_digest_of(str_text(&bytes), bytes.len, &testing->digest);
	testing->name = mem_text(path);
	testing->place = cmd_place_of_file(path);
	subject.place = testing->place;
	subject.digest = testing->digest;
	return trust_decide(&testing->trust, &subject, &testing->decision, err);
}

static int decide(const struct cmd_env *env, const struct trust_options *o, const char *text,
		  struct testing *testing, struct err *err)
{
	struct cmd_subject *s = &testing->subject;

	if (cmd_trust_open(env, false, &testing->trust, err) < 0)
		return -1;
	testing->trust.explains = true;
	if (input_is_file(text) || input_is_url(text))
		return test_file(env, o, testing, text, err);
	if (cmd_subject_open(env, &o->remote, text, cmd_subject_how(o->is_remote, false), s, err) <
	    0)
		return -1;
	testing->name = mem_text(s->name);
	testing->digest = s->digest;
	testing->place = cmd_place_of_subject(s);
	return cmd_decide_subject(&testing->trust, s, &testing->decision, err);
}

static void add_rule(const struct testing *testing, enum policy_origin origin, json_t *rules)
{
	const struct policy_file *file = &testing->trust.policy.files[origin];
	const struct policy_rule *rule =
		policy_find(&testing->trust.policy, origin, testing->place);
	json_t *row;

	if (!file->path)
		return;
	row = json_object();
	js_set_text(row, "policy", file->path);
	js_set_text(row, "scope", rule ? rule->scope : NULL);
	if (rule) {
		js_set_size(row, "threshold", rule->threshold);
		js_set_size(row, "signers", rule->n_signers);
	}
	js_append(rules, row);
}

static json_t *value_of(const struct testing *testing)
{
	json_t *value = trust_decision_json(&testing->decision), *rules = json_array();
	const struct err *refusal = &testing->decision.refusal;

	js_set_text(value, "reference", testing->name);
	js_set_text(value, "digest", testing->digest.text);
	js_set_text(value, "place", testing->place);
	add_rule(testing, POLICY_SYSTEM, rules);
	add_rule(testing, POLICY_PERSON, rules);
	js_set(value, "rules", rules);
	if (testing->decision.signatures)
		js_set(value, "signatures", json_incref(testing->decision.signatures));
	if (!testing->decision.ground && refusal->hint[0])
		js_set_text(value, "hint", refusal->hint);
	return value;
}

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void add_shown(struct str *out, const char *text)
{
	AUTO(free) char *shown = text_printable(text, strlen(text));

	str_adds(out, shown);
}

static void print_rules(const json_t *rules, struct str *out)
{
	size_t i;
	json_t *rule;

	json_array_foreach (rules, i, rule) {
		const char *scope = text_at(rule, "scope");

		str_addf(out, "%-11s ", i ? "" : "Rules");
		if (*scope)
			str_addf(out, "scope %s of %s\n", scope, text_at(rule, "policy"));
		else
			str_addf(out, "none in %s\n", text_at(rule, "policy"));
	}
}

static void print_signatures(const json_t *signatures, struct str *out)
{
	size_t i;
	json_t *one;

	json_array_foreach (signatures, i, one) {
		str_addf(out, "%-11s %s", i ? "" : "Signatures", text_at(one, "form"));
		if (*text_at(one, "by")) {
			str_adds(out, " by ");
			add_shown(out, text_at(one, "by"));
		}
		str_adds(out, ": ");
		add_shown(out, *text_at(one, "reason") ? text_at(one, "reason") : "good");
		str_addc(out, '\n');
	}
}

static void make_text(const struct testing *testing, const json_t *value, struct str *out)
{
	str_addf(out, "%-11s %s\n", "Reference", testing->name);
	str_addf(out, "%-11s %s\n", "Digest", testing->digest.text);
	str_addf(out, "%-11s %s\n", "Place", testing->place);
	print_rules(json_object_get(value, "rules"), out);
	print_signatures(json_object_get(value, "signatures"), out);
	str_addf(out, "%-11s ", "Decision");
	trust_decision_text(&testing->decision, out);
	str_addc(out, '\n');
}

int cmd_trust_test(const struct cmd_env *env, const struct trust_options *o, const char *text,
		   struct err *err)
{
	AUTO(testing) struct testing testing = { .subject.scratch.dir = -1 };
	AUTO(str) struct str out = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *value = NULL;
	AUTO(free) char *json = NULL;

	if (decide(env, o, text, &testing, err) < 0)
		return -1;
	value = value_of(&testing);
	if (o->wants_json) {
		json = js_dump_pretty(value);
		str_adds(&out, json);
	} else {
		make_text(&testing, value, &out);
	}
	if (cmd_print(&out, err) < 0)
		return -1;
	return testing.decision.ground ? 0 : trust_refused(&testing.decision, testing.name, err);
}

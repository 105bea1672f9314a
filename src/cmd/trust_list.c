// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "cli/print.h"
#include "cmd/gate.h"
#include "cmd/trust.h"
#include "pkg/policy_edit.h"

static const struct print_column columns[] = {
	{ "SCOPE", "scope", PRINT_TEXT, false, true, false },
	{ "KIND", "kind", PRINT_TEXT, false, false, false },
	{ "WHO", "name", PRINT_TEXT, false, true, false },
	{ "ID", "id", PRINT_TEXT, false, true, false },
	{ "NEEDS", "threshold", PRINT_TEXT, true, false, false },
	{ "BY", "by", PRINT_TEXT, false, false, false },
};

static json_t *add_row(json_t *rows, const struct policy_file *file, const char *scope,
		       const char *kind)
{
	json_t *row = json_object();

	js_set_text(row, "scope", scope);
	js_set_text(row, "kind", kind);
	js_set_text(row, "by", file->origin == POLICY_SYSTEM ? "system" : "person");
	js_set_text(row, "policy", file->path);
	js_append(rows, row);
	return row;
}

static void add_signer(json_t *rows, const struct policy_rule *rule,
		       const struct policy_signer *signer)
{
	static const char *const kinds[] = {
		[VERIFY_KEY] = "key", [VERIFY_IDENTITY] = "identity", [VERIFY_NOTATION] = "notation"
	};
	json_t *row = add_row(rows, rule->file, rule->scope, kinds[signer->kind]);
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1];

	js_set_size(row, "threshold", rule->threshold);
	js_set_text(row, "name", signer->name);
	switch (signer->kind) {
	case VERIFY_KEY:
		policy_key_fingerprint(signer, fingerprint);
		js_set_text(row, "id", fingerprint[0] ? fingerprint : signer->file);
		break;
	case VERIFY_IDENTITY:
		js_set_text(row, "name", signer->name ? signer->name : signer->identity.name);
		js_set_text(row, "identity", signer->identity.name);
		js_set_text(row, "id", signer->identity.issuer);
		break;
	case VERIFY_NOTATION:
		js_set_text(row, "name", signer->name ? signer->name : signer->subjects.items[0]);
		js_set_text(row, "id", signer->store);
	}
}

static void add_rule(json_t *rows, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->n_signers; i++)
		add_signer(rows, rule, &rule->signers[i]);
	if (rule->unsigned_word == POLICY_ALLOW)
		add_row(rows, rule->file, rule->scope, "unsigned");
	else if (!rule->n_signers)
		add_row(rows, rule->file, rule->scope, "nobody");
	for (size_t i = 0; i < rule->deny.n_items; i++)
		js_set_text(add_row(rows, rule->file, rule->scope, "denied"), "name",
			    rule->deny.items[i]);
}

static void add_file(json_t *rows, const struct policy_file *file)
{
	for (size_t i = 0; i < file->n_rules; i++)
		add_rule(rows, &file->rules[i]);
	for (size_t i = 0; i < file->deny.n_items; i++)
		js_set_text(add_row(rows, file, "*", "denied"), "name", file->deny.items[i]);
	for (size_t i = 0; i < file->revoked.n_items; i++)
		js_set_text(add_row(rows, file, "*", "revoked"), "id", file->revoked.items[i]);
}

int cmd_trust_list(const struct cmd_env *env, const struct trust_options *o, struct err *err)
{
	struct print_style style = { .width = print_width(), .none = "-" };
	AUTO(cmd_trust) struct trust trust = { 0 };
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *rows = json_array();
	AUTO(free) char *json = NULL;

	if (cmd_trust_open(env, false, &trust, err) < 0)
		return -1;
	add_file(rows, &trust.policy.files[POLICY_SYSTEM]);
	add_file(rows, &trust.policy.files[POLICY_PERSON]);
	if (o->wants_json) {
		json = js_dump_pretty(rows);
		str_adds(&text, json);
	} else {
		print_table(columns, ARRAY_SIZE(columns), rows, &style, &text);
	}
	return cmd_print(&text, err);
}

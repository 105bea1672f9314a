// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "base/json.h"
#include "sign/statement.h"

/* What parses and is about one digest each is written, and what was written parses. */
static void check_statement(const struct sign_statement *statement)
{
	AUTO(sign_statement) struct sign_statement *again = NULL;
	AUTO(free) char *dump = NULL;
	struct err err = { 0 };

	for (size_t i = 0; i < statement->n_subjects; i++)
		if (!statement->subjects[i].sha256)
			return;
	dump = sign_statement_dump(statement);
	if (sign_statement_parse(span_of(dump), "again", &again, &err) < 0 ||
	    again->n_subjects != statement->n_subjects ||
	    !sign_statement_find(again, statement->subjects[0].sha256))
		abort();
}

static void check_envelope(const struct sign_envelope *envelope)
{
	AUTO(sign_envelope) struct sign_envelope *again = NULL;
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	AUTO(json) json_t *json = sign_envelope_json(envelope);
	AUTO(free) char *dump = js_dump(json);
	struct err err = { 0 };

	if (sign_envelope_parse(span_of(dump), "again", &again, &err) < 0 ||
	    again->n_signatures != envelope->n_signatures ||
	    again->payload.len != envelope->payload.len)
		abort();
	if (sign_statement_of(envelope, "envelope", &statement, &err) == 0)
		check_statement(statement);
}

/* An envelope, or what could be in one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span text = { (const char *)data, size };
	AUTO(sign_envelope) struct sign_envelope *envelope = NULL;
	AUTO(sign_statement) struct sign_statement *statement = NULL;
	struct err err = { 0 };

	if (sign_envelope_parse(text, "envelope", &envelope, &err) == 0)
		check_envelope(envelope);
	else if (err.code != EC_CORRUPT)
		abort();
	if (sign_statement_parse(text, "statement", &statement, &err) == 0)
		check_statement(statement);
	else if (err.code != EC_CORRUPT)
		abort();
	return 0;
}

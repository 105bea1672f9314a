// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>

#include "sign/dsse.h"
#include "sign/rekor.h"

/* A bundle with that entry is one, and has the same entry. */
static void write_entry(struct sign_tlog_entry *entry)
{
	AUTO(sign_bundle) struct sign_bundle again = { 0 };
	AUTO(free) char *text = NULL;
	AUTO(free) char *legacy = sign_legacy_entry_dump(entry);
	struct str byte = { .data = (char *)"x", .len = 1, .max = 1 };
	struct sign_envelope envelope = { (char *)"t", byte, &byte, 1 };
	const struct sign_bundle bundle = {
		.has_key = true, .n_entries = 1, .entries = entry, .envelope = &envelope
	};
	struct err err = { 0 };

	text = sign_bundle_dump(&bundle);
	if (!text_ends(legacy, "}}") || sign_bundle_parse(span_of(text), &again, &err) < 0 ||
	    again.n_entries != 1 || again.entries[0].log_index != entry->log_index ||
	    again.entries[0].body.len != entry->body.len)
		abort();
}

/* What a transparency log answers, of both versions of the interface. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(sign_tlog_entry) struct sign_tlog_entry first = { 0 };
	AUTO(sign_tlog_entry) struct sign_tlog_entry second = { 0 };
	const struct span text = { (const char *)data, size };
	struct err err = { 0 };

	if (sign_rekor_answer(text, &first, &err) == 0)
		write_entry(&first);
	else if (err.code != EC_CORRUPT)
		abort();
	if (sign_rekor2_answer(text, &second, &err) == 0)
		write_entry(&second);
	else if (err.code != EC_CORRUPT)
		abort();
	return 0;
}

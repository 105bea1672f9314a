// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/tlog.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sign/checkpoint.h"
#include "sign/signature.h"

/*
 * What the promise is over: the entry as canonical JSON (RFC 8785), Rekor's "SignedEntryTimestamp".
 */
static int verify_promise(const struct sign_tlog_entry *entry, const struct sign_key *key,
			  struct err *err)
{
	AUTO(str) struct str text = STR_MAX(2 * (size_t)LIMIT_SIGNED);
	char id[2 * 64 + 1];
	struct err why;

	hex_encode((const uint8_t *)entry->log_id.data, entry->log_id.len, id);
	str_adds(&text, "{\"body\":\"");
	base64_encode(entry->body.data, entry->body.len, &text);
	str_addf(&text,
		 "\",\"integratedTime\":%" PRId64 ",\"logID\":\"%s\",\"logIndex\":%" PRIu64 "}",
		 entry->integrated_time, id, entry->log_index);
	if (str_check(&text, "inclusion promise", err) < 0)
		return -1;
	if (sign_verify(key, SIGN_BY_KEY, (struct span){ text.data, text.len },
			(struct span){ entry->promise.data, entry->promise.len }, &why) < 0)
		return err_set(err, EC_UNTRUSTED,
			       "inclusion promise: the signed entry timestamp (SET) is not that "
			       "of the log for this entry");
	return 0;
}

static int verify_proof(const struct sign_tlog_entry *entry, const struct sign_key *key,
			struct err *err)
{
	const struct sign_tlog_proof *proof = entry->proof;
	struct sign_checkpoint checkpoint;
	uint8_t root[HASH_SIZE];

	if (sign_merkle_root(proof, (struct span){ entry->body.data, entry->body.len }, root, err) <
	    0)
		return -1;
	if (memcmp(root, proof->root, HASH_SIZE) != 0)
		return err_set(err, EC_UNTRUSTED,
			       "inclusion proof: the entry and the hashes do not lead to the root");
	if (!proof->checkpoint)
		return err_set(err, EC_UNTRUSTED, "checkpoint: there is none");
	if (sign_checkpoint_parse(span_of(proof->checkpoint), &checkpoint, err) < 0 ||
	    sign_checkpoint_verify(&checkpoint, key, &entry->log_id, err) < 0)
		return -1;
	if (checkpoint.size != proof->tree_size ||
	    memcmp(checkpoint.root, proof->root, HASH_SIZE) != 0)
		return err_set(err, EC_UNTRUSTED,
			       "checkpoint: it is of another tree than the inclusion proof");
	return 0;
}

int sign_tlog_verify(const struct sign_tlog_entry *entry, const struct sign_log *log,
		     const struct sign_logged *logged, struct err *err)
{
	AUTO(sign_key) struct sign_key *key = NULL;

	if (!entry->promise.len && !entry->proof)
		return err_set(err, EC_UNTRUSTED,
			       "inclusion proof: there is none, and no promise either");
	if (sign_key_from_spki((struct span){ log->key.data, log->key.len }, "log key", &key, err) <
		    0 ||
	    (entry->promise.len && verify_promise(entry, key, err) < 0) ||
	    (entry->proof && verify_proof(entry, key, err) < 0))
		return -1;
	return sign_tlog_body_verify(entry, logged, err);
}

bool sign_tlog_has_time(const struct sign_tlog_entry *entry)
{
	return entry->promise.len && entry->integrated_time > 0;
}

int sign_tlog_valid_at(const struct sign_log *log, int64_t time, struct err *err)
{
	AUTO(free) char *when = clock_rfc3339(time);

	if (sign_period_covers(&log->valid, time))
		return 0;
	return err_set(err, EC_UNTRUSTED, "log key: it was not valid at %s", when);
}

/* The same entry twice would count twice. */
static bool is_repeated(const struct sign_bundle *bundle, size_t index)
{
	const struct sign_tlog_entry *entry = &bundle->entries[index];

	for (size_t i = 0; i < index; i++)
		if (bundle->entries[i].log_index == entry->log_index &&
		    bundle->entries[i].log_id.len == entry->log_id.len &&
		    memcmp(bundle->entries[i].log_id.data, entry->log_id.data, entry->log_id.len) ==
			    0)
			return true;
	return false;
}

int sign_tlog_verify_all(const struct sign_bundle *bundle, const struct sign_trusted_root *root,
			 const struct sign_logged *logged, const struct sign_tlog_entry **out,
			 size_t *out_n, struct err *err)
{
	const struct sign_tlog_entry *entry, *first = NULL;
	const struct sign_log *log;
	size_t n = 0;

	for (size_t i = 0; i < bundle->n_entries; i++) {
		entry = &bundle->entries[i];
		log = sign_log_find(root->tlogs, root->n_tlogs, &entry->log_id,
				    entry->integrated_time);
		if (!log)
			continue;
		if (is_repeated(bundle, i))
			return err_set(err, EC_UNTRUSTED, "log entry: it is there twice");
		if (sign_tlog_verify(entry, log, logged, err) < 0 ||
		    (sign_tlog_has_time(entry) &&
		     sign_tlog_valid_at(log, entry->integrated_time, err) < 0))
			return -1;
		if (!n++)
			first = entry;
	}
	if (out)
		*out = first;
	*out_n = n;
	return 0;
}

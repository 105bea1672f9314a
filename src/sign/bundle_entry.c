// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Entries of transparency logs in bundles: TransparencyLogEntry of sigstore_rekor.proto. */
#include "base/alloc.h"
#include "base/base64.h"
#include "base/limits.h"
#include "sign/bundle_priv.h"
#include "sign/member.h"

static int read_hash(const struct js_at *at, uint8_t *out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(HASH_SIZE);
	struct err ignored;

	if (!json_is_string(at->value))
		return js_expected(at, "base64", err);
	if (base64_decode(span_of(json_string_value(at->value)), &bytes, &ignored) < 0 ||
	    bytes.len != HASH_SIZE)
		return sign_bad(at, err, "not %d bytes in base64", HASH_SIZE);
	memcpy(out, bytes.data, HASH_SIZE);
	return 0;
}

static int read_hashes(const struct js_at *at, struct sign_tlog_proof *proof, struct err *err)
{
	struct js_at list, element;
	size_t n = 0;

	if (sign_get_array(at, "hashes", LIMIT_PROOF_HASHES, &list, &n, err) < 0)
		return -1;
	proof->hashes = mem_array(n, sizeof(*proof->hashes));
	for (; proof->n_hashes < n; proof->n_hashes++) {
		element = js_element(&list, proof->n_hashes);
		if (read_hash(&element, proof->hashes[proof->n_hashes], err) < 0)
			return -1;
	}
	return 0;
}

static int read_checkpoint(const struct js_at *at, struct sign_tlog_proof *proof, struct err *err)
{
	static const char *const names[] = { "envelope", NULL };
	struct js_at checkpoint;

	if (js_get_object(at, "checkpoint", &checkpoint, err) < 0)
		return -1;
	if (!checkpoint.value)
		return 0;
	if (sign_only_members(&checkpoint, names, err) < 0)
		return -1;
	return sign_need_copy(&checkpoint, "envelope", &proof->checkpoint, err);
}

static int read_proof(const struct js_at *at, struct sign_tlog_entry *entry, struct err *err)
{
	static const char *const names[] = { "logIndex", "rootHash",   "treeSize",
					     "hashes",	 "checkpoint", NULL };
	struct js_at place, root;

	if (js_get_object(at, "inclusionProof", &place, err) < 0)
		return -1;
	if (!place.value)
		return 0;
	entry->proof = mem_alloc(sizeof(*entry->proof));
	root = js_member(&place, "rootHash");
	if (sign_only_members(&place, names, err) < 0 ||
	    sign_get_int64(&place, "logIndex", &entry->proof->index, err) < 0 ||
	    sign_get_int64(&place, "treeSize", &entry->proof->tree_size, err) < 0 ||
	    read_hash(&root, entry->proof->root, err) < 0 ||
	    read_hashes(&place, entry->proof, err) < 0)
		return -1;
	return read_checkpoint(&place, entry->proof, err);
}

static int read_promise(const struct js_at *at, struct sign_tlog_entry *entry, struct err *err)
{
	static const char *const names[] = { "signedEntryTimestamp", NULL };
	struct js_at promise;

	if (js_get_object(at, "inclusionPromise", &promise, err) < 0)
		return -1;
	if (!promise.value)
		return 0;
	if (sign_only_members(&promise, names, err) < 0)
		return -1;
	return sign_need_bytes(&promise, "signedEntryTimestamp", LIMIT_SIGNATURE, &entry->promise,
			       err);
}

static int read_kind(const struct js_at *at, struct sign_tlog_entry *entry, struct err *err)
{
	static const char *const names[] = { "kind", "version", NULL };
	struct js_at kind;

	if (sign_need_object(at, "kindVersion", &kind, err) < 0 ||
	    sign_only_members(&kind, names, err) < 0 ||
	    sign_need_copy(&kind, "kind", &entry->kind, err) < 0)
		return -1;
	return sign_need_copy(&kind, "version", &entry->version, err);
}

static int read_log_id(const struct js_at *at, struct sign_tlog_entry *entry, struct err *err)
{
	static const char *const names[] = { "keyId", NULL };
	struct js_at id;

	if (sign_need_object(at, "logId", &id, err) < 0 || sign_only_members(&id, names, err) < 0)
		return -1;
	return sign_need_bytes(&id, "keyId", 64, &entry->log_id, err);
}

int sign_bundle_entry(const struct js_at *at, struct sign_tlog_entry *out, struct err *err)
{
	static const char *const names[] = { "logIndex",	  "logId",
					     "kindVersion",	  "integratedTime",
					     "inclusionPromise",  "inclusionProof",
					     "canonicalizedBody", NULL };
	uint64_t time = 0;

	if (js_is_object(at, err) < 0 || sign_only_members(at, names, err) < 0 ||
	    sign_get_int64(at, "logIndex", &out->log_index, err) < 0 ||
	    sign_get_int64(at, "integratedTime", &time, err) < 0 || read_log_id(at, out, err) < 0 ||
	    read_kind(at, out, err) < 0 || read_promise(at, out, err) < 0 ||
	    read_proof(at, out, err) < 0)
		return -1;
	out->integrated_time = (int64_t)time;
	return sign_need_bytes(at, "canonicalizedBody", LIMIT_SIGNED, &out->body, err);
}

static void proof_free(struct sign_tlog_proof *proof)
{
	if (!proof)
		return;
	free(proof->hashes);
	free(proof->checkpoint);
	free(proof);
}

void sign_tlog_entry_done(struct sign_tlog_entry *entry)
{
	str_done(&entry->log_id);
	free(entry->kind);
	free(entry->version);
	str_done(&entry->promise);
	proof_free(entry->proof);
	str_done(&entry->body);
	*entry = (struct sign_tlog_entry){ 0 };
}

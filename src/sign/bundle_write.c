// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Bundles as cosign writes them (Go's protojson): members in the order of the messages, those that
 * have the value of protobuf's default left out.
 */
#include <inttypes.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/bundle.h"
#include "sign/member.h"

static void set_bytes(json_t *object, const char *name, const struct str *bytes)
{
	js_set(object, name, sign_base64_json(bytes->data, bytes->len));
}

/* 64-bit numbers are texts. */
static void set_number(json_t *object, const char *name, uint64_t value)
{
	AUTO(free) char *text = mem_printf("%" PRIu64, value);

	if (value)
		js_set_text(object, name, text);
}

/* {name: BASE64} */
static json_t *wrapped(const char *name, const struct str *bytes)
{
	json_t *object = json_object();

	set_bytes(object, name, bytes);
	return object;
}

static json_t *proof_json(const struct sign_tlog_proof *proof)
{
	json_t *json = json_object(), *hashes = json_array(), *checkpoint = json_object();

	set_number(json, "logIndex", proof->index);
	js_set(json, "rootHash", sign_base64_json(proof->root, HASH_SIZE));
	set_number(json, "treeSize", proof->tree_size);
	for (size_t i = 0; i < proof->n_hashes; i++)
		js_append(hashes, sign_base64_json(proof->hashes[i], HASH_SIZE));
	if (proof->n_hashes)
		js_set(json, "hashes", hashes);
	else
		json_decref(hashes);
	js_set_text(checkpoint, "envelope", proof->checkpoint);
	js_set(json, "checkpoint", checkpoint);
	return json;
}

static json_t *entry_json(const struct sign_tlog_entry *entry)
{
	json_t *json = json_object(), *kind = json_object();

	set_number(json, "logIndex", entry->log_index);
	js_set(json, "logId", wrapped("keyId", &entry->log_id));
	js_set_text(kind, "kind", entry->kind);
	js_set_text(kind, "version", entry->version);
	js_set(json, "kindVersion", kind);
	set_number(json, "integratedTime", (uint64_t)entry->integrated_time);
	if (entry->promise.len)
		js_set(json, "inclusionPromise", wrapped("signedEntryTimestamp", &entry->promise));
	if (entry->proof)
		js_set(json, "inclusionProof", proof_json(entry->proof));
	set_bytes(json, "canonicalizedBody", &entry->body);
	return json;
}

static json_t *material_json(const struct sign_bundle *bundle)
{
	json_t *json = json_object(), *entries = json_array(), *stamps = json_array();
	json_t *data = json_object(), *key;

	if (bundle->has_key) {
		key = json_object();
		js_set_text(key, "hint", bundle->hint);
		js_set(json, "publicKey", key);
	} else if (bundle->n_certificates) {
		js_set(json, "certificate", wrapped("rawBytes", &bundle->certificates[0]));
	}
	for (size_t i = 0; i < bundle->n_entries; i++)
		js_append(entries, entry_json(&bundle->entries[i]));
	for (size_t i = 0; i < bundle->n_timestamps; i++)
		js_append(stamps, wrapped("signedTimestamp", &bundle->timestamps[i]));
	js_set(data, "rfc3161Timestamps", stamps);
	if (bundle->n_entries)
		json_object_set(json, "tlogEntries", entries);
	if (bundle->n_timestamps)
		json_object_set(json, "timestampVerificationData", data);
	json_decref(entries);
	json_decref(data);
	return json;
}

static json_t *message_json(const struct sign_bundle *bundle)
{
	json_t *json = json_object(), *digest = json_object();

	js_set_text(digest, "algorithm", "SHA2_256");
	set_bytes(digest, "digest", &bundle->digest);
	js_set(json, "messageDigest", digest);
	set_bytes(json, "signature", &bundle->signature);
	return json;
}

/* As it stands, not sorted. */
static char *dump(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	if (!text)
		abort(); /* out of memory */
	return text;
}

char *sign_bundle_dump(const struct sign_bundle *bundle)
{
	AUTO(json) json_t *json = json_object();

	js_set_text(json, "mediaType", SIGN_BUNDLE_TYPE);
	js_set(json, "verificationMaterial", material_json(bundle));
	if (bundle->envelope)
		js_set(json, "dsseEnvelope", sign_envelope_json(bundle->envelope));
	else
		js_set(json, "messageSignature", message_json(bundle));
	return dump(json);
}

char *sign_bundle_write(const char *hint, const struct sign_envelope *envelope)
{
	return sign_bundle_dump(&(struct sign_bundle){
		.has_key = true,
		.hint = (char *)hint,
		.envelope = (struct sign_envelope *)envelope,
	});
}

char *sign_legacy_entry_dump(const struct sign_tlog_entry *entry)
{
	AUTO(json) json_t *json = json_object();
	json_t *payload = json_object();
	AUTO(str) struct str id = STR_MAX(LIMIT_TEXT);

	for (size_t i = 0; i < entry->log_id.len; i++)
		str_addf(&id, "%02x", (unsigned char)entry->log_id.data[i]);
	set_bytes(json, "SignedEntryTimestamp", &entry->promise);
	set_bytes(payload, "body", &entry->body);
	js_set_size(payload, "integratedTime", (uint64_t)entry->integrated_time);
	js_set_size(payload, "logIndex", entry->log_index);
	js_set_text(payload, "logID", str_text(&id));
	js_set(json, "Payload", payload);
	return dump(json);
}

char *sign_legacy_timestamp_dump(const struct str *timestamp)
{
	AUTO(json) json_t *json = wrapped("SignedRFC3161Timestamp", timestamp);

	return dump(json);
}

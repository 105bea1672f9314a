// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/rekor.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "sign/member.h"
#include "sign/rekor_priv.h"

#define WHAT SIGN_REKOR_WHAT
#define UUID_MAX 80 /* the tree's id, 16 characters, and the hash of the leaf */

static json_t *dsse_spec(const struct sign_envelope *envelope, struct span signer)
{
	json_t *spec = json_object(), *content = json_object(), *verifiers = json_array();
	AUTO(json) json_t *json = sign_envelope_json(envelope);
	AUTO(free) char *text = js_dump(json);

	js_set_text(content, "envelope", text);
	js_append(verifiers, sign_base64_json(signer.data, signer.len));
	js_set(content, "verifiers", verifiers);
	js_set(spec, "proposedContent", content);
	return spec;
}

static json_t *hashed_spec(const struct str *signature, struct span message, struct span signer)
{
	json_t *spec = json_object(), *data = json_object(), *hash = json_object();
	json_t *signed_by = json_object(), *key = json_object();
	char hex[HASH_HEX + 1];

	hash_hex_of(message.data, message.len, hex);
	js_set_text(hash, "algorithm", "sha256");
	js_set_text(hash, "value", hex);
	js_set(data, "hash", hash);
	js_set(spec, "data", data);
	js_set(key, "content", sign_base64_json(signer.data, signer.len));
	js_set(signed_by, "content", sign_base64_json(signature->data, signature->len));
	js_set(signed_by, "publicKey", key);
	js_set(spec, "signature", signed_by);
	return spec;
}

char *sign_rekor_proposal(const struct sign_bundle *bundle, struct span message, struct span signer)
{
	AUTO(json) json_t *json = json_object();

	js_set_text(json, "apiVersion", "0.0.1");
	js_set_text(json, "kind", bundle->envelope ? "dsse" : "hashedrekord");
	js_set(json, "spec",
	       bundle->envelope ? dsse_spec(bundle->envelope, signer)
				: hashed_spec(&bundle->signature, message, signer));
	return js_dump(json);
}

static int read_hex(const struct js_at *at, uint8_t *out, struct err *err)
{
	const char *text = json_string_value(at->value);

	if (!text || json_string_length(at->value) != HASH_HEX || !hex_is_lower(text, HASH_HEX))
		return js_expected(at, "SHA-256 in hex", err);
	hex_decode(text, HASH_SIZE, out);
	return 0;
}

static int read_proof(const struct js_at *at, struct sign_tlog_entry *out, struct err *err)
{
	struct js_at place, root, list, element;
	struct sign_tlog_proof *proof;
	size_t n = 0;

	if (sign_need_object(at, "inclusionProof", &place, err) < 0)
		return -1;
	proof = out->proof = mem_alloc(sizeof(*proof));
	root = js_member(&place, "rootHash");
	if (js_need_size(&place, "logIndex", INT64_MAX, &proof->index, err) < 0 ||
	    js_need_size(&place, "treeSize", INT64_MAX, &proof->tree_size, err) < 0 ||
	    read_hex(&root, proof->root, err) < 0 ||
	    sign_need_copy(&place, "checkpoint", &proof->checkpoint, err) < 0 ||
	    sign_get_array(&place, "hashes", LIMIT_PROOF_HASHES, &list, &n, err) < 0)
		return -1;
	proof->hashes = mem_array(n, sizeof(*proof->hashes));
	for (; proof->n_hashes < n; proof->n_hashes++) {
		element = js_element(&list, proof->n_hashes);
		if (read_hex(&element, proof->hashes[proof->n_hashes], err) < 0)
			return -1;
	}
	return 0;
}

/* What a bundle says of the entry besides; the body says it as well. */
static int read_kind(struct sign_tlog_entry *entry, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (sign_parse_json((struct span){ entry->body.data, entry->body.len }, WHAT ".body", &json,
			    err) < 0)
		return -1;
	at = JS_ROOT(json, WHAT ".body");
	if (js_is_object(&at, err) < 0 || sign_need_copy(&at, "kind", &entry->kind, err) < 0)
		return -1;
	return sign_need_copy(&at, "apiVersion", &entry->version, err);
}

static int read_entry(const struct js_at *at, struct sign_tlog_entry *out, struct err *err)
{
	struct js_at verification, id = js_member(at, "logID");
	uint8_t log_id[HASH_SIZE];
	uint64_t time = 0;

	if (js_is_object(at, err) < 0 ||
	    sign_need_bytes(at, "body", LIMIT_SIGNED, &out->body, err) < 0 ||
	    js_need_size(at, "integratedTime", INT64_MAX, &time, err) < 0 ||
	    js_need_size(at, "logIndex", INT64_MAX, &out->log_index, err) < 0 ||
	    read_hex(&id, log_id, err) < 0 ||
	    sign_need_object(at, "verification", &verification, err) < 0 ||
	    sign_need_bytes(&verification, "signedEntryTimestamp", LIMIT_SIGNATURE, &out->promise,
			    err) < 0 ||
	    read_proof(&verification, out, err) < 0)
		return -1;
	out->integrated_time = (int64_t)time;
	out->log_id = (struct str)STR_MAX(HASH_SIZE);
	str_add(&out->log_id, log_id, sizeof(log_id));
	return read_kind(out, err);
}

/* {UUID: entry} */
static int read_answer(const struct js_at *at, struct sign_tlog_entry *out, struct err *err)
{
	struct js_at place;
	const char *uuid;
	void *first;

	if (js_is_object(at, err) < 0)
		return -1;
	first = json_object_iter(at->value);
	uuid = first ? json_object_iter_key(first) : "";
	if (json_object_size(at->value) != 1 || strlen(uuid) > UUID_MAX ||
	    !hex_is_lower(uuid, strlen(uuid)))
		return js_expected(at, "an object of one entry, by its hex name", err);
	place = js_member(at, uuid);
	return read_entry(&place, out, err);
}

int sign_rekor_parse(struct span text, sign_rekor_read *read, struct sign_tlog_entry *out,
		     struct err *err)
{
	AUTO(sign_tlog_entry) struct sign_tlog_entry entry = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, WHAT ": more than %u bytes", LIMIT_SIGNED);
	if (sign_parse_json(text, WHAT, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, WHAT);
	if (read(&at, &entry, err) < 0)
		return -1;
	*out = entry;
	entry = (struct sign_tlog_entry){ 0 };
	return 0;
}

int sign_rekor_answer(struct span text, struct sign_tlog_entry *out, struct err *err)
{
	return sign_rekor_parse(text, read_answer, out, err);
}

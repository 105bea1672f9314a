// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/checkpoint.h"

#include "base/base64.h"
#include "base/limits.h"
#include "sign/bundle.h"
#include "sign/signature.h"

#define HINT_SIZE 4
#define MAX_NOTE 65536
#define MAX_SIGNATURES 64
#define DASH "\xe2\x80\x94 " /* U+2014 */

static int bad(struct err *err, const char *why)
{
	return err_set(err, EC_CORRUPT, "checkpoint: %s", why);
}

/* The line at *rest without its newline, which has to be there; *rest moves past it. */
static bool take_line(struct span *rest, struct span *line)
{
	const char *newline = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;

	if (!newline)
		return false;
	*line = (struct span){ rest->data, (size_t)(newline - rest->data) };
	*rest = (struct span){ newline + 1, rest->len - line->len - 1 };
	return true;
}

static int read_root(struct span line, uint8_t *out, struct err *err)
{
	AUTO(str) struct str bytes = STR_MAX(HASH_SIZE);

	if (base64_decode(line, &bytes, err) < 0 || bytes.len != HASH_SIZE)
		return bad(err, "the root is not 32 bytes in base64");
	memcpy(out, bytes.data, HASH_SIZE);
	return 0;
}

static int read_size(struct span line, uint64_t *out, struct err *err)
{
	struct err ignored;

	if (!line.len || (line.data[0] == '0' && line.len > 1) ||
	    text_number(line, INT64_MAX, "size", out, &ignored) < 0)
		return bad(err, "the size of the tree is not a number");
	return 0;
}

int sign_checkpoint_parse(struct span text, struct sign_checkpoint *out, struct err *err)
{
	struct sign_checkpoint found = { 0 };
	struct span rest = text, line;

	if (text.len > MAX_NOTE)
		return bad(err, "too long");
	if (memchr(text.data, '\0', text.len) || memchr(text.data, '\r', text.len))
		return bad(err, "holds control characters");
	if (!take_line(&rest, &found.origin) || !found.origin.len)
		return bad(err, "no origin");
	if (!take_line(&rest, &line) || read_size(line, &found.size, err) < 0)
		return bad(err, "no size of the tree");
	if (!take_line(&rest, &line))
		return bad(err, "no root");
	if (read_root(line, found.root, err) < 0)
		return -1;
	do {
		if (!take_line(&rest, &line))
			return bad(err, "no empty line before the signatures");
	} while (line.len);
	found.note = (struct span){ text.data, (size_t)(line.data - text.data) };
	if (!rest.len || rest.data[rest.len - 1] != '\n')
		return bad(err, "no signatures, or the last has no end");
	found.signatures = rest;
	*out = found;
	return 0;
}

/* "— NAME BASE64": name and what is decoded. */
static int read_signature(struct span line, struct span *name, struct str *out, struct err *err)
{
	const size_t n_dash = sizeof(DASH) - 1;
	const char *blank;

	if (!span_starts(line, DASH))
		return bad(err, "a line of signatures does not begin with a dash");
	line = (struct span){ line.data + n_dash, line.len - n_dash };
	blank = line.len ? memchr(line.data, ' ', line.len) : NULL;
	if (!blank || blank == line.data)
		return bad(err, "a signature without a name");
	*name = (struct span){ line.data, (size_t)(blank - line.data) };
	line = (struct span){ blank + 1, line.len - name->len - 1 };
	if (base64_decode(line, out, err) < 0 || out->len <= HINT_SIZE)
		return bad(err, "a signature is not base64, or too short");
	return 0;
}

/* signed-note: SHA-256(NAME \n algorithm key), algorithm 1 for Ed25519 */
static void hint_of_ed25519(struct span name, const struct sign_key *key, uint8_t *out)
{
	AUTO(hash) struct hash *hash = hash_new();
	AUTO(str) struct str spki = STR_MAX(LIMIT_KEY);

	sign_key_spki(key, &spki);
	hash_update(hash, name.data, name.len);
	hash_update(hash, "\n\x01", 2);
	hash_update(hash, spki.data + spki.len - 32, 32); /* RFC 8410: the key ends the DER */
	hash_final(hash, out);
}

static bool is_hint(const char *hint, struct span name, const struct sign_key *key,
		    const struct str *log_id)
{
	uint8_t hash[HASH_SIZE];

	if (log_id->len >= HINT_SIZE && memcmp(hint, log_id->data, HINT_SIZE) == 0)
		return true;
	if (sign_key_type(key) != SIGN_ED25519)
		return false;
	hint_of_ed25519(name, key, hash);
	return memcmp(hint, hash, HINT_SIZE) == 0;
}

int sign_checkpoint_verify(const struct sign_checkpoint *checkpoint, const struct sign_key *key,
			   const struct str *log_id, struct err *err)
{
	struct span rest = checkpoint->signatures, line = { NULL, 0 }, name = { NULL, 0 };
	size_t n = 0, n_own = 0;
	struct err ignored;

	while (take_line(&rest, &line)) {
		AUTO(str) struct str bytes = STR_MAX(HINT_SIZE + LIMIT_SIGNATURE);

		if (++n > MAX_SIGNATURES)
			return bad(err, "too many signatures");
		if (read_signature(line, &name, &bytes, err) < 0)
			return -1;
		if (!is_hint(bytes.data, name, key, log_id))
			continue;
		n_own++;
		if (sign_verify(key, SIGN_BY_KEY, checkpoint->note,
				(struct span){ bytes.data + HINT_SIZE, bytes.len - HINT_SIZE },
				&ignored) == 0)
			return 0;
	}
	return err_set(err, EC_UNTRUSTED, "checkpoint: %s",
		       n_own ? "the signature is not that of the log"
			     : "it is not signed by the log");
}

static void hash_node(const uint8_t *left, const uint8_t *right, uint8_t *out)
{
	AUTO(hash) struct hash *hash = hash_new();

	hash_update(hash, "\x01", 1);
	hash_update(hash, left, HASH_SIZE);
	hash_update(hash, right, HASH_SIZE);
	hash_final(hash, out);
}

static void hash_leaf(struct span body, uint8_t *out)
{
	AUTO(hash) struct hash *hash = hash_new();

	hash_update(hash, "\x00", 1);
	hash_update(hash, body.data, body.len);
	hash_final(hash, out);
}

int sign_merkle_root(const struct sign_tlog_proof *proof, struct span body, uint8_t out[HASH_SIZE],
		     struct err *err)
{
	uint64_t fn = proof->index, sn = proof->tree_size - 1;
	uint8_t root[HASH_SIZE];

	if (proof->index >= proof->tree_size)
		return err_set(err, EC_UNTRUSTED,
			       "inclusion proof: the entry lies beyond the end of the tree");
	hash_leaf(body, root);
	for (size_t i = 0; i < proof->n_hashes; i++, fn >>= 1, sn >>= 1) {
		if (!sn)
			return err_set(err, EC_UNTRUSTED, "inclusion proof: too many hashes");
		if (!(fn & 1) && fn != sn) {
			hash_node(root, proof->hashes[i], root);
			continue;
		}
		hash_node(proof->hashes[i], root, root);
		for (; !(fn & 1) && fn; fn >>= 1)
			sn >>= 1;
	}
	if (sn)
		return err_set(err, EC_UNTRUSTED, "inclusion proof: too few hashes");
	memcpy(out, root, HASH_SIZE);
	return 0;
}

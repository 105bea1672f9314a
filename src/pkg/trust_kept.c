// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "pkg/trust_priv.h"

#define FOLDER_BUILT "trust/built"
#define FOLDER_VERDICTS "trust/verdicts"
#define MACHINE_ID "/etc/machine-id"

/*
 * What ties a mark to this machine, so that a home that was copied elsewhere has no marks there:
 * machine-id(5) asks that it is not shown as it is. Empty where the machine has none.
 */
static void machine(char out[HASH_HEX + 1])
{
	AUTO(str) struct str id = STR_MAX(256);
	AUTO(str) struct str text = STR_MAX(512);
	struct err err = { 0 };

	if (fs_read(AT_FDCWD, MACHINE_ID, &id, &err) < 0)
		str_cut(&id, 0);
	str_addf(&text, "epm built here %s", str_text(&id));
	hash_hex_of(str_text(&text), text.len, out);
}

static int open_folder(const char *home, const char *folder, bool makes, int *out, struct err *err)
{
	AUTO(free) char *path = path_join(home, folder);

	if (makes)
		return fs_open_dir(AT_FDCWD, path, 0755, out, err);
	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out < 0 ? err_errno(err, "%s", path) : 0;
}

/* What others may write, or have written, is no mark of ours. */
static bool is_ours(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_uid == geteuid() || st.st_uid == 0) && !(st.st_mode & 002);
}

int trust_mark_built(const char *home, const struct oci_digest *digest, struct err *err)
{
	AUTO(close) int dir = -1;
	char id[HASH_HEX + 2];

	if (trust_is_built(home, digest))
		return 0;
	if (open_folder(home, FOLDER_BUILT, true, &dir, err) < 0)
		return -1;
	machine(id);
	id[HASH_HEX] = '\n';
	return fs_write(dir, oci_digest_hex(digest), id, HASH_HEX + 1, 0644, err);
}

bool trust_is_built(const char *home, const struct oci_digest *digest)
{
	AUTO(str) struct str text = STR_MAX(256);
	AUTO(close) int dir = -1;
	struct err err = { 0 };
	char id[HASH_HEX + 1];

	if (!digest->text[0] || open_folder(home, FOLDER_BUILT, false, &dir, &err) < 0 ||
	    !is_ours(dir, oci_digest_hex(digest)) ||
	    fs_read(dir, oci_digest_hex(digest), &text, &err) < 0)
		return false;
	machine(id);
	return text.len == HASH_HEX + 1 && !strncmp(str_text(&text), id, HASH_HEX);
}

/* --- verdicts -------------------------------------------------------------------------------------- */

static bool read_signers(const struct js_at *at, struct trust_decision *out)
{
	struct js_at list, element;
	struct err err = { 0 };

	if (js_get_array(at, "signers", &list, &err) < 0 || !list.value)
		return false;
	out->n_signers = json_array_size(list.value);
	out->signers = mem_array(out->n_signers + 1, sizeof(*out->signers));
	for (size_t i = 0; i < out->n_signers; i++) {
		const char *name = NULL, *id = NULL;
		uint64_t time = 0;

		element = js_element(&list, i);
		if (js_is_object(&element, &err) < 0 ||
		    js_need_text(&element, "name", &name, &err) < 0 ||
		    js_get_text(&element, "id", &id, &err) < 0 ||
		    js_get_size(&element, "time", INT64_MAX, &time, &err) < 0)
			return false;
		out->signers[i] =
			(struct trust_signer){ mem_text(name), mem_text(id), (int64_t)time };
	}
	return true;
}

static bool is_text(const json_t *json, const char *name, const char *wanted)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text && !strcmp(text, wanted);
}

bool trust_verdict_read(const struct trust *trust, const struct trust_subject *subject,
			const char *hash, struct trust_decision *out)
{
	AUTO(trust_decision)
	struct trust_decision decision = { .ground = TRUST_SIGNED };
	AUTO(str) struct str text = STR_MAX(LIMIT_SETTINGS);
	AUTO(json) json_t *json = NULL;
	AUTO(close) int dir = -1;
	struct err err = { 0 };
	uint64_t expires = 0;
	struct js_at at;

	if (open_folder(trust->home, FOLDER_VERDICTS, false, &dir, &err) < 0 ||
	    !is_ours(dir, oci_digest_hex(&subject->digest)) ||
	    fs_read(dir, oci_digest_hex(&subject->digest), &text, &err) < 0 ||
	    js_parse(str_text(&text), text.len, "verdict", &json, &err) < 0)
		return false;
	at = JS_ROOT(json, "verdict");
	if (js_is_object(&at, &err) < 0 || !is_text(json, "digest", subject->digest.text) ||
	    !is_text(json, "place", subject->place) || !is_text(json, "by", hash) ||
	    js_get_size(&at, "expires", INT64_MAX, &expires, &err) < 0 ||
	    (expires && (int64_t)expires <= trust->now) || !read_signers(&at, &decision))
		return false;
	trust_decision_done(out);
	*out = decision;
	decision = (struct trust_decision){ 0 };
	return true;
}

void trust_verdict_write(const struct trust *trust, const struct trust_subject *subject,
			 const char *hash, int64_t expires, const struct trust_decision *decision)
{
	AUTO(json) json_t *json = trust_decision_json(decision);
	AUTO(free) char *text = NULL;
	AUTO(close) int dir = -1;
	struct err err = { 0 };

	js_set_text(json, "digest", subject->digest.text);
	js_set_text(json, "place", subject->place);
	js_set_text(json, "by", hash);
	js_set_size(json, "expires", expires);
	text = js_dump_pretty(json);
	if (open_folder(trust->home, FOLDER_VERDICTS, true, &dir, &err) < 0 ||
	    fs_write(dir, oci_digest_hex(&subject->digest), text, strlen(text), 0644, &err) < 0)
		log_trace(TRACE_trust, "verdict: %s", err.text);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/token_cache.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"

#define KEPT_MAX (64u << 10)
#define MARGIN_S 10	      /* a token about to expire is none */
#define BASIC_LIFE_S 31536000 /* that a registry wants Basic does not change */

static char *host_folder(const char *folder, const char *host)
{
	char hex[HASH_HEX + 1];

	hash_hex_of(host, strlen(host), hex);
	return mem_printf("%s/%.16s", folder, hex);
}

static char *file_name(const struct oci_token_key *key)
{
	AUTO(free) char *text = mem_printf("%s\n%s", key->scopes, key->user);
	char hex[HASH_HEX + 1];

	hash_hex_of(text, strlen(text), hex);
	return mem_printf("%.32s", hex);
}

/* Only a file that nobody else could have written or read. */
static bool is_ours(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & 077);
}

static int parse(struct span text, int64_t now, struct oci_kept *out, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at root;
	const char *scheme = NULL, *token = NULL;
	uint64_t expires = 0;

	if (js_parse(text.data, text.len, "token", &json, err) < 0)
		return -1;
	root = JS_ROOT(json, "token");
	if (js_is_object(&root, err) < 0 || js_need_text(&root, "scheme", &scheme, err) < 0 ||
	    js_get_text(&root, "token", &token, err) < 0 ||
	    js_need_size(&root, "expires", INT64_MAX, &expires, err) < 0)
		return -1;
	if ((int64_t)expires <= now + MARGIN_S)
		return err_set(err, EC_NOT_FOUND, "it has expired");
	if (!strcmp(scheme, "basic"))
		out->scheme = OCI_SCHEME_BASIC;
	if (!strcmp(scheme, "bearer") && token) {
		out->scheme = OCI_SCHEME_BEARER;
		out->token = (struct oci_token){ mem_text(token), (int64_t)expires };
	}
	return 0;
}

void oci_kept_get(const struct oci_token_key *key, int64_t now, struct oci_kept *out)
{
	AUTO(str) struct str text = STR_MAX(KEPT_MAX);
	AUTO(free) char *folder = NULL;
	AUTO(free) char *name = NULL;
	AUTO(free) char *path = NULL;
	struct err err = { 0 };

	if (!key->folder)
		return;
	folder = host_folder(key->folder, key->host);
	name = file_name(key);
	path = path_join(folder, name);
	if (!is_ours(path) || fs_read(AT_FDCWD, path, &text, &err) < 0)
		return;
	if (parse((struct span){ str_text(&text), text.len }, now, out, &err) < 0)
		unlink(path);
	else
		log_trace(TRACE_auth, "%s: a kept token for %s", key->host, key->scopes);
	explicit_bzero(text.data, text.len);
}

void oci_kept_done(struct oci_kept *kept)
{
	oci_token_done(&kept->token);
	*kept = (struct oci_kept){ 0 };
}

/* Not synced: it may get lost. */
static void write_file(int dir, const char *name, const char *text)
{
	AUTO(free) char *temp = mem_printf(".%s.%d.tmp", name, (int)getpid());
	AUTO(close) int fd = openat(dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct err err;

	if (fd < 0)
		return;
	if (fs_write_fd(fd, text, strlen(text), "token", &err) < 0 ||
	    renameat(dir, temp, dir, name) < 0)
		unlinkat(dir, temp, 0);
}

void oci_kept_put(const struct oci_token_key *key, enum oci_scheme scheme,
		  const struct oci_token *token)
{
	AUTO(json) json_t *json = json_object();
	AUTO(free) char *folder = NULL;
	AUTO(free) char *name = NULL;
	AUTO(free) char *text = NULL;
	AUTO(close) int dir = -1;
	struct err err = { 0 };

	if (!key->folder)
		return;
	folder = host_folder(key->folder, key->host);
	name = file_name(key);
	js_set_text(json, "scheme", scheme == OCI_SCHEME_BASIC ? "basic" : "bearer");
	js_set_text(json, "host", key->host);
	js_set_size(json, "expires",
		    (uint64_t)(token ? token->expires : clock_wall() + BASIC_LIFE_S));
	if (token)
		js_set_text(json, "token", token->text);
	text = js_dump(json);
	if (fs_open_dir(AT_FDCWD, folder, 0700, &dir, &err) == 0)
		write_file(dir, name, text);
	explicit_bzero(text, strlen(text));
}

void oci_kept_forget(const char *folder, const char *host)
{
	AUTO(free) char *path = NULL;
	AUTO(closedir) DIR *dir = NULL;
	struct dirent *entry;

	if (!folder)
		return;
	path = host_folder(folder, host);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			unlinkat(dirfd(dir), entry->d_name, 0);
}

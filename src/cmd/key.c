// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/key.h"
#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/secret.h"
#include "cli/print.h"
#include "cmd/list.h"
#include "cmd/passphrase.h"
#include "sign/key_generate.h"

#define DEFAULT_FILE "epm.key"
#define TYPES "ecdsa-p256 ecdsa-p384 ed25519 rsa"

struct options {
	struct cli_common common;
	const char *type;
	const char *output;
	bool is_unencrypted;
	bool is_password_stdin;
	bool wants_json;
};

static const struct cli_option options[] = {
	{ .name = "type",
	  .letter = 't',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, type),
	  .value = "TYPE",
	  .help = "generate: kind of key [default: ecdsa-p256]",
	  .words = CLI_WORDS_LIST,
	  .choices = TYPES },
	{ .name = "output",
	  .letter = 'o',
	  .kind = CLI_TEXT,
	  .offset = offsetof(struct options, output),
	  .value = "FILE",
	  .help = "generate: the private key [default: " DEFAULT_FILE
		  "]; public: write it there and not to standard output",
	  .words = CLI_WORDS_FILE },
	{ .name = "no-passphrase",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, is_unencrypted),
	  .help = "generate: leave the private key unencrypted" },
	CMD_PASSPHRASE_STDIN_OPTION(struct options),
	{ .name = "json",
	  .kind = CLI_FLAG,
	  .offset = offsetof(struct options, wants_json),
	  .help = "fingerprint: print an array of objects: file, type, bits, fingerprint, hint" },
};

/* "x.pub" of "x.key" and of "x" */
static char *public_path(const char *path)
{
	size_t len = strlen(path);

	if (len > 4 && path[len - 5] != '/' && text_ends(path, ".key"))
		len -= 4;
	return mem_printf("%.*s.pub", (int)len, path);
}

static enum sign_key_type chosen_type(const char *word)
{
	for (enum sign_key_type type = SIGN_ECDSA_P256; type <= SIGN_RSA; type++)
		if (word && !strcmp(word, sign_key_type_word(type)))
			return type;
	return SIGN_ECDSA_P256;
}

static int is_free(const char *path, struct err *err)
{
	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	err_set(err, EC_EXISTS, "%s exists already", path);
	return err_hint(err, "a key is never overwritten; -o names another file");
}

/* The public key last: where it is, the private one is. */
static int write_pair(const struct sign_key *key, const struct span *passphrase, const char *path,
		      const char *path_public, struct err *err)
{
	AUTO(secret) struct str secret = STR_MAX(2 * LIMIT_KEY);
	AUTO(free) char *public = sign_key_public_pem(key);

	(void)!str_room(&secret, LIMIT_KEY);
	if (sign_key_private_pem(key, passphrase, &secret, err) < 0 ||
	    fs_create(AT_FDCWD, path, secret.data, secret.len, 0600, err) < 0)
		return -1;
	if (fs_create(AT_FDCWD, path_public, public, strlen(public), 0644, err) == 0)
		return 0;
	unlinkat(AT_FDCWD, path, 0);
	return -1;
}

static int generate(const struct options *o, struct err *err)
{
	const char *path = o->output ? o->output : DEFAULT_FILE;
	AUTO(free) char *path_public = public_path(path);
	AUTO(secret) struct str words = STR_MAX(LIMIT_SECRET);
	AUTO(sign_key) struct sign_key *key = NULL;
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 2]; /* with a newline */
	struct span passphrase;

	(void)!str_room(&words, 1024);
	if (is_free(path, err) < 0 || is_free(path_public, err) < 0 ||
	    (!o->is_unencrypted && cmd_passphrase_new(o->is_password_stdin, &words, err) < 0) ||
	    sign_key_generate(chosen_type(o->type), &key, err) < 0)
		return -1;
	passphrase = (struct span){ str_text(&words), words.len };
	if (write_pair(key, o->is_unencrypted ? NULL : &passphrase, path, path_public, err) < 0)
		return -1;
	sign_key_fingerprint(key, fingerprint);
	log_note("%s is the private key%s, %s the public one", path,
		 o->is_unencrypted ? ", unencrypted" : "", path_public);
	fingerprint[SIGN_FINGERPRINT_LENGTH] = '\n';
	return cmd_print(&(struct str){ .data = fingerprint, .len = SIGN_FINGERPRINT_LENGTH + 1 },
			 err);
}

static int show_public(const char *path, const struct options *o, struct err *err)
{
	AUTO(cmd_passphrase) struct cmd_passphrase words = { .is_stdin = o->is_password_stdin };
	AUTO(sign_key) struct sign_key *key = NULL;
	AUTO(free) char *pem = NULL;

	if (cmd_key_read(path, &words, &key, err) < 0)
		return -1;
	pem = sign_key_public_pem(key);
	if (o->output)
		return fs_create(AT_FDCWD, o->output, pem, strlen(pem), 0644, err);
	return cmd_print(&(struct str){ .data = pem, .len = strlen(pem) }, err);
}

static json_t *describe(const char *path, const struct sign_key *key)
{
	char fingerprint[SIGN_FINGERPRINT_LENGTH + 1], hint[SIGN_HINT_LENGTH + 1];
	json_t *row = json_object();

	sign_key_fingerprint(key, fingerprint);
	sign_key_hint(key, hint);
	js_set_text(row, "file", path);
	js_set_text(row, "type", sign_key_type_word(sign_key_type(key)));
	js_set_size(row, "bits", sign_key_bits(key));
	js_set_text(row, "fingerprint", fingerprint);
	js_set_text(row, "hint", hint);
	return row;
}

static void add_lines(const json_t *rows, struct str *out)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		str_addf(out, "%s  %s\n", json_string_value(json_object_get(row, "fingerprint")),
			 json_string_value(json_object_get(row, "file")));
	}
}

static int show_fingerprints(const struct cli_args *args, const struct options *o, struct err *err)
{
	AUTO(cmd_passphrase) struct cmd_passphrase words = { .is_stdin = o->is_password_stdin };
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *rows = json_array();
	AUTO(free) char *json = NULL;

	for (size_t i = 1; i < args->n_items; i++) {
		AUTO(sign_key) struct sign_key *key = NULL;

		if (cmd_key_read(args->items[i], &words, &key, err) < 0)
			return -1;
		js_append(rows, describe(args->items[i], key));
	}
	if (o->wants_json) {
		json = js_dump_pretty(rows);
		str_adds(&text, json);
	} else {
		add_lines(rows, &text);
	}
	if (str_check(&text, "the list", err) < 0)
		return -1;
	return cmd_print(&text, err);
}

static int misused(const char *action, const char *what, struct err *err)
{
	return err_set(err, EC_USAGE, "key %s: %s", action, what);
}

static int check_options(const char *action, size_t n_files, const struct options *o,
			 struct err *err)
{
	bool generates = !strcmp(action, "generate"), prints = !strcmp(action, "fingerprint");

	if (generates && n_files)
		return misused(action, "takes no argument; -o names the file", err);
	if (!generates && !n_files)
		return misused(action, "an argument is missing", err);
	if (!generates && !prints && n_files > 1)
		return misused(action, "takes one key", err);
	if (!generates && (o->type || o->is_unencrypted))
		return misused(action, "--type and --no-passphrase are for generate", err);
	if (prints && o->output)
		return misused(action, "--output is for generate and public", err);
	if (!prints && o->wants_json)
		return misused(action, "--json is for fingerprint", err);
	if (o->is_unencrypted && o->is_password_stdin)
		return misused(action, "--no-passphrase and --password-stdin exclude each other",
			       err);
	return 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *o = settings;
	const char *action = args->items[0];

	(void)env;
	if (check_options(action, args->n_items - 1, o, err) < 0)
		return -1;
	if (!strcmp(action, "generate"))
		return generate(o, err);
	if (!strcmp(action, "public"))
		return show_public(args->items[1], o, err);
	return show_fingerprints(args, o, err);
}

const struct cmd cmd_key = {
	.cli = { .name = "key",
		 .synopsis = "generate|public|fingerprint [OPTIONS] [FILE…]",
		 .summary = "make keys to sign packages with, and look at them",
		 .details =
			 "generate makes a pair of keys: " DEFAULT_FILE
			 ", encrypted with a passphrase, to sign with, and epm.pub for those who "
			 "verify. public prints the public key of FILE, fingerprint that of each "
			 "FILE: private keys, public keys or certificates (PEM), also those "
			 "that cosign and openssl make.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .actions = "generate public fingerprint",
		 .words = CLI_WORDS_FILE,
		 .min_args = 1,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
};

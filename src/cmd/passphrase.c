// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/passphrase.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/secret.h"
#include "cmd/ask.h"

#define VARIABLE "EPM_KEY_PASSWORD"
#define NAME_SHOWN 160 /* of a key, in a prompt */

/* All of standard input without the end of its last line, which echo adds. */
static int read_stdin(struct str *out, struct err *err)
{
	if (fs_read_fd(STDIN_FILENO, "standard input", out, err) < 0)
		return -1;
	if (out->len && out->data[out->len - 1] == '\n')
		str_cut(out, out->len - 1);
	if (out->len && out->data[out->len - 1] == '\r')
		str_cut(out, out->len - 1);
	return 0;
}

static int no_terminal(struct err *err)
{
	err_set(err, EC_USAGE, "standard input is no terminal to ask for the passphrase at");
	return err_hint(err, "use --password-stdin, or set " VARIABLE);
}

/* Without asking. found: there was one, maybe empty. */
static int get_given(bool is_stdin, struct str *out, bool *found, struct err *err)
{
	const char *set = getenv(VARIABLE);

	*found = is_stdin || set;
	if (is_stdin)
		return read_stdin(out, err);
	if (set)
		str_adds(out, set);
	return str_check(out, VARIABLE, err);
}

static int ask(const char *what, struct str *out, struct err *err)
{
	AUTO(free) char *name = text_printable(what, strnlen(what, NAME_SHOWN));
	AUTO(free) char *prompt = mem_printf("Passphrase of %s", name);

	return ask_can() ? ask_line(prompt, true, out, err) : no_terminal(err);
}

static int get(void *context, const char *what, struct str *out, struct err *err)
{
	struct cmd_passphrase *passphrase = context;
	bool found;

	if (!passphrase->is_stdin) {
		if (get_given(false, out, &found, err) < 0)
			return -1;
		return found ? 0 : ask(what, out, err);
	}
	if (!passphrase->has_read) {
		passphrase->kept = (struct str)STR_MAX(LIMIT_SECRET);
		if (read_stdin(&passphrase->kept, err) < 0)
			return -1;
		passphrase->has_read = true;
	}
	str_add(out, str_text(&passphrase->kept), passphrase->kept.len);
	return 0;
}

int cmd_key_read(const char *path, struct cmd_passphrase *passphrase, struct sign_key **out,
		 struct err *err)
{
	const struct sign_passphrase words = { get, passphrase };
	AUTO(secret) struct str text = STR_MAX(LIMIT_KEY);

	if (fs_read(AT_FDCWD, path, &text, err) < 0)
		return -1;
	return sign_key_read((struct span){ str_text(&text), text.len }, path, &words, out, err);
}

int cmd_key_read_public(const char *path, struct sign_key **out, struct err *err)
{
	AUTO(secret) struct str text = STR_MAX(LIMIT_KEY);

	if (fs_read(AT_FDCWD, path, &text, err) < 0)
		return -1;
	if (sign_key_read_public((struct span){ str_text(&text), text.len }, path, out, err) == 0)
		return 0;
	return err->code == EC_USAGE
		       ? err_hint(err, "'epm key public %s' prints its public half", path)
		       : -1;
}

void cmd_passphrase_done(struct cmd_passphrase *passphrase)
{
	secret_done(&passphrase->kept);
}

int cmd_passphrase_new(bool is_password_stdin, struct str *out, struct err *err)
{
	AUTO(secret) struct str again = STR_MAX(LIMIT_SECRET);
	bool found;

	if (get_given(is_password_stdin, out, &found, err) < 0)
		return -1;
	if (found && out->len)
		return 0;
	if (found)
		return err_set(err, EC_USAGE, "the passphrase is empty");
	if (!ask_can())
		return no_terminal(err);
	if (ask_line("Passphrase", true, out, err) < 0 ||
	    ask_line("The same again", true, &again, err) < 0)
		return -1;
	if (out->len == again.len && !memcmp(out->data, again.data, out->len))
		return 0;
	return err_set(err, EC_USAGE, "the two passphrases are not the same");
}

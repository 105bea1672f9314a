// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/ask.h"

#include <errno.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
	caught = number;
}

bool ask_can(void)
{
	return isatty(STDIN_FILENO);
}

static int read_line(struct str *out, struct err *err)
{
	ssize_t n;
	char c;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR && !caught)
			continue;
		if (n < 0 && !caught)
			return err_errno(err, "read from the terminal");
		if (n <= 0 || c == '\n')
			return 0;
		str_addc(out, c);
		if (str_check(out, "what was typed", err) < 0)
			return -1;
	}
}

/* Signals only end the reading; what they are for happens when the terminal is right again. */
static int read_secret(struct str *out, struct err *err)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old[ARRAY_SIZE(signals)];
	struct termios shown, hidden;
	int rc;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return err_errno(err, "the terminal");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	caught = 0;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, &old[i]);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	rc = read_line(out, err);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	if (caught) {
		raise(caught);
		return err_set(err, EC_FAILED, "interrupted");
	}
	return rc;
}

int ask_line(const char *prompt, bool is_secret, struct str *out, struct err *err)
{
	size_t before = out->len;

	fprintf(stderr, "%s: ", prompt);
	fflush(stderr);
	if ((is_secret ? read_secret(out, err) : read_line(out, err)) < 0)
		return -1;
	if (out->len == before)
		return err_set(err, EC_USAGE, "nothing was typed");
	return 0;
}

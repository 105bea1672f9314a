// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/ask.h"

#include <errno.h>
#include <poll.h>
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

/* Wait for input with this mask of signals; false: one of them came. */
static bool wait_for_input(const sigset_t *mask)
{
	struct pollfd poll = { STDIN_FILENO, POLLIN, 0 };

	while (!caught && ppoll(&poll, 1, NULL, mask) < 0 && errno == EINTR)
		;
	return !caught;
}

static int read_line(const char *prompt, const sigset_t *mask, struct str *out, struct err *err)
{
	ssize_t n;
	char c;

	fprintf(stderr, "%s: ", prompt);
	fflush(stderr);
	while (wait_for_input(mask)) {
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "read from the terminal");
		if (n == 0 || c == '\n')
			return 0;
		str_addc(out, c);
		if (str_check(out, "what was typed", err) < 0)
			return -1;
	}
	return err_set(err, EC_FAILED, "interrupted");
}

/*
 * Signals are let in only while it waits, and end that; what they are for happens when the terminal
 * is right again. The prompt comes when the terminal hides already, so that nothing typed after it
 * is shown or dropped.
 */
static int read_secret(const char *prompt, struct str *out, struct err *err)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct sigaction old[ARRAY_SIZE(signals)];
	struct termios shown, hidden;
	sigset_t blocked, mask;
	int rc;

	if (tcgetattr(STDIN_FILENO, &shown) < 0)
		return err_errno(err, "the terminal");
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ECHONL;
	caught = 0;
	sigemptyset(&blocked);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&blocked, signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &mask);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, &old[i]);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
	rc = read_line(prompt, &mask, out, err);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &old[i], NULL);
	if (caught)
		raise(caught);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return rc;
}

int ask_line(const char *prompt, bool is_secret, struct str *out, struct err *err)
{
	size_t before = out->len;
	int rc = is_secret ? read_secret(prompt, out, err) : read_line(prompt, NULL, out, err);

	if (rc < 0)
		return -1;
	if (out->len == before)
		return err_set(err, EC_USAGE, "nothing was typed");
	return 0;
}

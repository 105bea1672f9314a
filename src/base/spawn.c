// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/identity.h"

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *spawn_find(const char *program)
{
	const char *path = getenv("PATH");
	size_t len;

	if (strchr(program, '/'))
		return is_program(program) ? mem_text(program) : NULL;
	for (path = path ? path : "/usr/bin:/bin"; *path; path += len + (path[len] == ':')) {
		AUTO(free) char *full = NULL;

		len = strcspn(path, ":");
		full = mem_printf("%.*s/%s", (int)len, path, program);
		if (len && is_program(full))
			return STEAL(full);
	}
	return NULL;
}

struct pipes {
	int in[2], out[2], messages[2], failure[2];
};

static void close_pipe(int pipe[2])
{
	for (int i = 0; i < 2; i++)
		if (pipe[i] >= 0)
			close(pipe[i]);
}

static void pipes_done(struct pipes *p)
{
	close_pipe(p->in);
	close_pipe(p->out);
	close_pipe(p->messages);
	close_pipe(p->failure);
}
AUTO_STRUCT(pipes, struct pipes, pipes_done);

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* After fork: only async-signal-safe calls, but for the identity, which makes plain system calls. */
static void child(const struct spawn *s, const struct pipes *p)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int number;

	signal(SIGPIPE, SIG_DFL);
	if (dup2(s->input.data ? p->in[0] : null, 0) < 0 || (s->out && dup2(p->out[1], 1) < 0) ||
	    (s->messages && dup2(p->messages[1], 2) < 0) || (s->folder && chdir(s->folder) < 0) ||
	    identity_drop_for_good() < 0)
		number = errno;
	else {
		execvp(s->argv[0], (char *const *)s->argv);
		number = errno;
	}
	if (write(p->failure[1], &number, sizeof(number)) < 0)
		_exit(126);
	_exit(127);
}

/* Move what there is; closes an end that is done. */
static int take(int *fd, struct str *to, const char *what, struct err *err)
{
	char buffer[16384];
	ssize_t n = read(*fd, buffer, sizeof(buffer));

	if (n < 0)
		return errno == EINTR ? 0 : err_errno(err, "read from %s", what);
	if (n == 0)
		shut(fd);
	else
		str_add(to, buffer, n);
	return str_check(to, what, err);
}

static void feed(int *fd, struct span *input)
{
	ssize_t n = write(*fd, input->data, input->len);

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0) {
		input->data += n;
		input->len -= n;
	}
	if (n < 0 || input->len == 0)
		shut(fd);
}

static int converse(const struct spawn *s, struct pipes *p, struct err *err)
{
	struct span input = s->input;

	if (p->in[1] >= 0 && !input.len)
		shut(&p->in[1]);
	while (p->in[1] >= 0 || p->out[0] >= 0 || p->messages[0] >= 0) {
		struct pollfd polls[] = { { p->in[1], POLLOUT, 0 },
					  { p->out[0], POLLIN, 0 },
					  { p->messages[0], POLLIN, 0 } };

		if (poll(polls, 3, -1) < 0 && errno != EINTR)
			return err_errno(err, "wait for %s", s->argv[0]);
		if (polls[0].revents)
			feed(&p->in[1], &input);
		if (polls[1].revents && take(&p->out[0], s->out, s->argv[0], err) < 0)
			return -1;
		if (polls[2].revents && take(&p->messages[0], s->messages, s->argv[0], err) < 0)
			return -1;
	}
	return 0;
}

static int finish(struct spawn *s, pid_t pid, struct err *err)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, "wait for %s", s->argv[0]);
	s->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

static int open_pipes(const struct spawn *s, struct pipes *p, struct err *err)
{
	if ((s->input.data && pipe2(p->in, O_CLOEXEC) < 0) ||
	    (s->out && pipe2(p->out, O_CLOEXEC) < 0) ||
	    (s->messages && pipe2(p->messages, O_CLOEXEC) < 0) || pipe2(p->failure, O_CLOEXEC) < 0)
		return err_errno(err, "make a pipe for %s", s->argv[0]);
	return 0;
}

int spawn_run(struct spawn *s, struct err *err)
{
	AUTO(pipes)
	struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	void (*old_pipe)(int);
	int number = 0, rc;
	pid_t pid;

	if (open_pipes(s, &p, err) < 0)
		return -1;
	pid = fork();
	if (pid < 0)
		return err_errno(err, "start %s", s->argv[0]);
	if (pid == 0)
		child(s, &p);
	shut(&p.in[0]);
	shut(&p.out[1]);
	shut(&p.messages[1]);
	shut(&p.failure[1]);
	old_pipe = signal(SIGPIPE, SIG_IGN);
	if (read(p.failure[0], &number, sizeof(number)) != sizeof(number))
		number = 0;
	rc = number ? 0 : converse(s, &p, err);
	signal(SIGPIPE, old_pipe);
	if (rc < 0)
		kill(pid, SIGKILL);
	if (finish(s, pid, rc < 0 ? &(struct err){ 0 } : err) < 0 || rc < 0)
		return -1;
	errno = number;
	return number ? err_errno(err, "start %s", s->argv[0]) : 0;
}

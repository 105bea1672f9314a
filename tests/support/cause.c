// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Causes events on purpose, so that a test knows what a tracer has to show. The first line on stdout
 * is its own process id; with --wait it then waits for a line on stdin, so that a test can start the
 * tracer with that id as its filter before anything happens. Needs libc only:
 *
 *	cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o cause cause.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: cause [--wait] KIND\n"
	"  open PATH N [failing]  open PATH N times; it is made first, or with `failing` must not open\n"
	"  exec N                 start this program N times as `cause nothing K`, K from 1\n"
	"  nothing K              do nothing\n"
	"  exit CODE              end with CODE\n"
	"  die SIG                end by signal number SIG, without a core dump\n"
	"  kill SIG PID N         send signal number SIG to PID N times; PID `self` ignores SIG first;\n"
	"                         that it fails (nobody there) is an event as well, not an error\n"
	"  tcp                    connect and close on loopback, IPv4 then IPv6 where there is one\n"
	"  sched MS               two processes compete for one CPU for MS milliseconds\n"
	"Prints its own process id first. exec prints `child PID`, tcp `tcp4 PORT` and `tcp6 PORT`.\n";

static _Noreturn void usage_error(const char *text, const char *word)
{
	fprintf(stderr, "cause: %s: %s\n%s", text, word, usage);
	exit(2);
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "cause: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long number(const char *word, long max)
{
	long value = 0;

	if (!word || !*word)
		usage_error("a number is missing", "");
	for (const char *c = word; *c; c++) {
		if (*c < '0' || *c > '9')
			usage_error("not a number", word);
		value = value * 10 + (*c - '0');
		if (value > max)
			usage_error("too large", word);
	}
	return value;
}

/* By the system call itself: what libc makes of open() differs between architectures. */
static long open_once(const char *path, int flags)
{
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
}

static int cause_open(char **words)
{
	const char *path = words[0];
	bool is_failing = path && words[1] && words[2] && strcmp(words[2], "failing") == 0;
	long times;
	int fd;

	if (!path)
		usage_error("open needs", "PATH N");
	times = number(words[1], INT32_MAX);
	if (words[2] && !is_failing)
		usage_error("not understood", words[2]);
	if (!is_failing && access(path, F_OK) != 0) {
		fd = creat(path, 0600);
		if (fd < 0)
			fail(path);
		close(fd);
	}

	for (long i = 0; i < times; i++) {
		fd = open_once(path, O_RDONLY);
		if (fd < 0 && !is_failing)
			fail(path);
		if (fd >= 0 && is_failing)
			usage_error("can be opened", path);
		if (fd >= 0)
			close(fd);
	}
	return 0;
}

static int cause_exec(char **words)
{
	long times = number(words[0], INT32_MAX);
	char text[24];
	pid_t child;
	int status;

	for (long i = 1; i <= times; i++) {
		snprintf(text, sizeof(text), "%ld", i);
		child = fork();
		if (child < 0)
			fail("fork");
		if (child == 0) {
			execl("/proc/self/exe", "cause", "nothing", text, (char *)NULL);
			_exit(127);
		}
		printf("child %d\n", (int)child);
		if (waitpid(child, &status, 0) < 0 || status != 0)
			fail("child");
	}
	return 0;
}

static int cause_nothing(char **words)
{
	(void)words;
	return 0;
}

static int cause_exit(char **words)
{
	return (int)number(words[0], 255);
}

static int cause_die(char **words)
{
	const struct rlimit none = { 0, 0 };
	int sig = (int)number(words[0], 64);

	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	kill(getpid(), sig);
	fail("still alive");
}

static int cause_kill(char **words)
{
	int sig = (int)number(words[0], 64);
	bool is_self = words[1] && strcmp(words[1], "self") == 0;
	pid_t pid = is_self ? getpid() : (pid_t)number(words[1], INT32_MAX);
	long times = number(words[2], INT32_MAX);

	if (is_self)
		signal(sig, SIG_IGN);
	for (long i = 0; i < times; i++)
		syscall(SYS_kill, pid, sig);
	return 0;
}

/* One connection, closed by the client first. False where the machine has no such address. */
static bool tcp_once(struct sockaddr *address, socklen_t length, const in_port_t *port)
{
	int listener = socket(address->sa_family, SOCK_STREAM, 0);
	int client, server;
	char byte;

	if (listener < 0 || bind(listener, address, length) != 0)
		return false;
	if (listen(listener, 1) != 0 || getsockname(listener, address, &length) != 0)
		fail("listen");
	client = socket(address->sa_family, SOCK_STREAM, 0);
	if (client < 0 || connect(client, address, length) != 0)
		fail("connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		fail("accept");
	close(client);
	if (read(server, &byte, 1) != 0)
		fail("read");
	close(server);
	close(listener);
	printf("tcp%d %u\n", address->sa_family == AF_INET ? 4 : 6, ntohs(*port));
	return true;
}

static int cause_tcp(char **words)
{
	struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	(void)words;
	if (!tcp_once((struct sockaddr *)&v4, sizeof(v4), &v4.sin_port))
		fail("127.0.0.1");
	tcp_once((struct sockaddr *)&v6, sizeof(v6), &v6.sin6_port);
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int cause_sched(char **words)
{
	int64_t end = now_ms() + number(words[0], 3600 * 1000);
	cpu_set_t allowed, one;
	pid_t child;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
		fail("sched_getaffinity");
	while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &allowed))
		cpu++;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) != 0)
		fail("sched_setaffinity");

	child = fork();
	if (child < 0)
		fail("fork");
	while (now_ms() < end)
		;
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return 0;
}

static const struct {
	const char *name;
	int (*cause)(char **words);
} kinds[] = {
	{ "open", cause_open }, { "exec", cause_exec },	  { "nothing", cause_nothing },
	{ "exit", cause_exit }, { "die", cause_die },	  { "kill", cause_kill },
	{ "tcp", cause_tcp },	{ "sched", cause_sched },
};

int main(int argc, char **argv)
{
	bool must_wait = argc > 1 && strcmp(argv[1], "--wait") == 0;
	char **words = argv + 1 + must_wait;
	char byte;

	if (!words[0])
		usage_error("what to cause is missing", "KIND");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(words[0], kinds[i].name) != 0)
			continue;
		printf("%d\n", (int)getpid());
		while (must_wait && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
			;
		return kinds[i].cause(words + 1);
	}
	usage_error("not understood", words[0]);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * The load of the benchmark: a fixed number of system calls, timed from inside.
 *
 *	load open -t THREADS -n TOTAL [-r PER_SECOND] PATH	open and close PATH0, PATH1, … by thread
 *	load exec -t THREADS -n TOTAL MARK			start this program as `load nothing MARK-K`
 *	load probe -u MICROSECONDS FOLDER			open FOLDER/at-STAMP until killed
 *	load nothing [MARK]
 *
 * open and exec print {"ops":N,"elapsed_ns":N}. STAMP is CLOCK_MONOTONIC in microseconds, so that
 * whoever sees the path knows when it was opened. Every thread has its own file and its own table
 * of descriptors: the kernel's locks on these are not what is to be measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64
#define PATH_SIZE 512
#define NS_PER_S INT64_C(1000000000)

struct options {
	int64_t threads;
	int64_t total;
	int64_t per_second;
	int64_t gap_us;
	const char *word;
	bool is_exec;
};

struct worker {
	pthread_t thread;
	const struct options *options;
	int index;
	int64_t ops;
	int64_t began_ns;
	int64_t ended_ns;
};

static pthread_barrier_t all_ready;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int open_path(const char *path)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
}

/* Wait until operation k of a thread is due: asleep while that is far, then in a loop. */
static void pace(const struct worker *w, int64_t k)
{
	const struct options *o = w->options;
	int64_t due_ns, left_ns;

	if (!o->per_second)
		return;
	due_ns = w->began_ns + k * o->threads * NS_PER_S / o->per_second;
	while ((left_ns = due_ns - now_ns()) > 0) {
		struct timespec nap = { 0, left_ns > 900000000 ? 900000000 : left_ns - 100000 };

		if (left_ns > 200000)
			nanosleep(&nap, NULL);
	}
}

static void run_opens(struct worker *w, const char *path)
{
	int fd;

	for (int64_t k = 0; k < w->ops; k++) {
		/* A look at the clock for each would cost a fifth of the whole. */
		if (k % 16 == 0)
			pace(w, k);
		fd = open_path(path);
		if (fd < 0)
			fail(path);
		close(fd);
	}
}

static void run_execs(struct worker *w)
{
	char mark[PATH_SIZE];
	char *argv[] = { "load", "nothing", mark, NULL };
	char *environment[] = { NULL };
	pid_t child;

	for (int64_t k = 0; k < w->ops; k++) {
		pace(w, k);
		snprintf(mark, sizeof(mark), "%s-%lld", w->options->word, (long long)k);
		errno = posix_spawn(&child, "/proc/self/exe", NULL, NULL, argv, environment);
		if (errno != 0)
			fail("posix_spawn");
		waitpid(child, NULL, 0);
	}
}

static void *work(void *argument)
{
	struct worker *w = argument;
	char path[PATH_SIZE];
	int fd;

	snprintf(path, sizeof(path), "%s%d", w->options->word, w->index);
	if (!w->options->is_exec) {
		fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			fail(path);
		close(fd);
	}
	if (unshare(CLONE_FILES) != 0)
		fail("unshare");
	pthread_barrier_wait(&all_ready);
	w->began_ns = now_ns();
	if (w->options->is_exec)
		run_execs(w);
	else
		run_opens(w, path);
	w->ended_ns = now_ns();
	return NULL;
}

static int load(const struct options *o)
{
	struct worker workers[THREADS_MAX] = { 0 };
	int64_t began_ns = INT64_MAX, ended_ns = 0;

	pthread_barrier_init(&all_ready, NULL, (unsigned int)o->threads);
	for (int i = 0; i < o->threads; i++) {
		workers[i].options = o;
		workers[i].index = i;
		workers[i].ops = o->total / o->threads + (i < o->total % o->threads);
		errno = pthread_create(&workers[i].thread, NULL, work, &workers[i]);
		if (errno != 0)
			fail("pthread_create");
	}
	for (int i = 0; i < o->threads; i++) {
		pthread_join(workers[i].thread, NULL);
		if (workers[i].began_ns < began_ns)
			began_ns = workers[i].began_ns;
		if (workers[i].ended_ns > ended_ns)
			ended_ns = workers[i].ended_ns;
	}
	printf("{\"ops\":%lld,\"elapsed_ns\":%lld}\n", (long long)o->total,
	       (long long)(ended_ns - began_ns));
	return 0;
}

static _Noreturn void probe(const struct options *o)
{
	struct timespec nap = { o->gap_us / 1000000, o->gap_us % 1000000 * 1000 };
	char path[PATH_SIZE];
	int fd;

	/* The usual slack of 50 microseconds would be most of a short gap. */
	prctl(PR_SET_TIMERSLACK, 1UL);
	for (;;) {
		snprintf(path, sizeof(path), "%s/at-%lld", o->word, (long long)(now_ns() / 1000));
		fd = open_path(path);
		if (fd >= 0)
			close(fd);
		nanosleep(&nap, NULL);
	}
}

static int64_t number(const char *word, int64_t max)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(word, &end, 10);
	if (errno != 0 || end == word || *end || value < 0 || value > max) {
		errno = EINVAL;
		fail(word);
	}
	return value;
}

int main(int argc, char **argv)
{
	struct options o = { .threads = 1, .total = 1, .gap_us = 1000 };
	const char *kind = argc > 1 ? argv[1] : "";
	int option;

	if (strcmp(kind, "nothing") == 0)
		return 0;
	optind = 2;
	while ((option = getopt(argc, argv, "t:n:r:u:")) != -1) {
		if (option == 't')
			o.threads = number(optarg, THREADS_MAX);
		else if (option == 'n')
			o.total = number(optarg, INT64_C(1000000000));
		else if (option == 'r')
			o.per_second = number(optarg, NS_PER_S);
		else if (option == 'u')
			o.gap_us = number(optarg, NS_PER_S);
		else
			return 2;
	}
	o.word = argv[optind];
	o.is_exec = strcmp(kind, "exec") == 0;
	if (o.word && o.threads && (o.is_exec || strcmp(kind, "open") == 0))
		return load(&o);
	if (o.word && strcmp(kind, "probe") == 0)
		probe(&o);
	fprintf(stderr, "usage: load open|exec|probe|nothing [-t N] [-n N] [-r N] [-u N] WORD\n");
	return 2;
}

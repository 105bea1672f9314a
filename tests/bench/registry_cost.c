// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Runs a command and tells what it took: wall time, CPU time and peak resident memory of it and its
 * children, one line to the file. It is small and static, because the memory that the kernel
 * accounts to a process begins with that of the process that started it.
 *
 *	registry_cost FILE COMMAND…
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static double ms_of(struct timeval t)
{
	return t.tv_sec * 1e3 + t.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	struct rusage used;
	double start, wall_ms;
	FILE *file;
	pid_t child;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: registry_cost FILE COMMAND…\n");
		return 2;
	}
	start = now_ms();
	child = vfork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) < 0) {
		fprintf(stderr, "registry_cost: %s\n", strerror(errno));
		return 1;
	}
	wall_ms = now_ms() - start;
	file = fopen(argv[1], "w");
	if (!file) {
		fprintf(stderr, "registry_cost: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	fprintf(file, "%.3f %.3f %ld\n", wall_ms, ms_of(used.ru_utime) + ms_of(used.ru_stime),
		used.ru_maxrss);
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef TESTS_SUPPORT_FAULTS_H
#define TESTS_SUPPORT_FAULTS_H

/*
 * Calls that change the disk, counted, and the Nth made to fail or to kill the process. To be
 * included once in a library that is preloaded or in a test program: its functions then stand before
 * the C library's. Everything goes to the kernel by syscall(), so that no sanitizer is asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	int at;	    /* fail at this call; 0: never */
	int number; /* with this errno; 0: SIGKILL instead */
	int counted;
	bool is_hit;
} faults;

static void faults_on_hit(void);

/* True with errno set when this call is to fail. */
static bool faults_now(void)
{
	if (!faults.at || ++faults.counted != faults.at)
		return false;
	faults.is_hit = true;
	faults_on_hit();
	if (!faults.number)
		syscall(SYS_kill, getpid(), SIGKILL);
	errno = faults.number;
	return true;
}

ssize_t write(int fd, const void *data, size_t size)
{
	if (fd > STDERR_FILENO && faults_now())
		return -1;
	return syscall(SYS_write, fd, data, size);
}

int fsync(int fd)
{
	return faults_now() ? -1 : syscall(SYS_fsync, fd);
}

static int faults_open(int dir, const char *path, int flags, mode_t mode)
{
	if ((flags & O_CREAT) && faults_now())
		return -1;
	return syscall(SYS_openat, dir, path, flags, mode);
}

#define FAULTS_OPENAT(name)                                 \
	int name(int dir, const char *path, int flags, ...) \
	{                                                   \
		mode_t mode = 0;                            \
		va_list args;                               \
                                                            \
		if (flags & O_CREAT) {                      \
			va_start(args, flags);              \
			mode = va_arg(args, mode_t);        \
			va_end(args);                       \
		}                                           \
		return faults_open(dir, path, flags, mode); \
	}

#undef openat
#undef openat64
FAULTS_OPENAT(openat)
FAULTS_OPENAT(openat64)

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	return faults_now() ? -1 : syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return faults_now() ? -1 : syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int unlinkat(int dir, const char *path, int flags)
{
	return faults_now() ? -1 : syscall(SYS_unlinkat, dir, path, flags);
}

int mkdirat(int dir, const char *path, mode_t mode)
{
	return faults_now() ? -1 : syscall(SYS_mkdirat, dir, path, mode);
}

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * LD_PRELOAD: FAULT_AT=N FAULT_ERRNO=NUMBER (or KILL) make the Nth call that changes the disk fail,
 * or kill the process there. FAULT_MARK names a file that is made when it came to that.
 */
#include <stdlib.h>
#include <string.h>

#include "faults.h"

static void faults_on_hit(void)
{
	const char *mark = getenv("FAULT_MARK");

	if (mark)
		syscall(SYS_openat, AT_FDCWD, mark, O_CREAT | O_WRONLY, 0644);
}

__attribute__((constructor)) static void start(void)
{
	const char *at = getenv("FAULT_AT"), *number = getenv("FAULT_ERRNO");

	faults.number = number && strcmp(number, "KILL") ? atoi(number) : 0;
	faults.at = at ? atoi(at) : 0;
}

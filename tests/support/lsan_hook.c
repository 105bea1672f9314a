// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * Linked into epm in builds with the sanitizers. LeakSanitizer looks at the process by ptrace when it
 * ends, which the kernel refuses a process whose user changed (epm under sudo). Where all ids are the
 * person's it only takes saying that the process may be looked at; where they differ nothing helps,
 * and the check is left out instead of failing the program.
 */
#include <stdbool.h>
#include <sys/prctl.h>
#include <unistd.h>

int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	uid_t real, effective, saved;

	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (getresuid(&real, &effective, &saved) < 0)
		return true;
	return real != effective || effective != saved;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/scratch.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

#define FOLDER "scratch"

/* Folders are called PID.N; one whose process is gone belongs to nobody. */
static void sweep(int dir)
{
	AUTO(close) int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(closedir) DIR *list = own < 0 ? NULL : fdopendir(own);
	struct dirent *entry;
	struct err err;
	uint64_t pid;

	if (!list)
		return;
	STEAL_FD(own);
	while ((entry = readdir(list))) {
		struct span text = { entry->d_name, strcspn(entry->d_name, ".") };

		if (text.len && text_number(text, INT32_MAX, "pid", &pid, &err) == 0 && pid &&
		    kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			fs_remove_tree(dir, entry->d_name);
	}
}

int scratch_open(const char *home, struct scratch *out, struct err *err)
{
	static unsigned int counter;
	AUTO(free) char *folder = path_join(home, FOLDER);
	AUTO(scratch) struct scratch scratch = { .dir = -1 };

	if (fs_open_dir(AT_FDCWD, folder, 0700, &scratch.dir, err) < 0)
		return -1;
	sweep(scratch.dir);
	scratch.name = mem_printf("%d.%u", (int)getpid(), counter++);
	scratch.path = path_join(folder, scratch.name);
	if (mkdirat(scratch.dir, scratch.name, 0700) < 0)
		return err_errno(err, "make directory %s", scratch.path);
	if (store_open(scratch.path, STORE_PASSING, &scratch.store, err) < 0)
		return -1;
	*out = scratch;
	scratch = (struct scratch){ .dir = -1 };
	return 0;
}

void scratch_done(struct scratch *scratch)
{
	store_close(scratch->store);
	if (scratch->name)
		fs_remove_tree(scratch->dir, scratch->name);
	if (scratch->name && scratch->dir >= 0)
		close(scratch->dir);
	free(scratch->name);
	free(scratch->path);
	*scratch = (struct scratch){ .dir = -1 };
}

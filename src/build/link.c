// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/link.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "build/heard.h"

static int memory_file(const struct str *content, int *out, struct err *err)
{
	AUTO(close) int fd = memfd_create("epm-object", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "make a memory file");
	if (content && fs_write_fd(fd, str_text(content), content->len, "an object", err) < 0)
		return -1;
	*out = STEAL_FD(fd);
	return 0;
}

/* The linker opens by path, in this process. */
static void path_of(int fd, char path[64])
{
	snprintf(path, 64, "/proc/self/fd/%d", fd);
}

static int refuse(int number, struct err *err)
{
	struct span reason = heard_reason(number);

	return err_set(err, EC_FAILED, "the objects cannot be linked: %.*s", (int)reason.len,
		       reason.data);
}

static int add_objects(struct bpf_linker *linker, const struct str *objects, size_t n_objects,
		       struct err *err)
{
	char path[64];

	for (size_t i = 0; i < n_objects; i++) {
		AUTO(close) int fd = -1;

		if (memory_file(&objects[i], &fd, err) < 0)
			return -1;
		path_of(fd, path);
		if (bpf_linker__add_file(linker, path, NULL) < 0)
			return refuse(errno, err);
	}
	return bpf_linker__finalize(linker) < 0 ? refuse(errno, err) : 0;
}

int link_objects(const struct str *objects, size_t n_objects, struct str *out, struct err *err)
{
	AUTO(close) int fd = -1;
	struct bpf_linker *linker;
	char path[64];
	int rc;

	if (memory_file(NULL, &fd, err) < 0)
		return -1;
	path_of(fd, path);
	heard_start();
	linker = bpf_linker__new(path, NULL);
	if (!linker)
		return refuse(errno, err);
	rc = add_objects(linker, objects, n_objects, err);
	bpf_linker__free(linker);
	heard_end();
	if (rc < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_errno(err, "read the linked object");
	*out = (struct str)STR_MAX(LIMIT_OBJECT);
	if (fs_read_fd(fd, "the linked object", out, err) < 0)
		return -1;
	return export_tags_make(out, err);
}

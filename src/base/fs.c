// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/fs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/alloc.h"

int fs_read_fd(int fd, const char *what, struct str *out, struct err *err)
{
	char *room;
	size_t chunk;
	ssize_t n;

	for (;;) {
		chunk = out->max - out->len < 65536 ? out->max - out->len : 65536;
		room = str_room(out, chunk ? chunk : 1);
		if (!room) {
			char byte;

			n = read(fd, &byte, 1);
			if (n == 0) {
				out->is_full = false;
				return 0;
			}
			return str_check(out, what, err);
		}
		n = read(fd, room, chunk);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "read %s", what);
		if (n == 0)
			break;
		out->len += n;
	}
	if (out->data)
		out->data[out->len] = '\0';
	return 0;
}

int fs_read(int dir, const char *name, struct str *out, struct err *err)
{
	AUTO(close) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return err_errno(err, "open %s", name);
	if (fstat(fd, &st) < 0)
		return err_errno(err, "stat %s", name);
	if (S_ISDIR(st.st_mode))
		return err_set(err, EC_USAGE, "%s is a directory", name);
	if (S_ISREG(st.st_mode) && st.st_size > 0) {
		if ((size_t)st.st_size > out->max)
			return err_set(err, EC_CORRUPT,
				       "%s: %lld bytes are more than the limit of %zu", name,
				       (long long)st.st_size, out->max);
		str_room(out, st.st_size);
	}
	return fs_read_fd(fd, name, out, err);
}

int fs_write_fd(int fd, const void *data, size_t size, const char *what, struct err *err)
{
	const char *p = data;
	ssize_t n;

	while (size) {
		n = write(fd, p, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "write %s", what);
		p += n;
		size -= n;
	}
	return 0;
}

int fs_sync_dir(int dir, const char *what, struct err *err)
{
	if (fsync(dir) < 0 && errno != EINVAL && errno != EROFS)
		return err_errno(err, "sync %s", what);
	return 0;
}

/* A new file beside name that nobody else has; its name goes to temp (PATH_MAX would do). */
static int open_temp(int dir, const char *name, mode_t mode, char **out_temp)
{
	static unsigned int counter;
	const char *base = path_base(name);
	int fd;

	for (int i = 0; i < 100; i++) {
		free(*out_temp);
		*out_temp = mem_printf("%.*s.%s.%d.%u.tmp", (int)(base - name), name, base,
				       (int)getpid(), counter++);
		fd = openat(dir, *out_temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

static int sync_parent(int dir, const char *name, struct err *err)
{
	const char *base = path_base(name);
	AUTO(free) char *folder = base == name ? mem_text(".") : mem_textn(name, base - name);
	AUTO(close) int fd = openat(dir, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "open %s", folder);
	return fs_sync_dir(fd, folder, err);
}

int fs_temp_open(int dir, const char *name, mode_t mode, struct fs_temp *out, struct err *err)
{
	AUTO(free) char *temp = NULL;
	int fd = open_temp(dir, name, mode, &temp);

	if (fd < 0)
		return err_errno(err, "write %s", name);
	*out = (struct fs_temp){
		.dir = dir, .fd = fd, .name = mem_text(name), .temp = STEAL(temp)
	};
	return 0;
}

static int rename_temp(struct fs_temp *temp, struct err *err)
{
	if (renameat(temp->dir, temp->temp, temp->dir, temp->name) < 0)
		return err_errno(err, "rename to %s", temp->name);
	free(STEAL(temp->temp));
	return 0;
}

int fs_temp_commit(struct fs_temp *temp, struct err *err)
{
	if (!temp->temp)
		return 0;
	if (fsync(temp->fd) < 0)
		return err_errno(err, "sync %s", temp->name);
	return rename_temp(temp, err) < 0 ? -1 : sync_parent(temp->dir, temp->name, err);
}

void fs_temp_done(struct fs_temp *temp)
{
	if (temp->temp)
		unlinkat(temp->dir, temp->temp, 0);
	if (temp->name)
		close(temp->fd);
	free(temp->name);
	free(temp->temp);
	*temp = (struct fs_temp){ 0 };
}

int fs_write(int dir, const char *name, const void *data, size_t size, mode_t mode, struct err *err)
{
	AUTO(fs_temp) struct fs_temp temp = { 0 };

	if (fs_temp_open(dir, name, mode, &temp, err) < 0 ||
	    fs_write_fd(temp.fd, data, size, name, err) < 0)
		return -1;
	return fs_temp_commit(&temp, err);
}

static bool is_same_file(const char *path, const struct stat *st)
{
	struct stat other;

	return stat(path, &other) == 0 && other.st_dev == st->st_dev && other.st_ino == st->st_ino;
}

/* What is open already, or no regular file, or cannot be replaced by its name. */
static int open_through(const char *path, struct fs_temp *out, struct err *err)
{
	int fd = strcmp(path, "-") ? open(path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC)
				   : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		return err_errno(err, "write %s", path);
	*out = (struct fs_temp){ .dir = AT_FDCWD, .fd = fd, .name = mem_text(path) };
	return 0;
}

int fs_output_open(const char *path, struct fs_temp *out, struct err *err)
{
	AUTO(free) char *target = path_follow(path);
	struct stat st;

	if (!strcmp(path, "-"))
		return open_through(path, out, err);
	/* a link of /proc may lead to what has no name any more */
	if (stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || !is_same_file(target, &st)))
		return open_through(path, out, err);
	return fs_temp_open(AT_FDCWD, target, 0666, out, err);
}

int fs_output(const char *path, const void *data, size_t size, struct err *err)
{
	AUTO(fs_temp) struct fs_temp temp = { 0 };

	if (fs_output_open(path, &temp, err) < 0 || fs_write_fd(temp.fd, data, size, path, err) < 0)
		return -1;
	return fs_temp_commit(&temp, err);
}

int fs_write_lightly(int dir, const char *name, const void *data, size_t size, mode_t mode,
		     struct err *err)
{
	AUTO(fs_temp) struct fs_temp temp = { 0 };

	if (fs_temp_open(dir, name, mode, &temp, err) < 0 ||
	    fs_write_fd(temp.fd, data, size, name, err) < 0)
		return -1;
	return rename_temp(&temp, err);
}

int fs_create(int dir, const char *name, const void *data, size_t size, mode_t mode,
	      struct err *err)
{
	AUTO(close) int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int rc;

	if (fd < 0 && errno == EEXIST)
		return err_set(err, EC_EXISTS, "%s exists already", name);
	if (fd < 0)
		return err_errno(err, "create %s", name);
	rc = fchmod(fd, mode) < 0 ? err_errno(err, "create %s", name)
				  : fs_write_fd(fd, data, size, name, err);
	if (rc == 0 && fsync(fd) < 0)
		rc = err_errno(err, "sync %s", name);
	if (rc == 0)
		return sync_parent(dir, name, err);
	unlinkat(dir, name, 0);
	return -1;
}

/* mkdir -p, each missing level */
static int make_dirs(int dir, const char *name, mode_t mode)
{
	AUTO(free) char *path = mem_text(name);

	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdirat(dir, path, mode) < 0 && errno != EEXIST)
			return -1;
		*p = '/';
	}
	if (mkdirat(dir, path, mode) < 0 && errno != EEXIST)
		return -1;
	return 0;
}

int fs_open_dir(int dir, const char *name, mode_t mode, int *out_fd, struct err *err)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && mode) {
		if (make_dirs(dir, name, mode) < 0)
			return err_errno(err, "make directory %s", name);
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_errno(err, "open directory %s", name);
	*out_fd = fd;
	return 0;
}

int fs_lock(int dir, const char *name, int *out_fd, struct err *err)
{
	AUTO(close) int fd = openat(dir, name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_errno(err, "the lock file %s", name);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_errno(err, "the lock file %s", name);
	*out_fd = STEAL_FD(fd);
	return 0;
}

static void remove_below(int fd, int depth)
{
	AUTO(closedir) DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		int below;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == 0 || !depth)
			continue;
		below = openat(dirfd(dir), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below < 0)
			continue;
		remove_below(below, depth - 1);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
}

void fs_remove_tree(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	remove_below(fd, 8);
	unlinkat(dir, name, AT_REMOVEDIR);
}

bool fs_exists(int dir, const char *name)
{
	return faccessat(dir, name, F_OK, AT_EACCESS) == 0;
}

bool fs_is_dir(int dir, const char *name)
{
	struct stat st;

	return fstatat(dir, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_join(const char *folder, const char *name)
{
	if (!*folder || text_ends(folder, "/"))
		return mem_printf("%s%s", folder, name);
	return mem_printf("%s/%s", folder, name);
}

/* The kernel's own limit on links one after the other is 40; path_resolution(7) */
char *path_follow(const char *path)
{
	AUTO(free) char *now = mem_text(path);
	char target[PATH_MAX];
	ssize_t n;

	for (int i = 0; i < 40; i++) {
		AUTO(free) char *old = NULL;
		const char *base = path_base(now);

		n = readlink(now, target, sizeof(target) - 1);
		if (n <= 0)
			break;
		target[n] = '\0';
		old = now;
		now = target[0] == '/' ? mem_text(target)
				       : mem_printf("%.*s%s", (int)(base - now), now, target);
	}
	return STEAL(now);
}

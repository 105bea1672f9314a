// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/toolchain.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/spawn.h"

#define OLDEST 11
#define NEWEST 22
#define FIRST_WITH_GOOD_V3 19

static int not_found(const char *wanted, struct err *err)
{
	if (wanted)
		return err_set(err, EC_NOT_FOUND, "there is no compiler '%s'", wanted);
	err_set(err, EC_NOT_FOUND, "clang, which compiles eBPF programs, is not installed");
	return err_hint(err, "apt-get install clang");
}

static int locate(const char *wanted, char **out, struct err *err)
{
	if (!wanted || !*wanted)
		wanted = getenv("CLANG");
	if (wanted && *wanted) {
		*out = spawn_find(wanted);
		return *out ? 0 : not_found(wanted, err);
	}
	*out = spawn_find("clang");
	for (int n = NEWEST; !*out && n >= OLDEST; n--) {
		AUTO(free) char *name = mem_printf("clang-%d", n);

		*out = spawn_find(name);
	}
	return *out ? 0 : not_found(NULL, err);
}

/* "Debian clang version 14.0.6" -> 14; 0: not to be seen */
static unsigned int major_of(const char *version)
{
	static const char mark[] = "version ";
	const char *at = strstr(version, mark);
	struct span digits;
	uint64_t value;
	struct err err;

	if (!at)
		return 0;
	at += strlen(mark);
	digits = (struct span){ at, strspn(at, "0123456789") };
	return text_number(digits, 1000, "version", &value, &err) < 0 ? 0 : value;
}

static int ask(const char *clang, struct str *out, struct err *err)
{
	const char *argv[] = { clang, "--version", NULL };
	struct spawn spawn = { .argv = argv, .out = out };

	if (spawn_run(&spawn, err) < 0)
		return -1;
	if (spawn.status)
		return err_set(err, EC_FAILED, "%s --version fails with status %d", clang,
			       spawn.status);
	str_cut(out, strcspn(str_text(out), "\n"));
	return 0;
}

/* Where the answer for this very program is kept. */
static char *cache_name(const char *clang, const char *home)
{
	AUTO(free) char *identity = NULL;
	char hex[HASH_HEX + 1];
	struct stat st;

	if (stat(clang, &st) < 0)
		return NULL;
	identity = mem_printf("%s %" PRId64 " %" PRId64 ".%09ld", clang, (int64_t)st.st_size,
			      (int64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	hash_hex_of(identity, strlen(identity), hex);
	return mem_printf("%s/cache/clang/%.16s", home, hex);
}

static int version_of(const char *clang, const char *home, struct str *out, struct err *err)
{
	AUTO(free) char *path = cache_name(clang, home);
	AUTO(free) char *folder = mem_printf("%s/cache/clang", home);
	AUTO(close) int dir = -1;
	struct err ignored;

	if (path && fs_read(AT_FDCWD, path, out, &ignored) == 0 && out->len)
		return 0;
	str_cut(out, 0);
	if (ask(clang, out, err) < 0)
		return -1;
	/* only a matter of speed: a home that cannot be written is no error here */
	if (path && fs_open_dir(AT_FDCWD, folder, 0755, &dir, &ignored) == 0 &&
	    fs_write(AT_FDCWD, path, str_text(out), out->len, 0644, &ignored) < 0)
		return 0;
	return 0;
}

int toolchain_find(const char *clang, const char *home, struct toolchain *out, struct err *err)
{
	AUTO(str) struct str version = STR_MAX(4096);
	AUTO(toolchain) struct toolchain found = { 0 };

	if (locate(clang, &found.clang, err) < 0 ||
	    version_of(found.clang, home, &version, err) < 0)
		return -1;
	found.version = str_take(&version);
	found.major = major_of(found.version);
	if (found.major < OLDEST)
		return err_set(err, EC_UNSUPPORTED, "%s is '%s': clang %d or newer is needed",
			       found.clang, found.version, OLDEST);
	*out = found;
	found = (struct toolchain){ 0 };
	return 0;
}

void toolchain_done(struct toolchain *toolchain)
{
	free(toolchain->clang);
	free(toolchain->version);
	*toolchain = (struct toolchain){ 0 };
}

const char *toolchain_cpu(const struct toolchain *toolchain)
{
	return toolchain->major >= FIRST_WITH_GOOD_V3 ? "v3" : "v2";
}

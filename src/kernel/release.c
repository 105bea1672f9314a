// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/release.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/str.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool kernel_is_release(const char *text)
{
	const char *p = text;

	if (*p < '1' || *p > '9')
		return false;
	while (is_digit(*p))
		p++;
	return *p == '.' && is_digit(p[1]);
}

/* Cut one of these off the end; false: there is none. */
static bool cut_suffix(char *name)
{
	static const char *const suffixes[] = { ".btf", ".tar", ".gz",	 ".xz",	  ".zst",
						".bz2", ".lz4", ".lzma", ".tgz",  ".txz",
						".elf", ".efi", ".img",	 ".debug" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (text_ends(name, suffixes[i]) && strlen(name) > strlen(suffixes[i])) {
			name[strlen(name) - strlen(suffixes[i])] = '\0';
			return true;
		}
	return false;
}

char *kernel_stem(const char *name)
{
	static const char *const prefixes[] = { "vmlinuz-", "vmlinux-", "Image-", "bzImage-",
						"kernel-",  "linux-",	"btf-" };
	AUTO(free) char *copy = mem_text(name);
	const char *stem = copy;

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (text_starts(copy, prefixes[i])) {
			stem = copy + strlen(prefixes[i]);
			break;
		}
	if (!kernel_is_release(stem))
		return STEAL(copy);
	while (cut_suffix(copy))
		;
	return mem_text(stem);
}

char *kernel_folder_release(const char *path)
{
	static const char mark[] = "modules/";
	const char *p = path;

	while ((p = strstr(p, mark))) {
		const char *begin = p + strlen(mark), *end = strchrnul(begin, '/');

		if ((p == path || p[-1] == '/') && kernel_is_release(begin) && *end)
			return mem_textn(begin, end - begin);
		p = begin;
	}
	return NULL;
}

char *kernel_path_release(const char *path)
{
	AUTO(free) char *stem = kernel_stem(path_base(path));

	return kernel_is_release(stem) ? STEAL(stem) : kernel_folder_release(path);
}

const char *kernel_arch_word(const char *word, size_t len)
{
	static const struct {
		const char *word, *arch;
	} words[] = {
		{ "x86_64", "x86_64" },	      { "amd64", "x86_64" },
		{ "aarch64", "aarch64" },     { "arm64", "aarch64" },
		{ "i686", "i686" },	      { "i386", "i686" },
		{ "armv7l", "armv7l" },	      { "armhf", "armv7l" },
		{ "arm", "armv7l" },	      { "s390x", "s390x" },
		{ "ppc64le", "ppc64le" },     { "ppc64el", "ppc64le" },
		{ "riscv64", "riscv64" },     { "loongarch64", "loongarch64" },
		{ "loong64", "loongarch64" }, { "mips64", "mips64" },
		{ "mips", "mips" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (span_is((struct span){ word, len }, words[i].word))
			return words[i].arch;
	return NULL;
}

const char *kernel_path_arch(const char *path)
{
	const char *found = NULL, *end, *arch;

	for (; *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, '/');
		arch = *end ? kernel_arch_word(path, end - path) : NULL;
		if (arch)
			found = arch;
	}
	return found;
}

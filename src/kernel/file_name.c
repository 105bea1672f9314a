// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/file_name.h"

#include "base/alloc.h"
#include "base/str.h"

bool file_name_is_module(const char *name)
{
	const char *end = strstr(name, ".ko");

	while (end && end[3] && end[3] != '.')
		end = strstr(end + 3, ".ko");
	return end && end != name;
}

bool file_name_is_packed(const char *name)
{
	const char *end = strstr(name, ".btf.");

	return end && end != name && !file_name_is_other(name);
}

bool file_name_is_kernel(const char *name)
{
	if (file_name_is_other(name))
		return false;
	return text_starts(name, "vmlinuz") || text_starts(name, "vmlinux") ||
	       file_name_is_packed(name) || (text_ends(name, ".btf") && strlen(name) > 4);
}

bool file_name_is_other(const char *name)
{
	static const char *const starts[] = { "System.map", "config-", "initrd", "initramfs",
					      "lost+found" };
	static const char *const ends[] = { ".a",    ".asc",  ".c",   ".cmd",	 ".d",
					    ".h",    ".hmac", ".lds", ".map",	 ".md",
					    ".o",    ".py",   ".sig", ".sha256", ".sha512",
					    ".json", ".sha1", ".txt", ".md5",	 ".symvers",
					    ".S",    ".html" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (text_starts(name, starts[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (text_ends(name, ends[i]))
			return true;
	return false;
}

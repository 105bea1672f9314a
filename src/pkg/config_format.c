// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/str.h"
#include "pkg/config.h"

static const char names[] = "ip4, ip6, ip, mac, hex, oct, char, ns, us, ms, bytes, ktime, errno, "
			    "signal, syscall, mode";

bool config_is_format(const char *word)
{
	size_t len;

	for (const char *name = names; *name; name += len + strspn(name + len, ", ")) {
		len = strcspn(name, ",");
		if (word && span_is((struct span){ name, len }, word))
			return true;
	}
	return false;
}

const char *config_format_names(void)
{
	return names;
}

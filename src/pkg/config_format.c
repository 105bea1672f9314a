// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/str.h"
#include "pkg/config.h"

#define FORMATS(X)                                                                         \
	X("ip4")                                                                           \
	X("ip6")                                                                           \
	X("ip")                                                                            \
	X("mac") X("hex") X("oct") X("char") X("ns") X("us") X("ms") X("bytes") X("ktime") \
		X("errno") X("signal") X("mode")

bool config_is_format(const char *word)
{
	static const char *const words[] = {
#define FORMAT_WORD(word) word,
		FORMATS(FORMAT_WORD) NULL
	};

	for (size_t i = 0; word && words[i]; i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

const char *config_format_names(void)
{
#define FORMAT_LISTED(word) ", " word
	return FORMATS(FORMAT_LISTED) + 2;
}

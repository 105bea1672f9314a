// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

static int missing(const char *package, struct err *err)
{
	const char *why = dlerror();

	err_set(err, EC_UNSUPPORTED, "cannot load a library: %s", why ? why : "no reason given");
	return err_hint(err, "on Debian and Ubuntu: apt-get install %s", package);
}

int library_load(const char *file, const char *package, const struct library_symbol *symbols,
		 size_t n_symbols, struct err *err)
{
	void *library, *function;

	memcpy(&function, symbols[0].slot, sizeof(function));
	if (function)
		return 0;
	library = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
	if (!library)
		return missing(package, err);
	for (size_t i = 0; i < n_symbols; i++)
		if (!dlsym(library, symbols[i].name)) {
			missing(package, err);
			dlclose(library);
			return -1;
		}
	for (size_t i = 0; i < n_symbols; i++) {
		function = dlsym(library, symbols[i].name);
		memcpy(symbols[i].slot, &function, sizeof(function));
	}
	return 0;
}

bool library_is_there(const char *file)
{
	return dlopen(file, RTLD_LAZY | RTLD_LOCAL) != NULL;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/types.h"

#include "base/alloc.h"
#include "btf/kernel_btf.h"
#include "pkg/store.h"

int cmd_types_read(const struct cmd_env *env, struct package *package, struct loader *loader,
		   struct err *err)
{
	AUTO(store) struct store *store = NULL;

	if (!package->has_types || kernel_btf_is_there())
		return 0;
	if (!package->types.len && (store_open(env->home, STORE_READ, &store, err) < 0 ||
				    package_read_types(store, package, err) < 0))
		return -1;
	loader->types_layer = (struct span){ str_text(&package->types), package->types.len };
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/required.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "check/required.h"
#include "cmd/view.h"
#include "pkg/package.h"

/* Without BTF of the kernel's own: the package's types may do. */
static bool lacks_types(const json_t *config)
{
	return required_has_types(json_object_get(config, "requirements")) &&
	       !json_object_get(config, "kernelTypes");
}

/* true: the running kernel certainly lacks something; what is written into why. */
static bool is_missing(const struct cmd_env *env, const json_t *config, struct str *why)
{
	AUTO(free) char *cache = path_join(env->home, "btf");
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(live) struct live *live = live_new();
	struct err err;

	if (kernel_open_running(cache, &kernel, &err) == 0)
		return required_is_missing(json_object_get(config, "requirements"), &kernel, live,
					   why);
	if (err.code != EC_UNSUPPORTED || !lacks_types(config))
		return false;
	str_addf(why, "%s", err.text);
	return true;
}

int cmd_required_check(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };
	AUTO(package_info) struct package_info info = { 0 };
	AUTO(str) struct str why = STR_MAX(LIMIT_TEXT);

	if (cmd_view_open(env, remote, text, CMD_VIEW_CONFIG, &view, err) < 0 ||
	    package_info_read(view.store, view.name, &info, err) < 0)
		return -1;
	if (!info.package_config || !is_missing(env, info.package_config, &why))
		return 0;
	return err_set(err, EC_UNSUPPORTED, "%s cannot run on this kernel: %s", text,
		       str_text(&why));
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/required.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "check/required.h"
#include "cmd/view.h"
#include "pkg/package.h"

int cmd_required_check(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		       struct err *err)
{
	AUTO(cmd_view) struct cmd_view view = { 0 };
	AUTO(package_info) struct package_info info = { 0 };
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(free) char *cache = path_join(env->home, "btf");
	AUTO(str) struct str why = STR_MAX(LIMIT_TEXT);
	struct err ignored;

	if (cmd_view_open(env, remote, text, CMD_VIEW_CONFIG, &view, err) < 0 ||
	    package_info_read(view.store, view.name, &info, err) < 0)
		return -1;
	if (!info.package_config || kernel_open_running(cache, &kernel, &ignored) < 0 ||
	    !required_is_missing(json_object_get(info.package_config, "requirements"), &kernel,
				 &why))
		return 0;
	return err_set(err, EC_UNSUPPORTED, "%s cannot run on this kernel: %s", text,
		       str_text(&why));
}

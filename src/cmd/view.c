// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/view.h"

#include <fcntl.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/log.h"
#include "cmd/input.h"
#include "pkg/package.h"

static bool is_no_config(const struct oci_descriptor *descriptor)
{
	return strcmp(descriptor->media_type, PACKAGE_TYPE_CONFIG) != 0;
}

static bool is_not_needed(const struct oci_descriptor *descriptor)
{
	return is_no_config(descriptor) && strcmp(descriptor->media_type, PACKAGE_TYPE_OBJECT) &&
	       strcmp(descriptor->media_type, PACKAGE_TYPE_CONFIGURATION);
}

int cmd_view_open(const struct cmd_env *env, const struct cmd_remote *remote, const char *text,
		  enum cmd_view_parts parts, struct cmd_view *out, struct err *err)
{
	AUTO(fetch_report) struct fetch_report report = { 0 };
	struct fetch fetch = {
		.home = env->home,
		.settings = &out->session.settings,
		.leaves_out = parts == CMD_VIEW_CONFIG ? is_no_config : is_not_needed,
		.os = "linux",
		.architecture = parts == CMD_VIEW_CONFIG ? NULL : package_architecture(),
	};

	out->scratch.dir = -1;
	if (cmd_session_open(env, remote, &out->session, err) < 0 ||
	    scratch_open(env->home, &out->scratch, err) < 0)
		return -1;
	fetch.client = out->session.client;
	if (fetch_pull(&fetch, out->scratch.store, text, &report, err) < 0)
		return -1;
	if (report.source)
		log_note("from the mirror %s", report.source);
	out->store = out->scratch.store;
	/* by the digest: the name of one that was asked for by its digest has no tag */
	out->name = mem_text(strchr(report.reference, '@') ? report.digest.text : report.reference);
	return 0;
}

void cmd_view_done(struct cmd_view *view)
{
	scratch_done(&view->scratch);
	cmd_session_done(&view->session);
	free(view->name);
}

bool cmd_view_may(const struct cmd_env *env, const char *text, const struct err *err, char **out)
{
	AUTO(settings) struct settings settings = { 0 };
	struct err none = { 0 };

	if (err->code != EC_NOT_FOUND || input_is_file(text) || fs_exists(AT_FDCWD, text))
		return false;
	return cmd_settings_load(env, &settings, &none) == 0 &&
	       fetch_name(&settings, text, out, &none) == 0;
}

int cmd_view_failed(const char *text, const struct err *store_err, struct err *err)
{
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	struct err both = *store_err, none;

	if (oci_reference_parse(text, &reference, &none) < 0 || reference.registry)
		return -1;
	err_set(&both, store_err->code, "%s; %s", store_err->text, err->text);
	if (store_err->hint[0])
		err_hint(&both, "%s", store_err->hint);
	*err = both;
	return -1;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/log.h"
#include "cmd/list.h"
#include "cmd/user_files.h"
#include "oci/credentials.h"
#include "oci/registry_name.h"
#include "oci/token_cache.h"

/* Containers' files are podman's and skopeo's to change, but epm reads them. */
static void warn_of_others(const struct oci_credential_paths *paths, const char *registry)
{
	struct oci_credential_paths others = *paths;
	AUTO(oci_credentials) struct oci_credentials left = { 0 };
	struct err ignored = { 0 };

	others.docker_config = NULL;
	if (oci_credentials_find(&others, registry, NULL, &left, &ignored) == 0 && left.source)
		log_warn("%s has credentials for %s still, which epm reads; 'podman logout' or "
			 "'skopeo logout' takes them away",
			 left.source, registry);
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	AUTO(cmd_credential_paths) struct cmd_credential_paths files = { 0 };
	AUTO(free) char *registry = NULL;
	AUTO(free) char *tokens = cmd_token_folder(env);
	bool was_there = false;

	if (oci_registry_parse(args->items[0], &registry, err) < 0 ||
	    cmd_credential_paths_find(&files, err) < 0)
		return -1;
	oci_kept_forget(tokens, registry);
	if (oci_credentials_erase(&files.paths, registry, &was_there, err) < 0)
		return -1;
	if (was_there)
		log_note("logged out of %s", registry);
	else
		log_note("not logged in to %s", registry);
	warn_of_others(&files.paths, registry);
	return 0;
}

const struct cmd cmd_logout = {
	.cli = { .name = "logout",
		 .synopsis = "[OPTIONS] REGISTRY",
		 .summary = "forget what a registry is logged in to with",
		 .details =
			 "Takes the credentials out of Docker's config.json or the credential "
			 "helper that it names for REGISTRY, and deletes the tokens kept for it. "
			 "That there was nothing is no error.",
		 .min_args = 1,
		 .max_args = 1 },
	.settings_size = sizeof(struct cli_common),
	.run = run,
};

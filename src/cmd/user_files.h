// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CMD_USER_FILES_H
#define EPM_CMD_USER_FILES_H

/*
 * Where the environment says that files of the person are: credentials and epm's configuration.
 * Under sudo HOME is the person's (base/identity.h).
 */
#include "base/err.h"
#include "cmd/command.h"
#include "oci/credentials.h"
#include "pkg/settings.h"

#define CMD_SYSTEM_SETTINGS "/etc/epm/config.yaml"

/* Points into itself: not to be copied. */
struct cmd_credential_paths {
	struct oci_credential_paths paths;
	char *docker_config;
	char *containers[2];
};

/*
 * Docker's: $DOCKER_CONFIG/config.json, else ~/.docker/config.json. Containers': $REGISTRY_AUTH_FILE
 * alone, else containers/auth.json in $XDG_RUNTIME_DIR (/run/containers/UID/auth.json without one)
 * and in $XDG_CONFIG_HOME (~/.config); containers-auth.json(5). Reads none of them.
 */
int cmd_credential_paths_find(struct cmd_credential_paths *out, struct err *err) MUST_CHECK;
void cmd_credential_paths_done(struct cmd_credential_paths *paths);
AUTO_STRUCT(cmd_credential_paths, struct cmd_credential_paths, cmd_credential_paths_done);

/* The person's and the system's, see settings_load(). */
int cmd_settings_load(const struct cmd_env *env, struct settings *out, struct err *err) MUST_CHECK;

/* Where tokens are kept, for struct oci_client_settings and logout. The caller frees it. */
char *cmd_token_folder(const struct cmd_env *env);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "cmd/user_files.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"

/* The value of a variable; NULL when it is not set or empty. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static char *docker_config(const char *home)
{
	const char *folder = variable("DOCKER_CONFIG");

	return folder ? path_join(folder, "config.json") : path_join(home, ".docker/config.json");
}

static char *runtime_file(void)
{
	const char *folder = variable("XDG_RUNTIME_DIR");

	return folder ? path_join(folder, "containers/auth.json")
		      : mem_printf("/run/containers/%u/auth.json", (unsigned int)geteuid());
}

static char *config_file(const char *home)
{
	const char *folder = variable("XDG_CONFIG_HOME");

	return folder ? path_join(folder, "containers/auth.json")
		      : path_join(home, ".config/containers/auth.json");
}

int cmd_credential_paths_find(struct cmd_credential_paths *out, struct err *err)
{
	AUTO(free) char *home = NULL;
	const char *named = variable("REGISTRY_AUTH_FILE");

	if (identity_home(&home, err) < 0)
		return -1;
	*out = (struct cmd_credential_paths){ .docker_config = docker_config(home) };
	out->containers[0] = named ? mem_text(named) : runtime_file();
	out->containers[1] = named ? NULL : config_file(home);
	out->paths = (struct oci_credential_paths){
		.docker_config = out->docker_config,
		.containers = (const char *const *)out->containers,
		.n_containers = named ? 1 : 2,
	};
	return 0;
}

void cmd_credential_paths_done(struct cmd_credential_paths *paths)
{
	free(paths->docker_config);
	free(paths->containers[0]);
	free(paths->containers[1]);
	*paths = (struct cmd_credential_paths){ 0 };
}

int cmd_settings_load(const struct cmd_env *env, struct settings *out, struct err *err)
{
	return settings_load(env->home, CMD_SYSTEM_SETTINGS, out, err);
}

char *cmd_token_folder(const struct cmd_env *env)
{
	return path_join(env->home, "cache/tokens");
}

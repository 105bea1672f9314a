// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/credentials.h"

#include "base/alloc.h"
#include "base/log.h"
#include "base/str.h"
#include "oci/credential_file.h"
#include "oci/credential_helper.h"

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void oci_credentials_done(struct oci_credentials *credentials)
{
	free(credentials->user);
	wipe(credentials->secret);
	wipe(credentials->identity_token);
	wipe(credentials->registry_token);
	free(credentials->source);
	*credentials = (struct oci_credentials){ 0 };
}

bool oci_credentials_exist(const struct oci_credentials *credentials)
{
	return credentials->user || credentials->identity_token || credentials->registry_token;
}

void oci_stored_done(struct oci_stored *stored)
{
	free(stored->where);
	*stored = (struct oci_stored){ 0 };
}

static int helper_failed(const char *path, struct err *err)
{
	return err_hint(err, "the helper is named in %s", path);
}

static int find_in(struct oci_credential_file *file, const char *registry, const char *repository,
		   struct oci_credentials *out, struct err *err)
{
	const char *helper = NULL;

	if (oci_credential_file_read(file, err) < 0)
		return -1;
	if (!file->json)
		return 0;
	if (oci_credential_file_helper(file, registry, &helper, err) < 0)
		return -1;
	if (helper && oci_helper_get(helper, oci_credential_key(registry), out, err) < 0)
		return helper_failed(file->path, err);
	if (out->source)
		return 0;
	return oci_credential_file_find(file, registry, repository, out, err);
}

int oci_credentials_find(const struct oci_credential_paths *paths, const char *registry,
			 const char *repository, struct oci_credentials *out, struct err *err)
{
	AUTO(oci_credentials) struct oci_credentials found = { 0 };
	size_t n_docker = paths->docker_config ? 1 : 0;

	for (size_t i = 0; i < n_docker + paths->n_containers && !found.source; i++) {
		AUTO(oci_credential_file)
		struct oci_credential_file file = {
			.path = i < n_docker ? paths->docker_config
					     : paths->containers[i - n_docker],
			.has_namespaces = i >= n_docker,
		};

		if (find_in(&file, registry, repository, &found, err) < 0)
			return -1;
	}
	log_trace(TRACE_auth, "%s: %s%s", registry, found.source ? "credentials from " : "none",
		  found.source ? found.source : "");
	*out = found;
	found = (struct oci_credentials){ 0 };
	return 0;
}

/* The helper of Docker's file; NULL: none. The caller frees it. */
static int find_helper(const struct oci_credential_paths *paths, const char *registry, char **out,
		       struct err *err)
{
	AUTO(oci_credential_file)
	struct oci_credential_file file = { .path = paths->docker_config };
	const char *helper = NULL;

	if (!paths->docker_config) {
		err_set(err, EC_FAILED, "there is no place to keep credentials in");
		return err_hint(err, "set HOME or DOCKER_CONFIG");
	}
	if (oci_credential_file_read(&file, err) < 0)
		return -1;
	if (file.json && oci_credential_file_helper(&file, registry, &helper, err) < 0)
		return -1;
	*out = mem_text(helper);
	return 0;
}

int oci_credentials_store(const struct oci_credential_paths *paths, const char *registry,
			  const struct oci_credentials *what, struct oci_stored *out,
			  struct err *err)
{
	AUTO(free) char *helper = NULL;

	if (find_helper(paths, registry, &helper, err) < 0)
		return -1;
	if (helper) {
		if (oci_helper_store(helper, oci_credential_key(registry), what, err) < 0)
			return helper_failed(paths->docker_config, err);
		out->where = mem_printf("docker-credential-%s", helper);
		out->is_plain = false;
		return 0;
	}
	if (oci_credential_file_change(paths->docker_config, registry, what, NULL, err) < 0)
		return -1;
	out->where = mem_text(paths->docker_config);
	out->is_plain = true;
	return 0;
}

int oci_credentials_erase(const struct oci_credential_paths *paths, const char *registry,
			  bool *out_was_there, struct err *err)
{
	AUTO(free) char *helper = NULL;
	bool was_in_helper = false, was_in_file = false;

	if (find_helper(paths, registry, &helper, err) < 0)
		return -1;
	if (helper &&
	    oci_helper_erase(helper, oci_credential_key(registry), &was_in_helper, err) < 0)
		return helper_failed(paths->docker_config, err);
	if (oci_credential_file_change(paths->docker_config, registry, NULL, &was_in_file, err) < 0)
		return -1;
	*out_was_there = was_in_helper || was_in_file;
	return 0;
}

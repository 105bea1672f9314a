// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_CREDENTIALS_H
#define EPM_OCI_CREDENTIALS_H

/*
 * What to log in with: Docker's config.json with its helpers, and the auth.json of podman, skopeo
 * and the like. Which files there are is the caller's to say; the environment is not read here, but
 * for PATH, in which helpers are looked up.
 *
 * For a registry, the first of these that has something:
 *
 *	Docker's file: the helper that credHelpers names for the registry, else that of credsStore
 *		(credHelpers with an empty name: none), then auths
 *	each of containers' files: credHelpers, then auths, where keys may go on with a part of the
 *		repository ("quay.io/org") and the longest wins
 *
 * Keys are names of registries, also as URLs ("https://index.docker.io/v1/").
 *
 * Nothing secret is in any message or trace. Memory that held a secret is overwritten before it is
 * freed, where it is ours.
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"

/* Absolute paths; files that are not there are as good as empty. Borrowed. */
struct oci_credential_paths {
	const char *docker_config; /* config.json itself; NULL: none */
	const char *const *containers;
	size_t n_containers;
};

/* Members that are not there are NULL; user and secret are there together. */
struct oci_credentials {
	char *user;
	char *secret;	      /* the password */
	char *identity_token; /* OAuth2 refresh token, to get access tokens with */
	char *registry_token; /* to be sent as the bearer token as it is */
	char *source;	      /* the file or "docker-credential-NAME", for messages */
};

void oci_credentials_done(struct oci_credentials *credentials); /* overwrites the secrets */
AUTO_STRUCT(oci_credentials, struct oci_credentials, oci_credentials_done);

/* Whether there is anything to log in with. */
bool oci_credentials_exist(const struct oci_credentials *credentials);

/*
 * registry as in struct oci_reference; repository ("org/tool") may be NULL, then only keys that are
 * a registry match. Nothing found: 0, and all members are NULL. CORRUPT for a malformed file, with
 * its name; DENIED; FAILED when a helper is missing or fails. May start one program for each file,
 * which may ask the person something.
 */
int oci_credentials_find(const struct oci_credential_paths *paths, const char *registry,
			 const char *repository, struct oci_credentials *out,
			 struct err *err) MUST_CHECK;

struct oci_stored {
	char *where;   /* the file or "docker-credential-NAME" */
	bool is_plain; /* the secret stands unencrypted in a file */
};

void oci_stored_done(struct oci_stored *stored);
AUTO_STRUCT(oci_stored, struct oci_stored, oci_stored_done);

/*
 * Keep user and secret, or an identity token (with a user or without). By the helper that Docker's
 * file has for the registry; without one in that file, which is made where it is missing, keeps all
 * its other members, and gets mode 0600. A symbolic link stays, its target changes. Errors as above.
 */
int oci_credentials_store(const struct oci_credential_paths *paths, const char *registry,
			  const struct oci_credentials *what, struct oci_stored *out,
			  struct err *err) MUST_CHECK;

/*
 * Forget what Docker's file and its helper have for a registry. Containers' files are left alone:
 * oci_credentials_find() tells whether one of them has something still.
 */
int oci_credentials_erase(const struct oci_credential_paths *paths, const char *registry,
			  bool *out_was_there, struct err *err) MUST_CHECK;

#endif

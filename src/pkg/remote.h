// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_REMOTE_H
#define EPM_PKG_REMOTE_H

/*
 * What was last seen of a registry: which digest a tag had, which blobs its repositories have, how
 * it takes uploads. It saves questions, and "push --no-clobber" tells by it whether a tag moved. It
 * is never a ground to believe anything: what is wrong in it costs a request, and a registry that
 * lost a blob says so when it is given the manifest. A file for each registry in EPM_HOME/remotes.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/auto.h"
#include "base/err.h"
#include "oci/digest.h"
#include "oci/upload.h"

struct remote {
	char *home;
	char *registry;
	char *repository;
	json_t *document;
	json_t *here; /* the repository's part of it */
	enum oci_single_post single_post;
};

/* What cannot be read is as good as absent. */
void remote_open(const char *home, const char *registry, const char *repository,
		 struct remote *out);
void remote_done(struct remote *remote);
AUTO_STRUCT(remote, struct remote, remote_done);

struct remote_tag {
	struct oci_digest digest;   /* what the registry has under it */
	struct oci_digest resolved; /* what came of that here: of an index the manifest taken, */
	char architecture[32];	    /* which was for this; empty: all of it was taken */
};

bool remote_tag(const struct remote *remote, const char *tag, struct remote_tag *out);
bool remote_has(const struct remote *remote, const struct oci_digest *blob);

bool remote_has_others(const struct remote *remote); /* other repositories are known */
bool remote_has_at(const struct remote *remote, const char *repository,
		   const struct oci_digest *blob);

/* Another repository of the registry that has the blob; NULL: none is known. Borrowed. */
const char *remote_other_with(const struct remote *remote, const struct oci_digest *blob);

void remote_set_tag(struct remote *remote, const char *tag, const struct remote_tag *seen);
void remote_add(struct remote *remote, const struct oci_digest *blob);

/*
 * Merge what was learnt into the file. Failing is only slower later; nothing is said.
 */
void remote_save(const struct remote *remote);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_UPLOAD_H
#define EPM_OCI_UPLOAD_H

/*
 * A blob to a registry, distribution-spec 1.1 "Pushing Blobs". In as few requests as the registry
 * allows:
 *
 *	POST uploads/?mount=D&from=REPOSITORY	201: it is there now; 202: an upload session, used.
 *		With the repository itself as `from` this tells whether it is there and opens a
 *		session in one; whoever answers anything else gets a HEAD and a plain POST.
 *	POST uploads/?digest=D with the blob	where the registry is known to take that, and once
 *		for a small blob to learn it: 201 done, 202 a session as above.
 *	PUT SESSION?digest=D with the blob
 *
 * After a failure that may pass the session is asked how much it has (GET), and PATCH goes on there;
 * a session that is gone is opened anew. Chunks are sent where the registry asks for them
 * (OCI-Chunk-Min-Length) or refuses the whole as too large (413).
 */
#include "oci/client.h"
#include "oci/digest.h"

enum oci_upload_outcome { OCI_UPLOAD_SENT, OCI_UPLOAD_MOUNTED, OCI_UPLOAD_EXISTS };
enum oci_single_post { OCI_SINGLE_UNKNOWN, OCI_SINGLE_YES, OCI_SINGLE_NO };

struct oci_upload {
	/* The caller's, kept until finished() was called. */
	struct oci_repository *repository;
	struct oci_digest digest;
	uint64_t size_bytes;
	const char *mount_from; /* another repository of this registry that may have it; NULL */
	/*
	 * What the registry does with a POST that has the blob; what was learnt is written here.
	 * NULL: it is not tried.
	 */
	enum oci_single_post *single_post;
	/* The bytes are needed; called once before the first read(). */
	int (*open)(struct oci_upload *upload, struct err *err);
	/* As oci_call.read; *out_n 0: not yet, oci_upload_wake() tells when. */
	int (*read)(void *ctx, uint64_t offset, void *buf, size_t size, size_t *out_n,
		    struct err *err);
	int (*finished)(struct oci_upload *upload, enum oci_upload_outcome outcome,
			struct err *err);
	void *ctx;

	/* This module's. */
	struct oci_call *call;
	char *session; /* where to send to */
	uint64_t offset;
	uint64_t chunk_bytes; /* 0: in one */
	unsigned int n_tried;
	bool is_open;
	bool is_resumed; /* the session was gone on with after a failure */
};

/* Fails as open() does. */
int oci_upload_start(struct oci_upload *upload, struct err *err) MUST_CHECK;
void oci_upload_wake(struct oci_upload *upload);
void oci_upload_done(struct oci_upload *upload);

#endif

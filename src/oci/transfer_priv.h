// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TRANSFER_PRIV_H
#define EPM_OCI_TRANSFER_PRIV_H

/* What the files of the transfer share. Not for others. */
#include "oci/transfer.h"

/* Adds a document (taken over) and the blobs it names. Of model: depth, subject, is_there. */
int oci_transfer_add(struct oci_transfer *transfer, struct oci_document *document,
		     const struct oci_node *model, struct oci_node **out,
		     struct err *err) MUST_CHECK;
void oci_node_free(struct oci_node *node);
void oci_item_done(struct oci_item *item);

/* Whether what comes by this model is a guest: see struct oci_guests. */
bool oci_guest_is(const struct oci_transfer *transfer, const struct oci_node *model);

/*
 * Before a guest is asked for, and once its manifest is there: whether it is within the limits, and
 * counts it. CORRUPT, UNSUPPORTED.
 */
int oci_guest_is_welcome(struct oci_transfer *transfer, uint64_t size_bytes,
			 struct err *err) MUST_CHECK;
int oci_guest_check(struct oci_transfer *transfer, const struct oci_node *node,
		    struct err *err) MUST_CHECK;

/* What is wrong with one is noted and no error, unless it is this machine's: then -1. */
int oci_guest_leave_out(struct oci_transfer *transfer, struct err *err);

/* Guests whose blobs did not come go away, with blobs that only they have. */
void oci_guests_drop_lost(struct oci_transfer *transfer);
void oci_transfer_drop_jobs(struct oci_transfer *transfer);

#endif

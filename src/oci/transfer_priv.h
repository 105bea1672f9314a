// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_TRANSFER_PRIV_H
#define EPM_OCI_TRANSFER_PRIV_H

/* What the files of the transfer share. Not for others. */
#include "oci/transfer.h"

/* Adds a document (taken over) and the blobs it names. Of model: depth, subject, is_there. */
int oci_transfer_add(struct oci_transfer *transfer, struct oci_document *document,
		     const struct oci_node *model, struct oci_node **out,
		     struct err *err) MUST_CHECK;
void oci_transfer_drop_jobs(struct oci_transfer *transfer);

#endif

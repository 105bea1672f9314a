// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_OCI_LAYOUT_PRIV_H
#define EPM_OCI_LAYOUT_PRIV_H

#include <stdbool.h>

/* What layout.c (frame, index) and blob.c (blobs) share. Not for others. */
struct oci_layout {
	char *path;
	int dir;
	int blobs;  /* blobs/sha256 */
	int ingest; /* -1 until the first blob is written */
	int lock;   /* -1: not held */
	bool is_passing;
};

#endif

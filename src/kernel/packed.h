// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_PACKED_H
#define EPM_KERNEL_PACKED_H

/* Compressed data in the middle of something else. */
#include "base/str.h"

/*
 * The same without what follows the end of an xz stream or a zstd frame, where libarchive would lose
 * what it has already; of others, and where no end is found, all of it.
 */
struct span packed_cut(struct span bytes);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_TYPES_LAYER_H
#define EPM_PKG_TYPES_LAYER_H

/*
 * The layer of a package with kernel types (PACKAGE_TYPE_BTF): for each kernel that has no BTF of its
 * own the BTF that the object needs there, in a tar as BTFHub's archive is laid out,
 *
 *	ID/VERSION_ID/ARCH/RELEASE.btf		debian/12/x86_64/6.1.0-13-amd64.btf
 *
 * by ID and VERSION_ID of os-release(5) and "uname -m" and "uname -r"; "unknown" where that is not
 * known. Equal BTF is there once, the others are hard links to it. What the BTF means is the caller's.
 */
#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"

#define TYPES_UNKNOWN "unknown"

struct types_place {
	const char *id; /* NULL: not known, as are all */
	const char *version;
	const char *arch;
	const char *release;
};

struct types_layer;

struct types_layer *types_layer_new(void);
void types_layer_free(struct types_layer *layer);
AUTO_POINTER(types_layer, struct types_layer, types_layer_free);

/*
 * A copy is kept. EXISTS where the place has other BTF already. CORRUPT where a part is no name of a
 * file, or there is too much of it.
 */
int types_layer_add(struct types_layer *layer, const struct types_place *place, struct span btf,
		    struct err *err) MUST_CHECK;

/* The same content gives the same bytes. UNSUPPORTED without libarchive. */
int types_layer_write(const struct types_layer *layer, struct str *out, struct err *err) MUST_CHECK;

/*
 * Any tar, perhaps compressed, whose names end as above, whatever stands before; other entries are
 * passed over. CORRUPT, UNSUPPORTED.
 */
int types_layer_read(struct span bytes, const char *what, struct types_layer **out,
		     struct err *err) MUST_CHECK;

/*
 * The BTF of a place; else that of its architecture and release, if there is only one of these (in a
 * container os-release is another system's). NULL data: none. Until the layer is freed.
 */
struct span types_layer_find(const struct types_layer *layer, const struct types_place *place);

size_t types_layer_kernels(const struct types_layer *layer);
size_t types_layer_distinct(const struct types_layer *layer); /* different BTFs */
size_t types_layer_bytes(const struct types_layer *layer);    /* of these */

#endif

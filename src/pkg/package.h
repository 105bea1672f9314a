// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_PACKAGE_H
#define EPM_PKG_PACKAGE_H

/*
 * A package: an object with its configuration, as an OCI artifact. This module knows which media
 * types, layers and annotations make one (PACKAGE_TYPE_*); names and blobs are the store's.
 *
 *	manifest	artifactType PACKAGE_TYPE_ARTIFACT, the annotations
 *	config		PACKAGE_TYPE_CONFIG: name, version, formatVersion, architecture, os, toolchain,
 *			requirements, flags, programs, maps
 *	layer		PACKAGE_TYPE_OBJECT, title NAME.bpf.o
 *	layer		PACKAGE_TYPE_CONFIGURATION, title NAME.skel.json
 *	layers		further ones, kept and ignored where they are not known
 *
 * Nothing but the input goes into these bytes: the same input gives the same digest. The annotation
 * "created" is the caller's to set, and only from SOURCE_DATE_EPOCH.
 */
#include <jansson.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/digest.h"
#include "oci/manifest.h"
#include "pkg/config.h"
#include "pkg/store.h"

#define PACKAGE_TYPE_ARTIFACT "application/vnd.eunomia.package.v1"
#define PACKAGE_TYPE_CONFIG "application/vnd.eunomia.package.config.v1+json"
#define PACKAGE_TYPE_OBJECT "application/vnd.eunomia.bpf.object.v1+elf"
#define PACKAGE_TYPE_CONFIGURATION "application/vnd.eunomia.bpf.config.v1+json"
#define PACKAGE_TYPE_BTF "application/vnd.eunomia.btf.v1.tar+zstd"
#define PACKAGE_TYPE_SOURCE "application/vnd.eunomia.source.v1.tar+zstd"
#define PACKAGE_TYPE_README "text/markdown"
#define PACKAGE_TYPE_WASM "application/wasm"

/*
 * Blobs up to this size stand in the manifest too ("data" of their descriptors), so that a small
 * package comes in one request. Five of them leave the manifest far below what registries take.
 */
#define PACKAGE_INLINE_MAX (128u << 10)

#define PACKAGE_FORMAT_VERSION 1 /* "formatVersion" of the package config */

struct package {
	char *reference; /* as it is called for a person: the store's name, else the digest */
	char *name;	 /* of the package, from its config: "opensnoop" */
	struct oci_digest digest; /* of the manifest the bytes came from; of a file: its bytes' */
	/* What has to be signed: the manifest, or the image index that it was chosen from. */
	struct store_target signed_target;
	struct str object; /* the ELF */
	struct config *config;
	json_t *package_config; /* the config blob; NULL when it did not come from the store */
	json_t *annotations;	/* of the manifest; an object */
	bool has_types;		/* a layer with kernel types, see package_read_types() */
	struct oci_digest types_digest;
	uint64_t types_size;
	struct str types; /* the layer, once it is read; see pkg/types_layer.h */
};

void package_free(struct package *package);
AUTO_POINTER(package, struct package, package_free);

/*
 * Read a package from the store, every byte hashed as it is read. Of an image index the manifest for
 * this machine's architecture is taken. NOT_FOUND, USAGE as store_resolve(); CORRUPT when a blob is
 * not its digest's or is malformed; UNSUPPORTED when the index has no such architecture, or the
 * artifact is no package.
 */
int package_load(struct store *store, const char *reference, struct package **out,
		 struct err *err) MUST_CHECK;

/*
 * The layer with kernel types into package->types, of a package_load()ed one; which kernels with BTF
 * of their own have no use for. Without such a layer, or when it is there already, nothing is done.
 * CORRUPT.
 */
int package_read_types(struct store *store, struct package *package, struct err *err) MUST_CHECK;

/* Another layer; title may be NULL. Borrowed. */
struct package_layer {
	const char *media_type;
	const char *title;
	struct span data;
};

/* What a package is made of; everything is borrowed. */
struct package_input {
	const char *name; /* title of the layers: NAME.bpf.o */
	const char
		*architecture; /* OCI's word: "amd64"; written into package_config if not there */
	struct span object;
	const struct config *config;
	const json_t *package_config; /* an object, see above; name and architecture are added */
	const json_t *annotations;    /* an object of texts, or NULL */
	const struct package_layer *layers;
	size_t n_layers;
	const char *const *names; /* what to call it in the store, as typed; may be none */
	size_t n_names;
};

/* Put it into the store and name it. digest_out takes the manifest's digest. */
int package_save(struct store *store, const struct package_input *in,
		 char digest_out[OCI_DIGEST_LENGTH + 1], struct err *err) MUST_CHECK;

/*
 * Put several architectures of one package: a manifest for each and an image index over them, which
 * gets the names of the first input. One input makes a plain manifest.
 */
int package_save_all(struct store *store, const struct package_input *inputs, size_t n_inputs,
		     char digest_out[OCI_DIGEST_LENGTH + 1], struct err *err) MUST_CHECK;

/* What stands in a package, without its layers: for inspect. */
struct package_info {
	struct store_target target;
	struct str raw;		       /* the manifest's (or the index's) own bytes */
	struct oci_manifest *manifest; /* of this machine's architecture, or the first */
	struct oci_index *index;       /* NULL for a single manifest */
	struct str config_raw;
	json_t *package_config; /* NULL where the artifact is no package */
};

void package_info_done(struct package_info *info);
AUTO_STRUCT(package_info, struct package_info, package_info_done);
int package_info_read(struct store *store, const char *reference, struct package_info *out,
		      struct err *err) MUST_CHECK;

/* This machine's architecture in OCI's words: "amd64", "arm64", "riscv64", … */
const char *package_architecture(void);

#endif

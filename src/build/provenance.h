// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BUILD_PROVENANCE_H
#define EPM_BUILD_PROVENANCE_H

/*
 * How a package was built, as the predicate of SLSA's provenance v1 (https://slsa.dev/provenance/v1):
 * what was asked for, what with, and the digests of all that went in. It says what epm saw; that it
 * is true is the word of whoever signs it.
 *
 * The same input gives the same bytes: no time but that of SOURCE_DATE_EPOCH, no path of the
 * machine. The headers of the system (libbpf's bpf_helpers.h) are not among the inputs; the version
 * of libbpf is.
 */
#include "base/json.h"

#include "build/build.h"
#include "build/lexer.h"
#include "build/toolchain.h"

/* URIs that name, and lead nowhere (RFC 4151). */
#define PROVENANCE_BUILD_TYPE "tag:eunomia.dev,2026:epm/build/v1"
#define PROVENANCE_BUILDER "tag:eunomia.dev,2026:epm/local" /* epm, on the signer's machine */
#define PROVENANCE_TYPE "https://slsa.dev/provenance/v1"    /* of the predicate */

/* All is borrowed. */
struct provenance {
	const struct project *project;
	const struct build_options *options;
	const struct source_files *files;
	const struct toolchain *toolchain;
	const char *compiler_options;
	const char *vmlinux_folder; /* whose vmlinux.h was used; NULL: none */
	const char *btf_hash;	    /* of the BTF it was made from, hex; NULL: the project's own */
};

/* The caller owns *out. May run git, whose absence is no error. */
int provenance_make(const struct provenance *provenance, json_t **out, struct err *err) MUST_CHECK;

/*
 * The commit that a folder is checked out at (hex), and whether one of these files in it is not as
 * that has it; NULL: git does not know. The caller frees it.
 */
char *provenance_revision(const char *folder, const char *const *files, size_t n_files,
			  bool *out_is_modified);

#endif

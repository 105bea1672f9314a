// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_ENVELOPE_H
#define EPM_PKG_ENVELOPE_H

/*
 * eunomia's files: package.json and package.yaml, {bpf_object: base64(zlib(ELF)), bpf_object_size,
 * meta: the configuration}, and the configuration alone (NAME.skel.json, NAME.skel.yaml). Whether a
 * file is JSON or YAML is seen from its first character, not from its name.
 */
#include "base/err.h"
#include "base/str.h"
#include "pkg/config.h"
#include "pkg/package.h"

enum envelope_format { ENVELOPE_JSON, ENVELOPE_YAML };

/*
 * `what` names the text in errors and is the package's reference; its name is the configuration's
 * obj_name. There is no package config, no digest, and annotations are empty. `unknown` as
 * config_parse(). CORRUPT with the path of what is wrong.
 */
int envelope_read(struct span text, const char *what, struct package **out, struct str *unknown,
		  struct err *err) MUST_CHECK;

/*
 * The same of a tar that has a package.json, and BTF of kernels as "ecc --btfgen" puts it beside:
 * the whole is the package's layer of kernel types (pkg/types_layer.h).
 */
int envelope_read_tar(struct span bytes, const char *what, struct package **out,
		      struct str *unknown, struct err *err) MUST_CHECK;

int envelope_read_config(struct span text, const char *what, struct config **out,
			 struct str *unknown, struct err *err) MUST_CHECK;

/* Both end with a newline. FAILED when the text passes out's maximum. */
int envelope_write(struct span object, const struct config *config, enum envelope_format format,
		   struct str *out, struct err *err) MUST_CHECK;
int envelope_write_config(const struct config *config, enum envelope_format format, struct str *out,
			  struct err *err) MUST_CHECK;

#endif

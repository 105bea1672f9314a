// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_KERNEL_H
#define EPM_KERNEL_KERNEL_H

/*
 * A kernel that something is checked against: its BTF, that of its modules, and what else could be
 * learnt of it. The running one, or one of a file (kernel/sources.h finds them). What it holds
 * points into itself, so it stays where it was opened.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "btf/core_resolve.h"
#include "btf/kernel_btf.h"
#include "btf/name_index.h"
#include "btf/raw_btf.h"

struct kernel_part { /* the BTF of vmlinux or of one module */
	char *name;  /* "vmlinux", "nf_conntrack" */
	struct kernel_btf bytes;
	struct raw_btf btf;
	struct name_index names;
	void *mapped; /* a kept index (kernel/cache.h), or NULL */
	size_t mapped_size;
};

struct kernel {
	char *label;	  /* what a report calls it: the release, else the file */
	char *source;	  /* the file; NULL: the running kernel */
	char *release;	  /* as `uname -r`; NULL: not known */
	uint32_t version; /* as LINUX_VERSION_CODE; 0: not known */
	const char *arch; /* as `uname -m`, "x86_64", "aarch64", …; NULL: cannot be told */
	bool is_running;
	bool is_partial; /* its BTF is cut down to types: it says nothing of functions, helpers, … */
	char *cache;	 /* as kernel_open(); or NULL */
	struct kernel_part main;
	struct kernel_part *modules;
	size_t n_modules;
	char **module_files; /* where the BTF of modules is; read when it is asked for */
	size_t n_module_files;
	bool has_read_modules;
	struct err
		module_trouble; /* why BTF of a module was left out, the first one; code 0: none */
	void *modules_mapped;	/* where they were kept */
	size_t modules_mapped_size;
	struct core_target *module_targets; /* for core_targets.modules */
	struct kernel_options {		    /* read when the first is asked for */
		char *file;	 /* where they are; NULL: a running kernel's, or nowhere */
		struct str text; /* what the lines point into */
		char **lines;	 /* "CONFIG_X=y", sorted */
		size_t n_lines;
		bool is_read;
		bool is_known;
	} options;
	struct kernel_neighbours { /* found when tables.h is first asked */
		bool is_known;
		size_t older;  /* of those tried the nearest that is not newer; SIZE_MAX: none */
		size_t newer;  /* the nearest that is not older; SIZE_MAX: none */
		bool is_plain; /* version and BTF agree: no old release with a newer BPF */
	} neighbours;
};

void kernel_done(struct kernel *kernel);
AUTO_STRUCT(kernel, struct kernel, kernel_done);

/* The running kernel. UNSUPPORTED where it has no BTF. cache: as kernel_open(). */
int kernel_open_running(const char *cache, struct kernel *out, struct err *err) MUST_CHECK;

/* The running kernel without any BTF: is_partial. */
int kernel_open_bare(struct kernel *out, struct err *err) MUST_CHECK;

/*
 * A kernel of raw BTF bytes, which it takes over where that succeeds; for tests and for what is in
 * memory already.
 */
int kernel_from_bytes(struct str *bytes, const char *label, struct kernel *out,
		      struct err *err) MUST_CHECK;

/*
 * A type by its exact name and kind, in vmlinux, then in the modules. NULL: there is none.
 * out_part, out_id: where; both may be NULL.
 */
const struct btf_type *kernel_find(struct kernel *kernel, const char *name, uint32_t kind,
				   const struct kernel_part **out_part, uint32_t *out_id);

/* Is there a FUNC of this name (in vmlinux or a module)? */
bool kernel_has_function(struct kernel *kernel, const char *name);

/*
 * The value of a configuration option, "CONFIG_BPF_LSM", as the file has it ("y", "m", "250", text
 * with its quotes); "n" where it is not set. NULL: this kernel's are not known.
 */
const char *kernel_option(struct kernel *kernel, const char *name);

/* Take the options from this file (config-RELEASE, also compressed by gzip) and no other. */
int kernel_read_options(struct kernel *kernel, const char *path, struct err *err) MUST_CHECK;

/* For core_resolver_new(). */
void kernel_core_targets(struct kernel *kernel, struct core_targets *out);

/*
 * "6.1.0-13-amd64" → 6.1.0 as LINUX_VERSION_CODE has it; 0 for what is no release. details (as
 * `uname -v`, or NULL) goes before it: Debian's releases lack the last number, and "Debian 6.1.55-1"
 * stands there (libbpf, get_kernel_version()).
 */
uint32_t kernel_parse_version(const char *release, const char *details);

#endif

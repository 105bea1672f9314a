// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_LOADER_H
#define EPM_RUN_LOADER_H

/*
 * From the bytes of an object to programs and maps in the kernel. Order: loader_open() (no rights
 * needed; flags can be parsed and help shown after it), loader_load(), then attach.h.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/auto.h"
#include "base/err.h"
#include "btf/needs.h"
#include "btf/object.h"
#include "btf/variable.h"
#include "kernel/kernel.h"
#include "pkg/config.h"
#include "run/param.h"

struct loader {
	const char *name;	     /* of the package, for messages; borrowed */
	struct span bytes;	     /* of the object; borrowed */
	const struct config *config; /* or NULL; borrowed */
	struct object *object;
	struct bpf_object *bpf;
	const struct btf *btf; /* the object's; NULL where it has none */
	struct variables variables;
	struct params params;
	struct {		       /* where to attach what does not say it; see place.h */
		const char *interface; /* or NULL */
		const char *cgroup;    /* or NULL */
		uint64_t frequency_hz; /* 0: as configured */
	} place;
	const char
		*btf_path; /* a kernel whose types to relocate against; NULL: the running one's */
	struct span
		types_layer; /* of the package (pkg/types_layer.h), for kernels without BTF; borrowed */
	const char *cache;	   /* folder for what was read of kernels (EPM_HOME/btf), or NULL */
	bool skips_check;	   /* load what is known not to run, too */
	struct kernel kernel;	   /* the running one */
	struct kernel file_kernel; /* that of btf_path */
	struct kernel *types;	   /* of these the one to relocate against; NULL: there is none */
	struct err no_types;	   /* why there is none */
	struct needs_list replaceable; /* programs that have an alternative: run/select.h */
	struct live {
		const struct bpf_map *map; /* the one whose content is mapped */
		const char *bytes;
		size_t size;
	} live;
	int btf_fd; /* of the cut-down BTF handed to libbpf, or -1 */
};

/* CORRUPT for what is no eBPF object libbpf can open, or a configuration that does not fit it. */
int loader_open(struct span bytes, const char *name, const struct config *config,
		struct loader **out, struct err *err) MUST_CHECK;
void loader_free(struct loader *loader);
AUTO_POINTER(loader, struct loader, loader_free);

/*
 * Set the variables, choose the programs this kernel can have, load. Needs rights.
 * UNSUPPORTED where the kernel cannot (no BTF, a tracepoint is missing), VERIFIER, DENIED.
 * skip: names of programs to leave out; USAGE for one that is not there.
 */
int loader_load(struct loader *loader, const char *const *skip, size_t n_skip,
		struct err *err) MUST_CHECK;

/*
 * A global variable of the running programs, by name: its bytes as they are now, for as long as the
 * loader lives. NULL where there is none of that name and size, or it is not mapped.
 */
const void *loader_live_variable(struct loader *loader, const char *name, uint32_t size);

bool loader_has_program(const struct loader *loader, const char *name);

/* What the configuration says of a program; NULL where it says nothing. Borrowed. */
const struct config_prog *loader_wish(const struct loader *loader,
				      const struct bpf_program *program);

/* May the run go on without it? */
bool loader_is_optional(const struct loader *loader, const struct bpf_program *program);

/* How a program is to be attached: the configuration's section string, else the object's own. */
const char *loader_section(const struct loader *loader, const struct bpf_program *program);

#endif

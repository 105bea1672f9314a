// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/kernel_types.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "btf/minimal.h"
#include "btf/object.h"
#include "kernel/release.h"
#include "kernel/sources.h"
#include "pkg/types_layer.h"

/* What the object asks for. */
struct wanted {
	struct object *object;
	struct raw_btf btf;
	struct ext_info info;
	bool is_any; /* does it ask for anything of a kernel? */
};

static void wanted_done(struct wanted *wanted)
{
	ext_info_done(&wanted->info);
	raw_btf_done(&wanted->btf);
	object_free(wanted->object);
}
AUTO_STRUCT(wanted, struct wanted, wanted_done);

static int read_wanted(struct span object, const char *name, struct wanted *out, struct err *err)
{
	const struct object_section *btf, *ext;

	if (object_open(object, name, &out->object, err) < 0)
		return -1;
	btf = object_find(out->object, ".BTF");
	ext = object_find(out->object, ".BTF.ext");
	if (!btf || !ext)
		return 0;
	if (raw_btf_open(btf->data, name, &out->btf, err) < 0 ||
	    ext_info_read(ext->data, &out->btf, name, &out->info, err) < 0)
		return -1;
	for (size_t i = 0; i < out->info.n_relos; i++)
		out->is_any |= out->info.relos[i].kind != BPF_CORE_TYPE_ID_LOCAL;
	return 0;
}

/* Where a kernel stands in BTFHub's tree, by the folders it is in. */
struct place {
	char *text; /* cut up */
	struct types_place names;
};

static void place_done(struct place *place)
{
	free(place->text);
}
AUTO_STRUCT(place, struct place, place_done);

/* The last part of the text, which is cut off; NULL: there is none. */
static char *cut_last(char *text)
{
	char *slash = strrchr(text, '/');

	if (!slash || !slash[1])
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* "…/debian/12/x86_64/6.1.0-13-amd64.btf.tar.xz", where the architecture is one. */
static void find_place(const struct kernel_source *source, const struct kernel *kernel,
		       struct place *out)
{
	AUTO(free) char *whole = realpath(source->path, NULL);
	const char *folder;

	out->text = mem_text(whole ? whole : source->path);
	folder = cut_last(out->text) ? cut_last(out->text) : NULL;
	out->names.arch = folder ? kernel_arch_word(folder, strlen(folder)) : NULL;
	if (out->names.arch) {
		out->names.version = cut_last(out->text);
		out->names.id = cut_last(out->text);
	}
	if (!out->names.id)
		out->names.version = NULL;
	if (!out->names.arch)
		out->names.arch = source->arch ? source->arch : kernel->arch;
	out->names.release = source->release ? source->release : kernel->release;
}

static int add_kernel(const struct types_place *place, const struct kernel *kernel,
		      const struct wanted *wanted, struct types_layer *layer, struct err *err)
{
	struct core_target target = { &kernel->main.btf, &kernel->main.names };
	AUTO(str) struct str cut = STR_MAX(LIMIT_TYPES_LAYER);

	if (minimal_make(&target, &wanted->btf, &wanted->info, &cut, err) < 0)
		return -1;
	log_trace(TRACE_btf, "%s: %zu bytes", kernel->label, cut.len);
	return types_layer_add(layer, place, (struct span){ str_text(&cut), cut.len }, err);
}

/* What all kernels are put into. */
struct making {
	const struct wanted *wanted;
	const char *cache;
	struct utsname machine;
	struct types_layer *layer;
	size_t n_foreign;
	size_t n_nameless; /* of no known release */
	char *nameless;	   /* the first of them */
};

/* A kernel is found by its release where the package runs. */
static bool has_release(struct making *m, const struct kernel_source *source,
			const struct place *place)
{
	if (place->names.release)
		return true;
	if (!m->n_nameless++)
		m->nameless = mem_text(source->label);
	return false;
}

/* A kernel of a folder that cannot be read is left out. */
static int one_source(struct making *m, const struct kernel_source *source, struct err *err)
{
	AUTO(kernel) struct kernel kernel = { 0 };
	AUTO(place) struct place place = { 0 };

	if (source->arch && strcmp(source->arch, m->machine.machine)) {
		m->n_foreign++;
		return 0;
	}
	if (kernel_open(source, m->cache, &kernel, err) < 0) {
		log_warn("left out: %s", err->text);
		*err = (struct err){ 0 };
		return 0;
	}
	find_place(source, &kernel, &place);
	if (place.names.arch && strcmp(place.names.arch, m->machine.machine)) {
		m->n_foreign++;
		return 0;
	}
	if (!has_release(m, source, &place))
		return 0;
	if (add_kernel(&place.names, &kernel, m->wanted, m->layer, err) == 0)
		return 0;
	if (err->code == EC_UNSUPPORTED)
		return -1;
	log_warn("left out: %s: %s", source->label, err->text);
	*err = (struct err){ 0 };
	return 0;
}

/* No kernel that can be found again. */
static int refuse_empty(const struct making *m, struct err *err)
{
	if (!m->n_nameless)
		return err_set(err, EC_UNSUPPORTED,
			       "--btf-dir: no kernel for this architecture (%s)",
			       m->machine.machine);
	err_set(err, EC_UNSUPPORTED, "--btf-dir: the release of no kernel is known (the first: %s)",
		m->nameless);
	return err_hint(err, "the file of a kernel is named by its release, as `uname -r` says it: "
			     "6.1.0-13-amd64.btf");
}

static int write_layer(const struct making *m, struct kernel_types *out, struct err *err)
{
	out->n_foreign = m->n_foreign;
	out->n_kernels = types_layer_kernels(m->layer);
	out->n_distinct = types_layer_distinct(m->layer);
	out->bytes = types_layer_bytes(m->layer);
	if (!out->n_kernels)
		return refuse_empty(m, err);
	if (m->n_nameless)
		log_warn("left out, since their release is not known: %zu kernel%s (the first: %s)",
			 m->n_nameless, m->n_nameless == 1 ? "" : "s", m->nameless);
	out->layer = (struct str)STR_MAX(LIMIT_TYPES_LAYER);
	return types_layer_write(m->layer, &out->layer, err);
}

static int add_all(struct making *m, const struct kernel_sources *sources, struct kernel_types *out,
		   struct err *err)
{
	for (size_t i = 0; i < sources->n_items; i++)
		if (one_source(m, &sources->items[i], err) < 0)
			return -1;
	return write_layer(m, out, err);
}

int kernel_types_make(const struct kernel_types_input *input, struct kernel_types *out,
		      struct err *err)
{
	AUTO(kernel_sources) struct kernel_sources sources = { 0 };
	AUTO(types_layer) struct types_layer *layer = types_layer_new();
	AUTO(wanted) struct wanted wanted = { 0 };
	AUTO(kernel_types) struct kernel_types made = { 0 };
	struct making making = { .wanted = &wanted, .cache = input->cache, .layer = layer };
	int rc;

	if (uname(&making.machine) < 0)
		return err_errno(err, "uname");
	if (read_wanted(input->object, input->name, &wanted, err) < 0 ||
	    kernel_sources_find(input->paths, input->n_paths, &sources, err) < 0)
		return -1;
	if (!wanted.is_any) {
		log_warn("%s asks for no kernel types: no BTF is put into the package",
			 input->name);
		return 0;
	}
	rc = add_all(&making, &sources, &made, err);
	free(making.nameless);
	if (rc < 0)
		return -1;
	*out = made;
	made = (struct kernel_types){ 0 };
	return 0;
}

void kernel_types_done(struct kernel_types *types)
{
	str_done(&types->layer);
}

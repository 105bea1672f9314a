// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/build.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/limits.h"
#include "build/compile.h"
#include "build/config_gen.h"
#include "build/describe.h"
#include "build/provenance.h"
#include "build/vmlinux.h"

struct building {
	const struct project *project;
	const struct build_options *options;
	struct toolchain toolchain;
	struct source_files files;
	struct notes notes;
	struct exports exports;
	struct vmlinux vmlinux;
	char *cut; /* folder of the cut vmlinux.h; NULL: the sources have their own */
	char *whole;
	const char **cflags; /* epm.yaml's and the person's */
	size_t n_cflags;
	char **owned; /* "-I…" made here */
	size_t n_owned;
	struct err *err;
};

static void building_done(struct building *b)
{
	toolchain_done(&b->toolchain);
	source_files_done(&b->files);
	notes_done(&b->notes);
	exports_done(&b->exports);
	vmlinux_done(&b->vmlinux);
	free(b->cut);
	free(b->whole);
	free(b->cflags);
	for (size_t i = 0; i < b->n_owned; i++)
		free(b->owned[i]);
	free(b->owned);
}
AUTO_STRUCT(building, struct building, building_done);

static int read_sources(struct building *b)
{
	const struct project *p = b->project;
	AUTO(free) const char **paths = mem_array(p->n_sources + 1, sizeof(*paths));
	size_t n = p->n_sources;

	for (size_t i = 0; i < n; i++)
		paths[i] = p->sources[i];
	if (p->header)
		paths[n++] = p->header;
	if (source_files_read(paths, n, b->options->folders, b->options->n_folders, &b->files,
			      b->err) < 0)
		return -1;
	return notes_read(&b->files, &b->notes, b->err) < 0 ||
			       exports_find(&b->files, &b->notes, p->header, &b->exports, b->err) <
				       0
		       ? -1
		       : 0;
}

/* clang runs where the source is: folders are made absolute. */
static int add_folder(struct building *b, const char *folder)
{
	AUTO(free) char *full = realpath(folder, NULL);

	if (!full)
		return err_errno(b->err, "folder %s", folder);
	b->owned[b->n_owned] = mem_printf("-I%s", full);
	b->cflags[b->n_cflags++] = b->owned[b->n_owned++];
	b->owned[b->n_owned] = mem_printf("-ffile-prefix-map=%s/=", full);
	b->cflags[b->n_cflags++] = b->owned[b->n_owned++];
	return 0;
}

static int collect_cflags(struct building *b)
{
	const struct build_options *o = b->options;
	const struct spec *spec = b->project->spec;
	size_t n_spec = spec ? spec->n_cflags : 0;

	b->cflags = mem_array(n_spec + o->n_cflags + 2 * o->n_folders, sizeof(*b->cflags));
	b->owned = mem_array(2 * o->n_folders, sizeof(*b->owned));
	for (size_t i = 0; i < n_spec; i++)
		b->cflags[b->n_cflags++] = spec->cflags[i];
	for (size_t i = 0; i < o->n_cflags; i++)
		b->cflags[b->n_cflags++] = o->cflags[i];
	for (size_t i = 0; i < o->n_folders; i++)
		if (add_folder(b, o->folders[i]) < 0)
			return -1;
	return 0;
}

static bool includes_vmlinux(const struct building *b)
{
	for (size_t i = 0; i < b->files.n_files; i++)
		if (strstr(str_text(&b->files.files[i].text), "vmlinux.h"))
			return true;
	return false;
}

/* A vmlinux.h beside the source is what the source means. */
static bool has_own_vmlinux(const struct building *b)
{
	AUTO(free) char *beside = path_join(b->project->folder, "vmlinux.h");

	return fs_exists(AT_FDCWD, beside);
}

static int prepare_vmlinux(struct building *b)
{
	if (!includes_vmlinux(b) || has_own_vmlinux(b))
		return 0;
	if (vmlinux_open(b->options->btf, b->options->home, &b->vmlinux, b->err) < 0)
		return -1;
	return vmlinux_cut(&b->vmlinux, &b->files, &b->cut, b->err);
}

static int compile_sources(struct building *b, struct str *out)
{
	struct compile_input input = {
		.toolchain = &b->toolchain,
		.sources = (const char *const *)b->project->sources,
		.n_sources = b->project->n_sources,
		.cflags = b->cflags,
		.n_cflags = b->n_cflags,
		.vmlinux_folder = b->cut,
		.vmlinux = b->cut ? &b->vmlinux : NULL,
		.exports = &b->exports,
	};

	return compile(&input, out, b->err);
}

static int prove(struct building *b, const char *options, struct built *out)
{
	const struct provenance provenance = {
		.project = b->project,
		.options = b->options,
		.files = &b->files,
		.toolchain = &b->toolchain,
		.compiler_options = options,
		.vmlinux_folder = b->cut		? b->cut
				  : includes_vmlinux(b) ? b->project->folder
							: NULL,
		.btf_hash = b->cut ? b->vmlinux.hash : NULL,
	};

	return provenance_make(&provenance, &out->provenance, b->err);
}

static int describe(struct building *b, struct built *out)
{
	struct config_input how = {
		.name = b->project->name,
		.object = { str_text(&out->object), out->object.len },
		.notes = &b->notes,
		.exports = &b->exports,
		.spec = b->project->spec,
	};
	struct compile_input compiled = { .toolchain = &b->toolchain,
					  .cflags = b->cflags,
					  .n_cflags = b->n_cflags };
	AUTO(free) char *options = compile_options(&compiled);
	struct description description = {
		.name = b->project->name,
		.object = how.object,
		.spec = b->project->spec,
		.files = &b->files,
		.toolchain = &b->toolchain,
		.options = options,
		.vmlinux_folder = b->cut,
	};

	if (config_generate(&how, &out->config, b->err) < 0)
		return -1;
	description.config = out->config;
	if (describe_package(&description, out, b->err) < 0)
		return -1;
	return b->options->wants_provenance ? prove(b, options, out) : 0;
}

int build_project(const struct project *project, const struct build_options *options,
		  struct built *out, struct err *err)
{
	AUTO(building)
	struct building b = { .project = project, .options = options, .err = err };
	AUTO(built) struct built built = { 0 };

	if (toolchain_find(options->clang, options->home, &b.toolchain, err) < 0 ||
	    read_sources(&b) < 0 || collect_cflags(&b) < 0 || prepare_vmlinux(&b) < 0 ||
	    compile_sources(&b, &built.object) < 0 || describe(&b, &built) < 0)
		return -1;
	*out = built;
	built = (struct built){ 0 };
	return 0;
}

void built_done(struct built *built)
{
	str_done(&built->object);
	config_free(built->config);
	json_decref(built->package_config);
	json_decref(built->annotations);
	json_decref(built->provenance);
	free(built->version);
	*built = (struct built){ 0 };
}

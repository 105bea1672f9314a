// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/provenance.h"

#include <bpf/libbpf.h>
#include <fcntl.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/limits.h"
#include "build/compile.h"
#include "config.h"

/* As it is called in the project: no path of this machine. */
static const char *name_of(const struct project *project, const char *path)
{
	size_t len = strlen(project->folder);

	if (text_starts(path, project->folder) && path[len] == '/')
		path += len + 1;
	while (text_starts(path, "./"))
		path += 2;
	return *path == '/' || text_starts(path, "../") ? path_base(path) : path;
}

static void add_dependency(json_t *list, const char *name, const char *sha256)
{
	json_t *one = json_object(), *digest = json_object();

	js_set(one, "name", js_text_lossy(name, strlen(name)));
	js_set_text(digest, "sha256", sha256);
	js_set(one, "digest", digest);
	js_append(list, one);
}

static void add_bytes(json_t *list, const char *name, const struct str *text)
{
	char hex[HASH_HEX + 1];

	hash_hex_of(str_text(text), text->len, hex);
	add_dependency(list, name, hex);
}

/* A file that need not be there. */
static int add_file(json_t *list, const char *folder, const char *name, struct err *err)
{
	AUTO(free) char *path = path_join(folder, name);
	AUTO(str) struct str text = STR_MAX(LIMIT_KERNEL_BTF);

	if (!fs_exists(AT_FDCWD, path))
		return 0;
	if (fs_read(AT_FDCWD, path, &text, err) < 0)
		return -1;
	add_bytes(list, name, &text);
	return 0;
}

/* The repository, where epm.yaml says which it is, at the commit that git knows. */
static void add_revision(json_t *list, const struct provenance *p)
{
	const struct project *project = p->project;
	const char *source = project->spec ? project->spec->source : NULL;
	AUTO(free) const char **files = mem_array(p->files->n_files + 1, sizeof(*files));
	AUTO(free) char *commit = NULL;
	size_t n_files = p->files->n_files;
	bool is_modified = false;
	AUTO(free) char *uri = source ? mem_printf("git+%s", source) : NULL;
	json_t *one, *digest, *annotations;

	for (size_t i = 0; i < n_files; i++)
		files[i] = name_of(project, p->files->files[i].path);
	if (project->spec)
		files[n_files++] = SPEC_FILE;
	commit = provenance_revision(project->folder, files, n_files, &is_modified);
	if (!commit)
		return;
	one = json_object();
	js_set_text(one, "uri", uri);
	digest = json_object();
	js_set_text(digest, "gitCommit", commit);
	js_set(one, "digest", digest);
	if (is_modified) {
		annotations = json_object();
		js_set_bool(annotations, "modified", true);
		js_set(one, "annotations", annotations);
	}
	js_append(list, one);
}

static int list_dependencies(const struct provenance *p, json_t *list, struct err *err)
{
	add_revision(list, p);
	for (size_t i = 0; i < p->files->n_files; i++)
		add_bytes(list, name_of(p->project, p->files->files[i].path),
			  &p->files->files[i].text);
	if ((p->project->spec && add_file(list, p->project->folder, SPEC_FILE, err) < 0) ||
	    (p->vmlinux_folder && add_file(list, p->vmlinux_folder, "vmlinux.h", err) < 0))
		return -1;
	if (p->btf_hash)
		add_dependency(list, "vmlinux.btf", p->btf_hash);
	return 0;
}

static json_t *texts(const char *const *items, size_t n_items)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n_items; i++)
		js_append(list, js_text_lossy(items[i], strlen(items[i])));
	return list;
}

/* What a person asked for: the project and the options. */
static json_t *external_parameters(const struct provenance *p)
{
	json_t *json = json_object(), *sources = json_array();

	for (size_t i = 0; i < p->project->n_sources; i++) {
		const char *name = name_of(p->project, p->project->sources[i]);

		js_append(sources, js_text_lossy(name, strlen(name)));
	}
	js_set_text(json, "name", p->project->name);
	js_set(json, "sources", sources);
	if (p->project->header)
		js_set_text(json, "header", name_of(p->project, p->project->header));
	if (p->options->n_cflags)
		js_set(json, "cflags", texts(p->options->cflags, p->options->n_cflags));
	return json;
}

static json_t *internal_parameters(const struct provenance *p)
{
	json_t *json = json_object();

	js_set_text(json, "target", compile_target());
	js_set_text(json, "compiler", p->toolchain->version);
	js_set_text(json, "options", p->compiler_options);
	js_set_text(json, "libbpf", libbpf_version_string());
	return json;
}

static int run_details(json_t **out, struct err *err)
{
	AUTO(free) char *time = NULL;
	json_t *json, *builder, *version, *metadata;

	if (clock_source_date(&time, err) < 0)
		return -1;
	json = json_object();
	builder = json_object();
	version = json_object();
	metadata = json_object();
	js_set_text(version, "epm", PACKAGE_VERSION);
	js_set_text(builder, "id", PROVENANCE_BUILDER);
	js_set(builder, "version", version);
	js_set_text(metadata, "startedOn", time);
	js_set_text(metadata, "finishedOn", time);
	js_set(json, "builder", builder);
	js_set(json, "metadata", metadata);
	*out = json;
	return 0;
}

int provenance_make(const struct provenance *p, json_t **out, struct err *err)
{
	AUTO(json) json_t *json = json_object();
	AUTO(json) json_t *dependencies = json_array();
	json_t *definition = json_object(), *details = NULL;

	js_set(json, "buildDefinition", definition);
	js_set_text(definition, "buildType", PROVENANCE_BUILD_TYPE);
	js_set(definition, "externalParameters", external_parameters(p));
	js_set(definition, "internalParameters", internal_parameters(p));
	if (list_dependencies(p, dependencies, err) < 0 || run_details(&details, err) < 0)
		return -1;
	js_set(definition, "resolvedDependencies", json_incref(dependencies));
	js_set(json, "runDetails", details);
	*out = STEAL(json);
	return 0;
}

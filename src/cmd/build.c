// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/build.h"

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "build/kernel_types.h"
#include "cmd/build_sign.h"
#include "cmd/list.h"
#include "cmd/output_files.h"
#include "pkg/package.h"
#include "pkg/trust.h"

struct options {
	struct cli_common common;
	struct cli_list tags;
	struct cli_list outputs;
	struct cli_list cflags;
	struct cli_list folders;
	const char *clang;
	const char *btf;
	struct cli_list btf_dirs;
	struct build_sign sign;
	const char *provenance_file;
	bool is_yaml;
	bool is_json;
};

#define AT(member) offsetof(struct options, member)

static const struct cli_option options[] = {
	{ "tag", 't', CLI_LIST, AT(tags), "NAME[:TAG]",
	  "call it so in the store, instead of NAME:latest and NAME:VERSION; can be repeated", 0,
	  NULL, 0 },
	{ "output", 'o', CLI_LIST, AT(outputs), "FILE|DIR",
	  "write files too: package.json, package.yaml, NAME.bpf.o with NAME.skel.json, or all of "
	  "them into a folder",
	  CLI_WORDS_FILE, NULL, 0 },
	{ "yaml", 'y', CLI_FLAG, AT(is_yaml), NULL,
	  "write YAML instead of JSON into the folder of -o", 0, NULL, 0 },
	{ "cflag", 'a', CLI_LIST, AT(cflags), "FLAG", "pass this to the compiler; can be repeated",
	  0, NULL, 0 },
	{ "include", 'I', CLI_LIST, AT(folders), "DIR", "look for headers there; can be repeated",
	  CLI_WORDS_DIR, NULL, 0 },
	{ "clang", 0, CLI_TEXT, AT(clang), "PROGRAM", "compile with this clang", CLI_WORDS_FILE,
	  NULL, 0 },
	{ "btf", 0, CLI_TEXT, AT(btf), "FILE",
	  "make vmlinux.h from the BTF in FILE instead of the running kernel's", CLI_WORDS_FILE,
	  NULL, 0 },
	{ "btf-dir", 0, CLI_LIST, AT(btf_dirs), "DIR",
	  "put the types of the kernels in DIR into the package, cut down to what it needs, for those "
	  "without BTF of their own; can be repeated",
	  CLI_WORDS_DIR, NULL, 0 },
	BUILD_SIGN_OPTIONS(struct options, sign),
	{ "provenance-file", 0, CLI_TEXT, AT(provenance_file), "FILE",
	  "write how it was built into a file, unsigned", CLI_WORDS_FILE, NULL, 0 },
	{ "json", 0, CLI_FLAG, AT(is_json), NULL, "print the result as JSON", 0, NULL, 0 },
};

struct names {
	char **items;
	size_t n_items;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n_items; i++)
		free(names->items[i]);
	free(names->items);
}
AUTO_STRUCT(names, struct names, names_done);

static bool is_tag(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_.-");

	return len && len <= 128 && !text[len] && !strchr(".-", text[0]);
}

/* What -t says, before anything is compiled. */
static int given_names(const struct options *s, struct names *out, struct err *err)
{
	out->items = mem_array(s->tags.n_items + 2, sizeof(*out->items));
	for (size_t i = 0; i < s->tags.n_items; i++) {
		if (store_name(s->tags.items[i], &out->items[i], err) < 0)
			return err_wrap(err, "--tag");
		out->n_items++;
	}
	return 0;
}

/* Without -t: latest, and the version where there is one. */
static void default_names(const struct project *project, const struct built *built,
			  struct names *out)
{
	if (out->n_items)
		return;
	out->items[out->n_items++] = mem_printf("%s:latest", project->name);
	if (!built->version || !strcmp(built->version, "latest"))
		return;
	if (is_tag(built->version))
		out->items[out->n_items++] = mem_printf("%s:%s", project->name, built->version);
	else
		log_warn("the version '%s' cannot be a tag", built->version);
}

/* What goes into the store. */
struct product {
	const struct project *project;
	const struct built *built;
	struct kernel_types types;
};

static void product_done(struct product *product)
{
	kernel_types_done(&product->types);
}
AUTO_STRUCT(product, struct product, product_done);

static int save(const char *home, const struct product *product, const struct names *names,
		char digest[OCI_DIGEST_LENGTH + 1], struct err *err)
{
	const struct project *project = product->project;
	const struct built *built = product->built;
	AUTO(store) struct store *store = NULL;
	AUTO(free) char *title = mem_printf("%s.btf.tar.zst", project->name);
	struct package_layer types = {
		.media_type = PACKAGE_TYPE_BTF,
		.title = title,
		.data = { str_text(&product->types.layer), product->types.layer.len },
	};
	struct oci_digest saved;
	struct package_input input = {
		.name = project->name,
		.architecture = package_architecture(),
		.object = { str_text(&built->object), built->object.len },
		.config = built->config,
		.package_config = built->package_config,
		.annotations = built->annotations,
		.layers = &types,
		.n_layers = product->types.n_kernels ? 1 : 0,
		.names = (const char *const *)names->items,
		.n_names = names->n_items,
	};

	if (store_open(home, STORE_WRITE, &store, err) < 0 ||
	    package_save(store, &input, digest, err) < 0 ||
	    oci_digest_parse(digest, &saved, err) < 0)
		return -1;
	return trust_mark_built(home, &saved, err);
}

/* The types of kernels, and what of them stands in the package config. */
static int add_types(const struct cmd_env *env, const struct options *s, struct product *product,
		     struct err *err)
{
	const struct str *object = &product->built->object;
	const struct kernel_types *types = &product->types;
	AUTO(free) char *cache = path_join(env->home, "btf");
	struct kernel_types_input input = { { str_text(object), object->len },
					    product->project->name,
					    s->btf_dirs.items,
					    s->btf_dirs.n_items,
					    cache };
	json_t *json;

	if (!s->btf_dirs.n_items)
		return 0;
	if (kernel_types_make(&input, &product->types, err) < 0)
		return -1;
	if (!types->n_kernels)
		return 0;
	json = json_object();
	js_set_size(json, "kernels", types->n_kernels);
	js_set_size(json, "distinct", types->n_distinct);
	js_set_size(json, "size", types->bytes);
	js_set(product->built->package_config, "kernelTypes", json);
	log_note("types of %zu kernel%s (%zu different, %zu bytes), %zu bytes packed",
		 types->n_kernels, types->n_kernels == 1 ? "" : "s", types->n_distinct,
		 types->bytes, types->layer.len);
	if (types->n_foreign)
		log_note("kernels of other architectures are left out: %zu", types->n_foreign);
	return 0;
}

static int print_result(const struct options *s, const struct built *built,
			const struct names *names, const char *digest, struct err *err)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	AUTO(json) json_t *json = json_object();
	AUTO(free) char *dumped = NULL;
	json_t *list = json_array();

	js_set(json, "names", list);
	for (size_t i = 0; i < names->n_items; i++) {
		js_append(list, json_string(names->items[i]));
		if (!s->is_json)
			str_addf(&text, "%s %s\n", names->items[i], digest);
	}
	js_set_text(json, "digest", digest);
	js_set_size(json, "objectSize", built->object.len);
	if (s->is_json) {
		dumped = js_dump(json);
		str_addf(&text, "%s\n", dumped);
	}
	return cmd_print(&text, err);
}

static int write_files(const struct cmd_env *env, const struct options *s, const char *name,
		       const struct built *built, struct err *err)
{
	for (size_t i = 0; i < s->outputs.n_items; i++)
		if (output_files_write(env->home, s->outputs.items[i], name, built, s->is_yaml,
				       err) < 0)
			return -1;
	return s->provenance_file ? build_write_provenance(s->provenance_file, built, err) : 0;
}

static int run(const struct cmd_env *env, void *settings, const struct cli_args *args,
	       struct err *err)
{
	const struct options *s = settings;
	struct build_options how = {
		.home = env->home,
		.clang = s->clang,
		.btf = s->btf,
		.cflags = s->cflags.items,
		.n_cflags = s->cflags.n_items,
		.folders = s->folders.items,
		.n_folders = s->folders.n_items,
		.wants_provenance = s->sign.wants_provenance || s->provenance_file,
	};
	AUTO(project) struct project project = { 0 };
	AUTO(built) struct built built = { 0 };
	AUTO(names) struct names names = { 0 };
	AUTO(cmd_signer) struct cmd_signer signer = { 0 };
	AUTO(product) struct product product = { .project = &project, .built = &built };
	char digest[OCI_DIGEST_LENGTH + 1];

	if (given_names(s, &names, err) < 0 ||
	    project_find(args->items, args->n_items, &project, err) < 0 ||
	    build_sign_open(env, &s->sign, &signer, err) < 0 ||
	    build_project(&project, &how, &built, err) < 0 ||
	    add_types(env, s, &product, err) < 0 ||
	    write_files(env, s, project.name, &built, err) < 0)
		return -1;
	default_names(&project, &built, &names);
	if (save(env->home, &product, &names, digest, err) < 0 ||
	    build_sign(env, &s->sign, &signer.signer,
		       &(struct build_saved){ &built, names.items[0], digest }, err) < 0)
		return -1;
	return print_result(s, &built, &names, digest, err);
}

static void done(void *settings)
{
	struct options *s = settings;

	cli_list_done(&s->tags);
	cli_list_done(&s->outputs);
	cli_list_done(&s->cflags);
	cli_list_done(&s->folders);
	cli_list_done(&s->btf_dirs);
}

const struct cmd cmd_build = {
	.cli = { .name = "build",
		 .synopsis = "[OPTIONS] [DIR|SOURCE… [HEADER]]",
		 .summary = "compile eBPF sources and keep the package in the store",
		 .details = "DIR (default: here) holds *.bpf.c and perhaps epm.yaml; or name the "
			    "sources. A HEADER after them tells which struct is exported, as ecc "
			    "takes it; mostly that is found in the source. vmlinux.h is made from "
			    "this kernel's BTF. The same input gives the same digest.",
		 .options = options,
		 .n_options = ARRAY_SIZE(options),
		 .words = CLI_WORDS_FILE,
		 .max_args = SIZE_MAX },
	.settings_size = sizeof(struct options),
	.run = run,
	.done = done,
};

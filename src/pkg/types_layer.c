// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/types_layer.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/pack.h"
#include "base/unpack.h"

#define N_PARTS 4
#define SUFFIX ".btf"

enum { PART_ID, PART_VERSION, PART_ARCH, PART_RELEASE };

struct kernel_entry {
	char *parts[N_PARTS];
	char *path;
	size_t content;
};

struct types_layer {
	struct kernel_entry *kernels;
	size_t n_kernels;
	size_t kernels_cap;
	struct str *contents;
	size_t n_contents;
	size_t contents_cap;
	size_t bytes; /* of all contents */
};

struct types_layer *types_layer_new(void)
{
	return mem_alloc(sizeof(struct types_layer));
}

static void entry_done(struct kernel_entry *entry)
{
	for (int i = 0; i < N_PARTS; i++)
		free(entry->parts[i]);
	free(entry->path);
}
AUTO_STRUCT(kernel_entry, struct kernel_entry, entry_done);

void types_layer_free(struct types_layer *layer)
{
	if (!layer)
		return;
	for (size_t i = 0; i < layer->n_kernels; i++)
		entry_done(&layer->kernels[i]);
	for (size_t i = 0; i < layer->n_contents; i++)
		str_done(&layer->contents[i]);
	free(layer->kernels);
	free(layer->contents);
	free(layer);
}

/* BTFHub calls arm64 what uname does not. */
static const char *arch_word(const char *arch)
{
	return !strcmp(arch, "arm64") ? "aarch64" : arch;
}

static int take_part(const char *part, char **out, struct err *err)
{
	if (!part)
		part = TYPES_UNKNOWN;
	if (!*part || *part == '.' || strchr(part, '/') || strlen(part) > 200)
		return err_set(err, EC_CORRUPT, "'%.100s' cannot be a part of a kernel's name",
			       part);
	*out = mem_text(part);
	return 0;
}

static int make_entry(const struct types_place *place, struct kernel_entry *out, struct err *err)
{
	AUTO(kernel_entry) struct kernel_entry entry = { 0 };

	if (take_part(place->id, &entry.parts[PART_ID], err) < 0 ||
	    take_part(place->version, &entry.parts[PART_VERSION], err) < 0 ||
	    take_part(place->arch ? arch_word(place->arch) : NULL, &entry.parts[PART_ARCH], err) <
		    0 ||
	    take_part(place->release, &entry.parts[PART_RELEASE], err) < 0)
		return -1;
	entry.path = mem_printf("%s/%s/%s/%s" SUFFIX, entry.parts[0], entry.parts[1],
				entry.parts[2], entry.parts[3]);
	*out = entry;
	entry = (struct kernel_entry){ 0 };
	return 0;
}

static bool is_same(const struct str *content, struct span data)
{
	return content->len == data.len && !memcmp(content->data, data.data, data.len);
}

/* Index of the content, which is added where it is new. */
static int take_content(struct types_layer *layer, struct span data, size_t *out, struct err *err)
{
	struct str copy = STR_MAX(LIMIT_TYPES_LAYER);

	for (size_t i = 0; i < layer->n_contents; i++) {
		if (is_same(&layer->contents[i], data)) {
			*out = i;
			return 0;
		}
	}
	if (data.len > LIMIT_TYPES_LAYER - layer->bytes)
		return err_set(err, EC_CORRUPT, "more than %u bytes of BTF", LIMIT_TYPES_LAYER);
	str_add(&copy, data.data, data.len);
	ARRAY_ROOM(layer->contents, layer->n_contents, layer->contents_cap);
	*out = layer->n_contents;
	layer->contents[layer->n_contents++] = copy;
	layer->bytes += data.len;
	return 0;
}

static const struct kernel_entry *find_path(const struct types_layer *layer, const char *path)
{
	for (size_t i = 0; i < layer->n_kernels; i++)
		if (!strcmp(layer->kernels[i].path, path))
			return &layer->kernels[i];
	return NULL;
}

int types_layer_add(struct types_layer *layer, const struct types_place *place, struct span btf,
		    struct err *err)
{
	AUTO(kernel_entry) struct kernel_entry entry = { 0 };
	const struct kernel_entry *other;

	if (make_entry(place, &entry, err) < 0)
		return -1;
	other = find_path(layer, entry.path);
	if (other && is_same(&layer->contents[other->content], btf))
		return 0;
	if (other)
		return err_set(err, EC_EXISTS, "%s: there is another of this name", entry.path);
	if (layer->n_kernels == LIMIT_TYPES_KERNELS)
		return err_set(err, EC_CORRUPT, "more than %d kernels", LIMIT_TYPES_KERNELS);
	if (take_content(layer, btf, &entry.content, err) < 0)
		return -1;
	ARRAY_ROOM(layer->kernels, layer->n_kernels, layer->kernels_cap);
	layer->kernels[layer->n_kernels++] = entry;
	entry = (struct kernel_entry){ 0 };
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct kernel_entry *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

static int write_all(const struct types_layer *layer, const struct kernel_entry *const *sorted,
		     struct pack *pack, struct err *err)
{
	AUTO(free) const char **first = mem_array(layer->n_contents + 1, sizeof(*first));

	for (size_t i = 0; i < layer->n_kernels; i++) {
		const struct kernel_entry *entry = sorted[i];
		const struct str *content = &layer->contents[entry->content];
		struct span data = { str_text(content), content->len };

		if (first[entry->content]
			    ? pack_link(pack, entry->path, first[entry->content], err) < 0
			    : pack_file(pack, entry->path, data, err) < 0)
			return -1;
		if (!first[entry->content])
			first[entry->content] = entry->path;
	}
	return pack_end(pack, err);
}

int types_layer_write(const struct types_layer *layer, struct str *out, struct err *err)
{
	AUTO(pack) struct pack *pack = NULL;
	AUTO(free)
	const struct kernel_entry **sorted = mem_array(layer->n_kernels + 1, sizeof(*sorted));

	for (size_t i = 0; i < layer->n_kernels; i++)
		sorted[i] = &layer->kernels[i];
	qsort(sorted, layer->n_kernels, sizeof(*sorted), by_path);
	if (pack_open(out, &pack, err) < 0)
		return -1;
	return write_all(layer, sorted, pack, err);
}

/* The last parts of an entry's name, in a copy that is cut up; false: it is none of ours. */
static bool split_name(const char *name, char **out_copy, struct types_place *out)
{
	const char *parts[N_PARTS] = { NULL };
	char *copy, *slash;
	int n = N_PARTS;

	if (!name || !text_ends(name, SUFFIX))
		return false;
	copy = mem_textn(name, strlen(name) - strlen(SUFFIX));
	*out_copy = copy;
	while (n > 0) {
		slash = strrchr(copy, '/');
		parts[--n] = slash ? slash + 1 : copy;
		if (!slash)
			break;
		*slash = '\0';
	}
	if (n > 0)
		return false;
	*out = (struct types_place){ parts[PART_ID], parts[PART_VERSION], parts[PART_ARCH],
				     parts[PART_RELEASE] };
	return true;
}

static int read_file(struct unpack *unpack, struct str *out, struct err *err)
{
	struct span piece = { NULL, 1 };

	while (piece.len) {
		if (unpack_data(unpack, &piece, err) < 0)
			return -1;
		str_add(out, piece.data, piece.len);
	}
	return str_check(out, "BTF", err);
}

/* What a link leads to has to stand before it. */
static int add_link(struct types_layer *layer, const struct types_place *place, const char *target,
		    struct err *err)
{
	AUTO(free) char *copy = NULL;
	AUTO(kernel_entry) struct kernel_entry wanted = { 0 };
	const struct kernel_entry *other = NULL;
	const struct str *content;
	struct types_place there;

	if (split_name(target, &copy, &there) && make_entry(&there, &wanted, err) == 0)
		other = find_path(layer, wanted.path);
	if (!other)
		return err_set(err, EC_CORRUPT, "a link to %.100s, which is not in it",
			       target ? target : "nothing");
	content = &layer->contents[other->content];
	return types_layer_add(layer, place, (struct span){ str_text(content), content->len }, err);
}

static int read_entry(struct types_layer *layer, struct unpack *unpack,
		      const struct unpack_entry *entry, struct err *err)
{
	AUTO(str) struct str data = STR_MAX(LIMIT_TYPES_LAYER);
	AUTO(free) char *copy = NULL;
	struct types_place place;

	if (!split_name(entry->name, &copy, &place))
		return 0;
	if (entry->type == UNPACK_HARD_LINK)
		return add_link(layer, &place, entry->target, err);
	if (entry->type != UNPACK_FILE)
		return 0;
	if (read_file(unpack, &data, err) < 0)
		return -1;
	return types_layer_add(layer, &place, (struct span){ str_text(&data), data.len }, err);
}

int types_layer_read(struct span bytes, const char *what, struct types_layer **out, struct err *err)
{
	static const struct unpack_limits limits = { .bytes = LIMIT_TYPES_LAYER,
						     .entries = 2 * LIMIT_TYPES_KERNELS };
	AUTO(types_layer) struct types_layer *layer = types_layer_new();
	AUTO(unpack) struct unpack *unpack = NULL;
	struct unpack_entry entry;

	if (unpack_open(bytes, what, UNPACK_TAR, &limits, &unpack, err) < 0)
		return -1;
	for (;;) {
		if (unpack_next(unpack, &entry, err) < 0)
			return -1;
		if (entry.type == UNPACK_END)
			break;
		if (read_entry(layer, unpack, &entry, err) < 0) {
			if (err->code == EC_EXISTS)
				err->code = EC_CORRUPT;
			return err_wrap(err, "%s", what);
		}
	}
	*out = STEAL(layer);
	return 0;
}

static bool fits(const struct kernel_entry *entry, int part, const char *wanted)
{
	return wanted && !strcmp(entry->parts[part], wanted);
}

struct span types_layer_find(const struct types_layer *layer, const struct types_place *place)
{
	const char *arch = place->arch ? arch_word(place->arch) : NULL;
	const struct kernel_entry *found = NULL;
	bool is_unclear = false;

	for (size_t i = 0; i < layer->n_kernels; i++) {
		const struct kernel_entry *entry = &layer->kernels[i];

		if (!fits(entry, PART_RELEASE, place->release) ||
		    (!fits(entry, PART_ARCH, arch) && !fits(entry, PART_ARCH, TYPES_UNKNOWN)))
			continue;
		if (fits(entry, PART_ID, place->id) && fits(entry, PART_VERSION, place->version)) {
			found = entry;
			is_unclear = false;
			break;
		}
		is_unclear |= found && found->content != entry->content;
		found = entry;
	}
	if (!found || is_unclear)
		return (struct span){ NULL, 0 };
	return (struct span){ str_text(&layer->contents[found->content]),
			      layer->contents[found->content].len };
}

size_t types_layer_kernels(const struct types_layer *layer)
{
	return layer->n_kernels;
}

size_t types_layer_distinct(const struct types_layer *layer)
{
	return layer->n_contents;
}

size_t types_layer_bytes(const struct types_layer *layer)
{
	return layer->bytes;
}

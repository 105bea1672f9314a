// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "kernel/file_name.h"
#include "kernel/image.h"
#include "kernel/release.h"
#include "kernel/sources_priv.h"

/* "debian/12/x86_64/6.1.0-13-amd64.btf.tar.xz" → "debian/12/x86_64/6.1.0-13-amd64" */
static char *make_label(const char *below, const char *member)
{
	const char *base = path_base(below);
	AUTO(free) char *stem = kernel_stem(base);
	AUTO(free) char *inner = member ? kernel_stem(path_base(member)) : NULL;
	AUTO(free)
	char *label = mem_printf("%.*s%s%s%s", (int)(base - below), below, stem, inner ? "/" : "",
				 inner ? inner : "");

	return text_printable(label, strlen(label));
}

/* config-RELEASE in the same folder, or "config" in one that is named by the release. */
static char *options_beside(const char *path, const char *release)
{
	const char *base = path_base(path);
	AUTO(free) char *own = NULL, *other = NULL;
	size_t len = release ? strlen(release) : 0;

	if (!release)
		return NULL;
	own = mem_printf("%.*sconfig-%s", (int)(base - path), path, release);
	if (access(own, R_OK) == 0)
		return STEAL(own);
	if ((size_t)(base - path) <= len + 1 || strncmp(base - 1 - len, release, len) != 0 ||
	    base[-2 - (ptrdiff_t)len] != '/')
		return NULL;
	other = mem_printf("%.*sconfig", (int)(base - path), path);
	return access(other, R_OK) == 0 ? STEAL(other) : NULL;
}

/* input NULL: it was not looked into. */
static void add_source(struct search *search, const struct found *found, const char *member,
		       const struct input *input)
{
	struct kernel_sources *sources = search->sources;
	struct kernel_source *source;

	ARRAY_ROOM(sources->items, sources->n_items, sources->cap);
	source = &sources->items[sources->n_items++];
	*source = (struct kernel_source){ .path = mem_text(found->path),
					  .member = mem_text(member),
					  .label = make_label(found->below, member),
					  .arch = kernel_path_arch(
						  found->is_named ? found->path : found->below) };
	source->release = kernel_path_release(member ? member : found->path);
	if (!source->release && input)
		source->release = image_release(input);
	source->options_file = options_beside(found->path, source->release);
}

static void add_module(struct search *search, const char *path)
{
	ARRAY_ROOM(search->modules, search->n_modules, search->modules_cap);
	search->modules[search->n_modules++] =
		(struct found_module){ .path = mem_text(path),
				       .release = kernel_folder_release(path) };
}

/* What is no kernel is passed over, unless it was named, or its own name promises one. */
static int add_none(struct search *search, const struct found *found)
{
	if (found->is_named)
		return -1;
	if (file_name_is_kernel(path_base(found->path)))
		add_source(search, found, NULL, NULL);
	return 0;
}

void search_add_unread(struct search *search, const struct found *found, int number)
{
	const char *name = path_base(found->path);
	/* a link that leads nowhere, or a file that was there a moment ago */
	bool is_gone = number == ENOENT || number == ELOOP;

	if (is_gone ? file_name_is_kernel(name) : !file_name_is_other(name))
		add_source(search, found, NULL, NULL);
}

static int add_members(struct search *search, const struct found *found, const struct input *input,
		       struct err *err)
{
	char **names = NULL;
	size_t n = 0;

	if (kernel_members(input, &names, &n, err) < 0) {
		if (!found->is_named) /* damaged */
			add_source(search, found, NULL, NULL);
		return found->is_named ? -1 : 0;
	}
	if (n == 1)
		add_source(search, found, NULL, NULL);
	for (size_t i = 0; n > 1 && i < n; i++)
		add_source(search, found, names[i], NULL);
	kernel_members_free(names, n);
	if (n)
		return 0;
	err_set(err, EC_CORRUPT, "%s: no kernel is in this archive", found->path);
	return add_none(search, found);
}

/* Only a kernel has the table of what it lends to modules. */
static int refuse_elf(const struct found *found, const struct sections *sections,
		      const Elf64_Ehdr *header, struct err *err)
{
	if (header->e_machine == EM_BPF)
		return err_set(err, EC_CORRUPT, "%s: an eBPF object, not a kernel", found->path);
	if (sections_find(sections, "__ksymtab") || file_name_is_kernel(path_base(found->path)))
		return err_set(err, EC_UNSUPPORTED, "%s: no BTF is in this file", found->path);
	return err_set(err, EC_CORRUPT, "%s: not a kernel: an ELF file without BTF", found->path);
}

/* An ELF file is a kernel's, a module, or something else altogether. */
static int add_elf(struct search *search, const struct found *found, const struct input *input,
		   struct err *err)
{
	AUTO(sections) struct sections sections = { 0 };
	Elf64_Ehdr header;

	if (sections_open(input, &sections, err) < 0 ||
	    input_read(input, 0, &header, sizeof(header), err) < 0)
		return add_none(search, found);
	if (sections_find(&sections, ".gnu.linkonce.this_module")) {
		add_module(search, found->path);
		return 0;
	}
	if (sections_find(&sections, ".BTF") && header.e_machine != EM_BPF) {
		add_source(search, found, NULL, NULL);
		return 0;
	}
	refuse_elf(found, &sections, &header, err);
	return add_none(search, found);
}

/* A compressed ELF is only a kernel's where its name says so: it is not looked into so far. */
static int add_by_content(struct search *search, const struct found *found,
			  const struct input *input, struct err *err)
{
	const char *name = path_base(found->path);
	enum content content, inner;

	if (content_look(input, &content, &inner, err) < 0)
		return add_none(search, found);
	if (content == CONTENT_ELF)
		return add_elf(search, found, input, err);
	if (inner == CONTENT_TAR && (found->is_named || strstr(name, "btf")))
		return add_members(search, found, input, err);
	if (inner == CONTENT_BTF || inner == CONTENT_IMAGE ||
	    (inner == CONTENT_ELF && (found->is_named || text_starts(name, "vmlinu")))) {
		add_source(search, found, NULL, input);
		return 0;
	}
	content_refuse(input, err);
	return add_none(search, found);
}

int search_file(struct search *search, const struct found *found, struct err *err)
{
	const char *name = path_base(found->path);
	AUTO(close) int fd = -1;
	struct input input = { .what = found->path };
	struct stat st;

	if (file_name_is_module(name) || file_name_is_packed(name)) {
		if (found->is_named && access(found->path, R_OK) < 0)
			return err_errno(err, "open %s", found->path);
		if (file_name_is_module(name))
			add_module(search, found->path);
		else
			add_source(search, found, NULL, NULL);
		return 0;
	}
	fd = open(found->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
				       (found->is_named || found->is_link ? 0 : O_NOFOLLOW));
	if (fd < 0 || fstat(fd, &st) < 0) {
		if (found->is_named)
			return err_errno(err, "open %s", found->path);
		search_add_unread(search, found, errno);
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return !found->is_named
			       ? 0
			       : err_set(err, EC_USAGE, "%s: not a regular file", found->path);
	input.fd = fd;
	input.size = st.st_size;
	return add_by_content(search, found, &input, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "kernel/extract.h"
#include "kernel/release.h"

/* An entry whose first bytes were read. */
struct member {
	const char *name;
	struct str bytes;
	bool is_kernel;
};

/* By its first bytes; those stay in member->bytes. */
static int look(struct unpack *unpack, const struct unpack_entry *entry, struct member *member,
		struct err *err)
{
	struct span piece = { NULL, 1 }, head;
	enum content content;

	*member = (struct member){ .name = entry->name, .bytes = STR_MAX(LIMIT_KERNEL_IMAGE) };
	if (entry->type != UNPACK_FILE || !entry->name)
		return 0;
	while (member->bytes.len < CONTENT_HEAD && piece.len) {
		if (unpack_data(unpack, &piece, err) < 0)
			return -1;
		str_add(&member->bytes, piece.data, piece.len);
	}
	head = (struct span){ str_text(&member->bytes), member->bytes.len };
	content = content_of(head);
	member->is_kernel =
		content == CONTENT_BTF || content == CONTENT_IMAGE ||
		(content == CONTENT_ELF && text_starts(path_base(entry->name), "vmlinux"));
	return 0;
}

static int read_rest(struct unpack *unpack, struct member *member, struct err *err)
{
	struct span piece = { NULL, 1 };

	while (piece.len && !member->bytes.is_full) {
		if (unpack_data(unpack, &piece, err) < 0)
			return -1;
		str_add(&member->bytes, piece.data, piece.len);
	}
	return str_check(&member->bytes, member->name, err);
}

void kernel_members_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

int kernel_members(const struct input *input, char ***out, size_t *out_n, struct err *err)
{
	AUTO(unpack) struct unpack *unpack = NULL;
	struct unpack_entry entry;
	struct member member;
	char **names = NULL;
	size_t n = 0, cap = 0;
	int rc;

	if (kernel_unpack(input, &unpack, err) < 0)
		return -1;
	while ((rc = unpack_next(unpack, &entry, err)) == 0 && entry.type != UNPACK_END) {
		rc = look(unpack, &entry, &member, err);
		if (rc == 0 && member.is_kernel) {
			ARRAY_ROOM(names, n, cap);
			names[n++] = mem_text(member.name);
		}
		str_done(&member.bytes);
		if (rc < 0)
			break;
	}
	if (rc < 0) {
		kernel_members_free(names, n);
		return -1;
	}
	*out = names;
	*out_n = n;
	return 0;
}

/* What kernel_extract_member() found so far. */
struct choice {
	const struct input *input;
	const char *wanted; /* NULL: any */
	char *stem;	    /* of the file */
	struct extract *out;
	size_t n;
	bool is_named; /* what was taken has the file's name */
};

static int take(struct choice *choice, struct unpack *unpack, struct member *member,
		struct err *err)
{
	AUTO(free) char *stem = kernel_stem(path_base(member->name));
	AUTO(free) char *what = mem_printf("%s: %s", choice->input->what, member->name);
	bool is_named = choice->wanted ? !strcmp(choice->wanted, member->name)
				       : !strcmp(choice->stem, stem);
	struct input inside;

	choice->n++;
	if (choice->is_named || (!is_named && (choice->wanted || choice->n > 1)))
		return 0;
	if (read_rest(unpack, member, err) < 0)
		return err_wrap(err, "%s", choice->input->what);
	inside = input_of((struct span){ str_text(&member->bytes), member->bytes.len }, what);
	extract_done(choice->out);
	*choice->out = (struct extract){ 0 };
	choice->is_named = is_named;
	return kernel_extract(&inside, choice->out, err);
}

static int judge(const struct choice *choice, struct err *err)
{
	const char *what = choice->input->what;

	if (choice->is_named || (!choice->wanted && choice->n == 1))
		return 0;
	if (choice->wanted)
		return err_set(err, EC_NOT_FOUND, "%s: %s is not in it", what, choice->wanted);
	if (!choice->n)
		return err_set(err, EC_CORRUPT, "%s: no kernel is in this archive", what);
	return err_set(err, EC_CORRUPT, "%s: %zu kernels, and none is named as the archive is",
		       what, choice->n);
}

int kernel_extract_member(const struct input *input, const char *name, struct extract *out,
			  struct err *err)
{
	AUTO(free) char *stem = kernel_stem(path_base(input->what));
	AUTO(unpack) struct unpack *unpack = NULL;
	struct choice choice = { .input = input, .wanted = name, .stem = stem, .out = out };
	struct unpack_entry entry;
	struct member member;
	int rc;

	if (kernel_unpack(input, &unpack, err) < 0)
		return -1;
	while ((rc = unpack_next(unpack, &entry, err)) == 0 && entry.type != UNPACK_END) {
		rc = look(unpack, &entry, &member, err);
		if (rc == 0 && member.is_kernel)
			rc = take(&choice, unpack, &member, err);
		str_done(&member.bytes);
		if (rc < 0 || (name && choice.is_named))
			break;
	}
	return rc < 0 ? -1 : judge(&choice, err);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_EXTRACT_H
#define EPM_KERNEL_EXTRACT_H

/*
 * The BTF of a kernel taken out of what it is packed in. All in memory, nothing is run and nothing
 * is written; every size is bounded (base/limits.h). One kernel takes its uncompressed image of
 * memory, 50 MB, until that is done.
 */
#include "base/unpack.h"
#include "kernel/input.h"

struct kernel_facts {  /* what is said beside BTF */
	char *release; /* as `uname -r`; NULL: not known */
	char *details; /* as `uname -v`; NULL: not known */
};

void kernel_facts_done(struct kernel_facts *facts);
AUTO_STRUCT(kernel_facts, struct kernel_facts, kernel_facts_done);

struct extract {
	struct str btf; /* raw; not looked at yet */
	struct kernel_facts facts;
};

void extract_done(struct extract *extract);
AUTO_STRUCT(extract, struct extract, extract_done);

enum content {
	CONTENT_NONE, /* nothing that a kernel is in */
	CONTENT_BTF,
	CONTENT_ELF,
	CONTENT_IMAGE, /* vmlinuz, arm64's Image and the like */
	CONTENT_COMPRESSED,
	CONTENT_TAR,
};

#define CONTENT_HEAD 1024 /* bytes of it that are looked at */

/* By its first bytes. */
enum content content_of(struct span head);

/* The same, and where it is compressed out_inner is what is in it: none of them is compressed. */
int content_look(const struct input *input, enum content *out, enum content *out_inner,
		 struct err *err) MUST_CHECK;

/* CORRUPT: it is none of these, or empty. */
int content_refuse(const struct input *input, struct err *err);

/* CORRUPT for what is none of these, or is a tar; UNSUPPORTED where no BTF is in it. */
int kernel_extract(const struct input *input, struct extract *out, struct err *err) MUST_CHECK;

/* What an uncompressed kernel is: ELF, or an image that has BTF somewhere in it. */
int kernel_extract_plain(const struct input *input, struct extract *out,
			 struct err *err) MUST_CHECK;

/*
 * One compressed file whole, added to out. is_in_image: what follows the end of the compressed data
 * is something else, and whether enough came before it is seen by what it is.
 */
int kernel_inflate(const struct input *input, bool is_in_image, struct str *out,
		   struct err *err) MUST_CHECK;

/* A tar or something compressed, from its beginning; several may be open one after the other. */
int kernel_unpack(const struct input *input, struct unpack **out, struct err *err) MUST_CHECK;

/*
 * The kernels in a tar: BTF, images, and ELF files named vmlinux…, each by its name in it, in its
 * order. What is none, has no name or is a link is passed over. kernel_members_free() frees them.
 */
int kernel_members(const struct input *input, char ***out, size_t *out_n,
		   struct err *err) MUST_CHECK;
void kernel_members_free(char **names, size_t n);

/*
 * One of them. NULL: the only one; of several the one whose name begins as the file's does.
 * NOT_FOUND, and what kernel_extract() sets.
 */
int kernel_extract_member(const struct input *input, const char *name, struct extract *out,
			  struct err *err) MUST_CHECK;

/* A module's split BTF: an ELF, compressed or not. UNSUPPORTED with a .BTF.base, or without any. */
int kernel_extract_module(const struct input *input, struct str *out, struct err *err) MUST_CHECK;

/* The release a module was made for, of its .modinfo; NULL: it says none. The caller frees it. */
char *kernel_module_release(const struct input *input);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_ATTACH_H
#define EPM_RUN_ATTACH_H

/*
 * Attaching the loaded programs, all or none, and detaching them again. A link goes with the
 * process whatever ends it; attachments_done() is for doing it in good time: links of perf events
 * wait for an RCU grace period each, so they are taken down side by side.
 */
#include "base/err.h"
#include "run/loader.h"

struct tc_filter; /* see place.c */

struct attachment {
	const struct bpf_program *program;
	struct bpf_link *link; /* one of these three */
	int fd;		       /* a link without libbpf's struct; -1: none */
	struct tc_filter *filter;
};

struct attachments {
	struct attachment *items;
	size_t n_items;
	size_t cap;
};

/* One more; the result is valid until the next. */
struct attachment *attachments_add(struct attachments *list, const struct bpf_program *program,
				   struct bpf_link *link, int fd);

/* UNSUPPORTED when there is nothing to attach to, DENIED; nothing stays attached then. */
int attach_all(struct loader *loader, struct attachments *out, struct err *err) MUST_CHECK;
void attachments_done(struct attachments *list);
AUTO_STRUCT(attachments, struct attachments, attachments_done);

/*
 * Before loading: programs that the configuration moves to another target of the kinds whose
 * target is fixed at load (tp_btf, fentry, …). CORRUPT when it cannot be.
 */
int attach_prepare(struct loader *loader, struct err *err) MUST_CHECK;

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/attach.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "base/log.h"
#include "run/explain.h"
#include "run/place.h"

/* "CATEGORY/NAME" */
static struct bpf_link *attach_tracepoint(struct bpf_program *program, const char *target)
{
	const char *slash = strchr(target, '/');
	AUTO(free) char *category = NULL;

	if (!slash) {
		errno = EINVAL;
		return NULL;
	}
	category = mem_textn(target, slash - target);
	return bpf_program__attach_tracepoint(program, category, slash + 1);
}

static struct bpf_link *attach_raw(struct bpf_program *program, const char *target)
{
	return bpf_program__attach_raw_tracepoint(program, target);
}

static struct bpf_link *attach_kprobe(struct bpf_program *program, const char *target)
{
	return bpf_program__attach_kprobe(program, false, target);
}

static struct bpf_link *attach_kretprobe(struct bpf_program *program, const char *target)
{
	return bpf_program__attach_kprobe(program, true, target);
}

/* "PATH:FUNCTION" or "PATH:FUNCTION+OFFSET" */
static struct bpf_link *attach_user(struct bpf_program *program, const char *target, bool is_ret)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = is_ret);
	const char *colon = strrchr(target, ':');
	AUTO(free) char *path = NULL;
	AUTO(free) char *function = NULL;
	const char *plus;
	uint64_t offset = 0;
	struct err err;

	if (!colon) {
		errno = EINVAL;
		return NULL;
	}
	plus = strchr(colon, '+');
	if (plus && text_number(span_of(plus + 1), UINT32_MAX, "offset", &offset, &err) < 0) {
		errno = EINVAL;
		return NULL;
	}
	path = mem_textn(target, colon - target);
	function = mem_textn(colon + 1, plus ? (size_t)(plus - colon - 1) : strlen(colon + 1));
	opts.func_name = function;
	return bpf_program__attach_uprobe_opts(program, -1, path, offset, &opts);
}

static struct bpf_link *attach_uprobe(struct bpf_program *program, const char *target)
{
	return attach_user(program, target, false);
}

static struct bpf_link *attach_uretprobe(struct bpf_program *program, const char *target)
{
	return attach_user(program, target, true);
}

/* "PATH:PROVIDER:NAME" */
static struct bpf_link *attach_usdt(struct bpf_program *program, const char *target)
{
	const char *name = strrchr(target, ':');
	const char *provider = name ? memrchr(target, ':', name - target) : NULL;
	AUTO(free) char *path = NULL;
	AUTO(free) char *middle = NULL;

	if (!provider) {
		errno = EINVAL;
		return NULL;
	}
	path = mem_textn(target, provider - target);
	middle = mem_textn(provider + 1, name - provider - 1);
	return bpf_program__attach_usdt(program, -1, path, middle, name + 1, NULL);
}

/* Kinds of section whose target may be another than the one the object was compiled with. */
static const struct kind {
	const char *prefix;
	const char *family; /* a program can be moved within its family */
	struct bpf_link *(*attach)(struct bpf_program *program, const char *target);
} kinds[] = {
	{ "tracepoint/", "tracepoint", attach_tracepoint },
	{ "tp/", "tracepoint", attach_tracepoint },
	{ "raw_tracepoint/", "raw_tracepoint", attach_raw },
	{ "raw_tp/", "raw_tracepoint", attach_raw },
	{ "kprobe/", "kprobe", attach_kprobe },
	{ "kretprobe/", "kprobe", attach_kretprobe },
	{ "uprobe/", "kprobe", attach_uprobe },
	{ "uretprobe/", "kprobe", attach_uretprobe },
	{ "usdt/", "kprobe", attach_usdt },
	{ "tp_btf/", "tp_btf", NULL },
	{ "fentry/", "fentry", NULL },
	{ "fexit/", "fexit", NULL },
	{ "fmod_ret/", "fmod_ret", NULL },
	{ "lsm/", "lsm", NULL },
};

static const struct kind *kind_of(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (text_starts(section, kinds[i].prefix))
			return &kinds[i];
	return NULL;
}

static const char *own_section(const struct bpf_program *program)
{
	const char *section = bpf_program__section_name(program);

	return *section == '?' ? section + 1 : section;
}

static int prepare_one(struct loader *l, struct bpf_program *program, struct err *err)
{
	const char *own = own_section(program), *wanted = loader_section(l, program);
	const struct kind *from, *to;

	if (!strcmp(own, wanted))
		return 0;
	from = kind_of(own);
	to = kind_of(wanted);
	/* a bare "kprobe" section was compiled without a target */
	if (!from && to && text_starts(to->prefix, own) && to->attach)
		return 0;
	if (!from || !to || strcmp(from->family, to->family))
		return err_set(err, EC_CORRUPT,
			       "configuration: program %s was compiled for %s and cannot be "
			       "attached to %s",
			       bpf_program__name(program), own, wanted);
	if (to->attach)
		return 0;
	if (bpf_program__set_attach_target(program, 0, wanted + strlen(to->prefix)) < 0)
		return err_set(err, EC_UNSUPPORTED,
			       "configuration: program %s cannot be attached to %s: not in this "
			       "kernel",
			       bpf_program__name(program), wanted);
	return 0;
}

int attach_prepare(struct loader *l, struct err *err)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, l->bpf)
		if (bpf_program__autoload(program) && prepare_one(l, program, err) < 0)
			return -1;
	return 0;
}

static struct bpf_link *attach_one(struct loader *l, struct bpf_program *program)
{
	const char *wanted = loader_section(l, program);
	const struct kind *kind = kind_of(wanted);

	if (strcmp(own_section(program), wanted) && kind && kind->attach)
		return kind->attach(program, wanted + strlen(kind->prefix));
	return bpf_program__attach(program);
}

static bool is_to_attach(const struct loader *l, const struct bpf_program *program)
{
	const struct config_prog *wish = loader_wish(l, program);

	return bpf_program__autoload(program) && (!wish || wish->is_linked);
}

/* One program; -1 only if the run cannot go on without it. */
static int attach_program(struct loader *l, struct bpf_program *program, struct attachments *list,
			  struct err *err)
{
	struct bpf_link *link;

	if (place_is_wanted(program)) {
		if (place_attach(l, program, list, err) == 0)
			return 0;
	} else {
		link = attach_one(l, program);
		if (link) {
			attachments_add(list, program, link, -1);
			return 0;
		}
		explain_attach(&(struct explain_place){ l->bpf, program, loader_section(l, program),
							&l->kernel },
			       errno, err);
	}
	if (!loader_is_optional(l, program))
		return -1;
	log_note("%s; it is left out", err->text);
	return 0;
}

int attach_all(struct loader *l, struct attachments *out, struct err *err)
{
	AUTO(attachments) struct attachments list = { 0 };
	struct bpf_program *program;
	int rc = 0;

	explain_start();
	identity_raise();
	bpf_object__for_each_program (program, l->bpf)
		if (rc == 0 && is_to_attach(l, program))
			rc = attach_program(l, program, &list, err);
	identity_lower();
	if (rc < 0)
		return err_wrap(err, "%s", l->name);
	*out = list;
	list = (struct attachments){ 0 };
	return 0;
}

static void *take_down(void *item)
{
	struct attachment *attachment = item;

	if (attachment->link)
		bpf_link__destroy(attachment->link);
	if (attachment->fd >= 0)
		close(attachment->fd);
	if (attachment->filter)
		place_remove_filter(attachment->filter);
	return NULL;
}

void attachments_done(struct attachments *list)
{
	AUTO(free) pthread_t *threads = mem_array(list->n_items, sizeof(*threads));
	size_t n = 0;

	identity_raise();
	for (size_t i = 0; i + 1 < list->n_items; i++) {
		if (pthread_create(&threads[n], NULL, take_down, &list->items[i]) == 0)
			n++;
		else
			take_down(&list->items[i]);
	}
	if (list->n_items)
		take_down(&list->items[list->n_items - 1]);
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	identity_lower();
	free(list->items);
	*list = (struct attachments){ 0 };
}

struct attachment *attachments_add(struct attachments *list, const struct bpf_program *program,
				   struct bpf_link *link, int fd)
{
	ARRAY_ROOM(list->items, list->n_items, list->cap);
	list->items[list->n_items] = (struct attachment){ program, link, fd, NULL };
	return &list->items[list->n_items++];
}

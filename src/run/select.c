// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/select.h"

#include "base/alloc.h"
#include "base/log.h"
#include "kernel/live.h"

/* What follows one of the prefixes, NULL-terminated; NULL: none fits. */
static const char *after(const char *section, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (text_starts(section, *prefixes))
			return section + strlen(*prefixes);
	return NULL;
}

static const char *const tracepoint_prefixes[] = { "tracepoint/", "tp/", NULL };
static const char *const raw_prefixes[] = { "raw_tp/", "raw_tracepoint/", NULL };
static const char *const btf_prefixes[] = { "tp_btf/", NULL };

static int skip_named(struct loader *l, const char *const *skip, size_t n_skip, struct err *err)
{
	for (size_t i = 0; i < n_skip; i++) {
		struct bpf_program *program = bpf_object__find_program_by_name(l->bpf, skip[i]);

		if (!program)
			return err_set(err, EC_USAGE, "%s has no program '%s'", l->name, skip[i]);
		bpf_program__set_autoload(program, false);
	}
	return 0;
}

static int check_tracepoint(struct loader *l, struct bpf_program *program, const char *path,
			    struct err *err)
{
	const char *slash = strchr(path, '/');
	AUTO(free) char *category = slash ? mem_textn(path, slash - path) : NULL;
	enum live_answer answer;

	if (!slash)
		return 0; /* libbpf says what is wrong with the section */
	answer = live_tracepoint(category, slash + 1);
	if (answer != LIVE_NO)
		return 0;
	if (loader_is_optional(l, program) || !strcmp(category, "syscalls")) {
		bpf_program__set_autoload(program, false);
		log_verbose("%s is left out: this kernel has no tracepoint %s",
			    bpf_program__name(program), path);
		return 0;
	}
	err_set(err, EC_UNSUPPORTED, "%s: this kernel has no tracepoint %s, which program %s needs",
		l->name, path, bpf_program__name(program));
	return err_hint(err, "--skip %s runs the package without it", bpf_program__name(program));
}

/* Is there a tp_btf program for the same event that will be loaded? */
static bool has_btf_twin(const struct loader *l, const char *event)
{
	struct bpf_program *program;
	const char *other;

	bpf_object__for_each_program (program, l->bpf) {
		other = after(loader_section(l, program), btf_prefixes);
		if (other && !strcmp(other, event) && bpf_program__autoload(program))
			return true;
	}
	return false;
}

static int select_one(struct loader *l, struct bpf_program *program, struct err *err)
{
	const char *section = loader_section(l, program);
	const char *rest;

	if (!bpf_program__autoload(program))
		return 0;
	rest = after(section, tracepoint_prefixes);
	if (rest)
		return check_tracepoint(l, program, rest, err);
	rest = after(section, raw_prefixes);
	if (rest && has_btf_twin(l, rest)) {
		bpf_program__set_autoload(program, false);
		log_verbose("%s is left out: another program has the event as tp_btf/%s",
			    bpf_program__name(program), rest);
	}
	return 0;
}

static bool has_any(const struct loader *l)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, l->bpf)
		if (bpf_program__autoload(program))
			return true;
	return false;
}

static int refuse_all(struct loader *l, struct err *err)
{
	struct bpf_program *program = bpf_object__next_program(l->bpf, NULL);

	if (!program)
		return err_set(err, EC_CORRUPT, "%s: there is no program in it", l->name);
	return err_set(err, EC_UNSUPPORTED,
		       "%s: none of its programs can be had on this kernel (the first is %s, %s)",
		       l->name, bpf_program__name(program), loader_section(l, program));
}

int select_programs(struct loader *l, const char *const *skip, size_t n_skip, struct err *err)
{
	struct bpf_program *program;

	if (skip_named(l, skip, n_skip, err) < 0)
		return -1;
	bpf_object__for_each_program (program, l->bpf)
		if (select_one(l, program, err) < 0)
			return -1;
	return has_any(l) ? 0 : refuse_all(l, err);
}

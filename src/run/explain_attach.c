// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>

#include "base/alloc.h"
#include "base/str.h"
#include "btf/program_kind.h"
#include "check/kinds.h"
#include "kernel/live.h"
#include "run/explain.h"

/* How a target is written, and the characters that are in it at least: what '--attach' takes. */
static const struct form {
	const char *section;
	const char *target;
	const char *marks;
} forms[] = {
	{ "tracepoint", "CATEGORY/NAME", "/" },
	{ "tp", "CATEGORY/NAME", "/" },
	{ "raw_tracepoint", "NAME", "" },
	{ "raw_tp", "NAME", "" },
	{ "kprobe", "FUNCTION", "" },
	{ "kretprobe", "FUNCTION", "" },
	{ "uprobe", "BINARY:FUNCTION", ":" },
	{ "uretprobe", "BINARY:FUNCTION", ":" },
	{ "usdt", "BINARY:PROVIDER:NAME", "::" },
};

/* The canonical word of a section; NULL: it is not known. */
static const char *word_of(const char *section)
{
	struct span target;
	const struct program_kind *kind = program_kind_of(section, &target);

	return kind ? kind->section : NULL;
}

/* xdp and tc need an interface alike, all of cgroups a cgroup: what one lacks the other does. */
static const char *group_of(const struct bpf_program *program)
{
	static const char *const probes[][2] = {
		{ "kretprobe", "kprobe" }, { "ksyscall", "kprobe" }, { "kretsyscall", "kprobe" },
		{ "uretprobe", "uprobe" }, { "usdt", "uprobe" },
	};
	const char *word = word_of(bpf_program__section_name(program));

	if (!word)
		return "";
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(word, probes[i][0]))
			return probes[i][1];
	if (!strcmp(word, "tc") || !strcmp(word, "tcx") || !strcmp(word, "classifier"))
		return "xdp";
	return text_starts(word, "cgroup") || !strcmp(word, "sockops") ? "cgroup" : word;
}

char *explain_skip(const struct bpf_object *object, const char *name, bool is_whole_kind)
{
	const struct bpf_program *failed = bpf_object__find_program_by_name(object, name);
	AUTO(str) struct str text = STR_MAX(200);
	const char *group = failed ? group_of(failed) : "";
	struct bpf_program *program;
	size_t n = 0, n_others = 0;

	if (!failed)
		return NULL;
	bpf_object__for_each_program (program, object) {
		bool is_same = !strcmp(group, group_of(program));

		if (!bpf_program__autoload(program))
			continue;
		n_others += !is_same;
		if (program == failed || (is_whole_kind && is_same))
			str_addf(&text, "%s--skip %s", n++ ? " " : "", bpf_program__name(program));
	}
	if (!n_others || text.is_full)
		return NULL;
	str_addf(&text, " runs the package without %s", n > 1 ? "them" : "it");
	return text.is_full ? NULL : str_take(&text);
}

static int hint_skip(const struct explain_place *place, bool is_whole_kind, struct err *err)
{
	AUTO(free)
	char *skip = explain_skip(place->object, bpf_program__name(place->program), is_whole_kind);

	return skip ? err_hint(err, "%s", skip) : -1;
}

static const struct form *form_of(const char *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		size_t len = strlen(forms[i].section);

		if (text_starts(section, forms[i].section) &&
		    (!section[len] || section[len] == '/'))
			return &forms[i];
	}
	return NULL;
}

static bool fits(const struct form *form, const char *section)
{
	const char *at = section + strlen(form->section);

	if (!*at || !at[1])
		return false;
	for (const char *mark = form->marks; *mark; mark++) {
		at = strchr(at + 1, *mark);
		if (!at)
			return false;
	}
	return true;
}

static int hint_form(const struct explain_place *place, const struct form *form, struct err *err)
{
	return err_hint(err, "--attach %s=%s/%s says it", bpf_program__name(place->program),
			form->section, form->target);
}

static int explain_untold(const struct explain_place *place, struct err *err)
{
	const char *name = bpf_program__name(place->program), *section = place->section;
	const struct form *form = form_of(section);
	struct span target = { NULL, 0 };
	const struct program_kind *kind = program_kind_of(section, &target);

	if (!kind || !kind->has_target || target.len) {
		err_set(err, EC_UNSUPPORTED, "program %s (%s) is of a kind that epm cannot attach",
			name, section);
		return hint_skip(place, true, err);
	}
	err_set(err, EC_USAGE, "program %s (%s) needs to be told where to attach", name, section);
	if (form)
		return hint_form(place, form, err);
	return err_hint(err, "its source has to say it: SEC(\"%s/…\")", section);
}

static bool is_refused(const struct explain_place *place, struct err *err)
{
	struct check_program program = { .section = place->section };
	AUTO(live) struct live *live = live_new();
	char why[256];

	program.attached = program_kind_of(place->section, &program.target);
	if (!program.attached ||
	    !kinds_are_refused(place->kernel, live, &program, why, sizeof(why)))
		return false;
	err_set(err, EC_UNSUPPORTED, "program %s (%s): %s", bpf_program__name(place->program),
		place->section, why);
	if (strstr(why, "tracefs"))
		err_hint(err, LIVE_MOUNT_TRACEFS);
	else
		hint_skip(place, true, err);
	return true;
}

int explain_attach(const struct explain_place *place, int number, struct err *err)
{
	const char *name = bpf_program__name(place->program), *section = place->section;
	const struct form *form = form_of(section);

	explain_tell();
	if (number == EOPNOTSUPP || (form && !fits(form, section) && !strchr(section, '/')))
		return explain_untold(place, err);
	if (is_refused(place, err))
		return -1;
	switch (number) {
	case ENOENT:
	case ESRCH:
		err_set(err, EC_UNSUPPORTED,
			"program %s: there is nothing on this machine to attach it to: %s", name,
			section);
		return hint_skip(place, false, err);
	case EPERM:
	case EACCES:
		return err_set(err, EC_DENIED, "program %s: attaching it to %s is not permitted",
			       name, section);
	default:
		err_set(err, EC_UNSUPPORTED, "program %s: cannot attach it to %s: %s", name,
			section, strerror(number));
		if (form && !fits(form, section))
			return hint_form(place, form, err);
		return -1;
	}
}

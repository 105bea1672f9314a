// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/live.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/limits.h"
#include "kernel/live_try.h"
#include "kernel/trivial.h"

struct live_text { /* a file that is read when it is asked for */
	struct str text;
	bool has_tried;
};

struct live {
	struct live_text functions;
	struct live_text symbols;
	struct live_kind_refusal {
		bool has_tried;
		char why[96]; /* empty: none */
	} refusals[LIVE_LSM + 1];
};

#define EVENT_SOURCES "/sys/bus/event_source/devices"

struct live *live_new(void)
{
	return mem_alloc(sizeof(struct live));
}

void live_free(struct live *live)
{
	if (!live)
		return;
	str_done(&live->functions.text);
	str_done(&live->symbols.text);
	free(live);
}

/* With a newline before the first line. Empty: it cannot be read. */
static struct span read_once(struct live_text *file, const char *path)
{
	struct err ignored;

	if (!file->has_tried) {
		file->has_tried = true;
		file->text = (struct str)STR_MAX(LIMIT_KERNEL_LIST);
		str_addc(&file->text, '\n');
		identity_raise();
		if (fs_read(AT_FDCWD, path, &file->text, &ignored) < 0)
			str_done(&file->text);
		identity_lower();
	}
	return (struct span){ str_text(&file->text), file->text.len };
}

/* Does a word stand between one of these characters before it and one of those after it? */
static bool has_word(struct span text, char before, const char *after, const char *word)
{
	size_t len = strlen(word);
	const char *end = text.data + text.len, *at = text.data;

	while ((at = memmem(at, end - at, word, len))) {
		if (at > text.data && at[-1] == before && at + len < end && at[len] &&
		    strchr(after, at[len]))
			return true;
		at += len;
	}
	return false;
}

enum live_answer live_function(const struct live *live, const char *name)
{
	struct live *l = (struct live *)live; /* a cache */
	const char *tracefs = live_tracefs();
	AUTO(free) char *path = mem_printf("%s/available_filter_functions", tracefs ? tracefs : "");
	struct span text;

	if (!tracefs)
		return LIVE_UNKNOWN;
	text = read_once(&l->functions, path);
	if (text.len < 2)
		return LIVE_UNKNOWN;
	return has_word(text, '\n', "\n ", name) ? LIVE_YES : LIVE_NO;
}

enum live_answer live_symbol(const struct live *live, const char *name)
{
	struct live *l = (struct live *)live;
	struct span text = read_once(&l->symbols, "/proc/kallsyms");

	if (text.len < 2)
		return LIVE_UNKNOWN;
	return has_word(text, ' ', "\n\t", name) ? LIVE_YES : LIVE_NO;
}

const char *live_quiet_function(struct kernel *kernel)
{
	static const char *const names[] = { "bpf_fentry_test1", "do_sysinfo", "do_unlinkat" };

	for (size_t i = 0; kernel && i < ARRAY_SIZE(names); i++)
		if (kernel_has_function(kernel, names[i]))
			return names[i];
	return names[0];
}

static void refuse_tracefs(struct live_kind_refusal *out)
{
	if (live_lacks_tracefs())
		snprintf(out->why, sizeof(out->why), "tracefs is not mounted");
}

/*
 * The kind of event that perf attaches such programs to; older kernels have a file of tracefs
 * instead. name: "kprobe", "uprobe"; option: CONFIG_…
 */
static void refuse_probe(struct kernel *kernel, const char *name, const char *option,
			 struct live_kind_refusal *out)
{
	AUTO(free) char *source = mem_printf(EVENT_SOURCES "/%s", name);
	const char *tracefs = live_tracefs(), *value;
	AUTO(free) char *events = mem_printf("%s/%s_events", tracefs ? tracefs : "", name);

	if (!fs_is_dir(AT_FDCWD, EVENT_SOURCES) || fs_is_dir(AT_FDCWD, source) ||
	    (tracefs && fs_exists(AT_FDCWD, events)))
		return;
	value = kernel && kernel->is_running ? kernel_option(kernel, option) : NULL;
	if (tracefs || (value && !strcmp(value, "n")))
		snprintf(out->why, sizeof(out->why), "it was built without them");
	else
		refuse_tracefs(out);
}

static bool loads(const struct trivial *trivial)
{
	enum trivial_look ignored;
	int fd = trivial_load(trivial, &ignored);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* An errno; 0: it is taken, or none is, for want of rights. */
static int try_program(struct kernel *kernel, struct trivial trivial, const char *function)
{
	if (!kernel_find(kernel, function, BTF_KIND_FUNC, NULL, &trivial.btf_id) ||
	    !live_has_rights() || loads(&trivial))
		return 0;
	return errno;
}

static void refuse_errno(struct live_kind_refusal *out, int error)
{
	if (error)
		snprintf(out->why, sizeof(out->why), "%s", strerror(error));
}

/* Integrity leaves all of it; include/linux/security.h, enum lockdown_reason. */
static void refuse_lockdown(struct live_kind_refusal *out)
{
	const char *lockdown = live_lockdown();

	if (lockdown && !strcmp(lockdown, "confidentiality"))
		snprintf(out->why, sizeof(out->why), "it is locked down to %s", lockdown);
}

static void try_kind(struct kernel *kernel, enum live_kind kind, struct live_kind_refusal *out)
{
	const struct trivial tracing = { .type = BPF_PROG_TYPE_TRACING,
					 .attach = BPF_TRACE_FENTRY };
	const struct trivial lsm = { .type = BPF_PROG_TYPE_LSM, .attach = BPF_LSM_MAC };

	if (kind == LIVE_KPROBES)
		refuse_probe(kernel, "kprobe", "CONFIG_KPROBE_EVENTS", out);
	else if (kind == LIVE_UPROBES)
		refuse_probe(kernel, "uprobe", "CONFIG_UPROBE_EVENTS", out);
	if (!*out->why && (kind == LIVE_KPROBES || kind == LIVE_TRACEPOINTS))
		refuse_lockdown(out);
	if (!*out->why && kind == LIVE_TRACEPOINTS) /* libbpf reads the event's number there */
		refuse_tracefs(out);
	if (kind == LIVE_TRACING)
		refuse_errno(out, try_program(kernel, tracing, live_quiet_function(kernel)));
	else if (kind == LIVE_LSM)
		refuse_errno(out, try_program(kernel, lsm, "bpf_lsm_quota_on"));
}

const char *live_refusal(const struct live *live, struct kernel *kernel, enum live_kind kind)
{
	struct live *l = (struct live *)live; /* a cache */
	struct live_kind_refusal *refusal = &l->refusals[kind];

	if (!refusal->has_tried)
		try_kind(kernel, kind, refusal);
	refusal->has_tried = true;
	return *refusal->why ? refusal->why : NULL;
}

const char *live_tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	const char *found = NULL;

	identity_raise();
	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++) {
		AUTO(free) char *events = path_join(places[i], "events");

		if (fs_is_dir(AT_FDCWD, events))
			found = places[i];
	}
	identity_lower();
	return found;
}

/* False also where it may be mounted and cannot be seen. */
static bool is_no_tracefs(const char *place)
{
	struct statfs fs;

	if (statfs(place, &fs) < 0)
		return errno == ENOENT;
	return fs.f_type != TRACEFS_MAGIC;
}

bool live_lacks_tracefs(void)
{
	return !live_tracefs() && is_no_tracefs("/sys/kernel/tracing") &&
	       is_no_tracefs("/sys/kernel/debug/tracing");
}

enum live_answer live_tracepoint(const char *category, const char *name)
{
	const char *tracefs = live_tracefs();
	AUTO(free) char *events = NULL;
	AUTO(free) char *path = NULL;
	enum live_answer answer = LIVE_YES;

	if (!tracefs)
		return LIVE_UNKNOWN;
	path = mem_printf("%s/events/%s/%s", tracefs, category, name);
	events = mem_printf("%s/events/sched", tracefs);
	identity_raise();
	if (!fs_is_dir(AT_FDCWD, path))
		answer = fs_is_dir(AT_FDCWD, events) ? LIVE_NO : LIVE_UNKNOWN;
	identity_lower();
	return answer;
}

const char *live_lockdown(void)
{
	static const char *const modes[] = { "integrity", "confidentiality" };
	AUTO(str) struct str text = STR_MAX(256);
	struct err err;

	if (fs_read(AT_FDCWD, "/sys/kernel/security/lockdown", &text, &err) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		AUTO(free) char *chosen = mem_printf("[%s]", modes[i]);

		if (strstr(str_text(&text), chosen))
			return modes[i];
	}
	return NULL;
}

enum live_answer live_security_module(const char *name)
{
	AUTO(str) struct str text = STR_MAX(4096);
	AUTO(free) char *word = mem_printf(",%s,", name);
	struct err err;

	str_addc(&text, ',');
	if (fs_read(AT_FDCWD, "/sys/kernel/security/lsm", &text, &err) < 0)
		return LIVE_UNKNOWN;
	while (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	str_addc(&text, ',');
	return strstr(str_text(&text), word) ? LIVE_YES : LIVE_NO;
}

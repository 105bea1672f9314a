// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "run/doctor_priv.h"
#include "run/preflight.h"

#define NO_BTF_HOW                                                                            \
	"a kernel built with CONFIG_DEBUG_INFO_BTF=y (Debian 11 and later, Ubuntu 20.10 and " \
	"later: apt-get install linux-image-amd64 or linux-image-arm64), or packages built "  \
	"with epm build --btf-dir"

const char *doctor_word(enum doctor_state state)
{
	static const char *const words[] = {
		[DOCTOR_OK] = "ok",	      [DOCTOR_NOTE] = "note",
		[DOCTOR_MISSING] = "missing", [DOCTOR_REFUSED] = "refused",
		[DOCTOR_UNKNOWN] = "unknown",
	};

	return words[state];
}

PRINTF(1, 0)
static char *format(const char *fmt, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	return mem_text(text);
}

struct doctor_item *doctor_add(struct doctor *doctor, const char *group, const char *what,
			       enum doctor_state state, const char *fmt, ...)
{
	struct doctor_item *item;
	va_list args;

	ARRAY_ROOM(doctor->items, doctor->n_items, doctor->cap);
	item = &doctor->items[doctor->n_items++];
	*item = (struct doctor_item){ .group = group, .what = what, .state = state };
	va_start(args, fmt);
	item->detail = format(fmt, args);
	va_end(args);
	return item;
}

void doctor_how(struct doctor_item *item, const char *fmt, ...)
{
	va_list args;

	free(item->how);
	va_start(args, fmt);
	item->how = format(fmt, args);
	va_end(args);
}

void doctor_has(struct doctor_item *item, const char *name, bool has)
{
	if (has) {
		ARRAY_ROOM(item->has, item->n_has, item->has_cap);
		item->has[item->n_has++] = mem_text(name);
	} else {
		ARRAY_ROOM(item->lacks, item->n_lacks, item->lacks_cap);
		item->lacks[item->n_lacks++] = mem_text(name);
	}
}

void doctor_add_untried(struct doctor *doctor, const char *group, const char *what)
{
	struct err ignored;

	doctor_add(doctor, group, what, DOCTOR_UNKNOWN, "%s",
		   preflight_rights(&ignored) < 0 ? "cannot be tried without root"
						  : "cannot be tried: nothing can be loaded");
}

static void item_done(struct doctor_item *item)
{
	for (size_t i = 0; i < item->n_has; i++)
		free(item->has[i]);
	for (size_t i = 0; i < item->n_lacks; i++)
		free(item->lacks[i]);
	free(item->has);
	free(item->lacks);
	free(item->detail);
	free(item->how);
}

void doctor_done(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->n_items; i++)
		item_done(&doctor->items[i]);
	free(doctor->items);
	kernel_done(&doctor->kernel);
	*doctor = (struct doctor){ 0 };
}

bool doctor_option_is_unset(struct doctor *doctor, const char *name)
{
	const char *value = doctor->kernel.is_running ? kernel_option(&doctor->kernel, name) : NULL;

	return value && !strcmp(value, "n");
}

static void add_btf(struct doctor *doctor, const struct err *why)
{
	struct kernel *kernel = &doctor->kernel;
	struct doctor_item *item;

	if (!kernel->release) {
		item = doctor_add(doctor, "kernel", "BTF",
				  why->code == EC_UNSUPPORTED ? DOCTOR_MISSING : DOCTOR_REFUSED,
				  "%s", why->text);
		doctor_how(item, NO_BTF_HOW);
		return;
	}
	doctor_add(doctor, "kernel", "BTF", DOCTOR_OK, "%u types in %s", kernel->main.btf.n_types,
		   KERNEL_BTF_PATH);
	if (doctor_option_is_unset(doctor, "CONFIG_MODULES")) {
		doctor_add(doctor, "kernel", "BTF of modules", DOCTOR_OK,
			   "this kernel has no modules");
		return;
	}
	if (!doctor_option_is_unset(doctor, "CONFIG_DEBUG_INFO_BTF_MODULES")) {
		doctor_add(doctor, "kernel", "BTF of modules", DOCTOR_OK, "of %zu that are loaded",
			   kernel->n_module_files);
		return;
	}
	item = doctor_add(doctor, "kernel", "BTF of modules", DOCTOR_MISSING,
			  "types and functions of modules cannot be used");
	doctor_how(item, "a kernel built with CONFIG_DEBUG_INFO_BTF_MODULES=y");
}

static void add_kernel(struct doctor *doctor, const char *cache)
{
	struct utsname name = { 0 };
	struct err err;

	if (uname(&name) < 0)
		snprintf(name.release, sizeof(name.release), "?");
	doctor_add(doctor, "kernel", "release", DOCTOR_OK, "%s, %s", name.release, name.machine);
	if (kernel_open_running(cache, &doctor->kernel, &err) < 0)
		doctor->kernel = (struct kernel){ 0 };
	add_btf(doctor, &err);
}

void doctor_examine(const char *cache, struct doctor *out)
{
	*out = (struct doctor){ .has_root = identity_has_root() };
	add_kernel(out, cache);
	doctor_programs(out);
	doctor_types(out);
	doctor_attaching(out);
	doctor_system(out);
}

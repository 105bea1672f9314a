// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/preflight.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/auto.h"
#include "base/fs.h"
#include "base/identity.h"

static bool has_capability(const struct __user_cap_data_struct *data, unsigned int capability)
{
	return data[capability / 32].effective & (1u << (capability % 32));
}

static bool has_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       (has_capability(data, CAP_SYS_ADMIN) ||
		(has_capability(data, CAP_BPF) && has_capability(data, CAP_PERFMON)));
}

bool preflight_is_confined(void)
{
	bool is_confined;

	identity_raise();
	is_confined = !has_rights();
	identity_lower();
	return is_confined;
}

int preflight_rights(struct err *err)
{
	if (identity_has_root() || has_rights())
		return 0;
	err_set(err, EC_DENIED, "loading eBPF programs needs root");
	return err_hint(err, "run it with sudo (or give epm CAP_BPF and CAP_PERFMON)");
}

const char *preflight_tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		AUTO(free) char *events = path_join(places[i], "events");

		if (fs_is_dir(AT_FDCWD, events))
			return places[i];
	}
	return NULL;
}

enum preflight_answer preflight_tracepoint(const char *category, const char *name)
{
	const char *tracefs = preflight_tracefs();
	AUTO(free) char *events = NULL;
	AUTO(free) char *path = NULL;

	if (!tracefs)
		return PREFLIGHT_UNKNOWN;
	path = mem_printf("%s/events/%s/%s", tracefs, category, name);
	if (fs_is_dir(AT_FDCWD, path))
		return PREFLIGHT_YES;
	events = mem_printf("%s/events/sched", tracefs);
	return fs_is_dir(AT_FDCWD, events) ? PREFLIGHT_NO : PREFLIGHT_UNKNOWN;
}

const char *preflight_lockdown(void)
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

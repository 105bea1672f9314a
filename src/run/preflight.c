// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/preflight.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

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

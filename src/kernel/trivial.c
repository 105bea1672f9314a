// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/trivial.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "base/alloc.h"
#include "base/identity.h"

#define LOG_SIZE 4096

static bool has_any(const char *log, const char *const *words)
{
	for (; *words; words++)
		if (strstr(log, *words))
			return true;
	return false;
}

static enum trivial_look look_of(const struct trivial *trivial, const char *log)
{
	static const char *const refusals[] = { "unknown func", "invalid func",
						"program of this type cannot use helper", NULL };

	if (!*log)
		return TRIVIAL_UNSEEN;
	if (!trivial->helper || !strstr(log, "(85) call"))
		return TRIVIAL_LOOKED;
	return has_any(log, refusals) ? TRIVIAL_NO_HELPER : TRIVIAL_CALLED;
}

static int load(const struct trivial *trivial, int value, enum trivial_look *out_look)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_JMP | BPF_CALL, .imm = (int)trivial->helper },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = value },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	size_t skipped = trivial->helper ? 0 : 1;
	char log[LOG_SIZE] = "";
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = trivial->attach,
		    .attach_btf_id = trivial->btf_id, .log_buf = log, .log_size = sizeof(log),
		    .log_level = 1, .prog_flags = trivial->sleeps ? BPF_F_SLEEPABLE : 0);
	int fd, error;

	identity_raise();
	fd = bpf_prog_load(trivial->type, "epm_trial", "GPL", insns + skipped,
			   ARRAY_SIZE(insns) - skipped, &options);
	error = errno;
	identity_lower();
	*out_look = look_of(trivial, log);
	errno = error;
	return fd;
}

int trivial_load(const struct trivial *trivial, enum trivial_look *out_look)
{
	enum trivial_look first;
	int fd = load(trivial, 0, out_look);

	if (fd >= 0 || trivial->helper)
		return fd;
	first = *out_look;
	fd = load(trivial, 1, out_look); /* some have to return 1 */
	if (first > *out_look)
		*out_look = first;
	return fd;
}

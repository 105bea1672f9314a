// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "kernel/trivial.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>

#include "base/alloc.h"
#include "base/identity.h"

#define LOG_SIZE 4096

int trivial_load(const struct trivial *trivial, bool *out_verifier)
{
	int fd = -1, error = 0;

	*out_verifier = false;
	for (int value = 0; value <= 1 && fd < 0; value++) { /* some have to return 1 */
		const struct bpf_insn insns[] = {
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = value },
			{ .code = BPF_JMP | BPF_EXIT },
		};
		char log[LOG_SIZE] = "";
		LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = trivial->attach,
			    .attach_btf_id = trivial->btf_id, .log_buf = log,
			    .log_size = sizeof(log), .log_level = 1,
			    .prog_flags = trivial->sleeps ? BPF_F_SLEEPABLE : 0);

		identity_raise();
		fd = bpf_prog_load(trivial->type, "epm_trial", "GPL", insns, ARRAY_SIZE(insns),
				   &options);
		error = errno;
		identity_lower();
		if (log[0])
			*out_verifier = true;
	}
	errno = error;
	return fd;
}

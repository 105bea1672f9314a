// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_TRIVIAL_H
#define EPM_KERNEL_TRIVIAL_H

/* A program that returns 0 or 1 and does nothing else, loaded to see what the kernel takes. */
#include <stdbool.h>
#include <stdint.h>

struct trivial {
	int type;   /* enum bpf_prog_type */
	int attach; /* enum bpf_attach_type */
	uint32_t btf_id;
	bool sleeps;
};

/*
 * A descriptor, or -1 with errno; *out_verifier: the verifier had a look at it. With root's rights
 * where they can be had.
 */
int trivial_load(const struct trivial *trivial, bool *out_verifier);

#endif

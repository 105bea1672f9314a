// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_KERNEL_TRIVIAL_H
#define EPM_KERNEL_TRIVIAL_H

/*
 * A program that returns 0 or 1 and does nothing else, loaded to see what the kernel takes. libbpf's
 * own probes are not used for helpers: those of 1.1 to 1.4 do not know what newer verifiers say.
 */
#include <stdbool.h>
#include <stdint.h>

struct trivial {
	int type;   /* enum bpf_prog_type */
	int attach; /* enum bpf_attach_type */
	uint32_t btf_id;
	bool sleeps;
	uint32_t helper; /* is called first, with the context and nothing else; 0: none */
};

enum trivial_look {		    /* of the verifier, kernel/bpf/verifier.c check_helper_call() */
		    TRIVIAL_UNSEEN, /* it was not asked */
		    TRIVIAL_LOOKED, /* it was, and did not come to the helper, or there is none */
		    TRIVIAL_CALLED, /* it knows the helper; its arguments may be wrong */
		    TRIVIAL_NO_HELPER /* such programs may not call it, or nobody may */
};

/*
 * A descriptor, or -1 with errno. With root's rights where they can be had.
 */
int trivial_load(const struct trivial *trivial, enum trivial_look *out_look);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_BTF_KERNEL_WORD_H
#define EPM_BTF_KERNEL_WORD_H

/* The kernel's numbers as words: helpers, map types; and what is known of them. */
#include <stdbool.h>
#include <stdint.h>

/* "bpf_map_lookup_elem"; NULL: newer than this program. */
const char *kernel_helper_word(uint32_t id);

/* Does the verifier give it to programs with a GPL compatible licence only? */
bool kernel_helper_is_gpl(uint32_t id);

/* "ringbuf"; NULL: newer than this program. */
const char *kernel_map_word(uint32_t type);
uint32_t kernel_map_number(const char *word); /* also of "map#40"; 0: no such word */

/*
 * Words (of helpers, kfuncs, program types, section kinds) that change what the system does instead
 * of looking at it. A trust policy may forbid them.
 */
bool kernel_word_is_sensitive(const char *word);

#endif

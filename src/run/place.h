// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_RUN_PLACE_H
#define EPM_RUN_PLACE_H

/*
 * Attaching programs whose section does not say where: xdp and tc to a network interface, cgroup
 * programs to a cgroup, perf_event programs to a clock on each CPU. The place comes from the command
 * line, else from the configuration (@ifindex, @tchook, @tcopts, @flags, @cgroup, @perf).
 *
 * Everything is a link where the kernel has one, and so goes with the process. Before 6.6 tc has
 * none: a filter of our own is added and removed again, and no other is ever touched.
 */
#include "run/attach.h"

/* Is it a program of one of these kinds? */
bool place_is_wanted(const struct bpf_program *program);

/*
 * Adds what it attached to the list. USAGE where no place is given; UNSUPPORTED, NOT_FOUND, EXISTS
 * (another program is there). Needs root.
 */
int place_attach(struct loader *loader, struct bpf_program *program, struct attachments *list,
		 struct err *err) MUST_CHECK;

/* Take a filter of ours away again. */
void place_remove_filter(struct tc_filter *filter);

#endif

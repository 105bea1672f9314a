// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_CHECK_FACTS_H
#define EPM_CHECK_FACTS_H

/* What reachability takes for constant, of an object on a kernel. */
#include "check/reach.h"
#include "check/subject.h"
#include "kernel/kernel.h"
#include "kernel/live.h"

enum facts_guess { /* where there is no kernel to ask */
		   FACTS_BY_KERNEL,
		   FACTS_NOTHING_EXISTS, /* all that is asked for is missing */
		   FACTS_ALL_EXISTS,
		   FACTS_UNKNOWN,
};

/*
 * What is put where a kernel does not say it (its release, its options, symbols without type). What
 * is reached with both, is reached.
 */
enum facts_fill { FACTS_FILL_NOT, FACTS_FILL_LEAST, FACTS_FILL_MOST };

struct facts {
	const struct check_subject *subject;
	struct kernel *kernel; /* FACTS_BY_KERNEL */
	const struct live *live;
	enum facts_guess guess;
	enum facts_fill fill;
	bool has_kfunc_flavours;
	struct reach_data *data; /* by section */
	uint8_t **masks;	 /* those made for one variable; else NULL */
};

/* All flags at their values. The subject and the kernel are borrowed. */
void facts_init(struct facts *facts, const struct check_subject *subject, struct kernel *kernel);
void facts_done(struct facts *facts);
AUTO_STRUCT(facts, struct facts, facts_done);

/* The variables that a person can set are not known; or only this one. */
void facts_forget_flags(struct facts *facts);
void facts_forget_flag(struct facts *facts, const struct variable *variable);

/* Borrows the facts. */
struct reach_facts facts_for_reach(struct facts *facts);

/* Does the kernel have it? A variable without type is asked for in the running kernel only. */
enum reach_extern facts_extern(const struct facts *facts, const struct check_extern *external);

/* Is there something the object asks for that the kernel does not say? */
bool facts_lack(const struct facts *facts);

/* The value a .kconfig extern gets; false: not known. has_value: NULL, or is there one at all? */
bool facts_option(const struct facts *facts, const struct check_extern *external, uint64_t *out,
		  bool *has_value);

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "run/plan.h"

#define RECORD 64

static void print(const struct btf *btf, uint32_t id, enum plan_mode mode, const char *record)
{
	struct plan_wish wish = { .mode = mode };
	AUTO(plan) struct plan *plan = NULL;
	AUTO(free) char *room = NULL;
	struct err err = { 0 };
	char *end;

	if (plan_new(btf, id, &wish, &plan, &err) < 0) {
		if (err.code != EC_CORRUPT)
			abort();
		return;
	}
	if (plan->max_size > 1u << 20)
		return;
	room = malloc(plan->max_size);
	if (!room)
		abort();
	end = plan_emit(plan, room, record, RECORD);
	if (end > room + plan->max_size)
		abort();
	for (char *c = room; c + 1 < end; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			abort();
}

/* 64 bytes of a record, then BTF: each of its types, as text and as JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf *btf = size > RECORD ? btf__new(data + RECORD, size - RECORD) : NULL;
	AUTO(free) char *record = malloc(RECORD);

	if (!btf || !record)
		return 0;
	memcpy(record, data, RECORD);
	for (uint32_t id = 1; id < btf__type_cnt(btf) && id < 32; id++) {
		print(btf, id, PLAN_TEXT, record);
		print(btf, id, PLAN_JSON, record);
	}
	btf__free(btf);
	return 0;
}

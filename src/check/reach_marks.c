// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "check/reach.h"

void reach_init(struct reach *reach, const struct code *code)
{
	*reach = (struct reach){ .n_sections = code->n_sections };
	reach->marks = mem_array(code->n_sections, sizeof(uint8_t *));
	for (size_t i = 0; i < code->n_sections; i++)
		if (code->sections[i].insns)
			reach->marks[i] = mem_array(code->sections[i].n, 1);
}

void reach_clear(struct reach *reach, const struct code *code)
{
	for (size_t i = 0; i < code->n_sections; i++)
		if (reach->marks[i])
			memset(reach->marks[i], 0, code->sections[i].n);
	reach->n_accesses = 0;
	reach->n_results = 0;
	reach->has_given_up = false;
}

void reach_note_result(struct reach *reach, const struct reach_result *result)
{
	ARRAY_ROOM(reach->results, reach->n_results, reach->results_cap);
	reach->results[reach->n_results++] = *result;
}

void reach_intersect(struct reach *into, const struct reach *with, const struct code *code)
{
	for (size_t i = 0; i < code->n_sections; i++)
		for (uint32_t k = 0; into->marks[i] && k < code->sections[i].n; k++)
			into->marks[i][k] &= with->marks[i][k];
}

void reach_done(struct reach *reach)
{
	for (size_t i = 0; reach->marks && i < reach->n_sections; i++)
		free(reach->marks[i]);
	free(reach->marks);
	free(reach->accesses);
	free(reach->results);
	*reach = (struct reach){ 0 };
}

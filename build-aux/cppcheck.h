// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* Read by cppcheck only, which does not read libbpf's headers: the macros that are statements. */
#define LIBBPF_OPTS(type, name, ...) struct type name = { 0 }
#define bpf_object__for_each_map(pos, obj) \
	for ((pos) = bpf_object__next_map(obj, NULL); (pos); (pos) = bpf_object__next_map(obj, pos))
#define bpf_object__for_each_program(pos, obj)                   \
	for ((pos) = bpf_object__next_program(obj, NULL); (pos); \
	     (pos) = bpf_object__next_program(obj, pos))

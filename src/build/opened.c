// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "build/opened.h"

#include <errno.h>

#include "btf/type.h"
#include "build/heard.h"

static int open_bpf(struct span object, const char *name, struct opened *o, struct err *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);
	struct span reason;

	heard_start();
	o->bpf = bpf_object__open_mem(object.data, object.len, &opts);
	heard_end();
	if (!o->bpf) {
		reason = heard_reason(errno);
		return err_set(err, EC_CORRUPT, "%s: libbpf cannot open the object: %.*s", name,
			       (int)reason.len, reason.data);
	}
	o->btf = bpf_object__btf(o->bpf);
	if (!o->btf)
		return err_set(err, EC_CORRUPT, "%s: the object has no BTF", name);
	return 0;
}

int opened_open(struct span object, const char *name, struct opened *out, struct err *err)
{
	AUTO(opened) struct opened o = { 0 };

	if (object_open(object, name, &o.elf, err) < 0 || open_bpf(object, name, &o, err) < 0 ||
	    variables_find(o.elf, o.btf, &o.variables, err) < 0)
		return -1;
	*out = o;
	o = (struct opened){ 0 };
	return 0;
}

void opened_done(struct opened *o)
{
	variables_done(&o->variables);
	bpf_object__close(o->bpf);
	object_free(o->elf);
	*o = (struct opened){ 0 };
}

const char *opened_data_section(const struct opened *o, const struct bpf_map *map)
{
	const struct btf_type *type;

	if (!bpf_map__is_internal(map))
		return NULL;
	type = btf__type_by_id(o->btf, bpf_map__btf_value_type_id(map));
	if (type && btf_is_datasec(type))
		return type_text(o->btf, type->name_off);
	/* .rodata.str1.1 and the like have no BTF of their own */
	return strchr(bpf_map__name(map), '.') ? strchr(bpf_map__name(map), '.') : "";
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/types.h"

#include <sys/utsname.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/log.h"
#include "pkg/types_layer.h"

/* os-release(5), as far as it is needed. */
struct os {
	char *id;
	char *version;
};

static void os_done(struct os *os)
{
	free(os->id);
	free(os->version);
}
AUTO_STRUCT(os, struct os, os_done);

/* The value of KEY=VALUE or KEY="VALUE". */
static void take(struct span line, const char *key, char **out)
{
	size_t len = strlen(key);

	if (*out || line.len <= len || memcmp(line.data, key, len) || line.data[len] != '=')
		return;
	line = (struct span){ line.data + len + 1, line.len - len - 1 };
	line = span_trim(line);
	if (line.len >= 2 && (*line.data == '"' || *line.data == '\'') &&
	    line.data[line.len - 1] == *line.data)
		line = (struct span){ line.data + 1, line.len - 2 };
	*out = mem_textn(line.data, line.len);
}

static void read_os(struct os *out)
{
	AUTO(str) struct str text = STR_MAX(LIMIT_TEXT);
	struct err err;

	if (fs_read(AT_FDCWD, "/etc/os-release", &text, &err) < 0 &&
	    fs_read(AT_FDCWD, "/usr/lib/os-release", &text, &err) < 0)
		return;
	for (const char *p = str_text(&text); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		struct span line = { p, strcspn(p, "\n") };

		take(line, "ID", &out->id);
		take(line, "VERSION_ID", &out->version);
	}
}

int run_types_open(struct span layer, const char *name, struct kernel *out, struct err *err)
{
	AUTO(types_layer) struct types_layer *types = NULL;
	AUTO(free) char *what = mem_printf("%s: kernel types", name);
	AUTO(str) struct str bytes = STR_MAX(LIMIT_TYPES_LAYER);
	AUTO(os) struct os os = { 0 };
	struct types_place place = { 0 };
	struct utsname machine;
	struct span found;

	if (uname(&machine) < 0)
		return err_errno(err, "uname");
	if (types_layer_read(layer, what, &types, err) < 0)
		return -1;
	read_os(&os);
	place = (struct types_place){ os.id, os.version, machine.machine, machine.release };
	found = types_layer_find(types, &place);
	if (!found.data) {
		err_set(err, EC_UNSUPPORTED,
			"this kernel has no BTF, and the package has none for it "
			"(%s %s, %s, %s), only for %zu other%s",
			os.id ? os.id : TYPES_UNKNOWN, os.version ? os.version : TYPES_UNKNOWN,
			machine.machine, machine.release, types_layer_kernels(types),
			types_layer_kernels(types) == 1 ? "" : "s");
		return err_hint(err, "--btf FILE gives another");
	}
	log_verbose("%s: types of this kernel from the package, %zu bytes", name, found.len);
	str_add(&bytes, found.data, found.len);
	return kernel_from_bytes(&bytes, what, out, err);
}

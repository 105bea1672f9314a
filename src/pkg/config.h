// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_CONFIG_H
#define EPM_PKG_CONFIG_H

/*
 * The configuration of a package: its maps, programs, variables and export types as a person may
 * edit them without compiling (NAME.skel.json, NAME.skel.yaml, the `meta` of package.json). The
 * schema is eunomia's with additions; what ecc writes is read, what epm writes ecli reads.
 *
 * Keys that are not known are kept in `other` and written again; config_parse() counts them so that
 * a caller can warn. JSON values are owned by the struct that holds them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

struct config_cmdarg {	       /* how a variable is set on the command line */
	json_t *default_value; /* or NULL */
	char *long_name;       /* or NULL: the variable's name */
	char *short_name;      /* one letter, or NULL */
	char *help;	       /* or NULL */
	json_t *other;
};

struct config_variable {
	char *name;
	char *type;    /* C spelling, for a reader; epm goes by BTF */
	json_t *value; /* set before load; NULL: as compiled */
	char *description;
	struct config_cmdarg cmdarg;
	bool has_cmdarg;
	json_t *other;
};

struct config_section { /* a global-data section: ".rodata", ".data", ".bss", ".data.x" */
	char *name;
	struct config_variable *variables;
	size_t n_variables;
	json_t *other;
};

enum config_sample_kind { CONFIG_SAMPLE_KV, CONFIG_SAMPLE_LOG2, CONFIG_SAMPLE_LINEAR };

struct config_sample { /* a map that is read again and again instead of polled */
	uint64_t interval_ms;
	enum config_sample_kind kind;
	char *unit;	 /* as printed over a histogram, "usecs" */
	bool clears_map; /* "clear_map": empty the map after each reading */
	json_t *other;
};

struct config_data { /* an initial element: "data": [{"key":…, "value":…}] */
	json_t *key;
	json_t *value;
};

struct config_map {
	char *name;	/* in the object: "events" */
	char *ident;	/* "events"; for internal maps "rodata", "bss", … */
	bool is_mmaped; /* "mmaped" */
	bool has_sample;
	struct config_sample sample;
	char *export_type;     /* "export": name of the struct its records (values) are, or NULL */
	json_t *export_config; /* eunomia's: "no_export", "default", {"btf_type_id":N}, … or NULL */
	/* "interpreter"; read under ecc's spelling "intepreter" too, and written under both */
	json_t *interpreter;
	struct config_data *data;
	size_t n_data;
	uint64_t max_entries; /* 0: as compiled */
	json_t *other;
};

struct config_prog {
	char *name;
	char *attach;	   /* section string, "tracepoint/syscalls/sys_enter_openat" */
	bool is_linked;	   /* "link": attach it at all */
	bool is_optional;  /* "optional": may be left out when it cannot be had */
	char *alternative; /* group of which one is loaded, the first that the kernel has; or NULL */
	json_t *other;	   /* tchook, tcopts, ifindex, flags, xdpopts, perf, cgroup, … */
};

struct config_member { /* a printed column */
	char *name;    /* of the struct's member */
	char *type;    /* C spelling */
	char *column;  /* "name" shown instead, from @name; or NULL */
	char *format;  /* "ip4", "ktime", …; NULL: by type */
	char *unit;
	bool is_hidden;
	char *description;
	json_t *other;
};

/* The words of "format"; run/format.h shows values by them. */
bool config_is_format(const char *word); /* NULL is none */
const char *config_format_names(void);	 /* all, separated by ", " */

struct config_export {
	char *name;	  /* of the struct */
	uint64_t size;	  /* bytes */
	uint64_t type_id; /* in the object's BTF; a hint, names decide */
	struct config_member *members;
	size_t n_members;
	json_t *other;
};

struct config {
	char *obj_name;
	struct {
		char *version;
		char *brief;
		char *details;
		char *description;
		json_t *other;
	} doc;
	struct config_section *sections;
	size_t n_sections;
	struct config_map *maps;
	size_t n_maps;
	struct config_prog *progs;
	size_t n_progs;
	struct config_export *exports;
	size_t n_exports;
	uint64_t poll_timeout_ms;   /* 100 */
	uint64_t perf_buffer_pages; /* each CPU; 64 */
	char *eunomia_version;	    /* schema version, "0.3.0" style; or NULL */
	bool has_multiple_exports;  /* "enable_multiple_export_types" */
	json_t *other;		    /* of the top level */
	json_t *skel_other;	    /* of bpf_skel */
};

struct config *config_new(void);
void config_free(struct config *config);
AUTO_POINTER(config, struct config, config_free);

/*
 * From JSON (the object with bpf_skel and export_types). CORRUPT with the path of what is wrong.
 * `unknown` takes the paths of keys that are not known, one a line, each with a newline; NULL: not
 * wanted.
 */
int config_parse(json_t *json, const char *what, struct config **out, struct str *unknown,
		 struct err *err) MUST_CHECK;

json_t *config_dump(const struct config *config); /* the caller owns it */

struct config_map *config_find_map(const struct config *config, const char *name);
struct config_prog *config_find_prog(const struct config *config, const char *name);
struct config_export *config_find_export(const struct config *config, const char *name);
struct config_variable *config_find_variable(const struct config *config, const char *section,
					     const char *name); /* section NULL: any */

/*
 * Grow an array by one zeroed element (a program is linked), which is returned and valid until the
 * next is added.
 */
struct config_section *config_add_section(struct config *config, const char *name);
struct config_variable *config_add_variable(struct config_section *section, const char *name);
struct config_map *config_add_map(struct config *config, const char *name);
struct config_prog *config_add_prog(struct config *config, const char *name);
struct config_export *config_add_export(struct config *config, const char *name);
struct config_member *config_add_member(struct config_export *export, const char *name);

#endif

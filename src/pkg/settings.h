// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef EPM_PKG_SETTINGS_H
#define EPM_PKG_SETTINGS_H

/*
 * epm's own configuration: config.yaml of the person (in EPM_HOME) and of the system.
 *
 *	registry: ghcr.io/eunomia-bpf		what short names are below
 *	mirrors:				tried in order, before the registry itself
 *	  ghcr.io: [mirror.example:5000/ghcr]	a registry, or a part of one; the longest counts
 *	plain_http: [registry.lan:5000]		without TLS
 *	insecure: [registry.lan]		certificates are not looked at
 *	ca_file: /etc/ssl/company.pem		instead of the system's bundle
 *	timeout: 30s				how long a connection may stand still
 *
 * The person's value is before the system's; lists are joined, mirrors by their key. Hosts of lists
 * are HOST or HOST:PORT; without a port all ports are meant.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/err.h"
#include "base/str.h"
#include "oci/reference.h"

#define SETTINGS_REGISTRY "ghcr.io/eunomia-bpf"
#define SETTINGS_TIMEOUT_NS 30000000000ull
#define SETTINGS_FILE "config.yaml" /* in EPM_HOME */

enum settings_origin { SETTINGS_BUILT_IN, SETTINGS_PERSON, SETTINGS_SYSTEM };

struct settings_list {
	char **items;
	size_t n_items, cap;
	size_t n_person; /* the first of them are the person's */
};

struct settings_mirror {
	char *prefix; /* "ghcr.io", "ghcr.io/org" */
	struct settings_list places;
	enum settings_origin origin;
};

struct settings {
	char *registry; /* a registry, or with a part of a repository */
	char *ca_file;	/* absolute; NULL: none */
	uint64_t timeout_ns;
	enum settings_origin registry_origin, ca_file_origin, timeout_origin;
	struct settings_list plain_http, insecure;
	struct settings_mirror *mirrors;
	size_t n_mirrors, mirrors_cap;
	char *person_path, *system_path; /* where it was looked for; for messages */
};

/*
 * home is EPM_HOME; system_path the system's file, or NULL. Files that are not there are as good as
 * empty. CORRUPT with file and place for what is malformed or not known, with the nearest key in the
 * hint; DENIED.
 */
int settings_load(const char *home, const char *system_path, struct settings *out,
		  struct err *err) MUST_CHECK;

/* What is in no file. */
void settings_defaults(struct settings *out);

/* One file's text, added to what is there already, which stays. `what` is its name. CORRUPT. */
int settings_parse(struct settings *settings, struct span text, const char *what,
		   enum settings_origin origin, struct err *err) MUST_CHECK;

void settings_done(struct settings *settings);
AUTO_STRUCT(settings, struct settings, settings_done);

/*
 * For listings: [{"key", "value", "origin"}], the key of a mirror is "mirrors.PREFIX", values of lists
 * are arrays; a list that two files add to comes twice. The origin is a path or "built in".
 */
json_t *settings_rows(const struct settings *settings);

/* "5s", "1m", "250ms", "30" (seconds). CORRUPT. */
int settings_duration(const char *text, uint64_t *out_ns, struct err *err) MUST_CHECK;

/* A place where a repository may be asked for. */
struct settings_place {
	char *registry;	  /* "docker.io" for all its names */
	char *repository; /* "library/alpine" */
	bool is_mirror;	  /* for reading only */
	bool plain_http;  /* listed; that loopback is plain is the client's business */
	bool insecure;	  /* listed */
};

struct settings_places {
	struct settings_place *items;
	size_t n_items; /* at least one: the last is the repository itself */
};

/*
 * Where to look for a reference, in order; a short one is below the default registry. Asks nobody.
 * USAGE when the name gets too long, or a mirror leaves none.
 */
int settings_places(const struct settings *settings, const struct oci_reference *reference,
		    struct settings_places *out, struct err *err) MUST_CHECK;

void settings_places_done(struct settings_places *places);
AUTO_STRUCT(settings_places, struct settings_places, settings_places_done);

/*
 * Change the person's file, which is made where it is missing. A key is one of the above or
 * "mirrors.PREFIX"; lists and mirrors take any number of values, the others one. Comments outside of
 * the key's own lines stay. USAGE for a key or value that cannot be; CORRUPT when the file was
 * malformed before, it stays as it was then.
 */
int settings_set(const char *home, const char *key, const char *const *values, size_t n_values,
		 struct err *err) MUST_CHECK;

/* *out_was_there: the person's file had it. */
int settings_unset(const char *home, const char *key, bool *out_was_there,
		   struct err *err) MUST_CHECK;

/* USAGE with the nearest when there is no such key. "mirrors" alone is one. */
int settings_check_key(const char *key, struct err *err) MUST_CHECK;

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/registry_name.h"

#include "base/alloc.h"
#include "oci/reference.h"

static const char *const hub_names[] = { "docker.io", "index.docker.io", "registry-1.docker.io" };

const char *oci_registry_canonical(const char *registry)
{
	for (size_t i = 0; i < ARRAY_SIZE(hub_names); i++)
		if (!strcasecmp(registry, hub_names[i]))
			return OCI_DOCKER_HUB;
	return registry;
}

bool oci_registry_is_same(const char *a, const char *b)
{
	return !strcasecmp(oci_registry_canonical(a), oci_registry_canonical(b));
}

static const char *without_scheme(const char *text)
{
	if (!strncasecmp(text, "https://", 8))
		return text + 8;
	return strncasecmp(text, "http://", 7) ? text : text + 7;
}

struct span oci_registry_of_url(const char *text)
{
	const char *host = without_scheme(text);

	return (struct span){ host, strcspn(host, "/") };
}

int oci_registry_parse(const char *text, char **out, struct err *err)
{
	const char *host = without_scheme(text);
	struct span name = oci_registry_of_url(text);
	AUTO(free) char *registry = mem_textn(name.data, name.len);
	AUTO(free) char *probe = mem_printf("%s/x", registry);
	AUTO(free) char *shown = text_printable(text, strnlen(text, 160));
	AUTO(oci_reference) struct oci_reference reference = { 0 };
	struct err ignored = { 0 };

	if (oci_reference_parse(probe, &reference, &ignored) < 0 || !reference.registry) {
		err_set(err, EC_USAGE, "'%s' is not a registry", shown);
		return err_hint(err, "a registry is a host name with a dot or a port: ghcr.io, "
				     "localhost:5000");
	}
	if (host == text && text[name.len] == '/' && text[name.len + 1]) {
		err_set(err, EC_USAGE, "'%s' is a repository, not a registry", shown);
		return err_hint(err, "its registry is %s", registry);
	}
	for (char *p = registry; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
	*out = mem_text(oci_registry_canonical(registry));
	return 0;
}

bool oci_registry_is_listed(const char *const *list, size_t n, const char *registry)
{
	const char *bracket = strchr(registry, ']');
	size_t host = bracket ? (size_t)(bracket - registry) + 1 : strcspn(registry, ":");

	for (size_t i = 0; i < n; i++)
		if (!strcasecmp(list[i], registry) ||
		    (strlen(list[i]) == host && !strncasecmp(list[i], registry, host)))
			return true;
	return false;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/url.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "base/alloc.h"
#include "base/str.h"

/* Neither a password nor the signature of a query gets into a message. */
static int refuse(const char *url, const char *why, struct err *err)
{
	const char *authority = strstr(url, "://");
	size_t scheme = authority ? (size_t)(authority + 3 - url) : 0;
	size_t len = strcspn(url + scheme, "/?#"), user = len, path;
	AUTO(free) char *shown = NULL;

	while (user && url[scheme + user - 1] != '@')
		user--;
	path = scheme + user + strcspn(url + scheme + user, "?#");
	shown = mem_printf("%.*s%.*s", (int)(scheme < 16 ? scheme : 0), url,
			   (int)(path - scheme - user < 200 ? path - scheme - user : 200),
			   url + scheme + user);
	return err_set(err, EC_NETWORK, "'%s' %s", shown, why);
}

static bool has_odd_characters(const char *url)
{
	for (; *url; url++)
		if (*url <= ' ' || *url > '~' || strchr("\"<>\\^`{|}", *url))
			return true;
	return false;
}

static int split_host(const char *url, struct span authority, struct oci_origin *origin,
		      struct err *err)
{
	struct span host = authority, port = { NULL, 0 };
	const char *colon;
	uint64_t number = origin->is_tls ? 443 : 80;

	if (host.len && host.data[0] == '[') {
		const char *end = memchr(host.data, ']', host.len);

		if (!end)
			return refuse(url, "has no end of its address", err);
		port = (struct span){ end + 1, authority.len - (end + 1 - host.data) };
		host = (struct span){ host.data + 1, end - host.data - 1 };
		if (port.len && port.data[0] != ':')
			return refuse(url, "has no host", err);
	} else if ((colon = memchr(host.data, ':', host.len))) {
		port = (struct span){ colon, authority.len - (colon - host.data) };
		host.len = colon - host.data;
	}
	if (!host.len)
		return refuse(url, "has no host", err);
	if (port.len > 1 && text_number((struct span){ port.data + 1, port.len - 1 }, UINT16_MAX,
					"port", &number, err) < 0)
		return refuse(url, "has no valid port", err);
	origin->port = (uint16_t)number;
	origin->host = mem_textn(host.data, host.len);
	for (char *p = origin->host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

int oci_origin_of(const char *url, struct oci_origin *out, struct err *err)
{
	struct oci_origin origin = { 0 };
	struct span authority;

	if (has_odd_characters(url))
		return refuse(url, "is no address", err);
	if (text_starts(url, "https://"))
		origin.is_tls = true;
	else if (!text_starts(url, "http://"))
		return refuse(url, "is neither http nor https", err);
	authority.data = url + (origin.is_tls ? 8 : 7);
	authority.len = strcspn(authority.data, "/?#");
	if (memchr(authority.data, '@', authority.len))
		return refuse(url, "has a user in it", err);
	if (split_host(url, authority, &origin, err) < 0)
		return -1;
	*out = origin;
	return 0;
}

void oci_origin_done(struct oci_origin *origin)
{
	free(origin->host);
	*origin = (struct oci_origin){ 0 };
}

bool oci_origin_equal(const struct oci_origin *a, const struct oci_origin *b)
{
	return a->is_tls == b->is_tls && a->port == b->port && !strcmp(a->host, b->host);
}

char *oci_url_host(const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	return mem_textn(host, strcspn(host, "/?#"));
}

bool oci_host_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (!strcmp(host, "localhost"))
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

char *oci_url_resolve(const char *base, const char *text)
{
	const char *authority = strstr(base, "://");
	const char *path = authority ? authority + 3 + strcspn(authority + 3, "/?#") : base;
	size_t keep;

	if (strchr(text, ':') && strcspn(text, ":") < strcspn(text, "/?#"))
		return mem_text(text);
	if (!*text)
		return mem_textn(base, strcspn(base, "#"));
	if (text_starts(text, "//"))
		return mem_printf("%.*s%s", (int)(authority ? authority + 1 - base : 0), base,
				  text);
	if (text[0] == '/')
		return mem_printf("%.*s%s", (int)(path - base), base, text);
	keep = strcspn(path, "?#");
	if (text[0] == '?')
		return mem_printf("%.*s%s", (int)(path + keep - base), base, text);
	while (keep && path[keep - 1] != '/')
		keep--;
	return mem_printf("%.*s%s%s", (int)(path + keep - base), base, keep ? "" : "/", text);
}

char *oci_url_with(const char *url, const char *name, const char *value)
{
	return mem_printf("%s%c%s=%s", url, strchr(url, '?') ? '&' : '?', name, value);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/reference.h"

#include <ctype.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/str.h"

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_lower_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* [a-z0-9]+ separated by one of . _ __ or any number of dashes */
static bool is_path_component(struct span s)
{
	size_t i = 0, start;

	while (i < s.len) {
		start = i;
		while (i < s.len && is_lower_alnum(s.data[i]))
			i++;
		if (i == start)
			return false;
		if (i == s.len)
			return true;
		if (s.data[i] == '-') {
			while (i < s.len && s.data[i] == '-')
				i++;
		} else if (s.data[i] == '_') {
			i += i + 1 < s.len && s.data[i + 1] == '_' ? 2 : 1;
		} else if (s.data[i] == '.') {
			i++;
		} else {
			return false;
		}
	}
	return false;
}

static bool is_repository(struct span s)
{
	const char *slash;
	struct span part;

	for (;;) {
		slash = memchr(s.data, '/', s.len);
		part = (struct span){ s.data, slash ? (size_t)(slash - s.data) : s.len };
		if (!is_path_component(part))
			return false;
		if (!slash)
			return true;
		s.data += part.len + 1;
		s.len -= part.len + 1;
	}
}

static bool is_port(struct span s)
{
	struct err ignored = { 0 };
	uint64_t port = 0;

	return s.len && s.len <= 5 && text_number(s, 65535, "port", &port, &ignored) == 0 && port;
}

/* letters, digits and inner dashes between dots */
static bool is_host_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		bool is_edge =
			i == 0 || i + 1 == s.len || s.data[i - 1] == '.' || s.data[i + 1] == '.';

		if (s.data[i] == '.' ? is_edge && (i == 0 || i + 1 == s.len || s.data[i - 1] == '.')
				     : !is_alnum(s.data[i]) && (s.data[i] != '-' || is_edge))
			return false;
	}
	return s.len > 0;
}

static bool is_ipv6(struct span s)
{
	bool has_colon = false;

	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == ':')
			has_colon = true;
		else if (!isxdigit((unsigned char)s.data[i]))
			return false;
	}
	return has_colon;
}

static bool is_registry(struct span s)
{
	const char *end;
	struct span host = s, rest;

	if (s.len && s.data[0] == '[') {
		end = memchr(s.data, ']', s.len);
		if (!end || !is_ipv6((struct span){ s.data + 1, end - s.data - 1 }))
			return false;
		rest = (struct span){ end + 1, s.data + s.len - end - 1 };
		return !rest.len || (rest.data[0] == ':' &&
				     is_port((struct span){ rest.data + 1, rest.len - 1 }));
	}
	end = memchr(s.data, ':', s.len);
	if (end) {
		host.len = end - s.data;
		if (!is_port((struct span){ end + 1, s.data + s.len - end - 1 }))
			return false;
	}
	return is_host_name(host);
}

bool oci_tag_is_valid(const char *tag)
{
	size_t len = strlen(tag);

	if (!len || len > OCI_TAG_MAX || (!is_alnum(tag[0]) && tag[0] != '_'))
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_alnum(tag[i]) && !strchr("_.-", tag[i]))
			return false;
	return true;
}

/* The length of what stands before the first slash when that is a registry, else 0. */
static size_t registry_length(struct span name)
{
	const char *slash = memchr(name.data, '/', name.len);
	struct span first = { name.data, slash ? (size_t)(slash - name.data) : 0 };

	if (span_is(first, "localhost"))
		return first.len;
	for (size_t i = 0; i < first.len; i++)
		if (strchr(".:", first.data[i]) || (first.data[i] >= 'A' && first.data[i] <= 'Z'))
			return first.len;
	return 0;
}

static int bad(const char *text, const char *why, struct err *err)
{
	AUTO(free) char *shown = text_printable(text, strnlen(text, 160));

	return err_set(err, EC_USAGE, "'%s' is not a reference: %s", shown, why);
}

static int parse_name(const char *text, struct span name, struct oci_reference *out,
		      struct err *err)
{
	size_t n = registry_length(name);
	struct span registry = { name.data, n };
	struct span repository = n ? (struct span){ name.data + n + 1, name.len - n - 1 } : name;

	if (name.len > OCI_NAME_MAX)
		return bad(text, "its name is longer than 255 characters", err);
	if (n && !is_registry(registry))
		return bad(text, "what stands before the first '/' is not a registry", err);
	for (size_t i = 0; i < repository.len; i++)
		if (repository.data[i] >= 'A' && repository.data[i] <= 'Z')
			return bad(text, "a repository is written in lower case", err);
	if (!is_repository(repository))
		return bad(text, repository.len ? "its repository is malformed" : "it has no name",
			   err);
	out->registry = n ? mem_textn(registry.data, n) : NULL;
	out->repository = mem_textn(repository.data, repository.len);
	return 0;
}

static int parse_parts(const char *text, struct oci_reference *out, struct err *err)
{
	const char *at = strchr(text, '@');
	struct span name = { text, at ? (size_t)(at - text) : strlen(text) };
	const char *slash = memrchr(name.data, '/', name.len);
	const char *from = slash ? slash : name.data;
	const char *colon = memchr(from, ':', name.data + name.len - from);

	if (at && oci_digest_parse(at + 1, &out->digest, err) < 0) {
		err->code = EC_USAGE;
		return -1;
	}
	if (colon) {
		out->tag = mem_textn(colon + 1, name.data + name.len - colon - 1);
		name.len = colon - name.data;
		if (!oci_tag_is_valid(out->tag))
			return bad(text,
				   "a tag has at most 128 letters, digits, '_', '.' and '-', "
				   "and begins with none of the last two",
				   err);
	}
	return parse_name(text, name, out, err);
}

int oci_reference_parse(const char *text, struct oci_reference *out, struct err *err)
{
	AUTO(oci_reference) struct oci_reference parts = { 0 };

	if (!*text)
		return err_set(err, EC_USAGE, "an empty reference");
	if (parse_parts(text, &parts, err) < 0)
		return -1;
	*out = parts;
	parts = (struct oci_reference){ 0 };
	return 0;
}

void oci_reference_done(struct oci_reference *reference)
{
	free(reference->registry);
	free(reference->repository);
	free(reference->tag);
	*reference = (struct oci_reference){ 0 };
}

char *oci_reference_text(const struct oci_reference *reference)
{
	return mem_printf("%s%s%s%s%s%s%s", reference->registry ? reference->registry : "",
			  reference->registry ? "/" : "", reference->repository,
			  reference->tag ? ":" : "", reference->tag ? reference->tag : "",
			  reference->digest.text[0] ? "@" : "", reference->digest.text);
}

const char *oci_reference_base(const struct oci_reference *reference)
{
	return path_base(reference->repository);
}

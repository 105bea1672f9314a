// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/simple_signing.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"

#define TYPE "cosign container image signature"
#define DIGEST "sha256:"

void sign_simple_free(struct sign_simple *simple)
{
	if (!simple)
		return;
	json_decref(simple->document);
	free(simple);
}

static bool is_digest(const char *text)
{
	const size_t n = sizeof(DIGEST) - 1;

	return text_starts(text, DIGEST) && strlen(text + n) == HASH_HEX &&
	       hex_is_lower(text + n, HASH_HEX);
}

static int read_critical(const struct js_at *at, struct sign_simple *simple, struct err *err)
{
	struct js_at image, identity, member;
	const char *type;

	if (js_get_object(at, "image", &image, err) < 0 ||
	    js_get_object(at, "identity", &identity, err) < 0 ||
	    js_need_text(at, "type", &type, err) < 0 ||
	    js_need_text(&image, "docker-manifest-digest", &simple->digest, err) < 0 ||
	    js_get_text(&identity, "docker-reference", &simple->reference, err) < 0)
		return -1;
	member = js_member(at, "type");
	if (strcmp(type, TYPE) != 0)
		return js_expected(&member, "\"" TYPE "\"", err);
	member = js_member(&image, "docker-manifest-digest");
	return is_digest(simple->digest) ? 0 : js_expected(&member, "a digest with sha256", err);
}

int sign_simple_parse(struct span text, const char *what, struct sign_simple **out, struct err *err)
{
	AUTO(sign_simple) struct sign_simple *simple = mem_alloc(sizeof(*simple));
	struct js_at root, critical, optional;

	if (text.len > LIMIT_SIGNED)
		return err_set(err, EC_CORRUPT, "%s: more than %u bytes", what, LIMIT_SIGNED);
	if (js_parse(text.data, text.len, what, &simple->document, err) < 0)
		return -1;
	root = JS_ROOT(simple->document, what);
	simple->reference = "";
	if (js_is_object(&root, err) < 0 || js_get_object(&root, "critical", &critical, err) < 0 ||
	    read_critical(&critical, simple, err) < 0 ||
	    js_get_object(&root, "optional", &optional, err) < 0)
		return -1;
	simple->optional = optional.value;
	*out = STEAL(simple);
	return 0;
}

char *sign_simple_dump(const struct sign_simple *simple)
{
	AUTO(json) json_t *json = json_object();
	json_t *critical = json_object(), *identity = json_object(), *image = json_object();

	js_set_text(identity, "docker-reference", simple->reference);
	js_set_text(image, "docker-manifest-digest", simple->digest);
	js_set(critical, "identity", identity);
	js_set(critical, "image", image);
	js_set_text(critical, "type", TYPE);
	js_set(json, "critical", critical);
	js_set(json, "optional", simple->optional ? json_deep_copy(simple->optional) : json_null());
	return js_dump(json);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/reference.h"
#include "oci/registry.h"
#include "oci/tags_priv.h"
#include "oci/url.h"

#define PAGE_MAX (4u << 20)
#define TAGS_MAX 1000000

char *oci_link_next(const char *link)
{
	const char *start, *end, *parameters;
	size_t len;

	for (; link && (start = strchr(link, '<')); link = end + 1 + len) {
		end = strchr(start, '>');
		if (!end)
			return NULL;
		parameters = end + 1;
		len = strcspn(parameters, ",");
		AUTO(free) char *text = mem_textn(parameters, len);

		if (strstr(text, "rel=\"next\"") || strstr(text, "rel=next"))
			return mem_textn(start + 1, end - start - 1);
	}
	return NULL;
}

void oci_tags_done(struct oci_tags *tags)
{
	for (size_t i = 0; i < tags->n_tags; i++)
		free(tags->tags[i]);
	free(tags->tags);
	*tags = (struct oci_tags){ 0 };
}

static int add_page(struct span text, struct oci_tags *tags, struct err *err)
{
	AUTO(json) json_t *json = NULL;
	struct js_at root, list;
	const char *tag;

	if (js_parse(text.data, text.len, "tags", &json, err) < 0)
		return -1;
	root = JS_ROOT(json, "tags");
	if (js_is_object(&root, err) < 0 || js_get_array(&root, "tags", &list, err) < 0)
		return -1;
	for (size_t i = 0; list.value && i < json_array_size(list.value); i++) {
		struct js_at place = js_element(&list, i);

		tag = json_string_value(place.value);
		if (!tag || !oci_tag_is_valid(tag))
			return js_expected(&place, "a tag", err);
		if (tags->n_tags == TAGS_MAX)
			return err_set(err, EC_CORRUPT, "more than %d tags", TAGS_MAX);
		ARRAY_ROOM(tags->tags, tags->n_tags, tags->cap);
		tags->tags[tags->n_tags++] = mem_text(tag);
	}
	return 0;
}

struct page {
	struct oci_tags *tags;
	char *next; /* NULL: that was the last */
};

/* The next page must be where this one was: a link elsewhere would be given the token. */
int oci_page_next(const struct oci_call *call, char **out, struct err *err)
{
	AUTO(oci_origin) struct oci_origin here = { 0 };
	AUTO(oci_origin) struct oci_origin there = { 0 };
	AUTO(free) char *link = oci_link_next(call->answer->link);
	AUTO(free) char *url = NULL;

	if (!link)
		return 0;
	url = oci_url_resolve(call->answered_by, link);
	if (oci_origin_of(url, &there, err) < 0 || oci_origin_of(call->answered_by, &here, err) < 0)
		return err_wrap(err, "the link to the next page");
	if (!oci_origin_equal(&here, &there))
		return err_set(err, EC_NETWORK, "the next page is said to be at %s, another host",
			       there.host);
	if (!strcmp(url, call->answered_by))
		return err_set(err, EC_NETWORK, "the next page is said to be the same again");
	*out = STEAL(url);
	return 0;
}

static int on_page(struct oci_call *call, struct err *err)
{
	struct page *page = call->ctx;
	struct span text = { str_text(&call->answer->body), call->answer->body.len };

	if (add_page(text, page->tags, err) < 0)
		return -1;
	return oci_page_next(call, &page->next, err);
}

int oci_tags_list(struct oci_repository *repository, struct oci_tags *out, struct err *err)
{
	AUTO(oci_tags) struct oci_tags tags = { 0 };
	AUTO(free) char *url = oci_repository_url(repository, "tags/list");
	struct page page = { .tags = &tags };
	struct oci_call *call;
	size_t before, n_pages = 0;

	while (url) {
		before = tags.n_tags;
		call = oci_call_new(repository, "GET", STEAL(url));
		call->body_max = PAGE_MAX;
		call->done = on_page;
		call->ctx = &page;
		page.next = NULL;
		oci_call_start(call);
		if (oci_client_run(repository->client, NULL, err) < 0) {
			free(page.next);
			return err_wrap(err, "%s/%s", repository->registry, repository->name);
		}
		url = page.next;
		if (url && before == tags.n_tags && n_pages++ > 100)
			return err_set(err, EC_NETWORK, "%s/%s: empty pages without end",
				       repository->registry, repository->name);
	}
	*out = tags;
	tags = (struct oci_tags){ 0 };
	return 0;
}

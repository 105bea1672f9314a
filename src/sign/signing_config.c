// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "sign/signing_config.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "sign/member.h"

#define WHAT "signing configuration"
#define MEDIA_TYPE "application/vnd.dev.sigstore.signingconfig"

static int read_url(const struct js_at *at, char **out, struct err *err)
{
	struct js_at place = js_member(at, "url");
	const char *url;
	size_t len;

	if (js_need_text(at, "url", &url, err) < 0)
		return -1;
	len = strlen(url);
	while (len && url[len - 1] == '/')
		len--;
	if ((!text_starts(url, "https://") && !text_starts(url, "http://")) ||
	    len < strlen("http://") || url[strcspn(url, "?#@ ")])
		return js_expected(&place, "the address of a service", err);
	*out = mem_textn(url, len);
	return 0;
}

static int read_service(const struct js_at *at, struct sign_service *out, struct err *err)
{
	const char *name = "";

	if (js_is_object(at, err) < 0 || read_url(at, &out->url, err) < 0 ||
	    js_need_size(at, "majorApiVersion", UINT32_MAX, &out->version, err) < 0 ||
	    js_get_text(at, "operator", &name, err) < 0)
		return -1;
	out->operator_name = mem_text(name);
	return sign_period_read(at, &out->valid, err);
}

static int later_first(const void *a, const void *b)
{
	const struct sign_service *x = a, *y = b;

	return x->valid.start < y->valid.start ? 1 : x->valid.start > y->valid.start ? -1 : 0;
}

static int read_services(const struct js_at *at, const char *name, struct sign_services *out,
			 struct err *err)
{
	struct js_at list, element;
	size_t n = 0;

	if (sign_get_array(at, name, LIMIT_SERVICES, &list, &n, err) < 0)
		return -1;
	out->items = mem_array(n, sizeof(*out->items));
	for (size_t i = 0; i < n; i++) {
		element = js_element(&list, i);
		out->n_items++;
		if (read_service(&element, &out->items[i], err) < 0)
			return -1;
	}
	if (n)
		qsort(out->items, n, sizeof(*out->items), later_first);
	return 0;
}

static int read_selector(const struct js_at *at, const char *name, struct sign_services *out,
			 struct err *err)
{
	static const struct {
		const char *word;
		enum sign_selector selector;
	} words[] = { { "ANY", SIGN_SELECT_ANY },
		      { "ALL", SIGN_SELECT_ALL },
		      { "EXACT", SIGN_SELECT_EXACT },
		      { "SERVICE_SELECTOR_UNDEFINED", SIGN_SELECT_NONE } };
	struct js_at place, selector;
	const char *word = NULL;

	if (js_get_object(at, name, &place, err) < 0)
		return -1;
	if (!place.value)
		return 0;
	if (js_get_text(&place, "selector", &word, err) < 0 ||
	    js_get_size(&place, "count", UINT32_MAX, &out->count, err) < 0)
		return -1;
	for (size_t i = 0; word && i < ARRAY_SIZE(words); i++)
		if (strcmp(word, words[i].word) == 0) {
			out->selector = words[i].selector;
			return 0;
		}
	selector = js_member(&place, "selector");
	return word ? js_expected(&selector, "ANY, ALL or EXACT", err) : 0;
}

static int read_config(const struct js_at *at, struct sign_signing_config *out, struct err *err)
{
	AUTO(free) char *shown = NULL;
	const char *type;

	if (js_is_object(at, err) < 0 || js_need_text(at, "mediaType", &type, err) < 0)
		return -1;
	if (strcmp(type, MEDIA_TYPE ".v0.2+json") != 0) {
		shown = text_printable(type, strnlen(type, 100));
		return err_set(err, EC_UNSUPPORTED, WHAT ": \"%s\" is not version 0.2 of one",
			       shown);
	}
	out->cas.selector = SIGN_SELECT_ANY;
	if (read_services(at, "caUrls", &out->cas, err) < 0 ||
	    read_services(at, "rekorTlogUrls", &out->tlogs, err) < 0 ||
	    read_selector(at, "rekorTlogConfig", &out->tlogs, err) < 0 ||
	    read_services(at, "tsaUrls", &out->tsas, err) < 0)
		return -1;
	return read_selector(at, "tsaConfig", &out->tsas, err);
}

int sign_signing_config_parse(struct span text, struct sign_signing_config *out, struct err *err)
{
	AUTO(sign_signing_config) struct sign_signing_config config = { 0 };
	AUTO(json) json_t *json = NULL;
	struct js_at at;

	if (text.len > LIMIT_SETTINGS)
		return err_set(err, EC_CORRUPT, WHAT ": more than %u bytes", LIMIT_SETTINGS);
	if (sign_parse_json(text, WHAT, &json, err) < 0)
		return -1;
	at = JS_ROOT(json, WHAT);
	if (read_config(&at, &config, err) < 0)
		return -1;
	*out = config;
	config = (struct sign_signing_config){ 0 };
	return 0;
}

static void services_done(struct sign_services *services)
{
	for (size_t i = 0; i < services->n_items; i++) {
		free(services->items[i].url);
		free(services->items[i].operator_name);
	}
	free(services->items);
}

void sign_signing_config_done(struct sign_signing_config *config)
{
	services_done(&config->cas);
	services_done(&config->tlogs);
	services_done(&config->tsas);
	*config = (struct sign_signing_config){ 0 };
}

static bool is_usable(const struct sign_service *service, const struct sign_choice *choice)
{
	return service->version && service->version <= choice->max_version &&
	       sign_period_covers(&service->valid, choice->now);
}

/* 0: none */
static uint64_t best_version(const struct sign_services *services, const struct sign_choice *choice)
{
	uint64_t best = 0;

	for (size_t i = 0; i < services->n_items; i++)
		if (is_usable(&services->items[i], choice) && services->items[i].version > best)
			best = services->items[i].version;
	return best;
}

static bool has_operator(const struct sign_service *const *chosen, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(chosen[i]->operator_name, name) == 0)
			return true;
	return false;
}

/* As many as the selector asks for; 0: it asks for nothing that can be had. */
static uint64_t wanted(const struct sign_services *services)
{
	switch (services->selector) {
	case SIGN_SELECT_ANY:
		return 1;
	case SIGN_SELECT_ALL:
		return UINT64_MAX;
	case SIGN_SELECT_EXACT:
		return services->count;
	case SIGN_SELECT_NONE:
		break;
	}
	return 0;
}

static int none_fits(const struct sign_services *services, const struct sign_choice *choice,
		     struct err *err)
{
	for (size_t i = 0; i < services->n_items; i++)
		if (sign_period_covers(&services->items[i].valid, choice->now))
			return err_set(err, EC_UNSUPPORTED,
				       WHAT ": %s %s has version %" PRIu64
					    " of its interface, which epm does not speak",
				       choice->what, services->items[i].url,
				       services->items[i].version);
	return err_set(err, EC_UNSUPPORTED, WHAT ": no %s is valid now", choice->what);
}

int sign_services_select(const struct sign_services *services, const struct sign_choice *choice,
			 const struct sign_service **out, size_t *out_n, struct err *err)
{
	uint64_t n_wanted = wanted(services), version = best_version(services, choice);
	size_t n = 0;

	if (services->n_items && !n_wanted)
		return err_set(err, EC_CORRUPT, WHAT ": it does not say how many of each %s to use",
			       choice->what);
	if (services->n_items && !version)
		return none_fits(services, choice, err);
	for (size_t i = 0; i < services->n_items && n < n_wanted; i++) {
		const struct sign_service *service = &services->items[i];

		if (service->version != version || !is_usable(service, choice) ||
		    has_operator(out, n, service->operator_name))
			continue;
		if (n == LIMIT_SERVICES_USED)
			return err_set(err, EC_UNSUPPORTED, WHAT ": more than %d of each %s",
				       LIMIT_SERVICES_USED, choice->what);
		out[n++] = service;
	}
	if (services->selector == SIGN_SELECT_EXACT && n < n_wanted && services->n_items)
		return err_set(err, EC_UNSUPPORTED, WHAT ": %zu of each %s, not %" PRIu64, n,
			       choice->what, n_wanted);
	*out_n = n;
	return 0;
}

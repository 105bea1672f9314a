// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/referrers.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/log.h"
#include "oci/mediatype.h"
#include "oci/tags_priv.h"

#define ADD_TRIES 4 /* the last of them only asks */

char *oci_referrers_tag(const struct oci_digest *subject, const char *suffix)
{
	return mem_printf("sha256-%s%s", oci_digest_hex(subject), suffix);
}

bool oci_tag_is_of_digest(const char *tag)
{
	const char *hex = tag + strlen("sha256-");

	return text_starts(tag, "sha256-") && strlen(hex) >= HASH_HEX &&
	       hex_is_lower(hex, HASH_HEX) && (hex[HASH_HEX] == '\0' || hex[HASH_HEX] == '.');
}

const char *const oci_tag_suffixes[OCI_TAG_SUFFIXES] = { ".sig", ".att", ".sbom" };

const char *oci_tag_suffix(const char *tag)
{
	if (!oci_tag_is_of_digest(tag))
		return NULL;
	for (size_t i = 0; i < OCI_TAG_SUFFIXES; i++)
		if (!strcmp(tag + strlen("sha256-") + HASH_HEX, oci_tag_suffixes[i]))
			return oci_tag_suffixes[i];
	return NULL;
}

void oci_tag_subject(const char *tag, struct oci_digest *out)
{
	snprintf(out->text, sizeof(out->text), "sha256:%.*s", HASH_HEX, tag + strlen("sha256-"));
}

struct listing {
	struct oci_referrers_get get;
	struct oci_index *index; /* pages so far; NULL before the first */
	size_t n_pages;
};

static void release(void *ctx)
{
	struct listing *listing = ctx;

	oci_index_free(listing->index);
	free(listing);
}

static struct listing *listing_new(const struct oci_referrers_get *get)
{
	struct listing *listing = mem_alloc(sizeof(*listing));

	listing->get = *get;
	return listing;
}

static int empty(const struct oci_referrers_get *get, struct err *err)
{
	struct oci_index none = { 0 };

	return get->done(get->ctx, &none, err);
}

/* The index under the tag; whoever wrote something else there is told so. */
static int on_fallback(void *ctx, struct oci_document *document, bool is_same, struct err *err)
{
	struct listing *listing = ctx;
	AUTO(oci_index) struct oci_index *index = NULL;
	struct span text = { str_text(&document->text), document->text.len };
	int rc;

	(void)is_same;
	rc = oci_type_is_index(document->media_type)
		     ? 0
		     : err_set(err, EC_CORRUPT, "it is no image index");
	if (rc < 0 || oci_index_parse(text, "referrers", &index, err) < 0)
		return err_wrap(err, "%s: the referrers tag of %s", listing->get.repository->name,
				listing->get.subject.text);
	return listing->get.done(listing->get.ctx, index, err);
}

static int on_no_fallback(void *ctx, struct err *err)
{
	struct listing *listing = ctx;

	*err = (struct err){ 0 };
	return empty(&listing->get, err);
}

static int on_bad_fallback(void *ctx, struct err *err)
{
	const struct oci_referrers_get *get = &((struct listing *)ctx)->get;

	return get->failed ? get->failed(get->ctx, err) : -1;
}

static void get_fallback(const struct oci_referrers_get *get)
{
	AUTO(free) char *tag = oci_referrers_tag(&get->subject, "");
	struct oci_manifest_get fallback = {
		.repository = get->repository,
		.reference = tag,
		.size_bytes = UINT64_MAX,
		.done = on_fallback,
		.missing = on_no_fallback,
		.failed = on_bad_fallback,
		.release = release,
		.ctx = listing_new(get),
	};

	oci_manifest_get_start(&fallback);
}

static int add_page(struct listing *listing, struct span text, struct err *err)
{
	AUTO(oci_index) struct oci_index *page = NULL;
	struct oci_descriptor *to;

	if (oci_index_parse(text, "referrers", &page, err) < 0)
		return -1;
	if (!listing->index) {
		listing->index = STEAL(page);
		return 0;
	}
	for (size_t i = 0; i < page->n_manifests; i++) {
		to = oci_index_add(listing->index);
		*to = page->manifests[i];
		page->manifests[i] = (struct oci_descriptor){ 0 };
	}
	return 0;
}

static void get_page(struct listing *listing, char *url);

static int take_page(struct oci_call *call, struct err *err)
{
	struct listing *listing = call->ctx;
	struct listing *next;
	struct span text = { str_text(&call->answer->body), call->answer->body.len };
	AUTO(free) char *link = NULL;

	if (call->failure.code) {
		*err = call->failure;
		return -1;
	}
	if (call->answer->status != 200) {
		get_fallback(&listing->get);
		return 0;
	}
	if (add_page(listing, text, err) < 0 || oci_page_next(call, &link, err) < 0)
		return err_wrap(err, "%s", listing->get.repository->name);
	if (listing->index->n_manifests > OCI_REFERRERS_MAX)
		return err_set(err, EC_CORRUPT, "%s has more than %d referrers",
			       listing->get.subject.text, OCI_REFERRERS_MAX);
	if (++listing->n_pages > OCI_REFERRERS_PAGES)
		return err_set(err, EC_CORRUPT, "the referrers of %s have more than %d pages",
			       listing->get.subject.text, OCI_REFERRERS_PAGES);
	if (!link)
		return listing->get.done(listing->get.ctx, listing->index, err);
	next = listing_new(&listing->get);
	next->index = STEAL(listing->index);
	next->n_pages = listing->n_pages;
	get_page(next, STEAL(link));
	return 0;
}

static int on_page(struct oci_call *call, struct err *err)
{
	const struct oci_referrers_get *get = &((struct listing *)call->ctx)->get;

	if (take_page(call, err) == 0)
		return 0;
	return get->failed ? get->failed(get->ctx, err) : -1;
}

static void get_page(struct listing *listing, char *url)
{
	static const long no_api[] = { 400, 404, 405, 501, 0 };
	struct oci_call *call = oci_call_new(listing->get.repository, "GET", url);

	oci_call_header(call, "Accept: " OCI_TYPE_INDEX);
	call->accepts = no_api;
	call->body_max = LIMIT_MANIFEST;
	call->wants_failures = listing->get.failed != NULL;
	call->done = on_page;
	call->release = release;
	call->ctx = listing;
	oci_call_start(call);
}

void oci_referrers_get_start(const struct oci_referrers_get *get)
{
	get_page(listing_new(get),
		 oci_repository_url(get->repository, "referrers/%s", get->subject.text));
}

static int keep(void *ctx, const struct oci_index *index, struct err *err)
{
	struct oci_index **out = ctx;
	AUTO(free) char *text = oci_index_dump(index);

	return oci_index_parse(span_of(text), "referrers", out, err);
}

int oci_referrers_get(struct oci_repository *repository, const struct oci_digest *subject,
		      struct oci_index **out, struct err *err)
{
	struct oci_index *index = NULL;
	struct oci_referrers_get get = {
		.repository = repository, .subject = *subject, .done = keep, .ctx = &index
	};

	oci_referrers_get_start(&get);
	if (oci_client_run(repository->client, NULL, err) < 0) {
		oci_index_free(index);
		return -1;
	}
	*out = index;
	return 0;
}

static void describe(const char *artifact_type, const json_t *annotations,
		     struct oci_descriptor *out)
{
	out->artifact_type = mem_text(artifact_type);
	out->annotations = json_deep_copy(annotations);
}

int oci_referrer_describe(const struct oci_document *referrer, struct oci_descriptor *out,
			  struct err *err)
{
	struct span text = { str_text(&referrer->text), referrer->text.len };
	AUTO(oci_manifest) struct oci_manifest *manifest = NULL;
	AUTO(oci_index) struct oci_index *index = NULL;

	if (oci_type_is_index(referrer->media_type)) {
		if (oci_index_parse(text, "referrer", &index, err) < 0)
			return -1;
		oci_descriptor_of(out, referrer->media_type, text.data, text.len);
		describe(index->artifact_type, index->annotations, out);
		return 0;
	}
	if (oci_manifest_parse(text, "referrer", &manifest, err) < 0)
		return -1;
	oci_descriptor_of(out, referrer->media_type, text.data, text.len);
	describe(manifest->artifact_type ? manifest->artifact_type : manifest->config.media_type,
		 manifest->annotations, out);
	return 0;
}

static int nothing_more(void *ctx, const struct http_answer *answer, bool has_subject_support,
			struct err *err)
{
	(void)ctx;
	(void)answer;
	(void)has_subject_support;
	(void)err;
	return 0;
}

static int put_index(struct oci_repository *repository, const char *tag,
		     const struct oci_index *index, struct err *err)
{
	AUTO(free) char *text = oci_index_dump(index);
	struct oci_manifest_put put = {
		.repository = repository,
		.reference = tag,
		.media_type = OCI_TYPE_INDEX,
		.text = span_of(text),
		.done = nothing_more,
	};

	oci_manifest_put_start(&put);
	return oci_client_run(repository->client, NULL, err);
}

static bool has(const struct oci_index *index, const struct oci_digest *digest)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (oci_digest_equal(&index->manifests[i].digest, digest))
			return true;
	return false;
}

/* The list that is kept under the tag; without entries where there is none. */
static int read_list(struct oci_repository *repository, const struct oci_digest *subject,
		     struct oci_index **out, struct err *err)
{
	struct oci_referrers_get get = {
		.repository = repository, .subject = *subject, .done = keep, .ctx = out
	};

	get_fallback(&get);
	return oci_client_run(repository->client, NULL, err);
}

/* out_has: it is in the list already; else it was put into it. */
static int add_once(struct oci_repository *repository, const struct oci_digest *subject,
		    const struct oci_document *referrer, bool *out_has, struct err *err)
{
	AUTO(free) char *tag = oci_referrers_tag(subject, "");
	AUTO(oci_index) struct oci_index *index = NULL;

	if (read_list(repository, subject, &index, err) < 0)
		return -1;
	if (!index) /* keep() always makes one */
		index = mem_alloc(sizeof(*index));
	*out_has = has(index, &referrer->digest);
	if (*out_has)
		return 0;
	if (oci_referrer_describe(referrer, oci_index_add(index), err) < 0)
		return -1;
	return put_index(repository, tag, index, err);
}

int oci_referrers_add(struct oci_repository *repository, const struct oci_digest *subject,
		      const struct oci_document *referrer, struct err *err)
{
	bool has_it = false;

	for (int i = 0; !has_it && i < ADD_TRIES; i++)
		if (add_once(repository, subject, referrer, &has_it, err) < 0)
			return -1;
	if (has_it)
		return 0;
	return err_set(err, EC_BUSY,
		       "%s/%s: somebody else changes the list of what refers to %s all the time",
		       repository->registry, repository->name, subject->text);
}

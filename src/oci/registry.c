// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/registry.h"

#include "base/alloc.h"
#include "base/json.h"
#include "base/limits.h"
#include "oci/manifest.h"
#include "oci/mediatype.h"

#define SCHEMA_1 "application/vnd.docker.distribution.manifest.v1+"
#define ACCEPT                                                              \
	OCI_TYPE_MANIFEST ", " OCI_TYPE_INDEX ", " OCI_TYPE_DOCKER_MANIFEST \
			  ", " OCI_TYPE_DOCKER_LIST

struct getting {
	struct oci_manifest_get get;
	char *reference;
	char *media_type;
	struct oci_digest known;
};

void oci_document_done(struct oci_document *document)
{
	str_done(&document->text);
	free(document->media_type);
	json_decref(document->json);
	*document = (struct oci_document){ 0 };
}

static void getting_free(struct getting *getting)
{
	free(getting->reference);
	free(getting->media_type);
	free(getting);
}

/* "type/sub; charset=utf-8" without what follows */
static char *plain_type(const char *text)
{
	size_t len = text ? strcspn(text, "; \t") : 0;

	return len ? mem_textn(text, len) : NULL;
}

static int no_manifest(const char *said, struct err *err)
{
	if (said && text_starts(said, SCHEMA_1)) {
		err_set(err, EC_UNSUPPORTED, "a manifest of Docker's schema 1");
		return err_hint(err, "push it again with a tool that is not from before 2017");
	}
	return err_set(err, EC_CORRUPT, "what the registry gives is no manifest%s%s",
		       said ? " but " : "", said ? said : "");
}

/* Types that a manifest comes with; the general ones from servers of plain files. */
static bool may_be_manifest(const char *said)
{
	return oci_type_is_manifest(said) || oci_type_is_index(said) ||
	       !strcmp(said, "application/json") || !strcmp(said, "text/plain") ||
	       !strcmp(said, "application/octet-stream");
}

/* What the bytes are: by their own word, which no other may contradict. */
static int find_type(const struct getting *getting, const struct http_answer *answer,
		     struct oci_document *document, struct err *err)
{
	AUTO(free) char *said = plain_type(answer->content_type);
	const char *type, *promised = getting->media_type;

	if (said && text_starts(said, SCHEMA_1))
		return no_manifest(said, err);
	if (js_parse(document->text.data, document->text.len, "manifest", &document->json, err) <
	    0) {
		bool is_json = said && (text_ends(said, "json") || text_starts(said, "text/plain"));

		return is_json ? -1 : no_manifest(said, err);
	}
	type = oci_type_guess(document->json);
	if (!type || (said && !may_be_manifest(said)))
		return no_manifest(said, err);
	if (said && (oci_type_is_manifest(said) || oci_type_is_index(said)) && strcmp(said, type))
		return err_set(err, EC_CORRUPT, "the registry calls it %s and it calls itself %s",
			       said, type);
	if (promised && strcmp(promised, type))
		return err_set(err, EC_CORRUPT, "its descriptor calls it %s and it calls itself %s",
			       promised, type);
	document->media_type = mem_text(type);
	return 0;
}

static int check_digest(const struct getting *getting, const struct http_answer *answer,
			struct oci_document *document, struct err *err)
{
	const char *expected = getting->reference;

	oci_digest_of(str_text(&document->text), document->text.len, &document->digest);
	if (!oci_digest_is_valid(expected))
		expected = answer->digest && text_starts(answer->digest, "sha256:") ? answer->digest
										    : NULL;
	if (!expected || !strcmp(expected, document->digest.text))
		return 0;
	return err_set(err, EC_CORRUPT, "manifest %s: what came has the digest %s", expected,
		       document->digest.text);
}

static int wrap(const struct oci_repository *repository, const char *reference, struct err *err)
{
	return err_wrap(err, "%s/%s%c%s", repository->registry, repository->name,
			oci_digest_is_valid(reference) ? '@' : ':', reference);
}

static int check(const struct getting *getting, const struct http_answer *answer,
		 struct oci_document *document, struct err *err)
{
	if (check_digest(getting, answer, document, err) < 0)
		return -1;
	if (getting->get.size_bytes != UINT64_MAX && getting->get.size_bytes != document->text.len)
		return err_set(err, EC_CORRUPT, "its size is not the one of its descriptor");
	return find_type(getting, answer, document, err);
}

static int take_manifest(struct oci_call *call, struct err *err)
{
	struct getting *getting = call->ctx;
	const struct oci_manifest_get *get = &getting->get;
	AUTO(oci_document) struct oci_document document = { 0 };
	const struct oci_digest *known = &getting->known;

	if (call->failure.code) {
		*err = call->failure;
		wrap(get->repository, getting->reference, err);
		return err->code == EC_NOT_FOUND && get->missing ? get->missing(get->ctx, err) : -1;
	}
	if (call->answer->status == 304)
		return get->done(get->ctx, &document, true, err);
	document.text = oci_call_take_body(call);
	if (check(getting, call->answer, &document, err) < 0)
		return wrap(get->repository, getting->reference, err);
	return get->done(get->ctx, &document,
			 known->text[0] && oci_digest_equal(known, &document.digest), err);
}

static int on_manifest(struct oci_call *call, struct err *err)
{
	const struct oci_manifest_get *get = &((struct getting *)call->ctx)->get;

	if (take_manifest(call, err) == 0)
		return 0;
	return get->failed ? get->failed(get->ctx, err) : -1;
}

static void release_getting(void *ctx)
{
	struct getting *getting = ctx;

	if (getting->get.release)
		getting->get.release(getting->get.ctx);
	getting_free(getting);
}

void oci_manifest_get_start(const struct oci_manifest_get *get)
{
	static const long unchanged[] = { 304, 0 };
	struct getting *getting = mem_alloc(sizeof(*getting));
	struct oci_call *call;

	getting->get = *get;
	getting->reference = mem_text(get->reference);
	getting->media_type = mem_text(get->media_type);
	if (get->known)
		getting->known = *get->known;
	call = oci_call_new(get->repository, "GET",
			    oci_repository_url(get->repository, "manifests/%s", get->reference));
	oci_call_header(call, "Accept: " ACCEPT);
	if (get->known && get->known->text[0]) {
		oci_call_header(call, "If-None-Match: \"%s\"", get->known->text);
		call->accepts = unchanged;
	}
	call->body_max = LIMIT_MANIFEST;
	call->wants_failures = true;
	call->done = on_manifest;
	call->release = release_getting;
	call->ctx = getting;
	oci_call_start(call);
}

/* For the callers that wait. */
struct waiting {
	struct oci_document *out;
	bool *is_same;
};

static int keep_document(void *ctx, struct oci_document *document, bool is_same, struct err *err)
{
	struct waiting *waiting = ctx;

	(void)err;
	*waiting->out = *document;
	*document = (struct oci_document){ 0 };
	*waiting->is_same = is_same;
	return 0;
}

int oci_manifest_get(struct oci_repository *repository, const char *reference,
		     const struct oci_digest *known, struct oci_document *out, bool *out_is_same,
		     struct err *err)
{
	struct waiting waiting = { out, out_is_same };
	struct oci_manifest_get get = {
		.repository = repository,
		.reference = reference,
		.known = known,
		.size_bytes = UINT64_MAX,
		.done = keep_document,
		.ctx = &waiting,
	};

	oci_manifest_get_start(&get);
	return oci_client_run(repository->client, NULL, err);
}

static int on_head(struct oci_call *call, struct err *err)
{
	struct oci_digest *out = call->ctx;

	(void)err;
	if (call->answer->digest && oci_digest_is_valid(call->answer->digest))
		return oci_digest_parse(call->answer->digest, out, err);
	return 0;
}

int oci_tag_resolve(struct oci_repository *repository, const char *tag, struct oci_digest *out,
		    struct err *err)
{
	AUTO(oci_document) struct oci_document document = { 0 };
	struct oci_digest found = { 0 };
	struct oci_call *call;
	bool is_same = false;

	call = oci_call_new(repository, "HEAD",
			    oci_repository_url(repository, "manifests/%s", tag));
	oci_call_header(call, "Accept: " ACCEPT);
	call->done = on_head;
	call->ctx = &found;
	oci_call_start(call);
	if (oci_client_run(repository->client, NULL, err) < 0)
		return wrap(repository, tag, err);
	if (!found.text[0]) { /* distribution-spec 1.1: the header is only recommended */
		if (oci_manifest_get(repository, tag, NULL, &document, &is_same, err) < 0)
			return -1;
		found = document.digest;
	}
	*out = found;
	return 0;
}

struct putting {
	struct oci_manifest_put put;
	char *reference;
};

static bool is_other_digest(const struct oci_manifest_put *put, const struct http_answer *answer)
{
	struct oci_digest own;

	if (answer->status > 299 || !answer->digest || !oci_digest_is_valid(answer->digest))
		return false;
	oci_digest_of(put->text.data, put->text.len, &own);
	return strcmp(own.text, answer->digest) != 0;
}

static int on_put(struct oci_call *call, struct err *err)
{
	struct putting *putting = call->ctx;

	if (call->failure.code) {
		*err = call->failure;
		return -1;
	}
	if (is_other_digest(&putting->put, call->answer))
		return err_set(err, EC_CORRUPT, "the registry made %s of the manifest",
			       call->answer->digest);
	return putting->put.done(putting->put.ctx, call->answer, call->answer->subject != NULL,
				 err);
}

static void release_putting(void *ctx)
{
	struct putting *putting = ctx;

	free(putting->reference);
	free(putting);
}

void oci_manifest_put_start(const struct oci_manifest_put *put)
{
	struct putting *putting = mem_alloc(sizeof(*putting));
	struct oci_call *call;

	putting->put = *put;
	putting->reference = mem_text(put->reference);
	call = oci_call_new(put->repository, "PUT",
			    oci_repository_url(put->repository, "manifests/%s", put->reference));
	call->media_type = put->media_type;
	call->data = put->text;
	call->sends = true;
	call->accepts = put->accepts;
	call->wants_failures = true;
	call->done = on_put;
	call->release = release_putting;
	call->ctx = putting;
	oci_call_start(call);
}

bool oci_answer_missing_blobs(const struct http_answer *answer, struct oci_digest **out,
			      size_t *out_n)
{
	AUTO(json) json_t *json = NULL;
	AUTO(free) struct oci_digest *digests = NULL;
	struct err err = { 0 };
	json_t *errors, *one;
	size_t n = 0, i;

	if (answer->status != 400 || !answer->body.len ||
	    js_parse(answer->body.data, answer->body.len, "answer", &json, &err) < 0)
		return false;
	errors = json_object_get(json, "errors");
	digests = mem_array(json_array_size(errors) + 1, sizeof(*digests));
	json_array_foreach (errors, i, one) {
		const char *code = json_string_value(json_object_get(one, "code"));
		json_t *detail = json_object_get(one, "detail");
		const char *digest = json_string_value(detail);

		if (json_is_object(detail)) /* others than docker-registry */
			digest = json_string_value(json_object_get(detail, "digest"));
		if (!code || strcmp(code, "MANIFEST_BLOB_UNKNOWN") || !digest ||
		    !oci_digest_is_valid(digest) || oci_digest_parse(digest, &digests[n], &err) < 0)
			return false;
		n++;
	}
	if (!n)
		return false;
	*out = STEAL(digests);
	*out_n = n;
	return true;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/upload.h"

#include <inttypes.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "oci/retry.h"
#include "oci/url.h"

#define CHUNK_BYTES (16ull << 20)
#define CHUNK_LEAST (64u << 10)
#define SMALL_BYTES (64u << 10)	 /* sent twice without harm */
#define SINGLE_BYTES (16u << 20) /* larger ones are worth asking whether they are there */

static const long any_refusal[] = { 400, 403, 404, 405, 406, 409, 412, 415, 422, 501, 0 };
static const long not_there[] = { 404, 0 };

static void probe(struct oci_upload *upload);
static void open_session(struct oci_upload *upload);
static int send_rest(struct oci_upload *upload, struct err *err);

void oci_upload_done(struct oci_upload *upload)
{
	free(upload->session);
	upload->session = NULL;
}

static struct oci_call *new_call(struct oci_upload *upload, const char *method, char *url,
				 int (*done)(struct oci_call *, struct err *))
{
	struct oci_call *call = oci_call_new(upload->repository, method, url);

	call->done = done;
	call->ctx = upload;
	return call;
}

static int finish(struct oci_upload *upload, enum oci_upload_outcome outcome, struct err *err)
{
	upload->offset = upload->size_bytes;
	upload->call = NULL;
	return upload->finished(upload, outcome, err);
}

static int need_bytes(struct oci_upload *upload, struct err *err)
{
	if (upload->is_open)
		return 0;
	if (upload->open(upload, err) < 0)
		return -1;
	upload->is_open = true;
	return 0;
}

/* Where to go on, and in which pieces. */
static int take_session(struct oci_upload *upload, const struct oci_call *call, struct err *err)
{
	const struct http_answer *answer = call->answer;
	AUTO(oci_origin) struct oci_origin origin = { 0 };
	AUTO(free) char *url = NULL;
	uint64_t least = 0;
	struct err ignored;

	if (!answer->location)
		return err_set(err, EC_NETWORK, "an upload session without a Location (%ld)",
			       answer->status);
	url = oci_url_resolve(call->answered_by, answer->location);
	/* Registries behind a proxy that does TLS for them may not know that they have it. */
	if (text_starts(call->answered_by, "https:") && text_starts(url, "http:")) {
		char *tls = mem_printf("https%s", url + strlen("http"));

		free(url);
		url = tls;
	}
	if (oci_origin_of(url, &origin, err) < 0)
		return err_wrap(err, "upload session");
	if (answer->chunk_min_length &&
	    text_number(span_of(answer->chunk_min_length), 1ull << 30, "OCI-Chunk-Min-Length",
			&least, &ignored) == 0 &&
	    least)
		upload->chunk_bytes = least > CHUNK_BYTES ? least : CHUNK_BYTES;
	free(upload->session);
	upload->session = STEAL(url);
	return 0;
}

static int on_session(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;

	if (take_session(upload, call, err) < 0)
		return -1;
	upload->offset = 0;
	return send_rest(upload, err);
}

static void open_session(struct oci_upload *upload)
{
	struct oci_call *call =
		new_call(upload, "POST", oci_repository_url(upload->repository, "blobs/uploads/"),
			 on_session);

	call->sends = true;
	oci_call_start(call);
}

static int on_head(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;

	if (call->answer->status == 200)
		return finish(upload, OCI_UPLOAD_EXISTS, err);
	open_session(upload);
	return 0;
}

static int on_probe(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;

	if (call->failure.code == EC_DENIED && upload->mount_from) {
		upload->mount_from = NULL; /* that other repository may be closed to us */
		probe(upload);
		return 0;
	}
	if (call->failure.code) {
		*err = call->failure;
		return -1;
	}
	if (call->answer->status == 201)
		return finish(upload, upload->mount_from ? OCI_UPLOAD_MOUNTED : OCI_UPLOAD_EXISTS,
			      err);
	if (call->answer->status == 202 && call->answer->location)
		return on_session(call, err);
	call = new_call(upload, "HEAD",
			oci_repository_url(upload->repository, "blobs/%s", upload->digest.text),
			on_head);
	call->accepts = not_there;
	oci_call_start(call);
	return 0;
}

static void probe(struct oci_upload *upload)
{
	const char *from = upload->mount_from ? upload->mount_from : upload->repository->name;
	struct oci_call *call =
		new_call(upload, "POST",
			 oci_repository_url(upload->repository, "blobs/uploads/?mount=%s&from=%s",
					    upload->digest.text, from),
			 on_probe);

	call->accepts = any_refusal;
	call->wants_failures = true;
	call->sends = true;
	oci_call_start(call);
}

static void set_body(struct oci_upload *upload, struct oci_call *call, uint64_t bytes)
{
	call->sends = true;
	if (!bytes)
		return;
	call->read = upload->read;
	call->send_offset = upload->offset;
	call->send_bytes = bytes;
	upload->call = call;
}

static int on_status(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;
	const char *range = call->answer->range;
	struct err ignored;
	uint64_t last = 0;

	if (call->answer->status != 204) {
		probe(upload);
		return 0;
	}
	if (call->answer->location && take_session(upload, call, err) < 0)
		return -1;
	/* "0-0" is one byte, and what docker-registry says of none: a new session knows */
	if (!range || !text_starts(range, "0-") ||
	    text_number(span_of(range + 2), upload->size_bytes, "Range", &last, &ignored) < 0 ||
	    !last) {
		probe(upload);
		return 0;
	}
	upload->offset = last + 1;
	upload->is_resumed = true;
	return send_rest(upload, err);
}

static const long session_states[] = { 400, 404, 405, 416, 0 };

/* What came of the bytes sent is not known. */
static void ask_session(struct oci_upload *upload, uint64_t delay_ns)
{
	struct oci_call *call = new_call(upload, "GET", mem_text(upload->session), on_status);

	call->accepts = session_states;
	oci_call_start_later(call, delay_ns);
}

/* Smaller pieces, for a proxy that takes no large bodies (nginx: 1 MB); false: it gets absurd. */
static bool shrink(struct oci_upload *upload)
{
	uint64_t bytes = upload->chunk_bytes ? upload->chunk_bytes : upload->size_bytes;

	bytes = bytes > 2 * CHUNK_BYTES ? CHUNK_BYTES : bytes / 4;
	if (bytes < CHUNK_LEAST)
		return false;
	upload->chunk_bytes = bytes;
	return true;
}

/* After a failure of what had bytes of the blob. */
static int recover(struct oci_upload *upload, struct oci_call *call, struct err *err)
{
	const struct http_answer *answer = call->answer;
	int64_t asked = oci_retry_after(answer->retry_after, clock_wall());
	uint64_t delay = oci_retry_delay_ns(upload->n_tried, 0);

	upload->call = NULL;
	if (answer->status == 413 && shrink(upload)) {
		open_session(upload);
		return 0;
	}
	/* what the session was said to have may not have been all that was on its way to it */
	if (answer->status == 400 && upload->is_resumed && upload->n_tried++ < OCI_RETRIES) {
		upload->is_resumed = false;
		probe(upload);
		return 0;
	}
	*err = call->failure;
	if (!(answer->err.code ? answer->may_retry : oci_status_may_pass(answer->status)) &&
	    answer->status != 404 && answer->status != 416)
		return -1;
	if (upload->n_tried++ >= OCI_RETRIES || asked > OCI_RETRY_AFTER_MAX)
		return -1;
	if (asked >= 0)
		delay = (uint64_t)asked * 1000000000;
	*err = (struct err){ 0 };
	ask_session(upload, delay);
	return 0;
}

static int on_put(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;

	if (call->failure.code)
		return recover(upload, call, err);
	return finish(upload, OCI_UPLOAD_SENT, err);
}

static int on_patch(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;

	if (call->failure.code)
		return recover(upload, call, err);
	upload->offset += call->send_bytes;
	upload->call = NULL;
	if (take_session(upload, call, err) < 0)
		return -1;
	return send_rest(upload, err);
}

static void put(struct oci_upload *upload)
{
	struct oci_call *call =
		new_call(upload, "PUT",
			 oci_url_with(upload->session, "digest", upload->digest.text), on_put);

	call->wants_failures = true;
	call->tries_once = true;
	set_body(upload, call, upload->size_bytes - upload->offset);
	oci_call_start(call);
}

static void patch(struct oci_upload *upload, uint64_t bytes)
{
	struct oci_call *call = new_call(upload, "PATCH", mem_text(upload->session), on_patch);

	oci_call_header(call, "Content-Range: %" PRIu64 "-%" PRIu64, upload->offset,
			upload->offset + bytes - 1);
	call->wants_failures = true;
	call->tries_once = true;
	set_body(upload, call, bytes);
	oci_call_start(call);
}

static int send_rest(struct oci_upload *upload, struct err *err)
{
	uint64_t left = upload->size_bytes - upload->offset;

	if (need_bytes(upload, err) < 0)
		return -1;
	if (left && upload->chunk_bytes && left > upload->chunk_bytes)
		patch(upload, upload->chunk_bytes);
	else if (left && (upload->offset || upload->chunk_bytes))
		patch(upload, left); /* a PUT with the rest is not what all registries take */
	else
		put(upload);
	return 0;
}

static int on_single(struct oci_call *call, struct err *err)
{
	struct oci_upload *upload = call->ctx;
	long status = call->answer->status;

	if (call->failure.code && (call->answer->err.code || oci_status_may_pass(status))) {
		if (upload->n_tried++ >= OCI_RETRIES) {
			*err = call->failure;
			return -1;
		}
		upload->call = NULL;
		probe(upload);
		return 0;
	}
	*upload->single_post = status == 201 ? OCI_SINGLE_YES : OCI_SINGLE_NO;
	if (status == 201)
		return finish(upload, OCI_UPLOAD_SENT, err);
	upload->call = NULL;
	if (status == 202 && call->answer->location)
		return on_session(call, err);
	probe(upload);
	return 0;
}

static void post_whole(struct oci_upload *upload)
{
	struct oci_call *call =
		new_call(upload, "POST",
			 oci_repository_url(upload->repository, "blobs/uploads/?digest=%s",
					    upload->digest.text),
			 on_single);

	call->wants_failures = true;
	call->tries_once = true;
	set_body(upload, call, upload->size_bytes);
	oci_call_start(call);
}

static bool takes_whole(const struct oci_upload *upload)
{
	if (!upload->single_post || upload->mount_from)
		return false;
	if (*upload->single_post == OCI_SINGLE_YES)
		return upload->size_bytes <= SINGLE_BYTES;
	return *upload->single_post == OCI_SINGLE_UNKNOWN && upload->size_bytes <= SMALL_BYTES;
}

int oci_upload_start(struct oci_upload *upload, struct err *err)
{
	if (!takes_whole(upload)) {
		probe(upload);
		return 0;
	}
	if (need_bytes(upload, err) < 0)
		return -1;
	if (*upload->single_post == OCI_SINGLE_UNKNOWN)
		*upload->single_post = OCI_SINGLE_NO; /* one asks, the others do not wait for it */
	post_whole(upload);
	return 0;
}

void oci_upload_wake(struct oci_upload *upload)
{
	if (upload->call)
		oci_call_wake(upload->call);
}

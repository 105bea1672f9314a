// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <errno.h>

#include "base/alloc.h"
#include "oci/transfer_priv.h"

#define ACTIVE_MAX 6 /* as many as there are connections */
#define CHUNK (256u << 10)

/* A blob that is being moved. */
struct transfer_job {
	struct transfer_job *next, **self;
	struct oci_transfer *transfer;
	size_t item; /* by number: the array may move */
	struct oci_upload upload;
	struct oci_blob *blob; /* it is received here; to a registry: it is sent from here */
	int fd;		       /* it is sent from here */
	bool is_receiving, is_upload, is_sent;
	enum oci_item_state outcome; /* once it is sent */
};

static int start_more(struct oci_transfer *transfer, struct err *err);

static struct oci_item *item_of(const struct transfer_job *job)
{
	return &job->transfer->items[job->item];
}

static void job_free(struct transfer_job *job)
{
	*job->self = job->next;
	if (job->next)
		job->next->self = job->self;
	oci_blob_free(job->blob);
	if (job->fd >= 0)
		close(job->fd);
	oci_upload_done(&job->upload);
	free(job);
}

void oci_transfer_drop_jobs(struct oci_transfer *transfer)
{
	for (struct transfer_job *job = transfer->jobs, *next; job; job = next) {
		next = job->next;
		job_free(job);
	}
}

static void say_begin(struct oci_transfer *transfer, struct oci_item *item)
{
	const struct oci_watch *watch = &transfer->settings->watch;

	if (watch->begin && item->id == SIZE_MAX)
		item->id = watch->begin(watch->ctx, item);
}

static void say_moved(const struct transfer_job *job, uint64_t bytes)
{
	const struct oci_watch *watch = &job->transfer->settings->watch;

	if (watch->moved)
		watch->moved(watch->ctx, item_of(job)->id, bytes);
}

static void set_state(struct oci_transfer *transfer, struct oci_item *item,
		      enum oci_item_state state)
{
	const struct oci_watch *watch = &transfer->settings->watch;

	item->state = state;
	say_begin(transfer, item);
	if (watch->ended)
		watch->ended(watch->ctx, item->id, state);
}

static void end_job(struct transfer_job *job, enum oci_item_state state)
{
	set_state(job->transfer, item_of(job), state);
	job->transfer->n_active--;
	job_free(job);
}

static int finish_job(struct transfer_job *job, enum oci_item_state state, struct err *err)
{
	struct oci_transfer *transfer = job->transfer;

	end_job(job, state);
	return start_more(transfer, err);
}

static int take(void *ctx, const void *data, size_t size, struct err *err)
{
	struct transfer_job *job = ctx;

	if (oci_blob_write(job->blob, data, size, err) < 0)
		return -1;
	if (job->is_upload)
		oci_upload_wake(&job->upload);
	else
		say_moved(job, oci_blob_size(job->blob));
	return 0;
}

/* A guest's that cannot be had. */
static int lose(struct transfer_job *job, struct err *err)
{
	struct oci_transfer *transfer = job->transfer;

	if (err->code == EC_FAILED)
		return -1;
	item_of(job)->is_lost = transfer->has_lost = true;
	if (!transfer->left_out.code)
		transfer->left_out = *err;
	*err = (struct err){ 0 };
	return finish_job(job, OCI_ITEM_EXISTS, err);
}

static int on_received(struct oci_call *call, struct err *err)
{
	struct transfer_job *job = call->ctx;
	struct oci_item *item = item_of(job);

	if (call->failure.code) {
		*err = call->failure;
		err_wrap(err, "blob %s", item->digest.text);
		return item->is_guest ? lose(job, err) : -1;
	}
	job->is_receiving = false;
	if (job->is_upload) {
		oci_upload_wake(&job->upload);
		if (oci_blob_check(job->blob, &item->digest, item->size_bytes, err) < 0)
			return -1;
		return job->is_sent ? finish_job(job, job->outcome, err) : 0;
	}
	if (oci_blob_end(job->blob, &item->digest, item->size_bytes, err) < 0)
		return item->is_guest ? lose(job, err) : -1;
	item->blob = STEAL(job->blob);
	return finish_job(job, OCI_ITEM_SENT, err);
}

static int receive(struct transfer_job *job, struct oci_layout *into, struct err *err)
{
	struct oci_repository *from = job->transfer->settings->from.repository;
	const struct oci_item *item = item_of(job);
	struct oci_call *call;

	if (oci_blob_begin(into, &job->blob, err) < 0)
		return -1;
	call = oci_call_new(from, "GET", oci_repository_url(from, "blobs/%s", item->digest.text));
	call->take = take;
	call->take_bytes = item->size_bytes;
	call->wants_failures = true;
	call->done = on_received;
	call->ctx = job;
	job->is_receiving = true;
	oci_call_start(call);
	return 0;
}

/* A manifest that is there without its blobs is damage, not a wrong name. */
static int open_blob(struct transfer_job *job, struct err *err)
{
	const struct oci_item *item = item_of(job);

	if (oci_layout_open_blob(job->transfer->settings->from.layout, &item->digest,
				 item->size_bytes, &job->fd, err) == 0)
		return 0;
	if (err->code == EC_NOT_FOUND) {
		err->code = EC_CORRUPT;
		err_hint(err, "'epm fsck' checks the whole store");
	}
	return -1;
}

static int open_source(struct oci_upload *upload, struct err *err)
{
	struct transfer_job *job = upload->ctx;
	const struct oci_transfer_settings *settings = job->transfer->settings;

	if (item_of(job)->data.data)
		return 0;
	if (settings->from.repository)
		return receive(job, settings->spool, err);
	return open_blob(job, err);
}

static int read_source(void *ctx, uint64_t offset, void *buf, size_t size, size_t *out_n,
		       struct err *err)
{
	struct oci_upload *upload = ctx;
	struct transfer_job *job = upload->ctx;
	ssize_t n;

	say_moved(job, offset);
	if (item_of(job)->data.data) {
		*out_n = size;
		memcpy(buf, item_of(job)->data.data + offset, size);
		return 0;
	}
	if (job->blob)
		return oci_blob_read(job->blob, offset, buf, size, out_n, err);
	do
		n = pread(job->fd, buf, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, "read blob %s", upload->digest.text);
	if (n == 0)
		return err_set(err, EC_CORRUPT, "blob %s got shorter", upload->digest.text);
	*out_n = (size_t)n;
	return 0;
}

static int on_uploaded(struct oci_upload *upload, enum oci_upload_outcome outcome, struct err *err)
{
	static const enum oci_item_state states[] = {
		[OCI_UPLOAD_SENT] = OCI_ITEM_SENT,
		[OCI_UPLOAD_MOUNTED] = OCI_ITEM_MOUNTED,
		[OCI_UPLOAD_EXISTS] = OCI_ITEM_EXISTS,
	};

	struct transfer_job *job = upload->ctx;

	job->is_sent = true;
	job->outcome = states[outcome];
	/* what it came from has a word to say about its digest yet */
	return job->is_receiving ? 0 : finish_job(job, job->outcome, err);
}

static int send_up(struct transfer_job *job, struct err *err)
{
	const struct oci_transfer_settings *settings = job->transfer->settings;
	const struct oci_item *item = item_of(job);

	job->is_upload = true;
	job->upload = (struct oci_upload){
		.repository = settings->to.repository,
		.digest = item->digest,
		.size_bytes = item->size_bytes,
		.single_post = settings->single_post,
		.open = open_source,
		.read = read_source,
		.finished = on_uploaded,
		.ctx = job,
	};
	if (settings->mount_from)
		job->upload.mount_from = settings->mount_from(settings->ctx, &item->digest);
	return oci_upload_start(&job->upload, err);
}

static int copy_file(struct transfer_job *job, struct err *err)
{
	const struct oci_transfer_settings *settings = job->transfer->settings;
	struct oci_item *item = item_of(job);
	AUTO(free) char *chunk = mem_alloc(CHUNK);
	ssize_t n;

	if (open_blob(job, err) < 0 || oci_blob_begin(settings->to.layout, &job->blob, err) < 0)
		return -1;
	while ((n = read(job->fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "read blob %s", item->digest.text);
		if (oci_blob_write(job->blob, chunk, (size_t)n, err) < 0)
			return -1;
	}
	if (oci_blob_end(job->blob, &item->digest, item->size_bytes, err) < 0)
		return -1;
	item->blob = STEAL(job->blob);
	end_job(job, OCI_ITEM_SENT);
	return 0;
}

/* What came within the manifest needs no request. */
static int unwrap(struct transfer_job *job, struct err *err)
{
	struct oci_item *item = item_of(job);

	if (oci_blob_begin(job->transfer->settings->to.layout, &job->blob, err) < 0 ||
	    oci_blob_write(job->blob, item->data.data, item->data.len, err) < 0 ||
	    oci_blob_end(job->blob, &item->digest, item->size_bytes, err) < 0)
		return -1;
	item->blob = STEAL(job->blob);
	end_job(job, OCI_ITEM_SENT);
	return 0;
}

static bool is_there(struct oci_transfer *transfer, const struct oci_item *item)
{
	const struct oci_transfer_settings *settings = transfer->settings;
	uint64_t size = 0;

	if (settings->to.layout)
		return oci_layout_has(settings->to.layout, &item->digest, &size) &&
		       size == item->size_bytes;
	return settings->is_there && !transfer->is_again &&
	       settings->is_there(settings->ctx, &item->digest);
}

static int start_job(struct oci_transfer *transfer, size_t number, struct err *err)
{
	const struct oci_transfer_settings *settings = transfer->settings;
	struct transfer_job *job = mem_alloc(sizeof(*job));

	job->transfer = transfer;
	job->item = number;
	job->fd = -1;
	job->self = &transfer->jobs;
	job->next = transfer->jobs;
	if (job->next)
		job->next->self = &job->next;
	transfer->jobs = job;
	transfer->n_active++;
	say_begin(transfer, item_of(job));
	if (settings->to.repository)
		return send_up(job, err);
	if (item_of(job)->data.data)
		return unwrap(job, err);
	return settings->from.repository ? receive(job, settings->to.layout, err)
					 : copy_file(job, err);
}

static int start_more(struct oci_transfer *transfer, struct err *err)
{
	while (transfer->n_active < ACTIVE_MAX && transfer->next_item < transfer->n_items) {
		size_t number = transfer->next_item++;

		if (transfer->items[number].state != OCI_ITEM_WAITS)
			continue;
		if (is_there(transfer, &transfer->items[number]))
			set_state(transfer, &transfer->items[number], OCI_ITEM_EXISTS);
		else if (start_job(transfer, number, err) < 0)
			return -1;
	}
	return 0;
}

/*
 * A registry that refuses bytes says so in its own words; when it is right, it is the layout that is
 * damaged. -1 always.
 */
static int blame(struct oci_transfer *transfer, struct err *err)
{
	struct oci_layout *layout = transfer->settings->from.layout;
	struct err damage = { 0 };
	uint64_t size;

	for (struct transfer_job *job = transfer->jobs; layout && job; job = job->next)
		if (oci_layout_check(layout, &item_of(job)->digest, &size, &damage) < 0) {
			*err = damage;
			break;
		}
	return -1;
}

int oci_transfer_blobs(struct oci_transfer *transfer, struct err *err)
{
	const struct oci_watch *watch = &transfer->settings->watch;
	struct oci_tick tick = { watch->tick, watch->ctx };

	transfer->next_item = transfer->n_active = 0;
	for (size_t i = 0; i < transfer->n_items; i++)
		if (transfer->items[i].state == OCI_ITEM_WAITS)
			say_begin(transfer, &transfer->items[i]);
	if (start_more(transfer, err) < 0)
		return -1;
	if (!transfer->client)
		return 0;
	if (oci_client_run(transfer->client, watch->tick ? &tick : NULL, err) < 0)
		return err->code == EC_NETWORK ? blame(transfer, err) : -1;
	oci_guests_drop_lost(transfer);
	return 0;
}

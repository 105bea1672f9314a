// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Pointers that moved from one struct to another. */
#include "common.h"

struct gendisk {
	int major;
} CORE;

struct request___old {
	struct gendisk *rq_disk; /* up to 5.16 */
} CORE;

struct request_queue {
	struct gendisk *disk; /* since 5.15 */
} CORE;

struct request {
	struct request_queue *q;
} CORE;

struct bio___old {
	struct gendisk *bi_disk; /* up to 5.11 */
} CORE;

SEC("raw_tp/block_rq_complete")
int old_request(struct bpf_raw_tracepoint_args *ctx)
{
	sink = BPF_CORE_READ((struct request___old *)ctx->args[0], rq_disk, major);
	return 0;
}

SEC("raw_tp/block_rq_complete")
int new_request(struct bpf_raw_tracepoint_args *ctx)
{
	sink = BPF_CORE_READ((struct request *)ctx->args[0], q, disk, major);
	return 0;
}

SEC("raw_tp/block_rq_complete")
int any_request(struct bpf_raw_tracepoint_args *ctx)
{
	struct request___old *old = (void *)ctx->args[0];

	if (bpf_core_field_exists(old->rq_disk))
		sink = BPF_CORE_READ(old, rq_disk, major);
	else
		sink = BPF_CORE_READ((struct request *)ctx->args[0], q, disk, major);
	return 0;
}

SEC("raw_tp/block_bio_complete")
int old_bio(struct bpf_raw_tracepoint_args *ctx)
{
	sink = BPF_CORE_READ((struct bio___old *)ctx->args[1], bi_disk, major);
	return 0;
}

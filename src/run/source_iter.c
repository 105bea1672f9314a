// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/source_iter.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/json.h"
#include "run/emit.h"

#define LINE_MAX_BYTES 65536

struct source_iter {
	int link_fd;
	const char *name;
	char *head; /* JSON: {"source":"NAME","time":" */
	struct output *out;
	char *line; /* LINE_MAX_BYTES */
	size_t len;
	uint64_t n_lines;
};

int source_iter_open(int link_fd, const char *name, bool is_json, struct output *out_text,
		     struct source_iter **out, struct err *err)
{
	AUTO(json) json_t *text = js_text_lossy(name, strlen(name));
	AUTO(free) char *quoted = js_dump(text);
	struct source_iter *iter = mem_alloc(sizeof(*iter));

	iter->link_fd = link_fd;
	iter->name = name;
	iter->out = out_text;
	iter->line = mem_alloc(LINE_MAX_BYTES);
	if (is_json)
		iter->head = mem_printf("{\"source\":%s,\"time\":\"", quoted);
	output_need(out_text, LINE_MAX_BYTES * 6 + 512);
	*out = iter;
	return 0;
}

void source_iter_free(struct source_iter *iter)
{
	if (!iter)
		return;
	free(iter->head);
	free(iter->line);
	free(iter);
}

static void print_line(struct source_iter *iter, const char *text, size_t len)
{
	struct output *out = iter->out;
	char *start = out->p;

	iter->n_lines++;
	if (out->events_left == 0)
		return;
	out->events_left--;
	if (iter->head) {
		out->p = emit_bytes(out->p, iter->head, strlen(iter->head));
		out->p = emit_bytes(out->p, out->stamp, out->stamp_len);
		out->p = emit_bytes(out->p, "\",\"line\":\"", 10);
		out->p = emit_text(out->p, text, len, true);
		out->p = emit_bytes(out->p, "\"}\n", 3);
	} else {
		out->p = emit_text(out->p, text, len, false);
		*out->p++ = '\n';
		output_fit(out, start);
	}
	if (out->p >= out->limit)
		output_flush(out);
}

static void print_lines(struct source_iter *iter)
{
	size_t start = 0;
	char *newline;

	while ((newline = memchr(iter->line + start, '\n', iter->len - start))) {
		print_line(iter, iter->line + start, newline - iter->line - start);
		start = newline - iter->line + 1;
	}
	if (start == 0 && iter->len == LINE_MAX_BYTES) { /* a line without an end */
		print_line(iter, iter->line, iter->len);
		start = iter->len;
	}
	memmove(iter->line, iter->line + start, iter->len - start);
	iter->len -= start;
}

int source_iter_print(struct source_iter *iter, struct err *err)
{
	AUTO(close) int fd = bpf_iter_create(iter->link_fd);
	ssize_t n;

	if (fd < 0)
		return err_errno(err, "read the iterator %s", iter->name);
	iter->len = 0;
	output_stamp(iter->out);
	while ((n = read(fd, iter->line + iter->len, LINE_MAX_BYTES - iter->len)) != 0) {
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n < 0)
			return err_errno(err, "read the iterator %s", iter->name);
		iter->len += n;
		print_lines(iter);
		if (iter->out->is_closed)
			return 0;
	}
	if (iter->len)
		print_line(iter, iter->line, iter->len);
	return 0;
}

uint64_t source_iter_lines(const struct source_iter *iter)
{
	return iter->n_lines;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/source_trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/identity.h"
#include "base/json.h"
#include "kernel/live.h"
#include "run/emit.h"

#define INSTANCE_PREFIX "epm-"
#define LINE_MAX_BYTES 8192

struct source_trace {
	struct output *out;
	bool is_json;
	bool has_stamp;
	bool has_header; /* it was printed, or is not wanted */
	int fd;
	char *instance; /* path of our own; NULL: the common one */
	char line[LINE_MAX_BYTES];
	size_t len;
	uint64_t n_lines;
	uint64_t n_lost;
};

bool source_trace_is_needed(const struct loader *loader)
{
	struct bpf_program *program;

	bpf_object__for_each_program (program, loader->bpf) {
		const struct bpf_insn *insns = bpf_program__insns(program);

		if (!bpf_program__autoload(program))
			continue;
		for (size_t i = 0; i < bpf_program__insn_cnt(program); i++)
			if (insns[i].code == (BPF_JMP | BPF_CALL) && insns[i].src_reg == 0 &&
			    (insns[i].imm == BPF_FUNC_trace_printk ||
			     insns[i].imm == BPF_FUNC_trace_vprintk))
				return true;
	}
	return false;
}

/* Instances whose epm was killed. */
static void sweep(const char *instances)
{
	AUTO(closedir) DIR *dir = opendir(instances);
	struct dirent *entry;
	uint64_t pid;
	struct err err;

	while (dir && (entry = readdir(dir)))
		if (text_starts(entry->d_name, INSTANCE_PREFIX) &&
		    text_number(span_of(entry->d_name + strlen(INSTANCE_PREFIX)), INT32_MAX, "pid",
				&pid, &err) == 0 &&
		    kill(pid, 0) < 0 && errno == ESRCH)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
}

static int write_one(int dir, const char *name)
{
	AUTO(close) int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, "1", 1) == 1 ? 0 : -1;
}

/* An instance with only our event on; NULL where the kernel has no such event. */
static char *make_instance(const char *tracefs)
{
	AUTO(free) char *instances = path_join(tracefs, "instances");
	AUTO(free) char *path = mem_printf("%s/" INSTANCE_PREFIX "%d", instances, (int)getpid());
	AUTO(close) int dir = -1;

	sweep(instances);
	if (mkdir(path, 0700) < 0)
		return NULL;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || write_one(dir, "events/bpf_trace/bpf_trace_printk/enable") < 0) {
		rmdir(path);
		return NULL;
	}
	return STEAL(path);
}

int source_trace_open(bool is_json, bool has_stamp, bool has_no_header, struct output *out_text,
		      struct source_trace **out, struct err *err)
{
	const char *tracefs;
	AUTO(free) char *path = NULL;
	struct source_trace *trace;

	identity_raise();
	tracefs = live_tracefs();
	if (!tracefs) {
		identity_lower();
		err_set(err, EC_UNSUPPORTED,
			"the tracing file system, which shows bpf_printk lines, is not mounted");
		return err_hint(err, "mount -t tracefs tracefs /sys/kernel/tracing");
	}
	trace = mem_alloc(sizeof(*trace));
	trace->out = out_text;
	trace->is_json = is_json;
	trace->has_stamp = has_stamp;
	trace->has_header = has_no_header;
	trace->instance = make_instance(tracefs);
	path = path_join(trace->instance ? trace->instance : tracefs, "trace_pipe");
	trace->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	identity_lower();
	if (trace->fd < 0) {
		err_errno(err, "open %s", path);
		source_trace_free(trace);
		return -1;
	}
	output_need(out_text, LINE_MAX_BYTES * 6 + 512);
	*out = trace;
	return 0;
}

void source_trace_free(struct source_trace *trace)
{
	if (!trace)
		return;
	if (trace->fd >= 0)
		close(trace->fd);
	identity_raise();
	if (trace->instance)
		rmdir(trace->instance);
	identity_lower();
	free(trace->instance);
	free(trace);
}

struct trace_line {
	struct span comm;
	struct span pid;
	struct span cpu;
	struct span message;
};

/* "            bash-1234    [001] d..21  5678.901234: bpf_trace_printk: the message" */
static bool split(struct span line, struct trace_line *out)
{
	static const char mark[] = ": bpf_trace_printk: ";
	const char *bracket = memchr(line.data, '[', line.len);
	const char *message = memmem(line.data, line.len, mark, strlen(mark));
	const char *close_bracket, *dash;
	struct span head;

	if (!bracket || !message || bracket > message)
		return false;
	/* a name may hold brackets and dashes: the last of each before the flags counts */
	while ((close_bracket = memchr(bracket + 1, '[', message - bracket - 1)))
		bracket = close_bracket;
	close_bracket = memchr(bracket, ']', message - bracket);
	head = span_trim((struct span){ line.data, bracket - line.data });
	dash = memrchr(head.data, '-', head.len);
	if (!close_bracket || !dash)
		return false;
	out->comm = (struct span){ head.data, dash - head.data };
	out->pid = (struct span){ dash + 1, head.data + head.len - dash - 1 };
	out->cpu = (struct span){ bracket + 1, close_bracket - bracket - 1 };
	message += strlen(mark);
	out->message = (struct span){ message, line.data + line.len - message };
	return true;
}

static void put_number(struct output *out, struct span digits)
{
	while (digits.len > 1 && *digits.data == '0') {
		digits.data++;
		digits.len--;
	}
	out->p = emit_text(out->p, digits.data, digits.len, true);
}

static void print_json(struct source_trace *trace, const struct trace_line *line)
{
	struct output *out = trace->out;
	static const char head[] = "{\"source\":\"bpf_printk\",\"time\":\"";

	out->p = emit_bytes(out->p, head, strlen(head));
	out->p = emit_bytes(out->p, out->stamp, out->stamp_len);
	out->p = emit_bytes(out->p, "\",\"pid\":", 8);
	put_number(out, line->pid);
	out->p = emit_bytes(out->p, ",\"cpu\":", 7);
	put_number(out, line->cpu);
	out->p = emit_bytes(out->p, ",\"comm\":\"", 9);
	out->p = emit_text(out->p, line->comm.data, line->comm.len, true);
	out->p = emit_bytes(out->p, "\",\"message\":\"", 13);
	out->p = emit_text(out->p, line->message.data, line->message.len, true);
	out->p = emit_bytes(out->p, "\"}\n", 3);
}

static void print_text(struct source_trace *trace, const struct trace_line *line)
{
	struct output *out = trace->out;
	char *start = out->p, *column;

	if (trace->has_stamp) {
		out->p = emit_bytes(out->p, out->stamp, out->stamp_len);
		*out->p++ = ' ';
	}
	column = out->p;
	if (line->pid.len < 7)
		out->p = emit_blanks(out->p, 7 - line->pid.len);
	out->p = emit_text(out->p, line->pid.data, line->pid.len, false);
	*out->p++ = ' ';
	out->p = emit_text(out->p, line->comm.data, line->comm.len, false);
	out->p = emit_pad(out->p, column, 7 + 1 + 16);
	*out->p++ = ' ';
	out->p = emit_text(out->p, line->message.data, line->message.len, false);
	*out->p++ = '\n';
	output_fit(out, start);
}

static void print_line(struct source_trace *trace, struct span text)
{
	struct output *out = trace->out;
	static const char header[] = "    PID COMM             MESSAGE\n";
	struct trace_line line = { .message = text };

	if (text.len == 0)
		return;
	/* "CPU:1 [LOST 123 EVENTS]" */
	if (!split(text, &line)) {
		trace->n_lost += memmem(text.data, text.len, "LOST", 4) != NULL;
		return;
	}
	trace->n_lines++;
	if (out->events_left == 0)
		return;
	out->events_left--;
	if (!trace->has_header && !trace->is_json) {
		if (trace->has_stamp)
			output_text(out, "TIME            ", 16);
		output_text(out, header, strlen(header));
	}
	trace->has_header = true;
	if (trace->is_json)
		print_json(trace, &line);
	else
		print_text(trace, &line);
	if (out->p >= out->limit)
		output_flush(out);
}

void source_trace_read(struct source_trace *trace)
{
	ssize_t n;
	char *newline;

	while ((n = read(trace->fd, trace->line + trace->len, sizeof(trace->line) - trace->len)) >
	       0) {
		size_t start = 0;

		trace->len += n;
		while ((newline = memchr(trace->line + start, '\n', trace->len - start))) {
			print_line(trace, (struct span){ trace->line + start,
							 newline - trace->line - start });
			start = newline - trace->line + 1;
		}
		if (start == 0 && trace->len == sizeof(trace->line))
			start = trace->len; /* a line without an end */
		memmove(trace->line, trace->line + start, trace->len - start);
		trace->len -= start;
	}
}

int source_trace_fd(const struct source_trace *trace)
{
	return trace->fd;
}

uint64_t source_trace_lines(const struct source_trace *trace)
{
	return trace->n_lines;
}

uint64_t source_trace_lost(const struct source_trace *trace)
{
	return trace->n_lost;
}

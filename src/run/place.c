// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/place.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/log.h"
#include "run/explain.h"

/* include/uapi/linux/bpf.h since 6.6 */
#define TCX_INGRESS 46
#define TCX_EGRESS 47

#define DEFAULT_FREQUENCY_HZ 99 /* not in step with what runs a hundred times a second */

struct tc_filter {
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;
};

bool place_is_wanted(const struct bpf_program *program)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_XDP:
	case BPF_PROG_TYPE_SCHED_CLS:
	case BPF_PROG_TYPE_PERF_EVENT:
	case BPF_PROG_TYPE_CGROUP_SKB:
	case BPF_PROG_TYPE_CGROUP_SOCK:
	case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
	case BPF_PROG_TYPE_CGROUP_DEVICE:
	case BPF_PROG_TYPE_CGROUP_SYSCTL:
	case BPF_PROG_TYPE_CGROUP_SOCKOPT:
	case BPF_PROG_TYPE_SOCK_OPS:
		return true;
	default:
		return false;
	}
}

/* What the configuration says about a program beside what every program has. */
static json_t *wish(const struct loader *l, const struct bpf_program *program, const char *key)
{
	const struct config_prog *prog = loader_wish(l, program);

	return prog ? json_object_get(prog->other, key) : NULL;
}

static json_int_t number(const json_t *value, json_int_t otherwise)
{
	return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

static int no_place(const struct loader *l, const struct bpf_program *program, const char *option,
		    struct err *err)
{
	AUTO(free) char *skip = explain_skip(l->bpf, bpf_program__name(program), true);

	err_set(err, EC_USAGE, "program %s (%s) needs to be told where to attach",
		bpf_program__name(program), bpf_program__section_name(program));
	return err_hint(err, "%s says it%s%s", option, skip ? "; " : "", skip ? skip : "");
}

static int interface_of(const struct loader *l, const struct bpf_program *program, int *out,
			struct err *err)
{
	json_t *hook = wish(l, program, "tchook");
	json_int_t index =
		number(wish(l, program, "ifindex"), number(json_object_get(hook, "ifindex"), 0));

	if (l->place.interface) {
		index = if_nametoindex(l->place.interface);
		if (!index)
			return err_set(err, EC_NOT_FOUND, "there is no network interface '%s'",
				       l->place.interface);
	}
	if (index <= 0 || index > INT32_MAX)
		return no_place(l, program, "--iface NAME", err);
	*out = index;
	return 0;
}

static int refused(const struct bpf_program *program, const char *where, struct err *err)
{
	if (errno == EBUSY || errno == EEXIST)
		return err_set(err, EC_EXISTS, "program %s: another program is attached to %s",
			       bpf_program__name(program), where);
	return err_set(err, errno == EPERM ? EC_DENIED : EC_UNSUPPORTED,
		       "program %s: cannot attach it to %s: %s", bpf_program__name(program), where,
		       strerror(errno));
}

static void name_interface(int index, char out[IF_NAMESIZE + 16])
{
	char name[IF_NAMESIZE];

	if (if_indextoname(index, name))
		snprintf(out, IF_NAMESIZE + 16, "%s", name);
	else
		snprintf(out, IF_NAMESIZE + 16, "interface %d", index);
}

static int attach_xdp(struct loader *l, struct bpf_program *program, struct attachments *list,
		      struct err *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts);
	char where[IF_NAMESIZE + 16];
	int index = 0, fd;

	if (interface_of(l, program, &index, err) < 0)
		return -1;
	opts.flags = number(wish(l, program, "flags"), 0);
	fd = bpf_link_create(bpf_program__fd(program), index, BPF_XDP, &opts);
	name_interface(index, where);
	if (fd < 0)
		return refused(program, where, err);
	attachments_add(list, program, NULL, fd);
	return 0;
}

static bool is_egress(const struct loader *l, const struct bpf_program *program)
{
	const char *point =
		json_string_value(json_object_get(wish(l, program, "tchook"), "attach_point"));

	if (point)
		return !strcmp(point, "BPF_TC_EGRESS");
	return text_ends(bpf_program__section_name(program), "egress");
}

static int add_filter(struct loader *l, struct bpf_program *program, int index,
		      struct attachments *list)
{
	json_t *opts = wish(l, program, "tcopts");
	struct tc_filter *filter = mem_alloc(sizeof(*filter));
	int rc;

	filter->hook.sz = sizeof(filter->hook);
	filter->hook.ifindex = index;
	filter->hook.attach_point = is_egress(l, program) ? BPF_TC_EGRESS : BPF_TC_INGRESS;
	filter->opts.sz = sizeof(filter->opts);
	filter->opts.prog_fd = bpf_program__fd(program);
	filter->opts.handle = number(json_object_get(opts, "handle"), 0);
	filter->opts.priority = number(json_object_get(opts, "priority"), 0);
	rc = bpf_tc_hook_create(&filter->hook);
	if (rc == 0 || rc == -EEXIST)
		rc = bpf_tc_attach(&filter->hook, &filter->opts);
	if (rc < 0) {
		free(filter);
		errno = -rc;
		return -1;
	}
	attachments_add(list, program, NULL, -1)->filter = filter;
	return 0;
}

void place_remove_filter(struct tc_filter *filter)
{
	/* which filter it is, is all that may be said */
	filter->opts.prog_fd = 0;
	filter->opts.prog_id = 0;
	filter->opts.flags = 0;
	if (bpf_tc_detach(&filter->hook, &filter->opts) < 0)
		log_warn("a tc filter could not be removed: %m");
	free(filter);
}

static int attach_tc(struct loader *l, struct bpf_program *program, struct attachments *list,
		     struct err *err)
{
	char where[IF_NAMESIZE + 16];
	int index = 0, fd;

	if (interface_of(l, program, &index, err) < 0)
		return -1;
	fd = bpf_link_create(bpf_program__fd(program), index,
			     is_egress(l, program) ? TCX_EGRESS : TCX_INGRESS, NULL);
	if (fd >= 0) {
		attachments_add(list, program, NULL, fd);
		return 0;
	}
	name_interface(index, where);
	/* EINVAL: the kernel does not know such links */
	if (errno != EINVAL && errno != EOPNOTSUPP)
		return refused(program, where, err);
	return add_filter(l, program, index, list) < 0 ? refused(program, where, err) : 0;
}

static int attach_cgroup(struct loader *l, struct bpf_program *program, struct attachments *list,
			 struct err *err)
{
	const char *path = json_string_value(wish(l, program, "cgroup"));
	AUTO(close) int fd = -1;
	struct bpf_link *link;

	if (l->place.cgroup)
		path = l->place.cgroup;
	if (!path)
		return no_place(l, program, "--cgroup PATH", err);
	if (fs_open_dir(AT_FDCWD, path, 0, &fd, err) < 0)
		return -1;
	link = bpf_program__attach_cgroup(program, fd);
	if (!link)
		return refused(program, path, err);
	attachments_add(list, program, link, -1);
	return 0;
}

static int open_clock(uint64_t frequency, int cpu, bool is_cycles)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = is_cycles ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_CPU_CLOCK, /* 0, as is PERF_COUNT_HW_CPU_CYCLES */
		.freq = 1,
		.sample_freq = frequency,
	};

	return syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* The CPU's own cycles where they can be counted, as virtual machines often cannot; else a timer. */
static int open_sampler(const struct loader *l, const struct bpf_program *program, int cpu)
{
	json_t *perf = wish(l, program, "perf");
	const char *clock = json_string_value(json_object_get(perf, "clock"));
	uint64_t frequency = number(json_object_get(perf, "freq"), DEFAULT_FREQUENCY_HZ);
	int fd = -1;

	if (l->place.frequency_hz)
		frequency = l->place.frequency_hz;
	if (!clock || strcmp(clock, "cpu"))
		fd = open_clock(frequency, cpu, true);
	return fd >= 0 ? fd : open_clock(frequency, cpu, false);
}

static int attach_perf(struct loader *l, struct bpf_program *program, struct attachments *list,
		       struct err *err)
{
	int n_cpus = libbpf_num_possible_cpus(), n_attached = 0;
	struct bpf_link *link;

	for (int cpu = 0; cpu < n_cpus; cpu++) {
		int fd = open_sampler(l, program, cpu);

		if (fd < 0 && errno == ENODEV)
			continue; /* a CPU that is offline */
		link = fd >= 0 ? bpf_program__attach_perf_event(program, fd) : NULL;
		if (!link) {
			refused(program, "a clock of the CPU", err);
			if (fd >= 0)
				close(fd);
			return -1;
		}
		attachments_add(list, program, link, -1);
		n_attached++;
	}
	errno = ENODEV;
	return n_attached ? 0 : refused(program, "a clock of the CPU", err);
}

int place_attach(struct loader *l, struct bpf_program *program, struct attachments *list,
		 struct err *err)
{
	switch (bpf_program__type(program)) {
	case BPF_PROG_TYPE_XDP:
		return attach_xdp(l, program, list, err);
	case BPF_PROG_TYPE_SCHED_CLS:
		return attach_tc(l, program, list, err);
	case BPF_PROG_TYPE_PERF_EVENT:
		return attach_perf(l, program, list, err);
	default:
		return attach_cgroup(l, program, list, err);
	}
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/resource.h>

#include "base/alloc.h"
#include "base/identity.h"
#include "kernel/tables.h"
#include "run/explain_words.h"
#include "run/preflight.h"

#define VALUE_MOST (32u << 10) /* of per-CPU maps: PCPU_MIN_UNIT_SIZE, include/linux/percpu.h */

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static bool is_array(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_PROG_ARRAY || type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ||
	       type == BPF_MAP_TYPE_CGROUP_ARRAY || type == BPF_MAP_TYPE_ARRAY_OF_MAPS;
}

/* All its entries. */
static double bytes_of(const struct bpf_map *map)
{
	double each = bpf_map__key_size(map) + (double)bpf_map__value_size(map);

	if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
		each = 1;
	if (is_per_cpu(bpf_map__type(map)))
		each *= libbpf_num_possible_cpus();
	return each * bpf_map__max_entries(map);
}

/* "1.5 MiB" */
static const char *write_size(double bytes, char out[32])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	for (bytes /= 1024; bytes >= 1024 && unit + 1 < ARRAY_SIZE(units); bytes /= 1024)
		unit++;
	snprintf(out, 32, "%.*f %s", bytes < 10 ? 1 : 0, bytes, units[unit]);
	return out;
}

/* Before 5.11 the kernel counted maps as locked memory of the user. */
static bool is_limited(double *out_bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return false;
	*out_bytes = (double)limit.rlim_cur;
	return true;
}

static int explain_denied(const char *what, const struct bpf_map *map, struct err *err)
{
	char size[32], most[32];
	double limit;

	if (preflight_is_confined()) {
		err_set(err, EC_DENIED, "%s: creating it is not permitted", what);
		return err_hint(err, "is this a container without CAP_BPF (and CAP_NET_ADMIN for "
				     "maps of networks)?");
	}
	if (is_limited(&limit)) {
		err_set(err, EC_DENIED, "%s: locked memory is limited to %s here, it needs %s",
			what, write_size(limit, most), write_size(bytes_of(map), size));
		return err_hint(err, "raise it: ulimit -l unlimited, or LimitMEMLOCK=infinity of "
				     "the service");
	}
	return err_set(err, EC_DENIED, "%s: the kernel refuses to create it (EPERM)", what);
}

static bool is_unknown(const struct bpf_map *map)
{
	int rc;

	identity_raise();
	rc = libbpf_probe_bpf_map_type(bpf_map__type(map), NULL);
	identity_lower();
	return rc != 1; /* also what libbpf itself does not know */
}

static int explain_invalid(const char *what, const struct bpf_map *map, struct err *err)
{
	enum bpf_map_type type = bpf_map__type(map);
	const char *word = libbpf_bpf_map_type_str(type), *since = kernel_table_map_since(type);

	if (bpf_map__max_entries(map) == 0)
		return err_set(err, EC_UNSUPPORTED, "%s: it has no size (max_entries is 0)", what);
	if (is_array(type) && bpf_map__key_size(map) != 4)
		return err_set(err, EC_UNSUPPORTED,
			       "%s: keys of an array have 4 bytes, these have %u", what,
			       bpf_map__key_size(map));
	if (is_unknown(map))
		return err_set(
			err, EC_UNSUPPORTED, "%s: this kernel has no maps of type %s (%d)%s%s",
			what, word ? word : "unknown to libbpf", type,
			since ? "; the first release that does is Linux " : "", since ? since : "");
	return err_set(err, EC_UNSUPPORTED,
		       "%s: the kernel does not take its size, flags or types (%s, key %u bytes, "
		       "value %u, %u entries, flags 0x%x)",
		       what, word ? word : "?", bpf_map__key_size(map), bpf_map__value_size(map),
		       bpf_map__max_entries(map), bpf_map__map_flags(map));
}

static int explain_size(const char *what, const struct bpf_map *map, int number, struct err *err)
{
	uint32_t value = bpf_map__value_size(map);
	char size[32];

	write_size(bytes_of(map), size);
	if (number == E2BIG && is_per_cpu(bpf_map__type(map)) && value > VALUE_MOST)
		return err_set(err, EC_UNSUPPORTED,
			       "%s: values of per-CPU maps have at most %u bytes, these have %u",
			       what, VALUE_MOST, value);
	err_set(err, number == ENOMEM ? EC_FAILED : EC_UNSUPPORTED,
		number == ENOMEM
			? "%s: the kernel has no memory for its %u entries of %u bytes (%s)"
			: "%s: %u entries of %u bytes (%s) are more than a map can have",
		what, bpf_map__max_entries(map), bpf_map__key_size(map) + value, size);
	return err_hint(err, "max_entries of a map can be set in the package's configuration");
}

int explain_map(const char *package, const struct bpf_map *map, int number, struct err *err)
{
	char what[256];

	snprintf(what, sizeof(what), "%s: map %s", package, bpf_map__name(map));
	switch (number) {
	case EPERM:
	case EACCES:
		return explain_denied(what, map, err);
	case EINVAL:
	case EOPNOTSUPP:
		return explain_invalid(what, map, err);
	case E2BIG:
	case ENOMEM:
		return explain_size(what, map, number, err);
	default:
		return err_set(err, EC_UNSUPPORTED, "%s: the kernel cannot create it: %s", what,
			       strerror(number));
	}
}

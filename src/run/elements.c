// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "run/elements.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/str.h"
#include "btf/type.h"

#define KERNEL_ENOTSUPP 524 /* the kernel's own, for maps that cannot look up and delete at once */

static bool is_hash(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_per_cpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* Where the number of a value stands that elements are sorted by: it, or its first member. */
static void find_rank(struct elements *e)
{
	uint32_t id = e->value_type;
	const struct btf_type *type;
	struct type_info info;
	struct err err;

	for (int depth = 0; depth < 8 && type_describe(e->btf, id, &info, &err) == 0; depth++) {
		if (info.shape == TYPE_INT && info.size <= 8) {
			e->rank_size = info.size;
			return;
		}
		type = btf__type_by_id(e->btf, info.id);
		if (info.shape != TYPE_STRUCT || !btf_vlen(type))
			return;
		id = btf_members(type)[0].type; /* at offset 0 */
	}
}

int elements_init(struct elements *e, int fd, const struct btf *btf, uint32_t key_type,
		  uint32_t value_type, struct err *err)
{
	struct bpf_map_info info = { 0 };
	struct type_info key, value;
	__u32 len = sizeof(info);
	size_t all;

	if (bpf_obj_get_info_by_fd(fd, &info, &len) < 0)
		return err_errno(err, "ask for the map's properties");
	if (!key_type || !value_type)
		return err_set(err, EC_CORRUPT, "key and value have no BTF");
	if (type_describe(btf, key_type, &key, err) < 0 ||
	    type_describe(btf, value_type, &value, err) < 0)
		return -1;
	if (key.size != info.key_size || value.size != info.value_size)
		return err_set(err, EC_CORRUPT,
			       "BTF and map do not agree on the size of its values");
	*e = (struct elements){ .fd = fd,
				.btf = btf,
				.key_size = info.key_size,
				.value_size = info.value_size,
				.value_type = value_type };
	e->is_array = info.type == BPF_MAP_TYPE_ARRAY || info.type == BPF_MAP_TYPE_PERCPU_ARRAY;
	e->is_hash = is_hash(info.type);
	e->is_per_cpu = is_per_cpu(info.type);
	e->n_cpus = e->is_per_cpu ? libbpf_num_possible_cpus() : 1;
	all = ((size_t)info.value_size + 7) / 8 * 8 * e->n_cpus;
	if (all > LIMIT_OBJECT)
		return err_set(err, EC_CORRUPT, "its values are too large");
	e->room = mem_alloc(all);
	find_rank(e);
	return 0;
}

void elements_done(struct elements *e)
{
	free(e->items);
	free(e->bytes);
	free(e->room);
	*e = (struct elements){ 0 };
}

static void add_number(char *sum, const char *value, uint32_t size)
{
	uint64_t a = 0, b = 0;
	uint32_t skip = __BYTE_ORDER == __BIG_ENDIAN ? 8 - size : 0;

	memcpy((char *)&a + skip, sum, size);
	memcpy((char *)&b + skip, value, size);
	a += b;
	memcpy(sum, (char *)&a + skip, size);
}

/* Integers are added up, all else keeps the first CPU's value that is not zero. */
static void add_value(const struct btf *btf, uint32_t type_id, char *sum, const char *value,
		      int depth)
{
	const struct btf_type *type;
	struct type_info info;
	struct err err;

	if (depth > 16 || type_describe(btf, type_id, &info, &err) < 0)
		return;
	type = btf__type_by_id(btf, info.id);
	if (info.shape == TYPE_INT && info.size <= 8) {
		add_number(sum, value, info.size);
	} else if (info.shape == TYPE_ARRAY) {
		for (uint32_t i = 0; i < info.n_elements; i++)
			add_value(btf, info.element, sum + i * (info.size / info.n_elements),
				  value + i * (info.size / info.n_elements), depth + 1);
	} else if (info.shape == TYPE_STRUCT) {
		for (uint32_t i = 0; i < btf_vlen(type); i++)
			add_value(btf, btf_members(type)[i].type,
				  sum + btf_member_bit_offset(type, i) / 8,
				  value + btf_member_bit_offset(type, i) / 8, depth + 1);
	} else {
		for (uint32_t i = 0; i < info.size; i++)
			if (sum[i])
				return;
		memcpy(sum, value, info.size);
	}
}

/* Where an element's key and value are kept, once its place in `bytes` is known. */
static char *place(const struct elements *e, size_t i)
{
	return e->bytes + i * ((size_t)e->key_size + e->value_size);
}

/* Element i's value from what the kernel gave: of a per-CPU map, one for each. */
static void take_value(struct elements *e, size_t i, const char *given)
{
	char *value = place(e, i) + e->key_size;
	size_t stride = ((size_t)e->value_size + 7) / 8 * 8;

	memcpy(value, given, e->value_size);
	for (unsigned int cpu = 1; cpu < e->n_cpus; cpu++)
		add_value(e->btf, e->value_type, value, given + cpu * stride, 0);
}

static int grow(struct elements *e, size_t n)
{
	size_t one = (size_t)e->key_size + e->value_size;

	if (n <= e->cap)
		return 0;
	e->cap = e->cap ? e->cap * 2 : 64;
	if (e->cap * one > LIMIT_RING)
		return -1;
	e->bytes = mem_resize(e->bytes, e->cap, one);
	e->items = mem_resize(e->items, e->cap, sizeof(*e->items));
	return 0;
}

/* All keys first: taking elements out while walking would begin again at the start. */
static int read_keys(struct elements *e, struct err *err)
{
	const void *last = NULL;
	size_t n = 0;

	for (;;) {
		if (grow(e, n + 1) < 0)
			return err_set(err, EC_FAILED, "the map has too many elements");
		if (n)
			last = place(e, n - 1);
		if (bpf_map_get_next_key(e->fd, last, place(e, n)) < 0)
			break;
		n++;
	}
	if (errno != ENOENT)
		return err_errno(err, "read the keys");
	e->n_items = n;
	return 0;
}

static int look_up(struct elements *e, const void *key, bool clears)
{
	int rc;

	if (clears && !e->is_array) {
		rc = bpf_map_lookup_and_delete_elem(e->fd, key, e->room);
		if (rc == 0 || (errno != EINVAL && errno != EOPNOTSUPP && errno != KERNEL_ENOTSUPP))
			return rc;
		/* before 5.14 in two steps: what is counted in between is lost */
		rc = bpf_map_lookup_elem(e->fd, key, e->room);
		return rc == 0 ? bpf_map_delete_elem(e->fd, key) : rc;
	}
	return bpf_map_lookup_elem(e->fd, key, e->room);
}

static void zero_element(struct elements *e, const void *key)
{
	size_t stride = ((size_t)e->value_size + 7) / 8 * 8;

	memset(e->room, 0, stride * e->n_cpus);
	bpf_map_update_elem(e->fd, key, e->room, BPF_ANY);
}

static uint64_t rank(const struct elements *e, const void *value)
{
	uint64_t number = 0;

	memcpy((char *)&number + (__BYTE_ORDER == __BIG_ENDIAN ? 8 - e->rank_size : 0), value,
	       e->rank_size);
	return number;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct elements *e = context;
	const struct element *x = a, *y = b;
	uint64_t rank_x = e->is_array ? 0 : rank(e, x->value);
	uint64_t rank_y = e->is_array ? 0 : rank(e, y->value);

	if (rank_x != rank_y)
		return rank_x > rank_y ? -1 : 1;
	/* numbers of the machine's order compare as numbers when read from the last byte on */
	for (uint32_t i = e->key_size; i-- > 0;) {
		unsigned char p = ((const unsigned char *)x->key)[i];
		unsigned char q = ((const unsigned char *)y->key)[i];

		if (p != q)
			return p < q ? -1 : 1;
	}
	return 0;
}

/* One key after the other, two or three system calls each. */
static int read_singly(struct elements *e, bool clears, struct err *err)
{
	size_t n = 0;

	if (read_keys(e, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n_items; i++) {
		if (look_up(e, place(e, i), clears) < 0)
			continue; /* gone since */
		memmove(place(e, n), place(e, i), e->key_size);
		take_value(e, n, e->room);
		if (clears && e->is_array)
			zero_element(e, place(e, n));
		n++;
	}
	e->n_items = n;
	return 0;
}

struct batch {
	char *keys;
	char *values;
	uint32_t size;	   /* elements there is room for */
	uint32_t position; /* the kernel's: of a hash a bucket */
	uint32_t next;
};

static void batch_done(struct batch *batch)
{
	free(batch->keys);
	free(batch->values);
}
AUTO_STRUCT(batch, struct batch, batch_done);

static size_t value_stride(const struct elements *e)
{
	return ((size_t)e->value_size + 7) / 8 * 8 * (e->is_per_cpu ? e->n_cpus : 1);
}

static void batch_size(struct elements *e, struct batch *batch, uint32_t size)
{
	batch->size = size;
	batch->keys = mem_resize(batch->keys, size, e->key_size);
	batch->values = mem_resize(batch->values, size, value_stride(e));
}

/* The next elements of the map into the batch; the count, or -1 with errno. */
static int64_t next_batch(struct elements *e, struct batch *batch, bool is_first, bool clears)
{
	LIBBPF_OPTS(bpf_map_batch_opts, opts);
	void *from = is_first ? NULL : &batch->position;
	__u32 count = batch->size;
	int rc;

	if (clears)
		rc = bpf_map_lookup_and_delete_batch(e->fd, from, &batch->next, batch->keys,
						     batch->values, &count, &opts);
	else
		rc = bpf_map_lookup_batch(e->fd, from, &batch->next, batch->keys, batch->values,
					  &count, &opts);
	if (rc < 0 && errno != ENOENT)
		return -1;
	batch->position = batch->next;
	return count;
}

static int keep_batch(struct elements *e, const struct batch *batch, size_t n)
{
	/* values of plain maps are not padded in a batch */
	size_t stride = e->is_per_cpu ? value_stride(e) : e->value_size;

	for (size_t i = 0; i < n; i++) {
		if (grow(e, e->n_items + 1) < 0)
			return -1;
		memcpy(place(e, e->n_items), batch->keys + i * e->key_size, e->key_size);
		take_value(e, e->n_items, batch->values + i * stride);
		e->n_items++;
	}
	return 0;
}

/* Many at a time, since 5.6. False: not with this map or kernel, and nothing was taken out. */
static bool read_in_batches(struct elements *e, bool clears)
{
	AUTO(batch) struct batch batch = { 0 };
	bool is_first = true;
	int64_t n;

	e->n_items = 0;
	/* of other maps the position is a key, which has another size */
	if (!e->is_hash)
		return false;
	batch_size(e, &batch, 256);
	for (;;) {
		errno = 0;
		n = next_batch(e, &batch, is_first, clears);
		if (n < 0 && errno == ENOSPC && batch.size < (1u << 20)) {
			batch_size(e, &batch, batch.size * 4); /* a bucket holds more */
			continue;
		}
		if (n < 0)
			return !is_first;
		if (keep_batch(e, &batch, n) < 0 || errno == ENOENT)
			return true;
		is_first = false;
	}
}

int elements_read(struct elements *e, bool clears, struct err *err)
{
	if (!read_in_batches(e, clears) && read_singly(e, clears, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n_items; i++)
		e->items[i] = (struct element){ place(e, i), place(e, i) + e->key_size };
	qsort_r(e->items, e->n_items, sizeof(*e->items), compare, e);
	return 0;
}

static bool is_slots(const struct btf *btf, uint32_t type_id, struct slots *out)
{
	struct type_info info, element;
	struct err err;

	if (type_describe(btf, type_id, &info, &err) < 0 || info.shape != TYPE_ARRAY ||
	    type_describe(btf, info.element, &element, &err) < 0)
		return false;
	if (element.shape != TYPE_INT || (element.size != 4 && element.size != 8) ||
	    info.n_elements == 0)
		return false;
	out->size = element.size;
	out->n = info.n_elements;
	return true;
}

static int pick_member(const struct btf *btf, const struct btf_type *type)
{
	struct slots scratch;
	int only = -1;

	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];

		if (!is_slots(btf, member->type, &scratch))
			continue;
		if (!strcmp(type_text(btf, member->name_off), "slots"))
			return i;
		if (only >= 0)
			return -1;
		only = i;
	}
	return only;
}

static void add_labels(const struct btf *btf, const struct btf_type *type, int slots_index,
		       struct slots *out)
{
	for (uint32_t i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *name = type_text(btf, member->name_off);

		if ((int)i == slots_index || !name || !*name || btf_member_bitfield_size(type, i) ||
		    out->n_others == ARRAY_SIZE(out->others))
			continue;
		out->others[out->n_others++] =
			(struct slot_label){ name, btf_member_bit_offset(type, i) / 8,
					     member->type };
	}
}

int slots_find(const struct btf *btf, uint32_t value_type, struct slots *out, struct err *err)
{
	const struct btf_type *type = type_stripped(btf, value_type);
	int index;

	*out = (struct slots){ 0 };
	if (is_slots(btf, value_type, out))
		return 0;
	index = btf_is_struct(type) ? pick_member(btf, type) : -1;
	if (index < 0) {
		err_set(err, EC_CORRUPT, "its values have no slots to make a histogram of");
		return err_hint(err, "a histogram needs a member 'slots', an array of integers");
	}
	if (!is_slots(btf, btf_members(type)[index].type, out))
		return err_set(err, EC_CORRUPT, "its slots are no array of integers");
	out->offset = btf_member_bit_offset(type, index) / 8;
	add_labels(btf, type, index, out);
	return 0;
}

void slots_read(const struct slots *slots, const void *value, uint64_t *out)
{
	const char *p = (const char *)value + slots->offset;

	for (size_t i = 0; i < slots->n; i++, p += slots->size) {
		out[i] = 0;
		memcpy((char *)&out[i] + (__BYTE_ORDER == __BIG_ENDIAN ? 8 - slots->size : 0), p,
		       slots->size);
	}
}

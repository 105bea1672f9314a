// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "btf/minimal.h"

#include "base/alloc.h"
#include "btf/kernel_btf.h"
#include "btf/object.h"
#include "support/bpf_files.h"
#include "support/random_relos.h"

#define N_PLANS 60
#define N_RELOS 80

/* One BTF as a target, of bytes that stay the caller's. */
struct side {
	struct raw_btf btf;
	struct name_index names;
};

static void side_open(struct span bytes, struct side *out)
{
	struct err err;

	if (raw_btf_open(bytes, "test", &out->btf, &err) < 0)
		fail_msg("%s", err.text);
	name_index_make(&out->btf, &out->names);
}

static void side_done(struct side *side)
{
	name_index_done(&side->names);
	raw_btf_done(&side->btf);
}

static size_t n_compared, n_matches;

/* Every third or so left out: programs that are not loaded. */
static void same_outcomes(const struct side *local, const struct side *whole,
			  const struct side *part, const struct ext_info *info, uint32_t without)
{
	struct core_targets a = { .main = { &whole->btf, &whole->names } };
	struct core_targets b = { .main = { &part->btf, &part->names } };
	AUTO(core_resolver)
	struct core_resolver *x = core_resolver_new(&local->btf, &a, CORE_SIZE_WHOLE);
	AUTO(core_resolver)
	struct core_resolver *y = core_resolver_new(&local->btf, &b, CORE_SIZE_WHOLE);
	struct core_result r, s;

	for (size_t i = 0; i < info->n_relos; i++) {
		if (without && random_next(&without, 3) == 0)
			continue;
		core_resolve(x, &info->relos[i], &r);
		core_resolve(y, &info->relos[i], &s);
		if (r.outcome != s.outcome || r.is_match != s.is_match || r.value != s.value ||
		    r.original != s.original || r.size != s.size || r.is_resized != s.is_resized ||
		    r.n_matches != s.n_matches || r.error != s.error)
			fail_msg("kind %u of [%u] + %s: %d %lld (%s), minimized %d %lld (%s)",
				 info->relos[i].kind, info->relos[i].type_id, info->relos[i].access,
				 r.outcome, (long long)r.value, r.why, s.outcome,
				 (long long)s.value, s.why);
		n_compared++;
		n_matches += r.is_match;
	}
}

static void minimize(const struct side *whole, const struct side *local,
		     const struct ext_info *info, struct str *out)
{
	struct core_target target = { &whole->btf, &whole->names };
	struct err err;

	if (minimal_make(&target, &local->btf, info, out, &err) < 0)
		fail_msg("%s", err.text);
}

static void generated_types(void **state)
{
	uint32_t chance = 5;

	for (uint32_t plan = 1; plan <= N_PLANS; plan++) {
		struct btf *object = random_btf(plan, plan, plan % 3 ? 40 : 0, 0);
		struct btf *kernel = random_btf(plan, plan * 7, 6 << plan % 5, 3);
		struct core_relo relos[N_RELOS];
		struct ext_info info = { .relos = relos };
		struct bpf_core_relo one[N_RELOS];
		struct side local, whole, part;
		AUTO(str) struct str cut = STR_MAX(LIMIT_KERNEL_BTF);

		for (int i = 0; i < N_RELOS; i++)
			one[i] = random_relo(&chance, object, random_root(&chance, object));
		side_open(random_bytes(object), &local);
		side_open(random_bytes(kernel), &whole);
		for (int i = 0; i < N_RELOS; i++)
			if (one[i].kind != BPF_CORE_TYPE_ID_TARGET)
				relos[info.n_relos++] = random_relo_parsed(&local.btf, &one[i]);
		minimize(&whole, &local, &info, &cut);
		assert_true(cut.len <= random_bytes(kernel).len);
		side_open((struct span){ cut.data, cut.len }, &part);
		for (uint32_t without = 0; without < 4; without++)
			same_outcomes(&local, &whole, &part, &info, without);
		side_done(&part);
		side_done(&whole);
		side_done(&local);
		btf__free(object);
		btf__free(kernel);
	}
	assert_true(n_matches > 4000);
}

static struct side kernel;
static struct kernel_btf kernel_bytes;
static size_t n_objects, all_ours, all_theirs;

/* What bpftool makes of the same; false: there is no bpftool. */
static bool bpftool(struct span elf, struct str *out)
{
	char object[] = "/tmp/epm-min.XXXXXX", result[] = "/tmp/epm-min.XXXXXX";
	const char *argv[] = { "bpftool", "gen", "min_core_btf", KERNEL_BTF_PATH, result,
			       object,	  NULL };
	AUTO(str) struct str said = STR_MAX(LIMIT_CHILD_OUTPUT);
	struct spawn spawn = { .argv = argv, .out = &said, .messages = &said };
	AUTO(close) int fd = mkstemp(object);
	AUTO(close) int other = mkstemp(result);
	struct err err;
	bool ok;

	assert_true(other >= 0);
	assert_int_equal(write(fd, elf.data, elf.len), elf.len);
	ok = spawn_run(&spawn, &err) == 0 && spawn.status == 0 &&
	     fs_read(AT_FDCWD, result, out, &err) == 0;
	unlink(object);
	unlink(result);
	return ok;
}

static void one_object(const char *path, struct span elf, void *arg)
{
	AUTO(object) struct object *object = NULL;
	AUTO(ext_info) struct ext_info info = { 0 };
	AUTO(str) struct str cut = STR_MAX(LIMIT_KERNEL_BTF);
	AUTO(str) struct str theirs = STR_MAX(LIMIT_KERNEL_BTF);
	const struct object_section *btf, *ext;
	struct side local, part;
	struct err err;

	if (object_open(elf, path, &object, &err) < 0)
		fail_msg("%s", err.text);
	btf = object_find(object, ".BTF");
	ext = object_find(object, ".BTF.ext");
	if (!btf || !ext)
		return;
	side_open(btf->data, &local);
	if (ext_info_read(ext->data, &local.btf, path, &info, &err) < 0)
		fail_msg("%s", err.text);
	if (info.n_relos && !minimal_obstacle(&info)) {
		minimize(&kernel, &local, &info, &cut);
		side_open((struct span){ cut.data, cut.len }, &part);
		same_outcomes(&local, &kernel, &part, &info, 0);
		side_done(&part);
		if (bpftool(elf, &theirs)) {
			side_open((struct span){ theirs.data, theirs.len }, &part);
			same_outcomes(&local, &kernel, &part, &info, 0);
			side_done(&part);
			printf("# %s: %zu bytes, bpftool %zu\n", path_base(path), cut.len,
			       theirs.len);
			all_ours += cut.len;
			all_theirs += theirs.len;
			assert_true(cut.len <= theirs.len + theirs.len / 20);
		}
		n_objects++;
	}
	side_done(&local);
}

static void object_of_environment(const char *path, void *arg)
{
	bpf_file_each(path, one_object, arg);
}

/* Without bpftool, or a kernel with BTF, it is compared less. */
static void real_objects(void **state)
{
	char folder[] = "/tmp/epm-minimal.XXXXXX", pattern[64];
	const char *src = getenv("EPM_SRC");
	AUTO(free) char *examples = path_join(src ? src : ".", "examples/*/");
	size_t n_failed = 0;
	struct err err;

	if (kernel_btf_open(NULL, &kernel_bytes, &err) < 0) {
		printf("# %s\n", err.text);
		return;
	}
	side_open(kernel_bytes.data, &kernel);
	assert_non_null(mkdtemp(folder));
	bpf_files_build(examples, folder, &n_failed);
	snprintf(pattern, sizeof(pattern), "%s/*.o", folder);
	bpf_files_glob(pattern, one_object, NULL);
	bpf_files_glob(TEST_DATA "/needs/*.elf", one_object, NULL);
	env_each("EPM_TEST_OBJECTS", object_of_environment, NULL);
	fs_remove_tree(AT_FDCWD, folder);
	side_done(&kernel);
	kernel_btf_done(&kernel_bytes);
	assert_true(n_objects > 0);
	printf("# %zu objects, %zu bytes, bpftool %zu; %zu relocations compared\n", n_objects,
	       all_ours, all_theirs, n_compared);
}

static void own_ids_are_refused(void **state)
{
	struct core_relo relo = {
		.section = "x", .type_id = 1, .access = "0", .kind = BPF_CORE_TYPE_ID_TARGET
	};
	struct ext_info info = { .relos = &relo, .n_relos = 1 };
	AUTO(str) struct str out = STR_MAX(LIMIT_KERNEL_BTF);
	struct btf *btf = random_btf(1, 1, 0, 0);
	struct side side;
	struct core_target target = { &side.btf, &side.names };
	struct err err;

	side_open(random_bytes(btf), &side);
	assert_int_equal(minimal_make(&target, &side.btf, &info, &out, &err), -1);
	assert_int_equal(err.code, EC_UNSUPPORTED);
	assert_string_equal(err.text, "the kernel's own type id of u8 is asked for, which a part "
				      "of its BTF does not have");
	side_done(&side);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_types),
		cmocka_unit_test(real_objects),
		cmocka_unit_test(own_ids_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

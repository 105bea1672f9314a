// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#ifndef HAVE_LIBBPF_HIDDEN

int main(void)
{
	puts("1..1\nok 1 # SKIP no libbpf.a whose bpf_core_calc_relo_insn() can be linked");
	return 0;
}

#else

#include <sys/mman.h>

#include "btf/kernel_btf.h"
#include "btf/object.h"
#include "support/bpf_files.h"
#include "support/core_oracle.h"
#include "support/random_relos.h"

#define N_PLANS 150 /* generated objects, each with several kernels */
#define N_KERNELS 4
#define N_RELOS 140   /* of each pair */
#define N_ROOTS 150   /* types of a real kernel that are taken for an object's */
#define N_OF_ROOT 120 /* relocations of each */

static uint32_t chance = 1;

static void fight_all(const struct both *local, const struct both *target,
		      const struct both *modules, size_t n_modules,
		      const struct bpf_core_relo *relos, size_t n, const char *what)
{
	struct duel duel = { .local = local,
			     .target = target,
			     .modules = modules,
			     .n_modules = n_modules,
			     .what = what };

	duel_open(&duel);
	for (size_t i = 0; i < n; i++)
		duel_fight(&duel, &relos[i]);
	duel_done(&duel);
}

/* A type of both views of one BTF. */
static void same_type(const struct both *both, uint32_t id)
{
	const struct btf_type *theirs = btf__type_by_id(both->theirs, id);
	const struct btf_type *ours = raw_btf_at(&both->ours, id);

	assert_int_equal(theirs->info, ours->info);
	assert_int_equal(theirs->size, ours->size);
	assert_string_equal(btf__name_by_offset(both->theirs, theirs->name_off),
			    raw_btf_name(&both->ours, ours->name_off));
	assert_int_equal(
		bpf_core_essential_name_len(btf__name_by_offset(both->theirs, theirs->name_off)),
		raw_btf_essential(raw_btf_name(&both->ours, ours->name_off)));
	if (btf__resolve_size(both->theirs, id) < 0)
		assert_int_equal(raw_btf_size(&both->ours, id), -1);
	else
		assert_int_equal(raw_btf_size(&both->ours, id),
				 btf__resolve_size(both->theirs, id));
}

static void same_types(const struct both *both)
{
	assert_int_equal(btf__type_cnt(both->theirs), both->ours.n_types);
	assert_int_equal(btf__pointer_size(both->theirs), both->ours.pointer_size);
	for (uint32_t id = 1; id < both->ours.n_types; id++)
		same_type(both, id);
}

static void generated_types(void **state)
{
	for (uint32_t plan = 1; plan <= N_PLANS; plan++) {
		struct btf *btf = random_btf(plan, plan, plan % 3 ? 40 : 0, 0);
		struct bpf_core_relo relos[N_RELOS];
		struct both local, target;
		char what[64];

		for (int i = 0; i < N_RELOS; i++)
			relos[i] = random_relo(&chance, btf, random_root(&chance, btf));
		both_open(btf, NULL, &local);
		same_types(&local);
		for (uint32_t k = 0; k < N_KERNELS; k++) {
			uint32_t change = k == 0 ? 0 : 6 << (2 * k);

			snprintf(what, sizeof(what), "plan %u, kernel %u", plan, k);
			both_open(random_btf(plan, plan * 8 + k, change, k == 0 ? 0 : 2), NULL,
				  &target);
			fight_all(&local, &target, NULL, 0, relos, N_RELOS, what);
			both_done(&target);
		}
		both_done(&local);
	}
}

/* BTF on top of another, read anew from its bytes as that of a module is. */
static void open_module(const struct both *base, uint32_t plan, uint32_t seed, struct both *out)
{
	static const int range[] = { 8, 14 };
	struct btf *made =
		random_fill(btf__new_empty_split(base->theirs), plan, seed, 50, range, 2);
	uint32_t size;
	const void *data = btf__raw_data(made, &size);
	int fd = memfd_create("module", 0);
	struct btf *btf;
	char path[32];

	/* btf__new_split() is not there before libbpf 1.4 */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(write(fd, data, size), size);
	btf = btf__parse_raw_split(path, base->theirs);
	close(fd);
	assert_non_null(btf);
	btf__free(made);
	both_open(btf, base, out);
	same_types(out);
}

static void modules_are_looked_at_last(void **state)
{
	static const int few[] = { 0, 8 };

	for (uint32_t plan = 1000; plan < 1000 + N_PLANS / 4; plan++) {
		struct btf *btf = random_btf(plan, plan, 0, 0);
		struct bpf_core_relo relos[N_RELOS];
		struct both local, target, modules[2];

		for (int i = 0; i < N_RELOS; i++)
			relos[i] = random_relo(&chance, btf, random_root(&chance, btf));
		both_open(btf, NULL, &local);
		both_open(random_fill(btf__new_empty(), plan, plan + 1, 60, few, 0), NULL, &target);
		open_module(&target, plan, 2 * plan, &modules[0]);
		open_module(&target, plan, 3 * plan, &modules[1]);
		fight_all(&local, &target, modules, 2, relos, N_RELOS, "modules");
		both_done(&modules[0]);
		both_done(&modules[1]);
		both_done(&target);
		both_done(&local);
	}
}

/* Real kernels: the running one, those of EPM_TEST_BTFS. */
static struct {
	struct both items[16];
	struct kernel_btf bytes[16];
	char names[16][128];
	size_t n;
} kernels;

static void open_kernel(const char *path, void *arg)
{
	struct kernel_btf *bytes = &kernels.bytes[kernels.n];
	struct both *both = &kernels.items[kernels.n];
	struct err err;

	if (kernels.n == ARRAY_SIZE(kernels.items))
		return;
	if (kernel_btf_open(path, bytes, &err) < 0) {
		printf("# %s\n", err.text);
		return;
	}
	both->theirs = btf__new(bytes->data.data, bytes->data.len);
	if (!both->theirs)
		fail_msg("%s: no BTF", path ? path : "the kernel");
	both_open(both->theirs, NULL, both);
	snprintf(kernels.names[kernels.n], sizeof(kernels.names[0]), "%s",
		 path ? path : "the running kernel");
	kernels.n++;
}

static void object_against_kernels(const char *path, struct span elf, void *arg)
{
	AUTO(object) struct object *object = NULL;
	AUTO(ext_info) struct ext_info info = { 0 };
	const struct object_section *section;
	struct bpf_core_relo *relos;
	struct both local;
	struct err err;
	struct btf *btf;

	if (object_open(elf, path, &object, &err) < 0)
		fail_msg("%s", err.text);
	section = object_find(object, ".BTF");
	btf = section ? btf__new(section->data.data, section->data.len) : NULL;
	if (!btf)
		return;
	both_open(btf, NULL, &local);
	section = object_find(object, ".BTF.ext");
	if (section && ext_info_read(section->data, &local.ours, path, &info, &err) < 0)
		fail_msg("%s", err.text);
	relos = mem_array(info.n_relos + 1, sizeof(*relos));
	for (size_t i = 0; i < info.n_relos; i++)
		relos[i] = (struct bpf_core_relo){ .type_id = info.relos[i].type_id,
						   .access_str_off = info.relos[i].access -
								     local.ours.strings,
						   .kind = info.relos[i].kind };
	for (size_t i = 0; i < kernels.n; i++)
		fight_all(&local, &kernels.items[i], NULL, 0, relos, info.n_relos, path);
	++*(size_t *)arg;
	free(relos);
	both_done(&local);
}

static void object_of_environment(const char *path, void *arg)
{
	bpf_file_each(path, object_against_kernels, arg);
}

static void real_objects(void **state)
{
	char folder[] = "/tmp/epm-core.XXXXXX", pattern[64];
	const char *src = getenv("EPM_SRC");
	AUTO(free) char *examples = path_join(src ? src : ".", "examples/*/");
	size_t n = 0, n_failed = 0, before = seen.n;

	assert_non_null(mkdtemp(folder));
	bpf_files_build(examples, folder, &n_failed);
	bpf_files_build(TEST_DATA "/objects/*.bpf.c", folder, &n_failed);
	snprintf(pattern, sizeof(pattern), "%s/*.o", folder);
	bpf_files_glob(pattern, object_against_kernels, &n);
	bpf_files_glob(TEST_DATA "/needs/*.elf", object_against_kernels, &n);
	env_each("EPM_TEST_OBJECTS", object_of_environment, &n);
	fs_remove_tree(AT_FDCWD, folder);
	assert_true(n > 0);
	printf("# %zu objects (%zu not built), %zu kernels, %zu relocations\n", n, n_failed,
	       kernels.n, seen.n - before);
}

/* Types of one kernel as if an object had them, in another or in itself, where doubles are. */
static void types_of_kernels(void **state)
{
	size_t before = seen.n;

	for (size_t k = 0; k < kernels.n; k++) {
		struct btf *btf = btf__new(kernels.bytes[k].data.data, kernels.bytes[k].data.len);
		struct bpf_core_relo *relos =
			mem_array((size_t)N_ROOTS * N_OF_ROOT, sizeof(*relos));
		struct both local;

		assert_non_null(btf);
		for (size_t i = 0; i < N_ROOTS; i++) {
			uint32_t root = random_root(&chance, btf);

			for (size_t j = 0; j < N_OF_ROOT; j++)
				relos[i * N_OF_ROOT + j] = random_relo(&chance, btf, root);
		}
		both_open(btf, NULL, &local);
		fight_all(&local, &kernels.items[(k + 1) % kernels.n], NULL, 0, relos,
			  (size_t)N_ROOTS * N_OF_ROOT, kernels.names[k]);
		both_done(&local);
		free(relos);
	}
	printf("# types of %zu kernels, %zu relocations\n", kernels.n, seen.n - before);
}

static void close_kernels(void)
{
	for (size_t i = 0; i < kernels.n; i++) {
		both_done(&kernels.items[i]);
		kernel_btf_done(&kernels.bytes[i]);
	}
}

/* All of it counts for nothing where the cases are not hit. */
static void enough_was_compared(void **state)
{
	assert_true(seen.n >= 50000);
	assert_true(seen.n_matches > seen.n / 3);
	assert_true(seen.n_poisoned > 500);
	assert_true(seen.n_failed > 500);
	assert_true(seen.n_ambiguous > 500);
	assert_true(seen.n_patched > seen.n / 3);
	assert_true(seen.n_resized > 20);
	for (size_t i = 0; i < ARRAY_SIZE(seen.by_kind); i++)
		assert_true(seen.by_kind[i] > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_types),     cmocka_unit_test(modules_are_looked_at_last),
		cmocka_unit_test(real_objects),	       cmocka_unit_test(types_of_kernels),
		cmocka_unit_test(enough_was_compared),
	};
	int rc;

	libbpf_set_print(NULL);
	open_kernel(NULL, NULL);
	env_each("EPM_TEST_BTFS", open_kernel, NULL);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	close_kernels();
	printf("# %zu relocations compared with libbpf %s: %zu matched, %zu poisoned, %zu refused "
	       "(%zu ambiguous); %zu patched, %zu resized, %zu refused\n",
	       seen.n, libbpf_version_string(), seen.n_matches, seen.n_poisoned, seen.n_failed,
	       seen.n_ambiguous, seen.n_patched, seen.n_resized, seen.n_patch_failed);
	return rc;
}

#endif

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/* package_save() with each of its calls to the disk failing in turn, and killed at each. */
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/json.h"
#include "pkg/package.h"
#include "support/faults.h"

#define CALLS_MAX 500

static char root[] = "/tmp/epm-faults.XXXXXX";

static void faults_on_hit(void)
{
}

static int save(const char *home, const char *object, const char *name, struct err *err)
{
	AUTO(store) struct store *store = NULL;
	AUTO(config) struct config *config = config_new();
	AUTO(json) json_t *package_config = json_object();
	const struct package_input in = {
		.name = "tool",
		.architecture = package_architecture(),
		.object = span_of(object),
		.config = config,
		.package_config = package_config,
		.names = &name,
		.n_names = 1,
	};
	char digest[OCI_DIGEST_LENGTH + 1];

	config->obj_name = mem_text("tool");
	if (store_open(home, STORE_WRITE, &store, err) < 0)
		return -1;
	return package_save(store, &in, digest, err);
}

/* `or` is another object that will do, or NULL. */
static void assert_object(const char *home, const char *name, const char *object, const char * or)
{
	AUTO(store) struct store *store = NULL;
	AUTO(package) struct package *package = NULL;
	struct err err = { 0 };

	if (store_open(home, STORE_READ, &store, &err) < 0 ||
	    package_load(store, name, &package, &err) < 0)
		fail_msg("%s", err.text);
	if (! or || strcmp(str_text(&package->object), or) != 0)
		assert_string_equal(str_text(&package->object), object);
}

static void assert_sound(const char *home)
{
	AUTO(store_report) struct store_report report = { 0 };
	struct err err = { 0 };

	if (store_fsck(home, &report, &err) < 0)
		fail_msg("%s", err.text);
	if (report.n_problems)
		fail_msg("%s", report.problems[0].text);
}

/* In a child: 0 done, 1 failed with a sentence, 2 failed without; 100 more when the fault came. */
static int run_faulty(const char *home, int at, int number)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err = { 0 };
		int rc;

		faults.number = number;
		faults.counted = 0;
		faults.at = at;
		rc = save(home, "new", "tool", &err);
		faults.at = 0;
		_exit((rc == 0 ? 0 : err.text[0] ? 1 : 2) + (faults.is_hit ? 100 : 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return 100;
	}
	return WEXITSTATUS(status);
}

static void each_call(int number, bool has_old)
{
	for (int at = 1; at < CALLS_MAX; at++) {
		AUTO(free) char *home = mem_printf("%s/%d-%d-%d", root, number, has_old, at);
		struct err err = { 0 };
		int rc;

		if (has_old) {
			assert_int_equal(save(home, "old", "keep:1", &err), 0);
			assert_int_equal(save(home, "old", "tool", &err), 0);
		}
		rc = run_faulty(home, at, number);
		if (rc < 100) { /* there is no such call any more */
			assert_int_equal(rc, 0);
			assert_true(at > 10);
			return;
		}
		assert_int_not_equal(rc, 102);
		if (has_old) {
			assert_object(home, "keep:1", "old", NULL);
			assert_sound(home);
			/* new where only the sync after the rename was missing */
			assert_object(home, "tool", "old", "new");
		}
		if (save(home, "new", "tool", &err) < 0)
			fail_msg("call %d: not usable afterwards: %s", at, err.text);
		assert_object(home, "tool", "new", NULL);
		assert_sound(home);
	}
	fail_msg("more than %d calls", CALLS_MAX);
}

static void full_disk(void **state)
{
	each_call(ENOSPC, true);
}

static void broken_disk(void **state)
{
	each_call(EIO, true);
}

static void killed(void **state)
{
	each_call(0, true);
}

static void the_first_package_too(void **state)
{
	each_call(ENOSPC, false);
	each_call(0, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_disk),
		cmocka_unit_test(broken_disk),
		cmocka_unit_test(killed),
		cmocka_unit_test(the_first_package_too),
	};
	AUTO(free) char *clean = NULL;
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean = mem_printf("rm -rf %s", root);
	return system(clean) == 0 ? rc : 1;
}

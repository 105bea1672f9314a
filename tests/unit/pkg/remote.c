// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "pkg/remote.h"
#include "base/alloc.h"
#include "base/fs.h"

static char home[] = "/tmp/epm-remote-XXXXXX";

static int make_home(void **state)
{
	(void)state;
	return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state)
{
	(void)state;
	fs_remove_tree(AT_FDCWD, home);
	return 0;
}

static void learn(const char *repository, const char *tag, const char *blob)
{
	AUTO(remote) struct remote remote = { 0 };
	struct remote_tag seen = { 0 };

	oci_digest_of(blob, strlen(blob), &seen.digest);
	seen.resolved = seen.digest;
	remote_open(home, "r.example", repository, &remote);
	remote_set_tag(&remote, tag, &seen);
	remote_add(&remote, &seen.digest);
	remote.single_post = OCI_SINGLE_YES;
	remote_save(&remote);
}

static void remembers(void **state)
{
	AUTO(remote) struct remote a = { 0 };
	AUTO(remote) struct remote c = { 0 };
	AUTO(remote) struct remote elsewhere = { 0 };
	struct remote_tag seen = { 0 };
	struct oci_digest one, two, three;

	(void)state;
	oci_digest_of("one", 3, &one);
	oci_digest_of("two", 3, &two);
	oci_digest_of("three", 5, &three);
	learn("a", "1", "one");
	learn("a", "2", "two");
	learn("b", "1", "three");
	remote_open(home, "r.example", "a", &a);
	assert_int_equal(a.single_post, OCI_SINGLE_YES);
	assert_true(remote_tag(&a, "1", &seen));
	assert_string_equal(seen.digest.text, one.text);
	assert_false(remote_tag(&a, "3", &seen));
	assert_true(remote_has(&a, &one) && remote_has(&a, &two) && !remote_has(&a, &three));
	assert_string_equal(remote_other_with(&a, &three), "b");
	assert_null(remote_other_with(&a, &one));
	remote_open(home, "r.example", "c", &c);
	assert_string_equal(remote_other_with(&c, &one), "a");
	remote_open(home, "other.example", "a", &elsewhere);
	assert_false(remote_has(&elsewhere, &one));
	assert_int_equal(elsewhere.single_post, OCI_SINGLE_UNKNOWN);
}

static void damaged_files_are_as_good_as_none(void **state)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"repositories\":[]}",
		"{\"repositories\":{\"a\":7}}",
		"{\"repositories\":{\"a\":{\"tags\":{\"1\":{\"digest\":7}},\"blobs\":{}}}}",
		"{\"singlePost\":7}",
	};
	AUTO(free) char *folder = path_join(home, "remotes");
	AUTO(closedir) DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(remote) struct remote remote = { 0 };
		struct remote_tag seen;
		struct oci_digest one;
		struct err err = { 0 };

		rewinddir(dir);
		while ((entry = readdir(dir)))
			if (strstr(entry->d_name, ".json"))
				assert_int_equal(fs_write(dirfd(dir), entry->d_name, texts[i],
							  strlen(texts[i]), 0644, &err),
						 0);
		oci_digest_of("one", 3, &one);
		remote_open(home, "r.example", "a", &remote);
		assert_false(remote_tag(&remote, "1", &seen));
		assert_false(remote_has(&remote, &one));
		remote_add(&remote, &one);
		remote_save(&remote);
		assert_true(remote_has(&remote, &one));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remembers),
		cmocka_unit_test(damaged_files_are_as_good_as_none),
	};

	return cmocka_run_group_tests(tests, make_home, remove_home);
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "oci/token_cache.h"

#define NOW 1800000000

static char folder[] = "/tmp/epm-tokens-XXXXXX";

static struct oci_token_key key = { folder, "ghcr.io", "repository:a/b:pull", "me" };

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	fs_remove_tree(AT_FDCWD, folder);
	return 0;
}

static void keeps_tokens_until_they_expire(void **state)
{
	AUTO(oci_kept) struct oci_kept kept = { 0 };
	AUTO(oci_kept) struct oci_kept late = { 0 };
	AUTO(oci_kept) struct oci_kept other = { 0 };
	struct oci_token token = { (char *)"secret", NOW + 100 };
	struct oci_token_key another = key;

	(void)state;
	oci_kept_put(&key, OCI_SCHEME_BEARER, &token);
	another.scopes = "repository:a/b:pull,push";
	oci_kept_get(&another, NOW, &other);
	assert_int_equal(other.scheme, OCI_SCHEME_NONE);
	oci_kept_get(&key, NOW, &kept);
	assert_int_equal(kept.scheme, OCI_SCHEME_BEARER);
	assert_string_equal(kept.token.text, "secret");
	assert_int_equal(kept.token.expires, NOW + 100);
	oci_kept_get(&key, NOW + 91, &late); /* one about to expire is none */
	assert_int_equal(late.scheme, OCI_SCHEME_NONE);
}

static char *only_file(void)
{
	AUTO(closedir) DIR *top = opendir(folder);
	struct dirent *entry, *file;

	while ((entry = readdir(top))) {
		AUTO(free) char *path = path_join(folder, entry->d_name);
		AUTO(closedir) DIR *dir = entry->d_name[0] == '.' ? NULL : opendir(path);

		while (dir && (file = readdir(dir)))
			if (file->d_name[0] != '.')
				return path_join(path, file->d_name);
	}
	return NULL;
}

static void is_for_nobody_else(void **state)
{
	AUTO(oci_kept) struct oci_kept kept = { 0 };
	struct oci_token token = { (char *)"secret", NOW + 100 };
	AUTO(free) char *path = NULL;
	struct stat st;

	(void)state;
	oci_kept_forget(folder, "ghcr.io");
	oci_kept_put(&key, OCI_SCHEME_BEARER, &token);
	path = only_file();
	assert_non_null(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0644), 0); /* somebody could have written or read it */
	oci_kept_get(&key, NOW, &kept);
	assert_int_equal(kept.scheme, OCI_SCHEME_NONE);
}

static void forgets_a_registry(void **state)
{
	AUTO(oci_kept) struct oci_kept basic = { 0 };
	AUTO(oci_kept) struct oci_kept gone = { 0 };
	AUTO(free) char *path = NULL;

	(void)state;
	oci_kept_put(&key, OCI_SCHEME_BASIC, NULL);
	oci_kept_get(&key, NOW, &basic);
	assert_int_equal(basic.scheme, OCI_SCHEME_BASIC);
	oci_kept_forget(folder, "ghcr.io");
	oci_kept_get(&key, NOW, &gone);
	assert_int_equal(gone.scheme, OCI_SCHEME_NONE);
	path = only_file();
	assert_null(path);
}

static void damaged_files_are_as_good_as_none(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{\"scheme\":\"bearer\"}",
					     "{\"expires\":9999999999,\"scheme\":\"other\"}" };
	struct oci_token token = { (char *)"secret", NOW + 100 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		AUTO(oci_kept) struct oci_kept kept = { 0 };
		AUTO(free) char *path = NULL;
		struct err err = { 0 };

		oci_kept_put(&key, OCI_SCHEME_BEARER, &token);
		path = only_file();
		assert_int_equal(fs_write(AT_FDCWD, path, texts[i], strlen(texts[i]), 0600, &err),
				 0);
		oci_kept_get(&key, NOW, &kept);
		assert_int_equal(kept.scheme, OCI_SCHEME_NONE);
		oci_kept_forget(folder, "ghcr.io");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_tokens_until_they_expire),
		cmocka_unit_test(is_for_nobody_else),
		cmocka_unit_test(forgets_a_registry),
		cmocka_unit_test(damaged_files_are_as_good_as_none),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

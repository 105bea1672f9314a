// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "oci/layout.h"

/* printf abc | sha256sum */
#define ABC_HEX "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char root[] = "/tmp/epm-layout.XXXXXX";
static char *dir; /* one for each test */

static char *path_of(const char *name)
{
	return path_join(dir, name);
}

static void write_file(const char *name, const char *text)
{
	AUTO(free) char *path = path_of(name);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static bool exists(const char *name)
{
	AUTO(free) char *path = path_of(name);

	return access(path, F_OK) == 0;
}

static int setup(void **state)
{
	static int n;

	dir = mem_printf("%s/%d", root, n++);
	return 0;
}

static int teardown(void **state)
{
	free(dir);
	return 0;
}

static struct oci_layout *open_new(void)
{
	struct oci_layout *layout = NULL;
	struct err err = { 0 };

	if (oci_layout_open(dir, true, &layout, &err) < 0)
		fail_msg("%s", err.text);
	return layout;
}

static void makes_a_layout(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = NULL;
	AUTO(str) struct str text = STR_MAX(4096);
	struct err err = { 0 };

	assert_int_equal(oci_layout_open(dir, false, &layout, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_false(exists(""));
	layout = open_new();
	assert_true(exists("oci-layout"));
	assert_true(exists("blobs/sha256"));
	assert_int_equal(oci_layout_read_index(layout, &text, NULL, &err), 0);
	assert_string_equal(
		str_text(&text),
		"{\"manifests\":[],\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
		"\"schemaVersion\":2}");
}

static void keeps_blobs_by_digest(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(str) struct str text = STR_MAX(100);
	struct oci_digest digest;
	struct err err = { 0 };
	struct stat st;
	AUTO(free) char *path = path_of("blobs/sha256/" ABC_HEX);

	umask(022);
	oci_digest_of("abc", 3, &digest);
	assert_int_equal(oci_layout_get(layout, &digest, 3, &text, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(oci_layout_put(layout, &digest, "abc", 3, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(oci_layout_get(layout, &digest, 3, &text, &err), 0);
	assert_string_equal(str_text(&text), "abc");
	assert_int_equal(oci_layout_get(layout, &digest, 4, &text, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

static void refuses_other_bytes(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(str) struct str text = STR_MAX(100);
	struct oci_digest digest;
	struct err err = { 0 };
	uint64_t size;

	oci_digest_of("abc", 3, &digest);
	assert_int_equal(oci_layout_put(layout, &digest, "abd", 3, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_false(exists("blobs/sha256/" ABC_HEX));
	write_file("blobs/sha256/" ABC_HEX, "abd");
	assert_int_equal(oci_layout_get(layout, &digest, 3, &text, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_non_null(strstr(err.text, ABC_HEX));
	assert_int_equal(oci_layout_check(layout, &digest, &size, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	/* putting it again heals it */
	assert_int_equal(oci_layout_put(layout, &digest, "abc", 3, &err), 0);
	assert_int_equal(oci_layout_check(layout, &digest, &size, &err), 0);
	assert_int_equal(size, 3);
}

static void does_not_follow_links(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(str) struct str text = STR_MAX(100);
	AUTO(free) char *path = path_of("blobs/sha256/" ABC_HEX);
	struct oci_digest digest;
	struct err err = { 0 };

	write_file("elsewhere", "abc");
	assert_int_equal(symlink("../../elsewhere", path), 0);
	oci_digest_of("abc", 3, &digest);
	assert_int_equal(oci_layout_get(layout, &digest, 3, &text, &err), -1);
}

static void drops_what_is_not_committed(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(oci_blob) struct oci_blob *blob = NULL;
	struct oci_digest any = { "" }, out;
	struct err err = { 0 };
	uint64_t bytes = 0;
	size_t n = 0;

	assert_int_equal(oci_blob_begin(layout, &blob, &err), 0);
	assert_int_equal(oci_blob_write(blob, "ab", 2, &err), 0);
	assert_int_equal(oci_blob_write(blob, "c", 1, &err), 0);
	/* somebody writes it: it is no left-over */
	assert_int_equal(oci_layout_sweep(layout, false, &n, &bytes, &err), 0);
	assert_int_equal(n, 0);
	assert_int_equal(oci_blob_commit(blob, &any, 4, &out, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(oci_blob_commit(blob, &any, 3, &out, &err), 0);
	assert_string_equal(oci_digest_hex(&out), ABC_HEX);
}

static void reads_what_is_being_written(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(oci_blob) struct oci_blob *blob = NULL;
	struct oci_digest abc, other, out;
	struct err err = { 0 };
	char text[8];
	size_t n;

	oci_digest_of("abc", 3, &abc);
	oci_digest_of("abd", 3, &other);
	assert_int_equal(oci_blob_begin(layout, &blob, &err), 0);
	assert_int_equal(oci_blob_write(blob, "ab", 2, &err), 0);
	assert_int_equal(oci_blob_read(blob, 1, text, sizeof(text), &n, &err), 0);
	assert_int_equal(n, 1);
	assert_memory_equal(text, "b", 1);
	assert_int_equal(oci_blob_write(blob, "c", 1, &err), 0);
	assert_int_equal(oci_blob_size(blob), 3);
	assert_int_equal(oci_blob_end(blob, &other, 3, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(oci_blob_end(blob, &abc, 3, &err), 0);
	assert_string_equal(oci_blob_digest(blob)->text, abc.text);
	assert_int_equal(oci_blob_write(blob, "d", 1, &err), -1);
	assert_int_equal(oci_blob_read(blob, 0, text, sizeof(text), &n, &err), 0);
	assert_int_equal(n, 3);
	assert_false(exists("blobs/sha256/" ABC_HEX));
	assert_int_equal(oci_blob_commit(blob, &abc, 3, &out, &err), 0);
	assert_true(exists("blobs/sha256/" ABC_HEX));
	/* again does nothing */
	assert_int_equal(oci_blob_commit(blob, &abc, 3, &out, &err), 0);
}

static void opens_a_blob(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(close) int fd = -1;
	struct oci_digest digest;
	struct err err = { 0 };
	char text[8];

	oci_digest_of("abc", 3, &digest);
	assert_int_equal(oci_layout_open_blob(layout, &digest, 3, &fd, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(oci_layout_put(layout, &digest, "abc", 3, &err), 0);
	assert_int_equal(oci_layout_open_blob(layout, &digest, 4, &fd, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(fd, -1);
	assert_int_equal(oci_layout_open_blob(layout, &digest, UINT64_MAX, &fd, &err), 0);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
}

static void sweeps_left_overs(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(free) char *path = path_of("ingest/1.0");
	AUTO(free) char *folder = path_of("ingest");
	const struct timespec old[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	struct err err = { 0 };
	uint64_t bytes = 0;
	size_t n = 0;

	assert_int_equal(mkdir(folder, 0755), 0);
	write_file("ingest/1.0", "abc");
	write_file("ingest/2.0", "young");
	write_file(".index.json.7.0.tmp", "{}");
	assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
	assert_int_equal(oci_layout_sweep(layout, true, &n, &bytes, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(bytes, 5);
	assert_true(exists("ingest/1.0"));
	n = 0;
	assert_int_equal(oci_layout_sweep(layout, false, &n, &bytes, &err), 0);
	assert_int_equal(n, 2);
	assert_false(exists("ingest/1.0"));
	assert_false(exists(".index.json.7.0.tmp"));
	assert_true(exists("ingest/2.0"));
	assert_true(exists("index.json"));
}

static void keeps_the_last_index(void **state)
{
	AUTO(oci_layout) struct oci_layout *layout = open_new();
	AUTO(str) struct str text = STR_MAX(4096);
	struct err err = { 0 };

	assert_int_equal(oci_layout_lock(layout, &err), 0);
	assert_int_equal(oci_layout_replace_index(layout, "1", 1, &err), 0);
	assert_int_equal(oci_layout_replace_index(layout, "2", 1, &err), 0);
	oci_layout_unlock(layout);
	assert_int_equal(oci_layout_read_backup(layout, &text, &err), 0);
	assert_string_equal(str_text(&text), "1");
	str_cut(&text, 0);
	assert_int_equal(oci_layout_read_index(layout, &text, NULL, &err), 0);
	assert_string_equal(str_text(&text), "2");
	assert_false(exists(".index.json.bak.tmp"));
}

static void says_what_is_missing(void **state)
{
	static const char *const parts[] = { "oci-layout", "index.json" };

	oci_layout_close(open_new());
	write_file("blobs/sha256/" ABC_HEX, "abc");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		AUTO(free) char *path = path_of(parts[i]);
		struct oci_layout *layout = NULL;
		struct err err = { 0 };

		assert_int_equal(unlink(path), 0);
		assert_int_equal(oci_layout_open(dir, true, &layout, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
		assert_non_null(strstr(err.text, parts[i]));
		assert_int_equal(oci_layout_repair(dir, &err), 0);
	}
}

static void refuses_another_version(void **state)
{
	struct oci_layout *layout = NULL;
	struct err err = { 0 };

	oci_layout_close(open_new());
	write_file("oci-layout", "{\"imageLayoutVersion\":\"2.0.0\"}");
	assert_int_equal(oci_layout_open(dir, false, &layout, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_a_layout),
		TEST(keeps_blobs_by_digest),
		TEST(refuses_other_bytes),
		TEST(does_not_follow_links),
		TEST(drops_what_is_not_committed),
		TEST(reads_what_is_being_written),
		TEST(opens_a_blob),
		TEST(sweeps_left_overs),
		TEST(keeps_the_last_index),
		TEST(says_what_is_missing),
		TEST(refuses_another_version),
	};
	AUTO(free) char *clean = NULL;
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean = mem_printf("rm -rf %s", root);
	return system(clean) == 0 ? rc : 1;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include "oci/archive.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"

/* printf abc | sha256sum */
#define ABC "blobs/sha256/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define FRAME "{\"imageLayoutVersion\":\"1.0.0\"}"

static char root[] = "/tmp/epm-archive.XXXXXX";
static struct oci_layout *layout; /* one for each test */
static char *file;		  /* in it */

static char *path_of(const char *name)
{
	return path_join(oci_layout_path(layout), name);
}

static int setup(void **state)
{
	static int n;
	AUTO(free) char *dir = mem_printf("%s/%d", root, n++);
	struct err err = { 0 };

	if (oci_layout_open(dir, true, &layout, &err) < 0)
		fail_msg("%s", err.text);
	file = path_of("archive.tar");
	return 0;
}

static int teardown(void **state)
{
	free(file);
	oci_layout_close(layout);
	return 0;
}

/* A tar in the making, by POSIX.1-1988: what no archiver would write can be written. */
static struct str tar = STR_MAX(1 << 20);

static void entry(char type, const char *name, const char *link, const char *text)
{
	char head[512] = { 0 };
	size_t size = text ? strlen(text) : 0;
	unsigned int sum = 8 * ' ';

	snprintf(head, 100, "%s", name);
	snprintf(head + 100, 8, "%07o", 0644);
	snprintf(head + 108, 8, "%07o", 0);
	snprintf(head + 116, 8, "%07o", 0);
	snprintf(head + 124, 12, "%011o", (unsigned int)size);
	snprintf(head + 136, 12, "%011o", 0);
	head[156] = type;
	snprintf(head + 157, 100, "%s", link);
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(head); i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	str_add(&tar, head, sizeof(head));
	str_add(&tar, text, size);
	while (tar.len % 512)
		str_addc(&tar, '\0');
}

static int read_tar(struct oci_archive **out, struct err *err)
{
	static const char end[1024];

	str_add(&tar, end, sizeof(end));
	if (fs_write(AT_FDCWD, file, tar.data, tar.len, 0644, err) < 0)
		fail_msg("%s", err->text);
	str_done(&tar);
	*err = (struct err){ 0 };
	return oci_archive_read(file, layout, out, err);
}

static size_t count_ingest(void)
{
	AUTO(free) char *path = path_of("ingest");
	AUTO(closedir) DIR *dir = opendir(path);
	struct dirent *one;
	size_t n = 0;

	while (dir && (one = readdir(dir)))
		n += one->d_name[0] != '.';
	return n;
}

static void gives_back_what_was_written(void **state)
{
	AUTO(oci_archive) struct oci_archive *archive = NULL;
	AUTO(str) struct str text = STR_MAX(100), first = STR_MAX(100000), second = STR_MAX(100000);
	struct oci_digest digests[3], found;
	struct err err = { 0 };

	oci_digest_of("abc", 3, &digests[0]);
	oci_digest_of("", 0, &digests[1]);
	digests[2] = digests[0];
	assert_int_equal(oci_layout_put(layout, &digests[0], "abc", 3, &err), 0);
	assert_int_equal(oci_layout_put(layout, &digests[1], "", 0, &err), 0);
	assert_int_equal(oci_archive_write(file, layout, digests, 3, span_of("{}"), &err), 0);
	assert_int_equal(fs_read(AT_FDCWD, file, &first, &err), 0);
	/* in any order, the same bytes */
	assert_int_equal(oci_archive_write(file, layout, digests + 1, 2, span_of("{}"), &err), 0);
	assert_int_equal(fs_read(AT_FDCWD, file, &second, &err), 0);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.data, second.data, first.len);

	assert_int_equal(oci_layout_delete(layout, &digests[0], &err), 0);
	assert_int_equal(oci_archive_read(file, layout, &archive, &err), 0);
	assert_string_equal(str_text(&archive->index_json), "{}");
	assert_int_equal(archive->n_blobs, 2);
	assert_int_equal(oci_archive_get(archive, &digests[0], &text, &err), 0);
	assert_string_equal(str_text(&text), "abc");
	assert_int_equal(oci_archive_get(archive, &digests[1], &text, &err), 0);
	assert_string_equal(str_text(&text), "");
	text.max = 2;
	assert_int_equal(oci_archive_get(archive, &digests[0], &text, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	oci_digest_of("other", 5, &digests[2]);
	assert_int_equal(oci_archive_get(archive, &digests[2], &text, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	/* not there until it is committed */
	assert_int_equal(oci_layout_get(layout, &digests[0], 3, &first, &err), -1);
	assert_int_equal(oci_blob_commit(oci_archive_find(archive, &digests[0])->written,
					 &digests[0], 3, &found, &err),
			 0);
	assert_int_equal(oci_layout_get(layout, &digests[0], 3, &first, &err), 0);
	assert_int_equal(count_ingest(), 1);
	oci_archive_free(STEAL(archive));
	assert_int_equal(count_ingest(), 0);
}

static void writes_no_damaged_blob(void **state)
{
	AUTO(free) char *path = path_of(ABC);
	AUTO(str) struct str text = STR_MAX(100);
	struct oci_digest digest;
	struct err err = { 0 };

	oci_digest_of("abc", 3, &digest);
	assert_int_equal(oci_archive_write(file, layout, &digest, 1, span_of("{}"), &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(fs_write(AT_FDCWD, path, "abd", 3, 0644, &err), 0);
	assert_int_equal(fs_write(AT_FDCWD, file, "old", 3, 0644, &err), 0);
	assert_int_equal(oci_archive_write(file, layout, &digest, 1, span_of("{}"), &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_int_equal(fs_read(AT_FDCWD, file, &text, &err), 0);
	assert_string_equal(str_text(&text), "old");
}

static void writes_into_a_device(void **state)
{
	struct err err = { 0 };
	struct stat st;

	assert_int_equal(oci_archive_write("/dev/null", layout, NULL, 0, span_of("{}"), &err), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void takes_what_other_tools_write(void **state)
{
	AUTO(oci_archive) struct oci_archive *archive = NULL;
	struct err err = { 0 };

	entry('5', "./", "", NULL);
	entry('5', "./blobs/", "", NULL);
	entry('0',
	      "./blobs/sha256/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "",
	      "abc");
	entry('0', "blobs/sha512/x", "", "x");
	entry('0', "manifest.json", "", "[]");
	entry('0', "repositories", "", "{}");
	entry('0', "./index.json", "", "{\"a\":1}");
	entry('0', "./oci-layout", "", FRAME);
	assert_int_equal(read_tar(&archive, &err), 0);
	assert_int_equal(archive->n_blobs, 1);
	assert_string_equal(str_text(&archive->index_json), "{\"a\":1}");
}

struct hostile {
	char type;
	const char *name, *link, *text;
	const char *says;
};

static void refuses(void **state)
{
	static const struct hostile cases[] = {
		{ '0', ABC, "", "abd", "what came has the digest" },
		{ '0', "blobs/sha256/abc", "", "abc", "sha256:abc" },
		{ '0', "/etc/passwd", "", "x", "/etc/passwd: the name leads out of the archive" },
		{ '0', "../x", "", "x", "../x: the name leads out of the archive" },
		{ '0', "a/../../x", "", "x", "leads out" },
		{ '0', "a/..", "", "x", "leads out" },
		{ '5', "..", "", NULL, "leads out" },
		{ '2', ABC, "/etc/passwd", NULL, "a symbolic link" },
		{ '2', "blobs", "/etc", NULL, "a symbolic link" },
		{ '1', ABC, "/etc/passwd", NULL, "a hard link" },
		{ '3', "null", "", NULL, "neither a file nor a folder" },
		{ '4', "disk", "", NULL, "neither a file nor a folder" },
		{ '6', "pipe", "", NULL, "neither a file nor a folder" },
		{ '0', "index.json", "", "{}", "index.json is there twice" },
		{ '0', "oci-layout", "", FRAME, "oci-layout is there twice" },
		{ '2', "\033[2J", "x", NULL, "\\x1b[2J: a symbolic link" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct hostile *c = &cases[i];
		struct oci_archive *archive = NULL;
		struct err err;

		entry('0', "oci-layout", "", FRAME);
		entry('0', "index.json", "", "{}");
		entry(c->type, c->name, c->link, c->text);
		assert_int_equal(read_tar(&archive, &err), -1);
		assert_null(archive);
		if (err.code != EC_CORRUPT || !strstr(err.text, c->says))
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(count_ingest(), 0);
	}
}

static void says_what_is_missing(void **state)
{
	struct oci_archive *archive = NULL;
	struct err err;

	entry('0', "index.json", "", "{}");
	assert_int_equal(read_tar(&archive, &err), -1);
	assert_non_null(strstr(err.text, "not an OCI archive: oci-layout is missing"));
	entry('0', "oci-layout", "", FRAME);
	assert_int_equal(read_tar(&archive, &err), -1);
	assert_non_null(strstr(err.text, "not an OCI archive: index.json is missing"));
	entry('0', "index.json", "", "{}");
	entry('0', "oci-layout", "", "{\"imageLayoutVersion\":\"2.0.0\"}");
	assert_int_equal(read_tar(&archive, &err), -1);
	assert_non_null(strstr(err.text, "not version 1 of the image layout"));
	entry('0', ABC, "", "abc");
	entry('0', ABC, "", "abc");
	entry('0', "index.json", "", "{}");
	entry('0', "oci-layout", "", FRAME);
	assert_int_equal(read_tar(&archive, &err), -1);
	assert_non_null(strstr(err.text, "is there twice"));
	/* the older ones have links */
	entry('2', "a/layer.tar", "../b/layer.tar", NULL);
	entry('0', "manifest.json", "", "[]");
	assert_int_equal(read_tar(&archive, &err), -1);
	assert_int_equal(err.code, EC_CORRUPT);
	assert_non_null(strstr(err.text, "a docker archive, not an OCI archive"));
	assert_non_null(strstr(err.hint, "skopeo copy docker-archive:"));
}

static void refuses_what_is_no_tar(void **state)
{
	static const char *const texts[] = { "", "x", "{}", "\x1f\x8b\b", "\3757zXZ" };
	struct oci_archive *archive = NULL;
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(fs_write(AT_FDCWD, file, texts[i], strlen(texts[i]), 0644, &err),
				 0);
		assert_int_equal(oci_archive_read(file, layout, &archive, &err), -1);
		assert_int_equal(err.code, EC_CORRUPT);
	}
	assert_int_equal(oci_archive_read("/nonexistent", layout, &archive, &err), -1);
	assert_int_equal(err.code, EC_NOT_FOUND);
	assert_int_equal(oci_archive_read("/tmp", layout, &archive, &err), -1);
	assert_int_equal(err.code, EC_USAGE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gives_back_what_was_written),
		TEST(writes_no_damaged_blob),
		TEST(writes_into_a_device),
		TEST(takes_what_other_tools_write),
		TEST(refuses),
		TEST(says_what_is_missing),
		TEST(refuses_what_is_no_tar),
	};
	AUTO(free) char *clean = NULL;
	int rc;

	if (!mkdtemp(root))
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	clean = mem_printf("rm -rf %s", root);
	return system(clean) == 0 ? rc : 1;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "oci/archive.h"

static char home[] = "/tmp/epm-fuzz-archive.XXXXXX";

static void clean(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", home);
	if (system(command))
		abort();
}

static struct oci_layout *layout_once(void)
{
	static struct oci_layout *layout;
	struct err err = { 0 };

	if (layout)
		return layout;
	if (!mkdtemp(home) || atexit(clean) || oci_layout_open(home, true, &layout, &err) < 0)
		abort();
	return layout;
}

static size_t count(const char *folder)
{
	char path[100];
	struct dirent *entry;
	AUTO(closedir) DIR *dir = NULL;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/%s", home, folder);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

/*
 * An archive: refused as CORRUPT, or its blobs wait and are what their names say. No blob is ever in
 * place, and nothing is left when it is freed.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct oci_layout *layout = layout_once();
	AUTO(oci_archive) struct oci_archive *archive = NULL;
	AUTO(close) int fd = memfd_create("archive", MFD_CLOEXEC);
	struct err err = { 0 };
	char path[50];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (oci_archive_read(path, layout, &archive, &err) < 0) {
		if (archive || err.code != EC_CORRUPT || !err.text[0])
			abort();
	} else {
		for (size_t i = 0; i < archive->n_blobs; i++) {
			AUTO(str) struct str text = STR_MAX(1 << 24);
			struct oci_digest found;

			if (oci_archive_get(archive, &archive->blobs[i].digest, &text, &err) < 0)
				continue;
			oci_digest_of(str_text(&text), text.len, &found);
			if (!oci_digest_equal(&found, &archive->blobs[i].digest))
				abort();
		}
		oci_archive_free(archive);
		archive = NULL;
	}
	if (count("ingest") || count("blobs/sha256"))
		abort();
	return 0;
}

// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * The main of a fuzz target in builds without libFuzzer: runs the target once over each file
 * named, so that what was found once stays found.
 */
#include <stdio.h>
#include <stdlib.h>

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size = -1;
	int rc = -1;

	if (file && fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size >= 0 && fseek(file, 0, SEEK_SET) == 0)
		data = malloc(size ? (size_t)size : 1); /* exact, so that ASan sees one byte over */
	if (data && fread(data, 1, (size_t)size, file) == (size_t)size)
		rc = 0;
	if (rc == 0)
		LLVMFuzzerTestOneInput(data, (size_t)size);
	else
		perror(path);
	free(data);
	if (file)
		fclose(file);
	return rc;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (replay_file(argv[i]) < 0)
			return 1;
	}
	printf("%d inputs replayed\n", argc - 1);
	return 0;
}

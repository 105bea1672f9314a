// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
/*
 * The far end of the pipe: reads stdin to its end and counts the lines that hold MARK, so cheaply
 * that it does not disturb what is measured.
 *
 *	drain MARK
 *
 * Prints {"lines":N,"marked":N,"bytes":N,"lost":N}. `lost` is what bpftrace says among its data: the
 * sum of lines "Lost N events", and of {"type": "lost_events", "data": {"events": N}}.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_SIZE (1 << 20)

static uint64_t lines, marked, bytes, lost;

static void count_lost(const char *line, size_t length)
{
	static const char *const before[] = { "Lost ", "\"lost_events\", \"data\": {\"events\": " };
	const char *found;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		found = memmem(line, length, before[i], strlen(before[i]));
		if (found)
			lost += strtoull(found + strlen(before[i]), NULL, 10);
	}
}

static void count(const char *line, size_t length, const char *mark)
{
	lines++;
	if (memmem(line, length, mark, strlen(mark)))
		marked++;
	else
		count_lost(line, length);
}

int main(int argc, char **argv)
{
	static char buffer[BUFFER_SIZE + 1];
	size_t used = 0, from;
	ssize_t got;
	char *end;

	if (argc != 2)
		return 2;
	while ((got = read(STDIN_FILENO, buffer + used, BUFFER_SIZE - used)) > 0) {
		bytes += (size_t)got;
		used += (size_t)got;
		from = 0;
		while ((end = memchr(buffer + from, '\n', used - from))) {
			count(buffer + from, (size_t)(end - buffer) - from, argv[1]);
			from = (size_t)(end - buffer) + 1;
		}
		memmove(buffer, buffer + from, used - from);
		used -= from;
		/* No line is that long; start again rather than read nothing for ever. */
		if (used == BUFFER_SIZE)
			used = 0;
	}
	printf("{\"lines\":%ju,\"marked\":%ju,\"bytes\":%ju,\"lost\":%ju}\n", (uintmax_t)lines,
	       (uintmax_t)marked, (uintmax_t)bytes, (uintmax_t)lost);
	return 0;
}

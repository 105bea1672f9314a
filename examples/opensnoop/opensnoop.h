// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What opensnoop tells about one open. The members are the columns, in this order. Records are cut
 * behind the NUL of fname, so the length of the longest path costs nothing.
 */
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

#define COMM_LEN 16
#define PATH_LEN 4096

struct event {
	/// Process that opened
	__u32 pid;
	/// User it ran as
	__u32 uid;
	/// Name of the thread that opened
	char comm[COMM_LEN];
	/// Descriptor it was given, -1 where the open failed
	__s32 fd;
	/// Why the open failed, 0 where it did not
	/// @format errno
	__s32 err;
	/// Path as the program spelled it
	char fname[PATH_LEN];
};

#endif

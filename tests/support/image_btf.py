#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Write the BTF of a kernel's image to standard output, raw, as /sys/kernel/btf/vmlinux there.

	tests/support/image_btf.py VMLINUZ >FILE

For images that are not packed: Debian's for arm64.
"""
import struct
import sys

MAGIC = b"\x9f\xeb\x01\0" + struct.pack("<I", 24)


def find_all(data):
    """Everything in the image that begins as BTF does: its header, types, strings."""
    at = data.find(MAGIC)
    while at >= 0:
        _, _, strings, size = struct.unpack_from("<4I", data, at + 8)
        yield data[at:at + 24 + strings + size]
        at = data.find(MAGIC, at + 1)


def main():
    """The largest one."""
    with open(sys.argv[1], "rb") as file:
        found = max(find_all(file.read()), key=len, default=b"")
    if len(found) < 1 << 20:
        sys.exit("image_btf: %s has none, or is packed" % sys.argv[1])
    sys.stdout.buffer.write(found)


main()

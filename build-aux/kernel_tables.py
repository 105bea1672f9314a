#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Write src/kernel/tables.inc: boot kernels and ask them what their BTF does not tell.

	build-aux/kernel_tables.py [--answers FOLDER] BUILD

BUILD has tests/support/kernel_probe; the kernels come from `tests/support/kernels --tables`. Answers
are kept in FOLDER and those that are there are not asked for again (3 to 8 minutes a kernel). As root.
"""
import argparse
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORT = os.path.join(TOP, "tests/support")
LEVELS = ["bpf_func_id", "bpf_prog_type", "bpf_map_type", "bpf_attach_type", "bpf_link_type", "bpf_cmd"]
N_HELPERS = 212


class Kernel:
    """What one kernel answered."""

    def __init__(self, text):
        self.release, self.levels, self.maps, self.types = None, {}, [], []
        self.rows, self.hooks, self.atomic, self.kfuncs = {}, [], [], {}
        self.atomic_maps = []
        for line in text.splitlines():
            word, *rest = line.split()
            if word == "release":
                self.release = ".".join(rest[0].split("-")[0].split("+")[0].split(".")[:2])
            elif word == "level":
                self.levels[rest[0]] = int(rest[1])
            elif word == "map":
                self.maps.append(int(rest[0]))
            elif word == "type":
                self.types.append(int(rest[0]))
            elif word == "row":
                self.rows[rest[0]] = [int(n) for n in rest[1:]]
            elif word == "hook":
                self.hooks.append(rest[0])
            elif word == "atomic":
                self.atomic.append(rest[0])
            elif word == "atomicmap":
                self.atomic_maps.append(int(rest[0]))
            elif word == "kfunc":
                self.kfuncs[rest[0]] = rest[1:]
            else:
                sys.exit("kernel_tables: no answer: " + line)

    def version(self):
        major, minor = self.release.split(".")
        return int(major) << 16 | int(minor) << 8


def ask(vmlinuz, tree, names):
    """The answers of one kernel, as text."""
    boot = [os.path.join(SUPPORT, "boot"), vmlinuz, tree, "kernel_probe", *names]
    return subprocess.run(
        boot, check=True, text=True, stdout=subprocess.PIPE, env={**os.environ, "BOOT_TIMEOUT": "3000"}
    ).stdout


def ask_all(build, folder):
    """All kernels, the newest first: which functions are kfuncs is to be seen in new ones only."""
    lines = subprocess.run(
        [os.path.join(SUPPORT, "kernels"), "--tables"], check=True, text=True, stdout=subprocess.PIPE
    ).stdout.splitlines()
    kernels, kfuncs = [], set()
    with tempfile.TemporaryDirectory() as tree:
        program = os.path.join(build, "tests/support/kernel_probe")
        subprocess.run([os.path.join(SUPPORT, "guest-tree"), tree, program], check=True)
        for line in reversed(lines):
            name, _, vmlinuz = line.split(" ", 2)
            kept = os.path.join(folder, name)
            if not os.path.exists(kept):
                print("asking", name, file=sys.stderr)
                text = ask(vmlinuz, tree, sorted(kfuncs))
                with open(kept, "w", encoding="ascii") as out:
                    out.write(text)
            with open(kept, encoding="ascii") as text:
                kernels.insert(0, Kernel(text.read()))
            kfuncs |= {name for name, rows in kernels[0].kfuncs.items() if rows}
    return kernels


def hex_words(bits, n_words):
    """{ 0x…, … } of 64 bits each."""
    return "{ " + ", ".join("0x%x" % (bits >> 64 * i & (1 << 64) - 1) for i in range(n_words)) + " }"


def by_value(kernels, values):
    """What several kernels have in common: (value, bits of the kernels), in order."""
    found = {}
    for index, value in enumerate(values):
        if value is not None:
            found[value] = found.get(value, 0) | 1 << index
    return found.items()


def bits_of(numbers):
    """Numbers as bits."""
    return sum(1 << n for n in set(numbers))


def write_kernels(kernels, out):
    """The releases and what they are measured by."""
    out.append("/* the oldest first */")
    out.append("static const struct probed_kernel probed_kernels[] = {")
    for kernel in kernels:
        levels = ", ".join(str(kernel.levels[name]) for name in LEVELS)
        out.append('\t{ "%s", 0x%x, { %s } },' % (kernel.release, kernel.version(), levels))
    out.append("};\n")
    for name, values in (("programs", "types"), ("maps", "maps")):
        taken = bits_of(n for kernel in kernels for n in getattr(kernel, values))
        out.append("/* types that any of them took */")
        out.append("static const uint64_t probed_%s = 0x%x;\n" % (name, taken))


def write_rows(kernels, names, out):
    """The helpers of each kind of program."""
    out.append("static const struct probed_row probed_rows[] = {")
    for name in names:
        values = [bits_of(k.rows[name]) if name in k.rows else None for k in kernels]
        for bits, which in by_value(kernels, values):
            out.append('\t{ "%s", 0x%x, %s },' % (name, which, hex_words(bits, 4)))
    out.append("};\n")
    called = bits_of(n for kernel in kernels for row in kernel.rows.values() for n in row)
    never = bits_of(range(1, N_HELPERS)) & ~called
    out.append("/* helpers that no program may call: a matter of configuration */")
    out.append("static const uint64_t probed_never[] = %s;\n" % hex_words(never, 4))


def write_hooks(kernels, out):
    """LSM hooks that are closed, and those whose programs may not sleep."""
    for table, attribute in (("closed", "hooks"), ("atomic", "atomic")):
        out.append("static const struct probed_hook probed_%s[] = {" % table)
        for name in sorted({hook for kernel in kernels for hook in getattr(kernel, attribute)}):
            which = bits_of(i for i, kernel in enumerate(kernels) if name in getattr(kernel, attribute))
            out.append('\t{ "%s", 0x%x },' % (name, which))
        out.append("};\n")


def write_atomic_maps(kernels, out):
    """Map types that programs which sleep may not use."""
    out.append("static const struct probed_map probed_atomic_maps[] = {")
    for number in sorted({number for kernel in kernels for number in kernel.atomic_maps}):
        which = bits_of(i for i, kernel in enumerate(kernels) if number in kernel.atomic_maps)
        out.append("\t{ %d, 0x%x }," % (number, which))
    out.append("};\n")


def write_kfuncs(kernels, names, out):
    """Which kinds may call a kfunc; many have the same ones."""
    index = {name: i for i, name in enumerate(names)}
    sets, lines = {}, []
    for name in sorted({name for kernel in kernels for name in kernel.kfuncs}):
        values = [bits_of(index[row] for row in k.kfuncs[name]) if name in k.kfuncs else None for k in kernels]
        if not any(values):
            continue
        for bits, which in by_value(kernels, values):
            place = sets.setdefault(bits, len(sets))
            lines.append('\t{ "%s", 0x%x, %d },' % (name, which, place))
    out.append("/* kinds of programs, as the sets below count them */")
    out.append("static const char *const probed_kinds[] = {")
    out.extend('\t"%s",' % name for name in names)
    out.append("};\n")
    out.append("static const uint64_t probed_sets[][2] = {")
    out.extend("\t%s," % hex_words(bits, 2) for bits in sets)
    out.append("};\n")
    out.append("static const struct probed_kfunc probed_kfuncs[] = {")
    out.extend(lines)
    out.append("};")


def main():
    """Ask, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--answers", metavar="FOLDER")
    parser.add_argument("build")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.answers or scratch
        os.makedirs(folder, exist_ok=True)
        kernels = ask_all(arguments.build, folder)
    names = sorted({name for kernel in kernels for name in kernel.rows})
    out = [
        "// SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause",
        "/* Written by build-aux/kernel_tables.py. Bits of kernels: in the order of the first table. */",
        "",
    ]
    write_kernels(kernels, out)
    write_rows(kernels, names, out)
    write_hooks(kernels, out)
    write_atomic_maps(kernels, out)
    write_kfuncs(kernels, names, out)
    with open(os.path.join(TOP, "src/kernel/tables.inc"), "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


main()

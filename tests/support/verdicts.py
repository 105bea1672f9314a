#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Hold the verdicts of epm check against what kernels do.

	tests/support/verdicts.py [--cached] [--results FOLDER] [--programs FILE]... [KERNEL...]

Compiles tests/data/kernels, takes objects out of programs that have some in them (--programs, such
as /usr/sbin/opensnoop; can be repeated), checks all of them against each kernel with epm check, boots
the kernel in QEMU, loads and attaches each program there (tests/support/guest), and compares the two,
program by program. KERNEL and --cached as for tests/support/kernels. Needs EPM and EPM_TOOLS, as tests have them.

Prints a table and each difference. Exit status 1: a false alarm, or fewer than 90 of 100 failures
were foreseen in one of them. In FOLDER: NAME.wrong with the differences of a kernel, NAME.sums with its numbers.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

SUPPORT = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(SUPPORT), "data/kernels")
AIM = 0.9
TARGETS = {"x86_64": ("x86", "x86_64-linux-gnu"), "aarch64": ("arm64", "aarch64-linux-gnu")}
EM_BPF = 247
COLUMNS = ["fine", "foreseen", "missed", "alarms", "not told"]


def run(command, **options):
    """Standard output of a command that has to succeed."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def cross(arch):
    """The folder of the other architecture's headers and libraries; empty for this machine's."""
    return "" if arch == os.uname().machine else run([os.path.join(SUPPORT, "cross"), TARGETS[arch][0]]).strip()


def compile_sources(arch, folder):
    """One object for each source."""
    short, triplet = TARGETS[arch]
    root = cross(arch)
    os.makedirs(folder)
    for source in sorted(glob.glob(os.path.join(SOURCES, "*.bpf.c"))):
        with open(source, encoding="ascii") as text:
            cpu = re.search(r"^/\* cpu: (v\d) \*/$", text.read(), re.M)
        run([
            "clang", "-target", "bpf", "-O2", "-g", "-mcpu=" + (cpu.group(1) if cpu else "v2"),
            "-D__TARGET_ARCH_" + short, "-I%s/usr/include/%s" % (root, triplet), "-I%s/usr/include" % root,
            "-Wno-compare-distinct-pointer-types", "-c", source,
            "-o", os.path.join(folder, os.path.basename(source)[:-1] + "o"),
        ])


def object_size(data, at):
    """Bytes of the ELF object that begins there; 0: none for BPF. Its section headers stand last."""
    if data[at + 4:at + 6] != b"\2\1" or struct.unpack_from("<H", data, at + 18)[0] != EM_BPF:
        return 0
    headers, = struct.unpack_from("<Q", data, at + 40)
    size, count = struct.unpack_from("<HH", data, at + 58)
    end = headers + size * count
    return end if headers and at + end <= len(data) else 0


def take_out(program, folder):
    """The objects that a program has in its data (libbpf's skeletons)."""
    with open(program, "rb") as file:
        data = file.read()
    at, n = data.find(b"\x7fELF", 1), 0
    while at > 0:
        size = object_size(data, at) if at + 64 < len(data) else 0
        if size:
            name = os.path.basename(program) + ("_%d" % n if n else "") + ".bpf.o"
            with open(os.path.join(folder, name), "wb") as out:
                out.write(data[at:at + size])
            n += 1
        at = data.find(b"\x7fELF", at + max(size, 4))


def build_guest(arch, tree):
    """The program that loads others, in the root folder of the guest."""
    if not cross(arch):
        run([os.path.join(SUPPORT, "guest-tree"), tree, os.path.join(os.environ["EPM_TOOLS"], "guest")])
        return
    os.makedirs(os.path.join(tree, "bin"))
    run([
        "clang", "--target=" + TARGETS[arch][1], "--sysroot=" + cross(arch), "-fuse-ld=lld", "-static",
        "-std=gnu11", "-D_GNU_SOURCE", "-O2", os.path.join(SUPPORT, "guest.c"),
        "-o", os.path.join(tree, "bin/guest"), "-l:libbpf.a", "-lelf", "-lz",
    ])


def predict(vmlinuz, objects):
    """{(object, program): (verdict, why)}"""
    command = [os.environ["EPM"], "check", "--json", "--btf", vmlinuz]
    config = glob.glob(os.path.join(os.path.dirname(vmlinuz), "config-*"))
    if config:
        command += ["--kernel-config", config[0]]
    done = subprocess.run(command + objects, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode not in (0, 8):
        sys.exit("verdicts: epm check: exit status %d: %s" % (done.returncode, done.stderr))
    verdicts = {}
    for row in json.loads(done.stdout):
        whole = [f for f in row.get("findings", []) if "program" not in f and f["level"] in ("missing", "object-error")]
        for program in row.get("programs", []):
            own = [f for f in row["findings"] if f.get("program") == program["name"]]
            why = "; ".join("%s %s" % (f.get("what", ""), f.get("why", "")) for f in whole + own if f["level"] not in ("ok", "guarded"))
            verdict = "cannot-run" if whole else program["verdict"]
            if any(f["level"] == "object-error" for f in whole):
                verdict = "object-error"
            verdicts[os.path.basename(row["package"]), program["name"]] = (verdict, why)
    return verdicts


def observe(vmlinuz, tree):
    """{(object, program): (is fine, line of the guest)}"""
    boot = [os.path.join(SUPPORT, "boot"), vmlinuz, tree, "sh", "-c", "guest /objects/*.o"]
    text = run(boot, env={**os.environ, "BOOT_TIMEOUT": "1200", "BOOT_MEMORY": "1536"})
    seen = {}
    for line in text.splitlines():
        words = line.split("\t")
        if len(words) == 6:
            seen[words[0], words[1]] = (words[3] == "0" and words[4] in ("0", "-"), " ".join(words[2:]))
    return seen


def classify(verdict, is_fine):
    """Which column; None: it was not to be loaded."""
    if verdict in ("not-needed", "not-loaded", "left-out"):
        return None
    if verdict in ("object-error", "cannot-run", "probably-cannot-run"):
        return "alarms" if is_fine else "foreseen"
    if is_fine:
        return "fine"
    return "not told" if verdict == "cannot-be-told" else "missed"


def is_dragged_down(key, predicted, seen):
    """Programs of one struct_ops are loaded together: does it fail for another, as was foreseen?"""
    return (not seen[key][0] and seen[key][1].startswith("struct_ops") and predicted[key][0] != "cannot-run"
            and any(other[0] == key[0] and predicted[other][0] == "cannot-run" for other in predicted))


def compare(predicted, seen):
    """The numbers of the table, and what is wrong."""
    sums, wrong = dict.fromkeys(COLUMNS, 0), []
    for key, (is_fine, line) in sorted(seen.items()):
        if key[1] == "*" or "Cannot allocate memory" in line:  # of the guest
            continue
        if key not in predicted:
            wrong.append("%s %s: epm check does not name it: %s" % (*key, line))
            continue
        if is_dragged_down(key, predicted, seen):
            continue
        # what fails the object as it is was tried as it is
        alone = is_fine and not (predicted[key][0] == "object-error" and (key[0], "*") in seen)
        column = classify(predicted[key][0], alone)
        if not column:
            continue
        sums[column] += 1
        if column not in ("fine", "foreseen"):
            wrong.append("%s: %s %s: %s (%s): %s" % (column, *key, predicted[key][0], predicted[key][1], line))
    return sums, wrong


def share(sums):
    """Of the programs that failed, how many were foreseen."""
    failed = sums["foreseen"] + sums["missed"] + sums["not told"]
    return sums["foreseen"] / failed if failed else 1.0


def print_row(name, sums):
    """A line of the table."""
    print("%-12s" % name + "".join("%10d" % sums[c] for c in COLUMNS) + "%9.1f %%" % (100 * share(sums)), flush=True)


def try_kernel(line, trees, results):
    """One kernel: what was foreseen, what came of it."""
    name, arch, vmlinuz = line.split(" ", 2)
    tree = trees[arch]
    predicted = predict(vmlinuz, sorted(glob.glob(os.path.join(tree, "objects/*.o"))))
    sums, wrong = compare(predicted, observe(vmlinuz, tree))
    print_row(name, sums)
    with open(os.path.join(results, name + ".sums"), "w", encoding="ascii") as out:
        out.write("%d %d %d\n" % (sums["fine"] + sums["foreseen"], sums["alarms"], 100 * share(sums)))
    with open(os.path.join(results, name + ".wrong"), "w", encoding="utf-8") as out:
        out.writelines("%s: %s\n" % (name, text) for text in wrong)
    return name, sums, wrong


def make_tree(arch, programs, scratch):
    """What a guest of this architecture needs."""
    tree = os.path.join(scratch, arch)
    os.makedirs(tree)
    build_guest(arch, tree)
    compile_sources(arch, os.path.join(tree, "objects"))
    for program in programs:
        take_out(program, os.path.join(tree, "objects"))
    return tree


def main():
    """Everything, two kernels at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cached", action="store_true")
    parser.add_argument("--results", metavar="FOLDER")
    parser.add_argument("--programs", metavar="FILE", action="append", default=[])
    parser.add_argument("kernels", metavar="KERNEL", nargs="*")
    options = parser.parse_args()
    cached = ["--cached"] if options.cached else []
    kernels = run([os.path.join(SUPPORT, "kernels"), *cached, *options.kernels]).splitlines()
    with tempfile.TemporaryDirectory() as scratch:
        results = options.results or scratch
        trees = {arch: make_tree(arch, options.programs, scratch) for arch in {k.split(" ")[1] for k in kernels}}
        print("%-12s" % "" + "".join("%10s" % c for c in COLUMNS) + "%11s" % "foreseen", flush=True)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            done = list(pool.map(lambda line: try_kernel(line, trees, results), kernels))
    total = {c: sum(sums[c] for _, sums, _ in done) for c in COLUMNS}
    print_row("all", total)
    for name, _, wrong in done:
        for text in wrong:
            print("%s: %s" % (name, text))
    return 1 if total["alarms"] or any(share(sums) < AIM for _, sums, _ in done) else 0


sys.exit(main())

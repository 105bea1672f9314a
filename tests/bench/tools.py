# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The tools that are compared, and one of them while it runs.

A tool is measured from outside only: CPU time and memory of its processes from /proc, what it
prints from the pipe or terminal it was given. Nothing here knows how a tool works.
"""
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import time

BASE = "libbpf-tools"  # what the ratios are held against, where it is there


class Missing(Exception):
    """Something that a measurement needs is not on this machine."""


class Tool:
    """A command line with a name for the table."""

    def __init__(self, name, argv, environment=None):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.environment = environment

    def __str__(self):
        return f"{self.name}: `{' '.join(self.argv)}`"


class Subjects:
    """Finds the peers of a tool such as opensnoop, and packs epm's own from examples/."""

    def __init__(self, epm, examples, home, only=None, extra=()):
        self.epm = epm
        self.examples = pathlib.Path(examples)
        self.home = home
        self.only = only
        self.extra = extra
        self.built = set()
        self.missing = []

    def of(self, example, with_json=False):
        """The tools to compare for one example, in the order of the table."""
        found = [self._libbpf_tools(example), self._bpftrace(example), self._epm(example)]
        if with_json:
            found += [self._bpftrace(example, "-f", "json"), self._epm(example, "--json")]
        found += [Tool(name, command.split()) for name, command in self.extra]
        found = [tool for tool in found if tool]
        if self.only:
            found = [tool for tool in found if tool.name in self.only]
        if not found:
            raise Missing(f"no tool to measure for {example}")
        return found

    def _miss(self, what):
        if what not in self.missing:
            self.missing.append(what)

    def _libbpf_tools(self, example):
        path = shutil.which(example)
        if not path:
            return self._miss(f"{example} of libbpf-tools")
        return Tool(BASE, [path])

    def _bpftrace(self, example, *options):
        script = shutil.which(f"{example}.bt")
        program = shutil.which("bpftrace")
        if not script or not program:
            return self._miss(f"{example}.bt of bpftrace")
        name = "bpftrace json" if options else "bpftrace"
        return Tool(name, [program, *options, script])

    def _epm(self, example, *options):
        if not self.epm or not os.access(self.epm, os.X_OK):
            return self._miss("epm (not built yet, or give EPM=PATH)")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SUDO_")}
        environment["EPM_HOME"] = str(self.home)
        if example not in self.built:
            made = subprocess.run([self.epm, "build", self.examples / example], env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if made.returncode != 0:
                text = made.stdout.decode(errors="replace").strip().splitlines()
                return self._miss(f"epm {example} (epm build: {text[-1] if text else 'failed'})")
            self.built.add(example)
        name = "epm json" if options else "epm"
        return Tool(name, [self.epm, "run", *options, example], environment)


class Running:
    """A tool that was started; stop() or the end of the `with` block ends it, by its own pid."""

    def __init__(self, tool, stdout, stderr=subprocess.DEVNULL):
        self.tool = tool
        self.process = subprocess.Popen(tool.argv, stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=stderr, env=tool.environment)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def _pids(self):
        """The process and all that it started and that still run."""
        pids, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            pids.append(pid)
            for task in _list(f"/proc/{pid}/task"):
                todo += [int(x) for x in _read(f"/proc/{pid}/task/{task}/children").split()]
        return pids

    def cpu_ns(self):
        """CPU time used so far, user and kernel, in nanoseconds."""
        total = 0
        for pid in self._pids():
            for task in _list(f"/proc/{pid}/task"):
                total += int((_read(f"/proc/{pid}/task/{task}/schedstat").split() or [0])[0])
        return total

    def peak_kb(self):
        """Peak resident memory. getrusage() would give the parent's where that was larger."""
        total = 0
        for pid in self._pids():
            found = re.search(r"VmHWM:\s+(\d+)", _read(f"/proc/{pid}/status"))
            total += int(found.group(1)) if found else 0
        return total

    def _attached(self):
        count = 0
        for pid in self._pids():
            for fd in _list(f"/proc/{pid}/fd"):
                try:
                    target = os.readlink(f"/proc/{pid}/fd/{fd}")
                except OSError:
                    continue
                count += "perf_event" in target or "bpf_link" in target or "bpf-link" in target
        return count

    def wait_ready(self, limit_s=30, settled_s=0.4):
        """Until it has attached and attaches nothing more."""
        last, since, end = 0, time.monotonic(), time.monotonic() + limit_s
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Missing(f"{self.tool} ended with status {self.process.returncode}")
            count = self._attached()
            if count != last:
                last, since = count, time.monotonic()
            if count and time.monotonic() - since > settled_s:
                return
            time.sleep(0.02)
        raise Missing(f"{self.tool} did not attach in {limit_s} s")

    def wait_idle(self, limit_s=60, span_s=0.25, below_ns=2_000_000):
        """Until it has worked off what it was sent: it uses hardly any CPU time any more."""
        before, end = self.cpu_ns(), time.monotonic() + limit_s
        while time.monotonic() < end:
            time.sleep(span_s)
            now = self.cpu_ns()
            if now - before < below_ns:
                return
            before = now

    def stop(self, limit_s=30, drain_fd=None):
        """SIGINT, then wait; returns the seconds that took."""
        began = time.perf_counter()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + limit_s
        while self.process.poll() is None:
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
            elif drain_fd is not None:
                read_some(drain_fd, 0.005)
            else:
                try:
                    self.process.wait(limit_s)
                except subprocess.TimeoutExpired:
                    pass
        return time.perf_counter() - began


def read_some(fd, timeout_s):
    """What is there to read, b"" where nothing comes in time; None at the end."""
    if not select.select([fd], [], [], timeout_s)[0]:
        return b""
    try:
        return os.read(fd, 1 << 20) or None
    except OSError:
        return None  # a terminal whose other side was closed


def _list(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(path):
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read()
    except OSError:
        return ""

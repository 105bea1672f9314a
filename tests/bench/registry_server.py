# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A docker-registry to measure against, what a command costs there, and the program that is measured."""
import contextlib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
sys.path.insert(0, str(TOP / "tests" / "support"))
from registry_client import Registry  # noqa: E402

LIMIT_S = 20
CONFIGURATION = """version: 0.1
log: {{level: info, accesslog: {{disabled: false}}}}
storage: {{filesystem: {{rootdirectory: {data}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:0"}}
"""



def find_epm():
    """The program to measure."""
    if os.environ.get("EPM"):
        return os.environ["EPM"]
    return str(pathlib.Path(os.environ.get("EPM_BUILD") or TOP / "build").resolve() / "epm")


@contextlib.contextmanager
def serving(argv, output, pattern):
    """A server until the end of the block; gives what the pattern finds in the output."""
    with open(output, "wb") as file:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=file,
                                   stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + LIMIT_S
        while not (found := re.search(pattern, output.read_text(), re.M)):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit(f"{argv[0]} did not start:\n{output.read_text()}")
            time.sleep(0.01)
        yield found.group(1)
    finally:
        process.kill()
        process.wait()


class AccessLog:
    """Counts the requests in docker-registry's log."""

    LINE = re.compile(rb'^[0-9.]+ - - \[[^]]*\] "[A-Z]+ /v2/', re.M)

    def __init__(self, path, host):
        self.path, self.registry, self.marks = path, Registry(host), 0

    def mark(self):
        """Where the log ends now; a request of our own says that all before it is written."""
        self.marks += 1
        word = f"/mark-{self.marks} ".encode()
        self.registry.ask("GET", "/" + word.decode().strip("/ "))
        end = time.monotonic() + LIMIT_S
        while (at := self.path.read_bytes().find(word)) < 0 and time.monotonic() < end:
            time.sleep(0.002)
        return at

    def count(self, since, until):
        """Requests between two marks."""
        return len(self.LINE.findall(self.path.read_bytes()[since:until]))


@contextlib.contextmanager
def registry(folder):
    """(HOST:PORT, AccessLog) of a docker-registry with its files below folder."""
    log, config = folder / "registry.log", folder / "config.yml"
    config.write_text(CONFIGURATION.format(data=folder / "data"))
    with serving(["docker-registry", "serve", config], log,
                 r'msg="listening on 127\.0\.0\.1:(\d+)') as port:
        yield f"127.0.0.1:{port}", AccessLog(log, f"127.0.0.1:{port}")


class Meter:
    """Time, memory and requests of single commands."""

    def __init__(self, folder, log):
        self.folder, self.log = folder, log
        subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-static",
                        "-o", folder / "registry_cost", HERE / "registry_cost.c"], check=True)

    def run(self, argv, environment, cwd):
        """{ms, cpu_ms, peak_kb, requests}; ends the program when the command fails."""
        cost, before = self.folder / "cost", self.log.mark()
        done = subprocess.run([self.folder / "registry_cost", cost, *argv], env=environment, cwd=cwd,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            sys.exit(f"{shlex.join(map(str, argv))}: status {done.returncode}\n{done.stdout.decode()}")
        wall_ms, cpu_ms, peak_kb = cost.read_text().split()
        return {"ms": float(wall_ms), "cpu_ms": float(cpu_ms), "peak_kb": int(peak_kb),
                "requests": self.log.count(before, self.log.mark())}

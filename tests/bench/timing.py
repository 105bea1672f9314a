# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""How long a person waits: until the first event is visible, from an event to its line, and from
Ctrl-C to the prompt. The prober opens a path that holds the time at which it was opened."""
import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time

import report
from tools import Running, read_some

STAMP = re.compile(rb"/at-(\d+)(?=[^0-9])")
WIDE = struct.pack("HHHH", 50, 250, 0, 0)  # rows and columns of the terminal


def now_us():
    """The clock of the stamps."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


@contextlib.contextmanager
def prober(helpers, folder, gap_us):
    """Opens a stamped path each gap_us until the end of the block."""
    process = subprocess.Popen([str(helpers / "load"), "probe", "-u", str(gap_us), str(folder)],
                               stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def channel(kind):
    """(end to read, end for the tool) of a pipe or of a terminal; both are closed at the end."""
    if kind == "pty":
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, WIDE)
    else:
        ours, theirs = os.pipe()
    try:
        yield ours, theirs
    finally:
        os.close(ours)
        with contextlib.suppress(OSError):
            os.close(theirs)


def startup_once(tool, helpers, folder):
    """Milliseconds from exec to the first event that was caught, and to when it could be read."""
    with prober(helpers, folder, 200), channel("pty") as (ours, theirs):
        time.sleep(0.1)
        began = now_us()
        with Running(tool, theirs, theirs) as running:
            os.close(theirs)
            seen, data, end = None, b"", time.monotonic() + 30
            while seen is None and time.monotonic() < end:
                piece = read_some(ours, 1)
                if piece is None:
                    break
                data += piece
                if STAMP.search(data):
                    seen = now_us()
            peak = running.peak_kb()
            running.stop(drain_fd=ours)
    if seen is None:
        return {"visible_ms": None}
    first = min(int(stamp) for stamp in STAMP.findall(data))
    return {"visible_ms": (seen - began) / 1e3, "attached_ms": (first - began) / 1e3,
            "peak_kb": peak}


def startup(tools, helpers, folder, rounds):
    """Returns (markdown, rows)."""
    results = report.interleave(tools, rounds, lambda tool, _: startup_once(tool, helpers, folder))
    rows = [{"tool": tool.name, "runs": runs, **report.medians(runs)}
            for tool, runs in results.items()]
    base = report.base_of(rows)
    lines = [[row["tool"], report.spread(row["runs"], "attached_ms"),
              report.spread(row["runs"], "visible_ms"),
              report.ratio(row["visible_ms"], base(row).get("visible_ms"))] for row in rows]
    title = f"startup: exec until the first open is visible on a terminal, medians of {rounds}"
    return report.table(title, ["tool", "attached ms", "visible ms", "ratio"], lines), rows


def latency_once(tool, helpers, folder, gap_us, seconds):
    """Microseconds from each event to its line in the pipe."""
    waits = []
    with channel("pipe") as (ours, theirs), Running(tool, theirs) as running:
        os.close(theirs)
        running.wait_ready()
        before = running.cpu_ns()
        with prober(helpers, folder, gap_us):
            rest = _collect(ours, waits, b"", seconds)
        cpu = (running.cpu_ns() - before) / (seconds * 1e7)
        _collect(ours, waits, rest, 0.3)
        running.stop(drain_fd=ours)
    waits.sort()
    result = {"seen": len(waits), "cpu_percent": cpu}
    if waits:
        result["p50_ms"] = waits[len(waits) // 2] / 1e3
        result["p99_ms"] = waits[len(waits) * 99 // 100] / 1e3
    return result


def _collect(fd, waits, rest, seconds):
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        piece = read_some(fd, left)
        if piece is None:
            break
        now = now_us()
        data = rest + piece
        cut = data.rfind(b"\n") + 1
        waits += [now - int(stamp) for stamp in STAMP.findall(data[:cut])]
        rest = data[cut:]
    return rest


def latency(tools, helpers, folder, rounds, seconds, gaps_us=(100_000, 950, 20)):
    """Returns (markdown, rows)."""
    cells = [(tool, gap_us) for gap_us in gaps_us for tool in tools]
    results = report.interleave(
        cells, rounds, lambda cell, _: latency_once(cell[0], helpers, folder, cell[1], seconds))
    rows = [{"tool": tool.name, "gap_us": gap_us, "runs": runs, **report.medians(runs)}
            for (tool, gap_us), runs in results.items()]
    lines = []
    for row in rows:
        lines.append([row["tool"], f"{row['gap_us']:,}", report.number(row["seen"] / seconds),
                      report.number(row.get("p50_ms"), 2) if row["seen"] else "never",
                      report.number(row.get("p99_ms"), 2) if row["seen"] else "never",
                      report.number(row["cpu_percent"], 2)])
    title = (f"latency: open until its line can be read from a pipe, {seconds} s each, "
             f"medians of {rounds}")
    return report.table(title, ["tool", "gap µs", "lines/s live", "p50 ms", "p99 ms", "CPU %"],
                        lines), rows


def stop_once(tool):
    """Milliseconds from SIGINT to the end of the process."""
    with Running(tool, subprocess.DEVNULL) as running:
        running.wait_ready()
        return {"stop_ms": running.stop() * 1e3}


def stop(tools, rounds):
    """Returns (markdown, rows)."""
    results = report.interleave(tools, rounds, lambda tool, _: stop_once(tool))
    rows = [{"tool": tool.name, "runs": runs, **report.medians(runs)}
            for tool, runs in results.items()]
    base = report.base_of(rows)
    lines = [[row["tool"], report.spread(row["runs"], "stop_ms"),
              report.ratio(row["stop_ms"], base(row).get("stop_ms"))] for row in rows]
    return report.table(f"stop: SIGINT until gone, medians of {rounds}",
                        ["tool", "ms", "ratio"], lines), rows

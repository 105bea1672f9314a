# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A tool under a fixed load: its CPU time for each event, how much it slows the load down, what it
loses, its peak memory."""
import json
import os
import re
import subprocess
import tempfile

import report
from tools import Running

LOST = re.compile(r"(?i)\blost (\d+)|\b(\d+) (?:events? )?(?:were |was )?lost\b")


class Load:
    """One kind of load with the helper programs that make and count it."""

    def __init__(self, kind, helpers, folder, count):
        self.kind = kind
        self.helpers = helpers
        self.count = count
        # Only what the load does holds the mark, not its own start.
        self.mark = "bench-target-"
        self.word = os.path.join(folder, self.mark) if kind == "open" else self.mark[:-1]

    def run(self, threads, per_second=0):
        """Returns nanoseconds for an operation, as one thread after the other would take them."""
        argv = [self.helpers / "load", self.kind, "-t", threads, "-n", self.count]
        argv += ["-r", per_second] if per_second else []
        done = subprocess.run([str(word) for word in argv + [self.word]], check=True,
                              stdout=subprocess.PIPE)
        result = json.loads(done.stdout)
        return result["elapsed_ns"] / result["ops"]

    def measure(self, tool, sink, threads, per_second=0):
        """One run of one tool. Returns a dictionary of numbers."""
        with tempfile.TemporaryFile() as errors:
            drain, out = self._sink(sink)
            try:
                with Running(tool, out, errors) as running:
                    os.close(out)
                    out = -1
                    result = self._under_load(running, threads, per_second)
            finally:
                if out >= 0:
                    os.close(out)
                counted = json.loads(drain.communicate()[0]) if drain else {}
            errors.seek(0)
            text = errors.read().decode(errors="replace")
        said = sum(int(a or b) for a, b in LOST.findall(text)) + counted.get("lost", 0)
        # What went to /dev/null nobody can count, nor the losses that were said there.
        printed = counted.get("marked")
        # The tool worked for the events of others on the machine as well, each of them a line.
        events = counted.get("lines", self.count - said)
        result.update(printed=printed, lost=said, bytes=counted.get("bytes"),
                      cpu_event=result["cpu_ns"] / max(1, events))
        return result

    def _sink(self, sink):
        if sink == "null":
            return None, os.open("/dev/null", os.O_WRONLY)
        out_end, in_end = os.pipe()
        drain = subprocess.Popen([self.helpers / "drain", self.mark], stdin=out_end,
                                 stdout=subprocess.PIPE)
        os.close(out_end)
        return drain, in_end

    def _under_load(self, running, threads, per_second):
        running.wait_ready()
        before = running.cpu_ns()
        op_ns = self.run(threads, per_second)
        running.wait_idle()
        return {"op_ns": op_ns, "cpu_ns": running.cpu_ns() - before, "peak_kb": running.peak_kb()}


def compare(load, tools, sinks, thread_counts, rounds):
    """Returns (markdown, rows) for all tools, sinks and numbers of threads."""
    cells = [(None, None, n) for n in thread_counts]
    cells += [(tool, sink, n) for n in thread_counts for sink in sinks for tool in tools]

    def measure(cell, _):
        tool, sink, threads = cell
        if tool is None:
            return {"op_ns": load.run(threads)}
        return load.measure(tool, sink, threads)

    results = report.interleave(cells, rounds, measure)
    rows = []
    for (tool, sink, threads), runs in results.items():
        if tool is None:
            continue
        bare = [run["op_ns"] for run in results[(None, None, threads)]]
        for run, bare_ns in zip(runs, bare):
            run["slowdown"] = run["op_ns"] / bare_ns
            run["added_ns"] = run["op_ns"] - bare_ns
        rows.append({"tool": tool.name, "sink": sink, "threads": threads, "runs": runs,
                     "bare_ns": report.median(bare), **report.medians(runs)})
    return _table(load, rows, rounds), rows


def _share(part, whole):
    return "–" if part is None else f"{100 * part / whole:.2f} %"


def _table(load, rows, rounds):
    base = report.base_of(rows, lambda row: (row["sink"], row["threads"]))
    lines = []
    for row in rows:
        peer = base(row)
        lines.append([
            row["tool"], row["sink"], str(row["threads"]),
            _share(row["printed"], load.count), report.number(row["lost"]),
            report.number(row["op_ns"]), f"{row['slowdown']:.2f}×",
            report.ratio(row["added_ns"], peer.get("added_ns")),
            report.number(row["cpu_event"]), report.ratio(row["cpu_event"], peer.get("cpu_event")),
            report.number(row["peak_kb"]), report.ratio(row["peak_kb"], peer.get("peak_kb"))])
    bare = {row["threads"]: row["bare_ns"] for row in rows}
    title = f"{load.kind}: {load.count:,} events, medians of {rounds}; with no tool " + ", ".join(
        f"{ns:,.0f} ns/op ({threads} thr)" for threads, ns in bare.items())
    return report.table(title, ["tool", "sink", "thr", "printed", "lost (said)", "load ns/op",
                                "slowdown", "added, ratio", "CPU ns/event", "CPU, ratio",
                                "peak KB", "peak, ratio"], lines)


def highest_rate(load, tools, rates, rounds):
    """The highest of the rates at which nothing is lost in any round. Returns (markdown, rows)."""
    rows = []
    for tool in tools:
        best, first_loss = None, None
        for rate in rates:
            load.count = max(20_000, rate // 2)
            runs = [load.measure(tool, "pipe", 2, rate) for _ in range(rounds)]
            printed = min(run["printed"] for run in runs)
            reached = 1e9 / report.median([run["op_ns"] for run in runs])
            if printed < load.count:
                first_loss = (rate, 100 * (1 - printed / load.count))
                break
            best = reached
            if reached < rate * 0.9:
                break  # the load cannot go faster
        rows.append({"tool": tool.name, "rate": best, "first_loss": first_loss})
    base = report.base_of(rows)
    lines = [[row["tool"], report.number(row["rate"]),
              report.ratio(row["rate"], base(row).get("rate")),
              "none" if not row["first_loss"] else
              f"{row['first_loss'][1]:.2f} % at {row['first_loss'][0]:,}/s"] for row in rows]
    title = f"highest rate without loss: open, 2 threads, pipe, {rounds} runs each"
    return report.table(title, ["tool", "events/s", "ratio", "first loss"], lines), rows

# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Rounds in turn, medians, ratios, tables."""
import statistics
import sys

from tools import BASE


def interleave(cells, rounds, measure):
    """Measures each cell once a round, in an order that moves on from round to round, so that what
    disturbs the machine for a while does not hit one tool only. Returns {cell: [result, …]}."""
    results = {cell: [] for cell in cells}
    for number in range(rounds):
        turn = number % len(cells)
        for cell in cells[turn:] + cells[:turn]:
            results[cell].append(measure(cell, number))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return results


def median(values):
    """Of those that are there; None where none is."""
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None


def medians(runs):
    """[{name: value}] to {name: median}."""
    names = {name for run in runs for name in run}
    return {name: median([run.get(name) for run in runs]) for name in names}


def number(value, digits=0):
    """A cell of a table."""
    return "–" if value is None else f"{value:,.{digits}f}"


def spread(runs, name, scale=1, digits=1):
    """Median and range of one value."""
    values = [run[name] / scale for run in runs if run.get(name) is not None]
    if not values:
        return "–"
    return f"{statistics.median(values):,.{digits}f} [{min(values):,.{digits}f}–{max(values):,.{digits}f}]"


def ratio(value, base):
    """How much of the base it is: 1/40, or 1.3×."""
    if value is None or not base:
        return "–"
    share = value / base
    if share <= 0:
        return "0"
    return f"1/{1 / share:.1f}" if share < 1 / 3 else f"{share:.2f}×"


def base_of(rows, key=lambda row: None):
    """The function that gives a row its peer in the same rows: same key, tool BASE."""
    peers = {key(row): row for row in rows if row["tool"] == BASE}
    return lambda row: peers.get(key(row), {})


def table(title, columns, rows):
    """A markdown table; rows are lists of texts."""
    lines = [f"### {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"

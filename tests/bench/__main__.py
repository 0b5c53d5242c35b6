"""Measures what is asked for, and prints a table or JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence

from tests.bench.figure import Figure
from tests.bench.handing_over import bench as handover
from tests.bench.keys import keys
from tests.bench.lasting import hours
from tests.bench.others import others
from tests.bench.reading import reading
from tests.bench.refreshing import memory, refresh
from tests.bench.resting import rest
from tests.bench.sending import sending
from tests.bench.starting import commands, start

BENCHES: Mapping[str, tuple[Callable[[int], Sequence[Figure]], int]] = {
    "start": (start, 15),
    "commands": (commands, 9),
    "keys": (keys, 10),
    "refresh": (refresh, 3),
    "handover": (handover, 20),
    "reading": (reading, 3),
    "rest": (rest, 3),
    "memory": (memory, 1),
    "sending": (sending, 100),
    "hours": (hours, 60),
    "others": (others, 5),
}
HEAD = "| what | at most | measured | spread | | met | |\n|---|---|---|---|---|---|---|"


def main() -> int:
    """Measure, print, and return 1 where a figure is beyond its limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="How fast oncall-tui is, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which of {', '.join(BENCHES)} (all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each is measured; for hours: how many")
    asked = parser.parse_args()
    if unknown := set(asked.names) - BENCHES.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    figures: list[Figure] = []
    if not asked.json:
        print(HEAD)
    for name, (bench, rounds) in BENCHES.items():
        if asked.names and name not in asked.names:
            continue
        found = bench(asked.rounds or rounds)
        figures += found
        if not asked.json:
            print("\n".join(figure.as_line() for figure in found), flush=True)
    if asked.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=2))
    return int(any(figure.limit is not None and figure.value > figure.limit for figure in figures))


if __name__ == "__main__":
    sys.exit(main())

"""Measures what is asked for, and prints a table or JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from tests.bench.figure import Figure

BENCHES: Mapping[str, tuple[str, int]] = {
    "start": ("starting.start", 15),
    "commands": ("starting.commands", 9),
    "keys": ("keys.keys", 10),
    "refresh": ("refreshing.refresh", 3),
    "handover": ("handing_over.bench", 20),
    "reading": ("reading.reading", 3),
    "rest": ("resting.rest", 3),
    "memory": ("refreshing.memory", 1),
    "sending": ("sending.sending", 100),
    "hours": ("lasting.hours", 60),
    "others": ("others.others", 5),
}
"""Each is loaded when it is asked for: what one stands on would count in the memory of another."""
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
    for name, (place, rounds) in BENCHES.items():
        if asked.names and name not in asked.names:
            continue
        found = _bench(place)(asked.rounds or rounds)
        figures += found
        if not asked.json:
            print("\n".join(figure.as_line() for figure in found), flush=True)
    if asked.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=2))
    return int(any(figure.limit is not None and figure.value > figure.limit for figure in figures))


def _bench(place: str) -> Callable[[int], Sequence[Figure]]:
    module, _, function = place.partition(".")
    bench: Callable[[int], Sequence[Figure]] = getattr(import_module(f"tests.bench.{module}"), function)
    return bench


if __name__ == "__main__":
    sys.exit(main())

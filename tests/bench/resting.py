"""What the dashboard costs while nobody touches it, against the floor with a clock of one second."""

from collections.abc import Sequence

from tests.bench import floor
from tests.bench.figure import Figure
from tests.bench.terminal import Terminal, python

SECONDS = 60
"""Whatever happens each minute, such as a reading, happens once in it."""
UNFOCUSED = "\x1b[O"


def rest(rounds: int) -> Sequence[Figure]:
    """Measure processor time and output of both while they run side by side."""
    with (
        Terminal(python("tests.bench.floor", "--clock")) as least,
        Terminal(python("tests.bench.desk", "50")) as ours,
    ):
        least.until(floor.READY)
        ours.until("Firm")
        for terminal in (least, ours):
            terminal.settle(0.4)
            terminal.watch(5)
        seen = [_cost(least, ours) for _ in range(rounds)]
        ours.type(UNFOCUSED)
        ours.watch(5)
        unseen = [_cost(least, ours) for _ in range(rounds)]
    return [
        *_figures("at rest", seen, limit=1.25, bytes_limit=2048),
        *_figures("at rest, unfocused", unseen, limit=1.0, bytes_limit=1024),
    ]


def _cost(least: Terminal, ours: Terminal) -> tuple[float, float, float]:
    before, written = (least.processor_time, ours.processor_time), 0
    for _ in range(SECONDS):
        written += ours.watch(1)
        least.settle(0)  # a terminal nobody reads is full after a while, and whoever draws there stands still
    return (
        (least.processor_time - before[0]) / SECONDS * 100,
        (ours.processor_time - before[1]) / SECONDS * 100,
        written / SECONDS,
    )


def _figures(
    name: str, costs: Sequence[tuple[float, float, float]], *, limit: float, bytes_limit: float
) -> Sequence[Figure]:
    return (
        Figure(
            name=f"processor {name}",
            limit=limit,
            unit="% of one core, one line with a clock",
            ours=[cost[1] for cost in costs],
            floor=[cost[0] for cost in costs],
        ),
        Figure(name=f"output {name}", limit=bytes_limit, unit="bytes a second", ours=[cost[2] for cost in costs]),
    )

"""Writing the handover of 400 open tickets: how long it takes, and that it stays one page and an appendix."""

import time
from collections.abc import Sequence

from oncall_tui.domain.handover_paper import markdown
from tests.bench.figure import Figure
from tests.domain.test_handover import many
from tests.handover_make import handover

COUNT = 400
LIMIT = 50.0
"""Milliseconds."""


def handover_once() -> tuple[float, int]:
    """Return how many milliseconds one takes, and how many lines stand before its appendix."""
    rows = many(COUNT)
    began = time.perf_counter()
    text = markdown(handover(rows=rows))
    passed = (time.perf_counter() - began) * 1000
    lines = text.splitlines()
    return passed, next(number for number, line in enumerate(lines) if line.startswith("# Appendix"))


def bench(rounds: int) -> Sequence[Figure]:
    """Measure it this often."""
    runs = [handover_once() for _ in range(rounds)]
    name, note = f"handover of {COUNT} open tickets", f"page of {runs[0][1]} lines, then the appendix"
    return [Figure(name=name, limit=LIMIT, unit="ms", ours=[passed for passed, _ in runs], note=note)]

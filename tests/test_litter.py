"""When garbage is looked for."""

import gc
from collections.abc import Generator, Iterator

import pytest

from oncall_tui import litter
from oncall_tui.clock import stopwatch
from oncall_tui.turns import LONG, TURN, in_turns


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


def full_collections() -> int:
    return int(gc.get_stats()[2]["collections"])


def test_a_crowd_of_new_objects_is_never_looked_through_as_a_whole() -> None:
    litter.settle()
    gc.collect()
    before = full_collections()
    crowd = [[number] for number in range(100_000)]
    litter.collect()
    assert full_collections() == before
    assert gc.get_freeze_count() >= len(crowd)


def test_what_little_is_left_behind_is_collected() -> None:
    litter.settle()
    gc.collect()
    ring: list[object] = []
    ring.append(ring)
    del ring
    before = full_collections()
    litter.collect()
    assert full_collections() == before + 1


@pytest.mark.anyio
async def test_what_long_work_has_made_is_looked_through_by_no_later_collection() -> None:
    def work(turns: int) -> Generator[None, None, list[list[int]]]:
        made = []
        for number in range(turns):
            made.append([number])
            ends_at = stopwatch() + TURN
            while stopwatch() < ends_at:
                pass
            yield
        return made

    before = gc.get_freeze_count()
    await in_turns(work(LONG - 1))
    assert gc.get_freeze_count() == before
    made = await in_turns(work(LONG + 1))
    assert gc.get_freeze_count() > before
    assert not any(made is young for young in gc.get_objects())

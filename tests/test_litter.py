"""When garbage is looked for."""

import gc
from collections.abc import Generator, Iterator
from weakref import ref

import pytest

from oncall_tui import litter
from oncall_tui.clock import stopwatch
from oncall_tui.turns import LASTING, TURN, in_turns


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


def work(turns: int, *, each: int) -> Generator[None, None, list[list[list[int]]]]:
    """Take so many turns, and make so many objects in each."""
    made = []
    for _ in range(turns):
        made.append([[number] for number in range(each)])
        ends_at = stopwatch() + TURN
        while stopwatch() < ends_at:
            pass
        yield
    return made


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


class Ring:
    """Garbage, once nobody holds it, that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


def old_garbage() -> "ref[Ring]":
    """Return what was garbage no collection of the young finds any more."""
    ring = Ring()
    gc.collect()
    return ref(ring)


def test_new_objects_that_are_no_crowd_are_left_to_be_collected() -> None:
    """However often they come: what a screen draws is garbage one frame later, and must never count as lasting."""
    litter.settle()
    gc.collect()
    before = gc.get_freeze_count()
    for _ in range(20):
        some = [[number] for number in range(5_000)]
        litter.collect()
        del some
    assert gc.get_freeze_count() == before


@pytest.mark.anyio
async def test_old_garbage_is_found_before_a_crowd_counts_as_lasting() -> None:
    litter.settle()
    gc.collect()
    garbage, before = old_garbage(), gc.get_freeze_count()
    made = await in_turns(work(2 * LASTING, each=100))
    assert gc.get_freeze_count() >= before + sum(map(len, made))
    assert garbage() is None


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
    before = gc.get_freeze_count()
    await in_turns(work(LASTING - 1, each=100))
    assert gc.get_freeze_count() == before
    made = await in_turns(work(LASTING + 1, each=100))
    assert gc.get_freeze_count() > before
    assert not any(made is young for young in gc.get_objects())

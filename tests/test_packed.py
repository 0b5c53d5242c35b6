"""A list whose older parts are kept compressed says what any list says."""

import json
from collections.abc import Sequence
from random import Random

import pytest

from oncall_tui.packed import BLOCK, PackedLog

ENOUGH = 5 * BLOCK + 7
UNWRITABLE = "unwritable"


class Words:
    """Words, each found by its first part."""

    def __init__(self) -> None:
        self.read = 0

    def key(self, thing: str) -> str:
        return thing.partition(" ")[0]

    def pack(self, things: Sequence[str]) -> bytes | None:
        return None if any(UNWRITABLE in thing for thing in things) else json.dumps(things).encode()

    def unpack(self, packed: bytes) -> Sequence[str]:
        self.read += 1
        return [str(word) for word in json.loads(packed)]


def words(count: int = ENOUGH) -> list[str]:
    dice = Random(3)
    return [f"k{dice.randrange(1 + count // 2)} {number}" for number in range(count)]


def log_of(things: Sequence[str], codec: Words | None = None) -> PackedLog[str]:
    log = PackedLog(codec or Words())
    for thing in things:
        log.append(thing)
    return log


@pytest.mark.parametrize("count", [0, 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, ENOUGH])
def test_it_says_what_a_list_says(count: int) -> None:
    said = words(count)
    log = log_of(said)
    assert len(log) == count
    assert list(log) == said
    for part in (
        slice(None),
        slice(BLOCK - 3, BLOCK + 3),
        slice(-5, None),
        slice(2, None, 301),
        slice(None, None, -400),
    ):
        assert log[part] == said[part]
    assert [log[place] for place in range(-count, count, 97)] == [said[place] for place in range(-count, count, 97)]
    with pytest.raises(IndexError):
        log[count]


def test_the_last_thing_of_a_key_is_found_wherever_it_is() -> None:
    said = words()
    log, latest = log_of(said), {word.partition(" ")[0]: word for word in said}
    assert {key: log.last(key) for key in latest} == latest
    assert log.last("never") is None


def test_what_cannot_be_written_down_is_kept_all_the_same() -> None:
    said = [f"k{number} {UNWRITABLE if number == 9 else ''}" for number in range(ENOUGH)]
    log = log_of(said)
    assert list(log) == said
    assert log.last("k9") == said[9]


def test_a_copy_does_not_grow_with_it() -> None:
    said = words()
    log = log_of(said)
    copy = log.copy()
    for _ in range(2 * BLOCK):
        log.append("k0 later")
    assert list(copy) == said
    assert copy.last("k0") == next((word for word in reversed(said) if word.startswith("k0 ")), None)


def test_the_older_parts_are_read_only_when_somebody_looks_back() -> None:
    codec = Words()
    log = log_of([f"k{number} x" for number in range(ENOUGH)], codec)
    assert log[-BLOCK:][0] == f"k{ENOUGH - BLOCK} x"
    assert log.last("never") is None
    assert codec.read == 0
    assert log.last("k3") == "k3 x"
    assert codec.read == 1
    assert log[: 2 * BLOCK] == [f"k{number} x" for number in range(2 * BLOCK)]
    assert codec.read == 3

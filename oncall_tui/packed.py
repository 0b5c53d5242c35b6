"""A list that only grows and is rarely looked back in: its older parts are kept compressed."""

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import accumulate, chain, groupby, pairwise
from typing import Final, Generic, Protocol, TypeVar, overload

T = TypeVar("T")

BLOCK: Final = 128
"""Things that are compressed together, and at least as many more are kept as objects: fewer are not alike enough."""
_LEVEL: Final = 9
"""The best: it takes a third of a millisecond for a block, and a sixth less room for ever."""
_BLOCK_BITS: Final = 6
_BLOCKS_OF_A_RUN: Final = 2**_BLOCK_BITS
"""Whose part of an index is brought together at most: a few milliseconds."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SHORTEST: Final = timedelta(microseconds=1)


class Codec(Protocol[T]):
    """Knows how things of one kind are written down."""

    def key(self, thing: T) -> str:
        """Return what a thing is found by."""

    def pack(self, things: Sequence[T]) -> bytes | None:
        """Return things as bytes, or None where they cannot be written."""

    def unpack(self, packed: bytes) -> Sequence[T]:
        """Return what was packed."""


class PackedLog(Sequence[T], Generic[T]):
    """Holds as objects only what came last; the rest takes a few dozen bytes each and is read a block at a time."""

    def __init__(self, codec: Codec[T]) -> None:
        self._codec = codec
        self._blocks: list[bytes | Sequence[T]] = []
        """Whole ones; one that cannot be written down stays as it is."""
        self._index = _Index()
        self._tail: list[T] = []
        self._last: dict[str, int] = {}
        """The latest place of each key in the tail."""

    def append(self, thing: T) -> None:
        """Add a thing."""
        self._last[self._codec.key(thing)] = len(self)
        self._tail.append(thing)
        if len(self._tail) == 2 * BLOCK:
            self._pack()

    def last(self, key: str) -> T | None:
        """Return the thing that was added last under a key."""
        if (place := self._last.get(key)) is not None:
            return self[place]
        blocks = (self._unpacked(self._blocks[number]) for number in self._index.blocks(key))
        found = (thing for block in blocks for thing in reversed(block))
        return next((thing for thing in found if self._codec.key(thing) == key), None)

    def copy(self) -> "PackedLog[T]":
        """Return what does not grow with this one, and may be read in another thread."""
        other = PackedLog(self._codec)
        other._blocks, other._tail = self._blocks.copy(), self._tail.copy()
        other._index, other._last = self._index.copy(), self._last.copy()
        return other

    def __len__(self) -> int:
        """Return how many things were added."""
        return len(self._blocks) * BLOCK + len(self._tail)

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        """Return the thing at a place, or those of a slice."""
        if isinstance(place, slice):
            return list(self._things(range(*place.indices(len(self)))))
        (thing,) = self._things((range(len(self))[place],))
        return thing

    def __iter__(self) -> Iterator[T]:
        """Return everything that was added so far, the oldest first, a block at a time."""
        blocks = (self._unpacked(block) for block in tuple(self._blocks))
        return chain(chain.from_iterable(blocks), tuple(self._tail))

    def _pack(self) -> None:
        first = len(self._blocks) * BLOCK
        old, self._tail = self._tail[:BLOCK], self._tail[BLOCK:]
        packed = self._codec.pack(old)
        self._blocks.append(old if packed is None else zlib.compress(packed, _LEVEL))
        self._index.add(self._codec.key(thing) for thing in old)
        self._last = {key: place for key, place in self._last.items() if place >= first + BLOCK}

    def _things(self, places: Iterable[int]) -> Iterator[T]:
        packed = len(self._blocks) * BLOCK
        for number, of_block in groupby(places, key=lambda place: place // BLOCK):
            if number >= len(self._blocks):
                yield from (self._tail[place - packed] for place in of_block)
            else:
                block = self._unpacked(self._blocks[number])
                yield from (block[place % BLOCK] for place in of_block)

    def _unpacked(self, block: bytes | Sequence[T]) -> Sequence[T]:
        return self._codec.unpack(zlib.decompress(block)) if isinstance(block, bytes) else block


class _Index:
    """Which blocks a key may be in, four bytes for each: a part of its hash, above the number of the block in its run.

    The entries of a run are sorted. It is of twice as many blocks as the one after it, or of as many as a run may have.
    """

    def __init__(self) -> None:
        self._runs: list[array[int]] = []

    def add(self, keys: Iterable[str]) -> None:
        """Add the keys of the next block."""
        self._runs.append(array("I", sorted(map(_part_of_hash, keys))))
        while len(self._runs) > 1 and len(self._runs[-2]) == len(self._runs[-1]) < _BLOCKS_OF_A_RUN * BLOCK:
            later, earlier = self._runs.pop(), self._runs.pop()
            blocks = len(earlier) // BLOCK
            self._runs.append(array("I", merge(earlier, (entry + blocks for entry in later))))

    def blocks(self, key: str) -> Sequence[int]:
        """Return the numbers of those a key may be in, the latest first."""
        part, first = _part_of_hash(key), 0
        found: set[int] = set()
        for run in self._runs:
            start = bisect_left(run, part)
            end = bisect_left(run, part + _BLOCKS_OF_A_RUN, lo=start)
            found.update(first + entry - part for entry in run[start:end])
            first += len(run) // BLOCK
        return sorted(found, reverse=True)

    def copy(self) -> "_Index":
        """Return what does not grow with this one."""
        other = _Index()
        other._runs = self._runs.copy()
        return other


def _part_of_hash(key: str) -> int:
    return hash(key) % 2**32 >> _BLOCK_BITS << _BLOCK_BITS


def steps_between(instants: Iterable[datetime]) -> list[int]:
    """Return microseconds from each instant to the next, and from 1970 to the first: written down, they are short."""
    since_epoch = [(instant - _EPOCH) // _SHORTEST for instant in instants]
    return [at - before for before, at in pairwise([0, *since_epoch])]


def instants_after(steps: Iterable[int]) -> Iterator[datetime]:
    """Return the instants of ``steps_between``, in UTC."""
    return (_EPOCH + since_epoch * _SHORTEST for since_epoch in accumulate(steps))

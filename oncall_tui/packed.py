"""A list that only grows and is rarely looked back in: its older parts are kept compressed."""

import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, groupby
from typing import Final, Generic, Protocol, TypeVar, overload

T = TypeVar("T")

BLOCK: Final = 128
"""Things that are compressed together, and at least as many more are kept as objects: fewer are not alike enough."""
_LEVEL: Final = 9
"""The best: it takes a third of a millisecond for a block, and a sixth less room for ever."""
_PLACE_BITS: Final = 32
_PLACES: Final = 2**_PLACE_BITS - 1
_LONGEST_RUN: Final = 2**13
"""Entries of an index that are brought together at most: a few milliseconds."""


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
        found = (self[place] for place in self._index.places(key))
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
        self._index.add([self._codec.key(thing) for thing in old], first)
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
    """Where keys may be, eight bytes each: a half of the hash of each, above its place, in sorted runs."""

    def __init__(self) -> None:
        self._runs: list[array[int]] = []

    def add(self, keys: Sequence[str], first: int) -> None:
        """Add keys that follow one another from a place on."""
        self._runs.append(array("Q", sorted(_half(key) | place for place, key in enumerate(keys, first))))
        while len(self._runs) > 1 and len(self._runs[-2]) == len(self._runs[-1]) < _LONGEST_RUN:
            self._runs.append(array("Q", merge(self._runs.pop(), self._runs.pop())))

    def places(self, key: str) -> Sequence[int]:
        """Return where a key may be, the latest first."""
        half = _half(key)
        found: list[int] = []
        for run in self._runs:
            start = bisect_left(run, half)
            found += [entry & _PLACES for entry in run[start : bisect_right(run, half | _PLACES, lo=start)]]
        return sorted(found, reverse=True)

    def copy(self) -> "_Index":
        """Return what does not grow with this one."""
        other = _Index()
        other._runs = self._runs.copy()
        return other


def _half(key: str) -> int:
    return hash(key) >> _PLACE_BITS << _PLACE_BITS & (2**64 - 1)

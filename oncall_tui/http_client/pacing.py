"""How fast a vendor is asked: a part of what it allows, and less where its answers say that little is left.

Everything that is asked counts, and only what reads a list waits: our own answers, and what somebody waits for at a
key, go at once, and the list waits the longer for it::

    async with self._client() as http, self.pace.unhurried(http):
        ...  # a page waits here until its turn has come
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from oncall_tui.clock import Clock

SHARE = 0.5
"""Of every limit, for our lists: the agents' own windows, other programs and other dashboards live on the same one."""
_MINUTE = timedelta(minutes=1)
_SLACK = timedelta(milliseconds=20)
"""A sleep may end a little early."""
_HARDLY = timedelta(seconds=2)
_SINCE_1970 = 1_000_000_000
"""A larger number is an instant, a smaller one a length of time."""

Sleep = Callable[[float], Awaitable[None]]
Listener = Callable[[int, timedelta], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many requests a vendor allows within a time."""

    requests: int
    within: timedelta = _MINUTE
    only: str = ""
    """How the address ends it is for; left out: it is for all of them."""
    by_total: Mapping[int, int] = field(default_factory=dict)
    """What it is instead, in a plan whose allowance for everything is at least the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """The headers by which a vendor tells what is left of the allowance for everything; empty for those it lacks."""

    total: str = ""
    left: str = ""
    resets: str = ""
    """When it is whole again: an instant, in Unix time or ISO 8601, or the seconds until then."""
    used: str = ""
    """How much the request counted for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a vendor documents of how often it may be asked."""

    whole: Allowance | None = None
    """For all requests together, in the smallest plan: the meter tells of larger ones. None where it alone tells."""
    parts: tuple[Allowance, ...] = ()
    """Further ones, each of which holds too."""
    meter: Meter = field(default_factory=Meter)
    dear: Mapping[str, int] = field(default_factory=dict)
    """What a request counts for whose address ends so, where that is more than one."""


class Pace:
    """When the next page of one vendor's list may be asked for."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self.sleep: Sleep = asyncio.sleep
        """How it waits; another way to wait goes with another ``clock``."""
        self.clock, self._limits = clock, limits or Limits()
        self._parts = [_Window(allowance) for allowance in self._limits.parts]
        self._whole = _Window(self._limits.whole) if self._limits.whole is not None else None
        self._left: _Left | None = None
        self._lists: set[httpx.AsyncClient] = set()
        self._listeners: list[Listener] = []
        self._found = 0

    def on_step(self, listener: Listener) -> None:
        """Call ``listener`` whenever a list goes on: with how many tickets it has, and how long it waits from now."""
        self._listeners.append(listener)

    def found(self, tickets: int) -> None:
        """Take note of how many tickets of a list there are so far."""
        self._found = tickets
        self._step(timedelta())

    @asynccontextmanager
    async def unhurried(self, http: httpx.AsyncClient) -> AsyncIterator[None]:
        """Let everything that is asked through a client wait its turn, because it reads a list."""
        self._found = 0
        self._lists.add(http)
        try:
            yield
        finally:
            self._lists.discard(http)

    def has_room(self) -> bool:
        """Tell whether a list would hardly have to wait with its next question."""
        return self._wait("") <= _HARDLY

    async def turn(self, http: httpx.AsyncClient, url: str) -> None:
        """Return when this may be asked, and count it."""
        if http in self._lists:
            await asyncio.sleep(0)  # to take in a page takes most of a frame: never two without a turn between them
            while wait := self._wait(url):
                self._step(wait)
                await self.sleep(wait.total_seconds())
        now = self.clock()
        for window in self._windows(url):
            window.spend(now, self._cost(url) if window is self._whole else 1)

    def heard(self, http: httpx.AsyncClient, url: str, headers: httpx.Headers) -> None:
        """Take note of what an answer says of the allowance."""
        meter = self._limits.meter
        total, left, used = (_count(headers, name) for name in (meter.total, meter.left, meter.used))
        if total:
            self._whole = self._whole or _Window(Allowance(requests=total))
            for window in (self._whole, *self._parts):
                window.adapt(total, is_whole=window is self._whole)
        if self._whole is not None and used is not None and used > self._cost(url):
            self._whole.spend(self.clock(), used - self._cost(url))
        if self._whole is not None and left is not None:
            self._left = self._remaining(self._whole, left, headers)
        if http in self._lists:
            self._step(timedelta())

    def _remaining(self, whole: "_Window", left: int, headers: httpx.Headers) -> "_Left":
        now = self.clock()
        until = _instant(headers, self._limits.meter.resets, now) or now + whole.within
        return _Left(requests=left, of=whole.requests, at=now, until=min(max(until, now), now + whole.within))

    def _wait(self, url: str) -> timedelta:
        now = self.clock()
        waits = [window.wait(now, self._cost(url) if window is self._whole else 1) for window in self._windows(url)]
        if self._left is not None:
            waits.append(self._left.wait(now))
        wait = max(waits, default=timedelta())
        return wait + _SLACK if wait > timedelta() else timedelta()

    def _windows(self, url: str) -> "list[_Window]":
        path = url.partition("?")[0]
        found = [window for window in self._parts if path.endswith(window.only)]
        return [*found, self._whole] if self._whole is not None else found

    def _cost(self, url: str) -> int:
        path = url.partition("?")[0]
        return max((cost for end, cost in self._limits.dear.items() if path.endswith(end)), default=1)

    def _step(self, wait: timedelta) -> None:
        for listener in self._listeners:
            listener(self._found, wait)


class _Window:
    """What was asked within the time of one allowance."""

    def __init__(self, allowance: Allowance) -> None:
        self.requests, self.within, self.only = allowance.requests, allowance.within, allowance.only
        self._by_total = allowance.by_total
        self._asked: deque[tuple[datetime, int]] = deque()
        self._sum = 0

    def adapt(self, total: int, *, is_whole: bool) -> None:
        """Take over what a plan with this total allows."""
        if is_whole:
            self.requests = total
        for least, requests in sorted(self._by_total.items()):
            self.requests = requests if total >= least else self.requests

    def spend(self, now: datetime, cost: int) -> None:
        """Count a request."""
        self._asked.append((now, cost))
        self._sum += cost

    def wait(self, now: datetime, cost: int) -> timedelta:
        """Return how long it takes until there is room for a request; one that never fits has its turn alone."""
        self._forget(now)
        over = self._sum + cost - max(int(self.requests * SHARE), 1)
        if over <= 0:
            return timedelta()
        until = now
        for at, spent in self._asked:
            until = at + self.within
            over -= spent
            if over <= 0:
                break
        return until - now

    def _forget(self, now: datetime) -> None:
        # What was asked in the future was asked before the clock was set back.
        while self._asked and not now - self.within < self._asked[0][0] <= now:
            self._sum -= self._asked.popleft()[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What a vendor said is left of an allowance, and until when that has to last."""

    requests: int
    of: int
    at: datetime
    until: datetime

    def wait(self, now: datetime) -> timedelta:
        """Return how long the next question waits so that others find our share of what is left when they ask."""
        is_plenty = self.requests >= self.of * (1 - SHARE)
        if is_plenty or not self.at <= now < self.until:
            return timedelta()
        pause = (self.until - self.at) / max(self.requests * SHARE, 1)
        return max(self.at + pause - now, timedelta())


def _count(headers: httpx.Headers, name: str) -> int | None:
    found = headers.get(name, "").strip() if name else ""
    return int(found[:9]) if found.isascii() and found.isdigit() else None


def _instant(headers: httpx.Headers, name: str, now: datetime) -> datetime | None:
    found = headers.get(name, "").strip() if name else ""
    try:
        seconds = float(found[:16])
    except ValueError:
        return _iso(found)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > _SINCE_1970 else now + timedelta(seconds=seconds)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(found: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(found)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

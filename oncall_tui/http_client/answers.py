"""What is spoken to, and what it answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from oncall_tui.clock import Clock
from oncall_tui.errors import OutcomeUnknown, Rejected
from oncall_tui.http_client.decoding import decode
from oncall_tui.http_client.pacing import Pace

T = TypeVar("T")

LONGEST_PAUSE = timedelta(hours=1)
"""A longer ``Retry-After`` is cut to this, so that no answer can silence a source for a whole shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What is spoken to: how sentences call it, and how long and how much it may answer."""

    name: str
    """The ``id`` of its table."""
    table: str
    """Where its settings stand, such as ``[[sources]]``."""
    clock: Clock
    total: timedelta = timedelta(seconds=30)
    """For the whole exchange: httpx itself would wait for ever for a server that drips."""
    pause_of: "Callable[[Answer], timedelta | None] | None" = None
    """Where this vendor says how long a pause it asks for; left out, or when it finds none: ``Retry-After``."""
    pace: Pace | None = None
    """How fast its lists are read; None where there are none."""

    @property
    def where(self) -> str:
        """Return the place in the config a person has to look at."""
        return f"{self.table} {self.name}"

    @property
    def connecting(self) -> timedelta:
        """Return the limit for each step of connecting; two steps end before ``total``, so that it is known why."""
        return self.total / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer; whether it is the documented one is for the caller to say."""

    status: int
    headers: httpx.Headers
    body: bytes
    remote: Remote

    @property
    def is_page(self) -> bool:
        """Tell whether it is meant for a browser: the login page of a hotel is a 200."""
        return "html" in self.headers.get("Content-Type", "") or self.body.lstrip()[:1] == b"<"

    @property
    def undocumented(self) -> str:
        """Return the sentence for an answer that is not the documented one."""
        name = self.remote.name
        if self.is_page:
            return (
                f"{name} answered with a web page: log in to this network, or check its address in {self.remote.where}"
            )
        return f"{name} answered, but not as documented: broken or unknown JSON ({self.status})"

    @property
    def pause(self) -> timedelta | None:
        """Return the pause that is asked for, an hour at most; None when none is named."""
        own = self.remote.pause_of(self) if self.remote.pause_of is not None else None
        if own is not None:
            return min(max(own, timedelta()), LONGEST_PAUSE)
        return retry_after(self.headers, self.remote.clock())

    @property
    def refused(self) -> Rejected:
        """Return the error for a provider that took the request and refused what was in it."""
        return Rejected(
            f"{self.remote.name} took the request ({self.status}) and reported an error of its own: "
            f"check {self.remote.where}"
        )

    def decode(self, as_type: type[T]) -> T:
        """Return the JSON of a body as checked values, or raise ``OutcomeUnknown``."""
        try:
            return decode(self.body, as_type)
        except ValueError as error:
            raise OutcomeUnknown(self.undocumented) from error


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the pause a server asks for, in seconds or until a date; None when it names none."""
    wanted = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", wanted):
        return timedelta(seconds=min(float(wanted[:20]), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(wanted)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_PAUSE)

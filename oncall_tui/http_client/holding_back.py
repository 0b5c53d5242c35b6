"""Requests that are begun before they may leave: all that comes before the first byte is done, and that one waits.

What is held back is each connection that is opened meanwhile: there may be one, and its handshake may be over, but
nothing of a request goes through it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from oncall_tui.ports import MayLeave

_may_leave: ContextVar[MayLeave | None] = ContextVar("may_leave", default=None)


@contextmanager
def held_back(may_leave: MayLeave) -> Iterator[None]:
    """Let nothing of what is sent within the block leave before it may."""
    token = _may_leave.set(may_leave)
    try:
        yield
    finally:
        _may_leave.reset(token)


def what_holds_back() -> MayLeave | None:
    """Return what has to be waited for here; None where nothing has to."""
    return _may_leave.get()

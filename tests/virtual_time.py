"""An event loop whose time passes as soon as nothing is left to do: for what waits, and never for a network."""

import asyncio
import selectors
from collections.abc import Mapping


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing, and tells how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0 if timeout is not None else None)
        self.skipped += 0 if found or timeout is None else max(timeout, 0)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs through any number of hours at once."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return super().time() + self._skipping.skipped


VIRTUAL_TIME: tuple[str, Mapping[str, object]] = ("asyncio", {"loop_factory": VirtualLoop})
"""What ``anyio_backend`` returns in a module whose tests run on it."""

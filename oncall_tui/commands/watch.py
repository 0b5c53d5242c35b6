"""``oncall-tui watch``: the same loops without a screen, beside any number of dashboards on the same store."""

import asyncio
import signal
from collections.abc import Callable, Iterator

from oncall_tui.domain.escalation import Escalation
from oncall_tui.services.desk import Desk, SourceState, SourceStatus
from oncall_tui.services.station import Station

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def watch(station: Station, say: Callable[[str], None]) -> int:
    """Run a station until a signal ends it, saying each change in a line; return the exit code."""
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, _end, ended, number)
    await station.open()
    station.board.watch(Changes(say))
    loops = asyncio.create_task(station.run())
    try:
        return 128 + await ended
    finally:
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()


def _end(ended: asyncio.Future[int], number: int) -> None:
    if not ended.done():
        ended.set_result(number)


class Changes:
    """Says what is different on each new desk; the first one is told whole."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._known: frozenset[str] = frozenset()

    def __call__(self, desk: Desk) -> None:
        """Say what this desk has and the one before had not."""
        sentences = dict.fromkeys(_sentences(desk))
        for sentence in sentences:
            if sentence not in self._known:
                self._say(f"{desk.at:%Y-%m-%dT%H:%M:%SZ} {sentence}")
        self._known = frozenset(sentences)


def _sentences(desk: Desk) -> Iterator[str]:
    yield f"{desk.on_call.name} is on call" if desk.on_call else "nobody is on call"
    yield from map(_source, desk.sources)
    yield from map(_escalation, desk.escalations)
    yield from desk.notices


def _source(source: SourceStatus) -> str:
    failing = source.state in {SourceState.STALE, SourceState.FAILED}
    return f"{source.id} {source.state.value}: {source.error}" if failing else f"{source.id} {source.state.value}"


def _escalation(escalation: Escalation) -> str:
    taken = escalation.acknowledged
    whose = f" by {taken.name}{f': “{taken.words}”' if taken.words else ''}" if taken else ""
    return f"{escalation.brief.ticket} {escalation.state.value}{whose}"

"""The digest of good news: for leadership, at the end of a shift or at a set time, and never while anything burns."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.events import SHIFT_STREAM, GoodNewsNoted, StreamId
from oncall_tui.domain.handover_events import GoodNewsSent, ShiftFigured
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.praise import is_praise
from oncall_tui.domain.rota import WeekTime
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.wall_time import EARLIEST, instant, local, zone_info
from oncall_tui.services.addressing import quiet_channel
from oncall_tui.services.board import Board
from oncall_tui.services.logbook import Logbook

GOOD_NEWS_STREAM = StreamId("good-news")
AT_MOST = 12
"""Lines of a digest: good news is short."""
_QUOTED = 120
_WEEK = timedelta(weeks=1)


class GoodNews:
    """Collects what went well, and sends it once."""

    def __init__(self, board: Board, logbook: Logbook, clock: Clock) -> None:
        self._board = board
        self._logbook = logbook
        self._clock = clock

    async def step(self) -> None:
        """Send the digest if it is due and nothing waits for an acknowledgement; exactly one process does."""
        due_at = self._due_at()
        if due_at is None or self._is_held_back() or not self._board.team.good_news_to:
            return
        last = self._last()
        if last is not None and last >= due_at:
            return
        lines = tuple(self.lines(since=last, up_to=due_at))
        messages = (
            [self._message(person, channel, lines, due_at) for person, channel in self._readers()] if lines else []
        )
        sent = GoodNewsSent(up_to_at=due_at, keys=tuple(message.key for message in messages))
        await self._logbook.once(GOOD_NEWS_STREAM, sent, is_done=lambda: self._last() != last, send=messages)

    def lines(self, *, since: datetime | None, up_to: datetime) -> Iterator[CleanText]:
        """Return what went well after the last digest and before an instant, a line each."""
        begun = since or EARLIEST
        for recorded in self._logbook.shift_events:
            if isinstance(recorded.event, GoodNewsNoted) and begun < recorded.at <= up_to:
                about = f"{recorded.event.ticket.partition(':')[2]}: " if recorded.event.ticket else ""
                yield CleanText(f"{about}{recorded.event.text}")
        yield from (_thanks(ticket, text) for ticket, text in self._praise(begun, up_to))
        kept = sum(
            promise.outcome is PromiseOutcome.KEPT and begun < (promise.settled_at or begun) <= up_to
            for record in self._logbook.records.values()
            for promise in record.promises
        )
        if kept:
            yield CleanText(f"{kept} promise{'s' if kept > 1 else ''} to customers kept")

    def _praise(self, begun: datetime, up_to: datetime) -> Iterator[tuple[Ticket, CleanText]]:
        """Return each ticket's latest thanks, where its source brings the conversation along."""
        for ticket in self._board.desk().tickets:
            said = [m for m in ticket.messages if m.is_inbound and begun < m.at <= up_to and is_praise(m.text)]
            if said:
                yield ticket, said[-1].text

    def _is_held_back(self) -> bool:
        return any(e.state.wants_acknowledgement for e in self._logbook.escalations)

    def _last(self) -> datetime | None:
        events = (recorded.event for recorded in self._logbook.shift_events)
        return max((event.up_to_at for event in events if isinstance(event, GoodNewsSent)), default=None)

    def _due_at(self) -> datetime | None:
        """Return when a digest was due last: at its set time, else when the last shift was over and figured."""
        weekly = self._board.team.good_news_at
        if weekly is not None:
            return _latest(weekly, self._zone(), self._clock())
        ends = [recorded.at for recorded in self._logbook.shift_events if isinstance(recorded.event, ShiftFigured)]
        return ends[-1] if ends else None

    def _zone(self) -> str:
        first = next((person for person, _ in self._readers() if person is not None), None)
        return first.time_zone if first is not None else self._board.team.time_zone

    def _readers(self) -> Sequence[tuple[Person | None, ChannelId]]:
        people = self._board.team.people
        readers: list[tuple[Person | None, ChannelId]] = []
        for name in self._board.team.good_news_to:
            person = people.get(PersonId(name))
            channel = quiet_channel(person, self._board.team.always_ring) if person is not None else None
            if person is None or channel is not None:
                readers.append((person, channel or ChannelId(name)))
        return readers

    def _message(
        self, person: Person | None, channel: ChannelId, lines: Sequence[CleanText], due_at: datetime
    ) -> OutgoingMessage:
        shown = [f"- {line}" for line in lines[:AT_MOST]]
        left = len(lines) - AT_MOST
        more = [f"- and {left} more" if left > 0 else ""]
        return OutgoingMessage(
            key=MessageKey(f"good-news/{due_at:%Y%m%dT%H%M%SZ}/{channel}"),
            purpose=Purpose.NOTICE,
            channel=channel,
            person=person.id if person is not None else None,
            title=CleanText(f"Good news from {self._board.team.name}"),
            body=CleanText("\n".join(line for line in (*shown, *more, "", "Nothing is asked of you.") if line)),
            stream=SHIFT_STREAM,
        )


def _thanks(ticket: Ticket, text: CleanText) -> CleanText:
    who = ticket.requester.organisation or ticket.requester.name or "a customer"
    said = " ".join(text.split())
    cut = f"{said[:_QUOTED].rstrip()}…" if len(said) > _QUOTED else said
    return CleanText(f"{ticket.number}: {who} wrote “{cut}”")


def _latest(weekly: WeekTime, zone: str, now: datetime) -> datetime:
    """Return when a weekly time was last, on a zone's clock."""
    clock = zone_info(zone) or UTC
    here = local(now, clock)
    day = here.date() - timedelta(days=(here.weekday() - weekly.weekday) % 7)
    at = instant(day, weekly.at, clock)
    return at if at <= now else instant(day - _WEEK, weekly.at, clock)

"""The made-up night: the opening scene, a crowd of any size, and whoever writes as the night goes on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count, takewhile

from oncall_tui.domain.ticket import Message, Requester, SourceId, Ticket, TicketId
from oncall_tui.sources.demo import plots
from oncall_tui.sources.demo.crowd import CAST, CROWD, WRITERS, Company
from oncall_tui.sources.demo.dice import Dice
from oncall_tui.sources.demo.plots import Plot
from oncall_tui.sources.demo.story import Beat, Deed, Story, beats, messages_at, ticket_at

_SCENE: tuple[tuple[int, Plot, str], ...] = (
    (4312, plots.LOGIN, "W-330 R-322 N-300 R-262 N-180 R-150 W-128 W6 N17 W31 S240"),
    (4321, plots.VAT, "W-95 R-60 W-40 N12 W33 S190"),
    (4330, plots.CUSTOMS, "W-400 R-380 N-300 W-190 W25 R70 W95 S300"),
    (4335, plots.DOUBLE_BOOKING, "W-600 R-560 W-234 W9 N45 S130"),
    (4339, plots.WIDGET, "W-30 N4 W19 R40 W64 S280"),
    (4341, plots.EXPORT, "W-300 R-240 W3 W41 R90 S420"),
    (4344, plots.SEATS, "W-100 R-85 W-50 N7 W15 R55 S75"),
    (4346, plots.CARD, "W-12 R28 W50 S210"),
    (4347, plots.PRICES, "W-150 R-140 N22 S110"),
    (4348, plots.MAILS, "W-170 R-160 W-130 N35 W80 S330"),
    (4350, plots.STOCK, "W-320 N-310 R-300 W-280 W11 N62 S260"),
    (4351, plots.REFUND, "W-90 R-70 W-20 W27 S500"),
    (4353, plots.API, "W-70 R-50 W-35 N14 W48 R85 S150"),
    (4354, plots.INVITE, "W-45 R-30 W-18 R20 S37"),
)
"""Ticket number, plot and script of each of the cast, in the order of ``CAST``."""
_LETTERS: tuple[tuple[int, Plot, str], ...] = ((71, plots.MAILS, "W-22 R58 W83 S325"),)
"""The same for ``WRITERS``."""
CAST_SIZE = len(_SCENE)

_FIRST_ARRIVAL = 4400
_FIRST_OF_CROWD = 100_000
_LIVELY_ARRIVALS = 12
"""The first arrivals come a minute or two apart, so that a short look sees something happen; later ones are rarer."""
_MINUTE = 60
_SHAPES = ("W", "W", "WR", "WNR", "WRW", "WRW", "WRNW", "WRWRW", "WNRNRW")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A ticket as it stands from one beat to the next."""

    ticket: Ticket | None
    since: int
    until: float

    def holds(self, after: int) -> bool:
        return self.since <= after < self.until


class Night:
    """Every ticket of one night; asked for the same instant, it gives the same answer."""

    def __init__(self, *, source: SourceId, seed: int, size: int, starts_at: datetime, by_mail: bool = False) -> None:
        self._source, self._seed, self._size, self._starts_at = source, seed, size, starts_at
        self._by_mail = by_mail
        self._scene = _LETTERS if by_mail else _SCENE
        self._companies = WRITERS if by_mail else CAST
        self._shown: dict[int, _Shown] = {}

    def open_tickets(self, now: datetime) -> tuple[Ticket, ...]:
        """Return what is open at an instant."""
        after = self._after(now)
        shown = (self._at(number, after) for number in chain(self._first_numbers(), self._arrived(after)))
        return tuple(ticket for ticket in shown if ticket is not None)

    def thread(self, ticket: TicketId, now: datetime) -> tuple[Message, ...]:
        """Return what was said about a ticket until an instant; empty when there is no such ticket."""
        number, after = ticket.partition(":")[2], self._after(now)
        known = chain(self._first_numbers(), self._arrived(after))
        if not number.isdecimal() or int(number) not in known:
            return ()
        return messages_at(self._story(int(number)), after, starts_at=self._starts_at)

    def _after(self, now: datetime) -> int:
        return (now - self._starts_at) // timedelta(seconds=1)

    def _first_numbers(self) -> Iterator[int]:
        yield from (number for number, _, _ in self._scene[: self._size])
        yield from range(_FIRST_OF_CROWD, _FIRST_OF_CROWD + self._size - len(self._scene))

    def _arrived(self, after: int) -> Iterator[int]:
        if not self._by_mail:
            yield from takewhile(lambda number: self._arrives(number) <= after, count(_FIRST_ARRIVAL))

    def _arrives(self, number: int) -> int:
        nth, dice = number - _FIRST_ARRIVAL, Dice(self._seed, number, "arrives")
        if nth < _LIVELY_ARRIVALS:
            return 40 + 90 * nth + dice.below(45)
        return 100 * _LIVELY_ARRIVALS + 10 * _MINUTE * (nth - _LIVELY_ARRIVALS) + dice.below(5 * _MINUTE)

    def _at(self, number: int, after: int) -> Ticket | None:
        # Only what has happened decides how a ticket looks, so nothing is made again until its next beat.
        shown = self._shown.get(number)
        if shown is None or not shown.holds(after):
            shown = self._show(number, after)
            self._shown[number] = shown
        return shown.ticket

    def _show(self, number: int, after: int) -> _Shown:
        story = self._story(number)
        upcoming = story.next_beat(after)
        return _Shown(
            ticket=ticket_at(story, after, source=self._source, starts_at=self._starts_at),
            since=after,
            until=float("inf") if upcoming is None else upcoming,
        )

    def _story(self, number: int) -> Story:
        for company, (scripted, plot, script) in zip(self._companies, self._scene, strict=True):
            if scripted == number:
                return _story(number, company, company.people[0], plot, beats(script))
        return self._made_up(number)

    def _made_up(self, number: int) -> Story:
        dice = Dice(self._seed, number)
        company, plot = dice.pick(CROWD), dice.pick(plots.PLOTS)
        requester = dice.pick(company.people)
        life = _new_life(dice, self._arrives(number)) if number < _FIRST_OF_CROWD else _long_life(dice)
        return _story(number, company, requester, plot, life)


def _story(number: int, company: Company, requester: Requester, plot: Plot, life: tuple[Beat, ...]) -> Story:
    return Story(number=str(number), requester=requester, tier=company.tier, plot=plot, beats=life)


def _new_life(dice: Dice, begins: int) -> tuple[Beat, ...]:
    """Return a life that begins tonight: answered sooner or later, and solved after an hour or four."""
    answered = begins + dice.between(6, 45) * _MINUTE
    again = answered + dice.between(5, 30) * _MINUTE
    lived = [Beat(begins, Deed.WROTE), Beat(answered, dice.pick((Deed.REPLIED, Deed.REPLIED, Deed.NOTED)))]
    if dice.below(3):
        lived.append(Beat(again, Deed.WROTE))
    return (*lived, Beat(again + dice.between(5, 180) * _MINUTE, Deed.SOLVED))


def _long_life(dice: Dice) -> tuple[Beat, ...]:
    """Return a life that began before tonight and ends before Monday."""
    shape = [Deed(letter) for letter in dice.pick(_SHAPES)]
    earlier: list[Beat] = []
    after = -dice.between(2, 400) * _MINUTE
    for deed in reversed(shape):
        earlier.append(Beat(after, deed))
        after -= dice.between(4, 240) * _MINUTE
    again = dice.between(10, 30 * 60) * _MINUTE
    solved = again + dice.between(10, 30 * 60) * _MINUTE
    return (*reversed(earlier), Beat(again, Deed.WROTE), Beat(solved, Deed.SOLVED))

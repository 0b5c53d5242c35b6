"""One made-up ticket: a list of what happens to it, from which every field follows at any instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.demo.plots import Plot

TARGETS: Mapping[str, tuple[timedelta, timedelta]] = MappingProxyType(
    {
        "gold": (timedelta(minutes=30), timedelta(hours=2)),
        "silver": (timedelta(hours=1), timedelta(hours=4)),
        "standard": (timedelta(hours=4), timedelta(hours=8)),
    }
)
"""Tier → how soon the first answer is due, and every later one."""

_SHIFT_BEGAN = -245 * 60
_AUTHORS = ((_SHIFT_BEGAN, CleanText("Priya Nair")), (0, CleanText("Ana Ruiz")))
_SECOND_LEVEL = CleanText("Sam Cho")


class Deed(Enum):
    """What somebody does to a ticket."""

    WROTE = "W"
    """The customer wrote."""
    REPLIED = "R"
    """Our side answered."""
    NOTED = "N"
    """Our side left an internal note."""
    SOLVED = "S"
    """The customer says that all is well."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that happens, so many seconds after the night started."""

    after: int
    deed: Deed


def beats(script: str) -> tuple[Beat, ...]:
    """Read a script in minutes after the start, such as ``W-95 R-60 W-40``."""
    return tuple(Beat(60 * int(word[1:]), Deed(word[0])) for word in script.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A made-up ticket, from its first line to its last."""

    number: str
    requester: Requester
    tier: CleanText
    plot: Plot
    beats: tuple[Beat, ...]
    """Oldest first; the first is the customer's."""

    def until(self, after: int) -> tuple[Beat, ...]:
        """Return what has happened so many seconds after the start."""
        return tuple(beat for beat in self.beats if beat.after <= after)

    def next_beat(self, after: int) -> int | None:
        """Return when something happens next; None when nothing will."""
        return next((beat.after for beat in self.beats if beat.after > after), None)


def ticket_at(story: Story, after: int, *, source: SourceId, starts_at: datetime) -> Ticket | None:
    """Return the ticket as it stands so many seconds after the start; None before it exists and once it is solved."""
    past = story.until(after)
    if not past or past[-1].deed is Deed.SOLVED:
        return None
    ours = [beat for beat in past if beat.deed in {Deed.REPLIED, Deed.NOTED}]
    replied = max((beat.after for beat in past if beat.deed is Deed.REPLIED), default=None)
    waiting = next((b.after for b in past if b.deed is Deed.WROTE and (replied is None or b.after > replied)), None)
    targets = TARGETS.get(story.tier) if story.tier != "gold" else None
    waiting_since = None if waiting is None else starts_at + timedelta(seconds=waiting)
    return Ticket(
        id=ticket_id(source, story.number),
        subject=story.plot.subject,
        requester=story.requester,
        status=Status.NEW if not ours else Status.PENDING if waiting is None else Status.OPEN,
        priority=story.plot.priority,
        tier=story.tier,
        tags=story.plot.tags,
        assignee=_author(ours[-1].after) if ours else NO_TEXT,
        created_at=starts_at + timedelta(seconds=past[0].after),
        updated_at=starts_at + timedelta(seconds=past[-1].after),
        waiting_since=waiting_since,
        due_at=waiting_since + targets[replied is not None] if waiting_since is not None and targets else None,
        touches=len(ours),
    )


def messages_at(story: Story, after: int, *, starts_at: datetime) -> tuple[Message, ...]:
    """Return the conversation as it stands so many seconds after the start."""
    said = dict.fromkeys(Deed, 0)
    messages: list[Message] = []
    for beat in story.until(after):
        lines = story.plot.lines(beat.deed.value)
        is_inbound = beat.deed in {Deed.WROTE, Deed.SOLVED}
        messages.append(
            Message(
                at=starts_at + timedelta(seconds=beat.after),
                author=story.requester.name if is_inbound else _author(beat.after),
                text=_spoken(lines[min(said[beat.deed], len(lines) - 1)], story.requester),
                is_public=beat.deed is not Deed.NOTED,
                is_inbound=is_inbound,
            )
        )
        said[beat.deed] += 1
    return tuple(messages)


def _author(after: int) -> CleanText:
    return next((name for before, name in _AUTHORS if after < before), _SECOND_LEVEL)


def _spoken(line: str, requester: Requester) -> CleanText:
    return CleanText(line.replace("{name}", requester.name.partition(" ")[0] or "all"))

"""``oncall-tui accept``: take over from a handover that arrived as a file, and write the receipt for its sender."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.domain.people import PersonId
from oncall_tui.errors import BadUse, StoreFailed
from oncall_tui.services.station import Station

REDS = "What is red, in your own words? "
FIRST = "What do you do first? "


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the next person says; None is asked for, where there is a terminal to ask on."""

    reds: str | None
    first_action: str | None


async def accept(
    station: Station,
    content: Parcel | AcceptanceReceipt,
    answers: Answers,
    file: Path,
    say: Callable[[str], None],
) -> None:
    """Take over what a file carries, or take its receipt; raise ``BadUse`` where that cannot be."""
    accepting, readers = station.actions.handover.accepting, station.actions.handover.handing_over.readers
    if isinstance(content, AcceptanceReceipt):
        await accepting.receive(content)
        say(f"{readers.name(content.by)} has accepted the handover: you are off.")
        return
    by = _by(station, content)
    accepting.refuse_unfit(content)
    say(content.text)
    reds = answers.reds if answers.reds is not None or not content.reds else _ask(REDS)
    first_action = answers.first_action if answers.first_action is not None else _ask(FIRST)
    await accepting.carry_over(content, reds or "", first_action or "", by=by)
    say(f"You are on call: {_carried(content)} carried over.")
    name = f"{file.stem}.accepted.json"
    try:
        place = await accepting.keep_receipt(name, content)
    except StoreFailed as error:
        say(f"{error}. Tell {readers.name(content.outgoing)} yourself that you have accepted.")
        return
    outgoing = readers.name(content.outgoing)
    say(f"Send {place} to {outgoing}, who stays on call on the other machine until “oncall-tui accept” read it there.")


def _by(station: Station, parcel: Parcel) -> PersonId:
    me = station.board.team.me or parcel.incoming
    if me is None:
        raise BadUse("say who you are first: me in the config, or ONCALL_TUI_ME")
    return me


def _ask(question: str) -> str:
    return input(question) if sys.stdin.isatty() else ""


def _carried(parcel: Parcel) -> str:
    count = len(parcel.lines)
    return "1 line of the journal was" if count == 1 else f"{count} lines of the journal were"

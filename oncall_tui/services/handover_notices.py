"""What a handover asks of whoever sits here, in lines that stay until it is done."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_flow import COMPLETE_BEFORE, DELIVER_BEFORE, Flow, Stage
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import local, zone_info

SAID_FOR = timedelta(hours=1)
"""How long whoever is off is told who has accepted."""


def accepted_words(flow: Flow, name: str) -> str:
    """Return who has accepted, and in what words."""
    if flow.is_without_reds:
        return f"{name} has accepted without repeating the reds: ring to make sure. You are off."
    words = " ".join(p for p in (flow.accepted.reds, flow.accepted.first_action) if p) if flow.accepted else ""
    return f"{name} has accepted{f': “{words}”' if words else ''}. You are off."


def notices(
    flow: Flow | None, me: PersonId | None, people: Mapping[PersonId, Person], now: datetime
) -> Iterator[CleanText]:
    """Return what the handover under way asks of me; nothing of anybody else."""
    if flow is None or me is None or not flow.is_begun:
        return
    if flow.stage is Stage.ACCEPTED:
        if me == flow.outgoing and flow.accepted_at is not None and now - flow.accepted_at < SAID_FOR:
            yield CleanText(accepted_words(flow, _name(people, flow.incoming)))
        return
    if me == flow.outgoing:
        yield from map(CleanText, _of_outgoing(flow, people, now))
    if me == flow.incoming:
        yield from map(CleanText, _of_incoming(flow, people))


def _of_outgoing(flow: Flow, people: Mapping[PersonId, Person], now: datetime) -> Iterator[str]:
    name = _name(people, flow.incoming)
    if flow.stage is Stage.DRAFT and flow.shift_ends_at is not None:
        person = people.get(flow.outgoing) if flow.outgoing else None
        zone = (zone_info(person.time_zone) if person else None) or UTC
        frozen = f"{local(flow.shift_ends_at - DELIVER_BEFORE, zone):%H:%M}"
        if now < flow.shift_ends_at - COMPLETE_BEFORE:
            yield f"Your handover is drafted: H shows it. It is delivered at {frozen}."
        elif not flow.notes.get(NotePart.NOT_DONE, "").strip():
            yield f"Your handover is not complete: say with H what was not done. It is delivered at {frozen} as it is."
        else:
            yield f"Your handover is complete and is delivered at {frozen}; D on H delivers it now."
    if flow.stage is Stage.DECLINED and flow.declined is not None:
        yield f"{name} cannot take over: “{flow.declined.reason}”. You stay on call; leadership has been told."
    if flow.unclear is not None:
        yield f"{name} answered: “{flow.unclear.words}” Is that a yes? On H: A is yes, N is no."
    elif flow.question is not None:
        yield f"{name} asks: “{flow.question.words}” Answer with A on H."
    elif flow.stage is Stage.DELIVERED and flow.incoming is not None:
        yield f"Your handover is delivered; {name} has not accepted it yet. You stay on call until then."


def _of_incoming(flow: Flow, people: Mapping[PersonId, Person]) -> Iterator[str]:
    if flow.stage is Stage.DELIVERED:
        answer = next((f" The answer: “{q.answer}”." for q in reversed(flow.questions) if q.answer), "")
        yield f"{_name(people, flow.outgoing)} hands over to you: H to read and accept it.{answer}"


def _name(people: Mapping[PersonId, Person], person: PersonId | None) -> str:
    known = people.get(person) if person is not None else None
    return known.name if known else str(person or "Nobody")

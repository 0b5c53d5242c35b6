"""The words around a handover on the screen; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_flow import DELIVER_BEFORE, DRAFT_BEFORE, Flow, Stage
from oncall_tui.services.handing_over import Role, Sheet
from oncall_tui.services.handover_notices import accepted_words
from oncall_tui.ui.text import day_and_clock, span

FIELDS: Final[Mapping[Role, Mapping[NotePart, str]]] = MappingProxyType(
    {
        Role.OUTGOING: {
            NotePart.NOT_DONE: "Not done, or not known? Type “none” if nothing",
            NotePart.EXPECT: "What should the next person expect?",
            NotePart.CONTINGENCIES: "If …, then …",
        },
        Role.INCOMING: {
            NotePart.NOT_DONE: "What is red, in your own words?",
            NotePart.EXPECT: "What do you do first?",
            NotePart.CONTINGENCIES: "",
        },
    }
)
REQUIRED = "REQUIRED: "
"""Stands before what has to be written and is not."""


def field_title(sheet: Sheet, part: NotePart, text: str) -> tuple[str, bool]:
    """Return what a field asks for, and whether it is required and still missing; an empty title hides the field."""
    title = FIELDS[sheet.role][part]
    is_missing = not text.strip() and _is_required(sheet, part)
    return (f"{REQUIRED}{title}" if is_missing else title), is_missing


def _is_required(sheet: Sheet, part: NotePart) -> bool:
    if sheet.role is Role.OUTGOING:
        incoming = sheet.handover.incoming
        goes_on = incoming is not None and incoming == sheet.handover.outgoing
        return part is NotePart.NOT_DONE and not goes_on
    has_red = any(entry.severity is Severity.RED for entry in sheet.handover.entries)
    return part is NotePart.EXPECT or (part is NotePart.NOT_DONE and has_red)


def standing(sheet: Sheet, now: datetime) -> str:
    """Return where the handover stands and what comes next, in one or two lines."""
    flow = sheet.flow
    if sheet.role is Role.INCOMING:
        overtime = _overtime(flow, now)
        return (
            f"{_outgoing(sheet)} hands over to you. Read it, fill in below (Tab), then A accepts. {overtime}".rstrip()
        )
    if flow is None or flow.stage in {Stage.PLANNED, Stage.DRAFT}:
        return _draft(sheet, now)
    return _delivered(sheet, flow, now)


def _delivered(sheet: Sheet, flow: Flow, now: datetime) -> str:
    name = _incoming(sheet)
    stays = "You stay on call." if sheet.is_mine else f"{_outgoing(sheet)} stays on call."
    if flow.stage is Stage.ACCEPTED:
        return accepted_words(flow, name) if sheet.is_mine else f"{name} has accepted this handover."
    if flow.stage is Stage.DECLINED and flow.declined is not None:
        return f"{name} cannot take over: “{flow.declined.reason}”. {stays}"
    if flow.unclear is not None:
        return f"{name} answered: “{flow.unclear.words}” Is that a yes? A: yes, N: no."
    if flow.question is not None:
        return f"{name} asks: “{flow.question.words}” A answers."
    return f"Delivered; {name} has not accepted it yet. {stays} {_overtime(flow, now)}".rstrip()


def _draft(sheet: Sheet, now: datetime) -> str:
    shift, zone = sheet.handover.shift, sheet.handover.outgoing.time_zone if sheet.handover.outgoing else "UTC"
    left = shift.ends_at - now
    if left <= timedelta():
        return "The shift is over. D delivers the handover; S changes a ticket's severity."
    if sheet.handover.incoming is not None and sheet.handover.incoming == sheet.handover.outgoing:
        return f"{_outgoing(sheet)} goes on after this shift: nothing has to be handed over."
    at = day_and_clock(shift.ends_at - DELIVER_BEFORE, zone)
    return f"Fill in below (Tab); it goes to {_incoming(sheet)} {at}, or now with D."


def _overtime(flow: Flow | None, now: datetime) -> str:
    over = now - flow.shift_ends_at if flow is not None and flow.shift_ends_at is not None else timedelta()
    return f"The shift is over for {span(over)}." if over >= timedelta(minutes=1) else ""


def ask(sheet: Sheet, now: datetime) -> str:
    """Return what the first D says."""
    left = sheet.handover.shift.ends_at - now
    who = _incoming(sheet)
    if left > DRAFT_BEFORE:
        early = f"The shift lasts {span(left)} more: this hands it over early, and {who} is asked to take it at once."
        return f"{early} D again delivers, Esc leaves it."
    return f"This freezes the handover and asks {who} to accept it. D again to deliver, Esc to leave it."


def _incoming(sheet: Sheet) -> str:
    incoming = sheet.handover.incoming
    return incoming.name if incoming else "nobody, because no shift follows"


def _outgoing(sheet: Sheet) -> str:
    outgoing = sheet.handover.outgoing
    return outgoing.name if outgoing else sheet.handover.shift.person

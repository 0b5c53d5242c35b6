"""Handovers of the invented Friday evening."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from oncall_tui.domain.handover import Handover, SourceAge, entries
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.handover_paper import paper
from oncall_tui.domain.handover_words import Line
from oncall_tui.domain.severity import window
from oncall_tui.domain.shift_figures import Past, figures
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import SourceId
from oncall_tui.domain.triage import Row
from oncall_tui.services.handing_over import Role, Sheet
from tests import desk_make

NOW = desk_make.NOW


def handover(notes: Mapping[NotePart, CleanText] | None = None, *, rows: Sequence[Row] | None = None) -> Handover:
    """Return the handover from Ana to Ben of the tickets of the desk, or of these."""
    if rows is None:
        rows = [row for group in desk_make.groups() for row in group.rows]
    seen = window(desk_make.SHIFT, desk_make.NEXT, NOW)
    return Handover(
        at=NOW,
        team="Acme Support",
        shift=desk_make.SHIFT,
        outgoing=desk_make.ANA,
        incoming=desk_make.BEN,
        seen=seen,
        entries=entries(rows, (), seen, {}),
        gone=(),
        records=(),
        sources=(SourceAge(id=SourceId("helpdesk"), as_of=NOW - timedelta(seconds=12), error=NO_TEXT),),
        events=(),
        unreachable=(),
        figures=figures(desk_make.SHIFT, desk_make.ANA, Past(escalations=(), records=(), events=()), until=NOW),
        notes=notes or {},
    )


def sheet(notes: Mapping[NotePart, CleanText], *, role: Role, flow: Flow | None) -> Sheet:
    """Return what the H screen shows of it."""
    made = handover(notes)
    since = (Line(text="+ new, red: 4399 Kobe Foods: Shop is down"),) if role is Role.INCOMING else ()
    return Sheet(role=role, handover=made, lines=paper(made), since=since, flow=flow)

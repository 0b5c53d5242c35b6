"""What R, N, T, Z and D do about the ticket at hand, wherever one is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from textual.app import App
from textual.binding import Binding

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.snooze import MORNING, UNTIL_THEY_WRITE, customer_morning, snoozed_until
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.text import clock
from oncall_tui.ui.writes import carry_out

BACK = "-"
"""Brings a snoozed ticket back."""
FORGET = timedelta(seconds=10)
"""How long the question whether a ticket is solved waits for its answer."""
_KINDS = {"reply": AnswerKind.REPLY, "note": AnswerKind.NOTE, "take": AnswerKind.TAKE, "solve": AnswerKind.SOLVE}


def answer_bindings(*, shown: frozenset[str]) -> Sequence[Binding]:
    """Return the keys, of which the footer shows some."""
    rows = (
        ("r,R", "reply", "Reply", "Reply to the customer, who reads it"),
        ("n,N", "note", "Note", "Write an internal note, never shown to the customer"),
        ("t,T", "take", "Take", "Take the ticket: assign it to yourself in the help desk"),
        ("z,Z", "snooze", "Snooze", "Let the ticket wait: to the customer's morning, a time, or until they write"),
        ("d,D", "solve", "Solve", "Solve the ticket; asks once"),
    )
    return [
        Binding(keys, action, name, id=f"ticket.{action}", show=action in shown, tooltip=tooltip)
        for keys, action, name, tooltip in rows
    ]


class AnswerKeys:
    """Writes, takes, puts aside and solves; each key's ticket is bound when the key goes down."""

    def __init__(self, app: App[None], actions: Actions, keypress: Keypress) -> None:
        self._app, self._actions, self._keypress = app, actions, keypress
        self._asked: tuple[str, datetime] | None = None

    def not_offered(self, row: Row | None) -> frozenset[str]:
        """Return the actions that cannot be done to a ticket."""
        if row is None:
            return frozenset()
        why_not = self._actions.answers.why_not
        return frozenset(action for action, kind in _KINDS.items() if why_not(row.ticket, kind))

    def write(self, row: Row | None, kind: AnswerKind) -> None:
        """Go to where a reply or note is written."""
        if row is not None and self._can(row, kind):
            key = "r" if kind is AnswerKind.REPLY else "n"
            # Else what a terminal answers could begin with R and go on as the words of a reply.
            self._keypress.when_pressed(key, partial(self._compose, row, kind), otherwise="Nothing is written")

    def _compose(self, row: Row, kind: AnswerKind) -> None:
        from oncall_tui.ui.screens.compose import ComposeScreen  # noqa: PLC0415 - the first frame waits for none

        self._app.push_screen(ComposeScreen(self._actions, self._keypress, row, kind))

    def take(self, row: Row | None) -> None:
        """Assign the ticket to whoever sits here."""
        if row is not None and self._can(row, AnswerKind.TAKE):
            self._keypress.when_pressed("t", partial(self._store, row, AnswerKind.TAKE), otherwise="Not taken")

    def solve(self, row: Row | None, now: datetime) -> None:
        """Ask; asked again for the same ticket, solve it."""
        if row is not None and self._can(row, AnswerKind.SOLVE):
            act = partial(self._solve_if_sure, row, now)
            self._keypress.when_pressed("d", act, otherwise="Not solved")

    def _solve_if_sure(self, row: Row, now: datetime) -> None:
        asked, self._asked = self._asked, (row.ticket.id, now)
        if asked is not None and asked[0] == row.ticket.id and now - asked[1] <= FORGET:
            self._asked = None
            self._store(row, AnswerKind.SOLVE)
        else:
            question = f"Solve {row.ticket.number}? Press D again within {FORGET.seconds} s."
            self._app.notify(question, severity="warning", timeout=FORGET.seconds, markup=False)

    def _store(self, row: Row, kind: AnswerKind) -> None:
        held = row.record.answering.undecided(kind) if row.record else None
        answers, ticket = self._actions.answers, row.ticket
        work = answers.store(ticket, kind) if held is None else answers.release(ticket, held)
        carry_out(self._app, work, then=f"{ticket.number}: {kind} is stored, on its way to {ticket.source_id}.")

    def snooze(self, row: Row | None, desk: Desk, now: datetime) -> None:
        """Ask until when the ticket may wait."""
        if row is None:
            self._app.notify("No ticket is under the cursor.", severity="warning", markup=False)
            return
        self._keypress.when_pressed("z", partial(self._ask_until, row, desk, now), otherwise="Not snoozed")

    def _ask_until(self, row: Row, desk: Desk, now: datetime) -> None:
        morning = customer_morning(row, now)
        here = f"morning (theirs: {clock(morning, zone_of(desk), now)} here), " if morning else ""
        question = f"Snooze {row.ticket.number} until: {here}2h, 14:30, Mon 9:00, or {UNTIL_THEY_WRITE}: until they do."
        is_snoozed = row.record is not None and row.record.answering.is_snoozed(row.ticket, now)
        more = f" {BACK} brings it back." if is_snoozed else ""
        value = BACK if is_snoozed else MORNING if morning else UNTIL_THEY_WRITE
        self._app.push_screen(
            OneLineDialog(question + more, self._keypress, value=value), partial(self._snooze, row, desk, now)
        )

    def _snooze(self, row: Row, desk: Desk, now: datetime, text: str | None) -> None:
        if not text:
            return
        if text == BACK:
            carry_out(self._app, self._actions.answers.wake(row.ticket.id), then=f"{row.ticket.number} is back.")
            return
        try:
            until = snoozed_until(text, now, zone_info(zone_of(desk)) or UTC, customer_morning(row, now))
        except ValueError as error:
            self._app.notify(str(error), severity="error", timeout=15, markup=False)
            return
        when = f"until {clock(until, zone_of(desk), now)}, or until they write" if until else "until they write"
        stays = " It is late or escalated, so it stays in the list." if _must_stay(row, desk, now) else ""
        carry_out(
            self._app,
            self._actions.answers.snooze(row.ticket.id, until),
            then=f"{row.ticket.number} waits {when}.{stays}",
        )

    def _can(self, row: Row, kind: AnswerKind) -> bool:
        why_not = self._actions.answers.why_not(row.ticket, kind)
        if why_not:
            self._app.notify(f"Not possible: {why_not}.", severity="warning", timeout=10, markup=False)
        return not why_not


def _must_stay(row: Row, desk: Desk, now: datetime) -> bool:
    escalation = desk.escalation_of(row.ticket.id)
    return row.is_late(now) or (escalation is not None and escalation.state.is_live)

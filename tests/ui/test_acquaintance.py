"""What somebody sees of one person who asked in several help desks."""

from dataclasses import replace

import pytest

from oncall_tui.domain.acquaintance import Ended, acquaintance
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.services.desk import Desk, SourceState
from oncall_tui.ui.acquaintance_text import NAMED, raised
from oncall_tui.ui.list_lines import Columns, ticket_line
from oncall_tui.ui.ticket_text import facts
from tests import desk_make
from tests.desk_make import HOUR, NOW
from tests.ui.rig import running

pytestmark = pytest.mark.anyio


def elsewhere(number: str, subject: str = "No report since noon") -> Ticket:
    made = desk_make.ticket(number, subject, "Acme", wait=3 * HOUR, due=HOUR)
    return replace(made, id=TicketId(f"mailbox:{number}"))


def with_others(*others: Ticket, ended: tuple[Ended, ...] = ()) -> Desk:
    """Return the usual desk, whose first ticket's requester has also asked elsewhere."""
    desk = desk_make.live()
    group = desk.groups[0]
    first = replace(group.rows[0], acquaintance=acquaintance((group.rows[0].ticket, *others), ended))
    return replace(desk, groups=(replace(group, rows=(first, *group.rows[1:])), *desk.groups[1:]))


def known(desk: Desk) -> str:
    return facts(desk.groups[0].rows[0], desk, NOW, 78)


async def test_the_ticket_and_the_composer_say_where_the_same_person_waits_too() -> None:
    async with running(with_others(elsewhere("12"))) as rig:
        await rig.press("enter")
        assert "also from  this person: mailbox 12 “No report since noon” (waiting 3 h)" in rig.text
        await rig.press("r")
        assert "Also open from them: mailbox 12 “No report since noon” (waiting 3 h)" in rig.text


async def test_who_writes_elsewhere_while_being_answered_is_named_above_the_answer() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("r")
        assert "Also open" not in rig.text
        rig.app.show(with_others(elsewhere("12")))
        await rig.until("Also open from them: mailbox 12")
        assert "Also open from them: mailbox 12" in rig.text
        rig.app.show(desk_make.live())
        await rig.still()
        assert "Also open" not in rig.text


@pytest.mark.parametrize(("others", "mark"), [(0, ""), (1, "²"), (2, "³"), (8, "⁹"), (9, "⁺"), (40, "⁺")])
def test_the_list_shows_quietly_how_many_open_requests_a_person_has(others: int, mark: str) -> None:
    desk = with_others(*(elsewhere(str(number)) for number in range(others)))
    row = desk.groups[0].rows[0]
    line = Columns(width=80).ticket_line(ticket_line(row, desk, is_stale=False), NOW, is_cursor=False)
    assert raised(row) == mark
    assert f"Acme KK ★{mark} " in line
    assert len(line) == 80


def test_of_many_requests_some_are_named_and_the_rest_is_counted() -> None:
    text = " ".join(known(with_others(*(elsewhere(str(number)) for number in range(NAMED + 2)))).split())
    assert "mailbox 0" in text
    assert f"mailbox {NAMED} " not in text
    assert "; 2 more" in text


def test_a_request_that_ended_is_no_open_one() -> None:
    desk = with_others(ended=(Ended(ticket=TicketId("helpdesk:991"), at=NOW - 20 * HOUR),))
    assert "also from  this person: 991 ended 20 h ago" in known(desk)
    assert raised(desk.groups[0].rows[0]) == ""


def test_what_a_failing_source_said_says_since_when_it_fails() -> None:
    desk = with_others(elsewhere("12"))
    failing = replace(desk_make.failing(SourceState.STALE, "It did not answer."), id=SourceId("mailbox"))
    seen = known(replace(desk, sources=(desk.sources[0], failing)))
    assert "(waiting 3 h; mailbox stale since 22:01)" in " ".join(seen.split())


def test_nothing_of_what_strangers_wrote_elsewhere_breaks_the_line() -> None:
    text = known(with_others(elsewhere("9" * 99, subject="x" * 400)))
    assert max(map(len, text.splitlines())) <= 78


def test_old_ends_are_told_in_days() -> None:
    desk = with_others(ended=(Ended(ticket=TicketId("rt:7"), at=NOW - 72 * HOUR),))
    assert "rt 7 ended 3 d ago" in known(desk)

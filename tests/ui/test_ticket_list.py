from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from rich.cells import cell_len
from textual.strip import Strip

from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk
from oncall_tui.text_safety import clean
from oncall_tui.ui.all_lines import AllLines
from oncall_tui.ui.haystack import found
from oncall_tui.ui.list_cursor import is_stop
from oncall_tui.ui.list_lines import CURSOR, Columns, GroupLine, Line, TicketLine, group_key, stays_until
from oncall_tui.ui.widgets.ticket_list import TicketList
from tests import desk_make
from tests.desk_make import HOUR, MINUTE, NOW
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio

HOSTILE = (
    "[/] [bold red]x[/bold] [@click=app.quit]Open[/] [link=http://x/]",
    "\x1b]52;c;aGk=\x1b\\\x1b[2J\x1b[H DELIVERED",
    "\x9b31m red \u202eevil\u2066",
    "株式会社アクメ " * 20,
    "Z̴̧͉̥a̸̧l̷g̵o 👩‍👩‍👧‍👦 🇯🇵 ⚠️",
    "line\nbreak\ttab\r\x00",
    "$subject {0} %s \\[ \\",
)


def with_rows(desk: Desk, *rows: Row) -> Desk:
    return replace(desk, groups=(replace(desk.groups[0], rows=rows),))


def list_of(rig: Rig) -> TicketList:
    return rig.app.screen.query_one(TicketList)


def under_cursor(rig: Rig) -> str:
    row = list_of(rig).row
    return row.ticket.number if row else ""


def turned_round(desk: Desk) -> Desk:
    groups = (replace(group, rows=group.rows[::-1]) for group in reversed(desk.groups))
    return replace(desk, groups=tuple(groups))


async def test_the_cursor_stays_on_its_ticket_wherever_that_moves() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("down", "j", "J")
        assert under_cursor(rig) == "4307"
        rig.app.show(turned_round(desk_make.live()))
        await rig.settle()
        assert under_cursor(rig) == "4307"
        assert next(line for line in rig.text.splitlines() if CURSOR in line).startswith(f"{CURSOR}  4307")


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (80, "holiday (Labor Thanksgiving Day), opens in 20 h      2"),
        (76, "holiday (Labor Thanksgiving Day), opens in 20 h      2"),
        (64, "holiday, opens in 20 h      2"),
    ],
)
def test_the_name_of_a_holiday_gives_way_to_when_it_ends(width: int, words: str) -> None:
    day = LocalDay(day=Day.HOLIDAY, name="Labor Thanksgiving Day", opens_at=NOW + 20 * HOUR)
    group = desk_make.live().groups[0]
    line = GroupLine(group=replace(group, rows=tuple(replace(row, day=day) for row in group.rows)))
    shown = Columns(width=width).group_line(line, NOW, is_cursor=False)
    assert (cell_len(shown), " ".join(shown.split())) == (width, f"▾ Sat 12:05 Tokyo · Seoul {' '.join(words.split())}")


async def test_when_its_ticket_goes_the_cursor_takes_the_next_one_and_says_so() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("down")
        desk = desk_make.live()
        rig.app.show(replace(desk, groups=(replace(desk.groups[0], rows=desk.groups[0].rows[:1]), *desk.groups[1:])))
        await rig.settle()
        assert under_cursor(rig) == "4330"
        assert "4321 left the list. The cursor is on 4330 now." in rig.text


async def test_keys_move_over_tickets_and_groups_and_stop_at_the_ends() -> None:
    async with running(desk_make.live()) as rig:
        seen = []
        for key in ("up", "shift+down", "end", "down", "shift+up", "home", "pagedown"):
            await rig.press(key)
            seen.append(under_cursor(rig))
        assert seen == ["4312", "4330", "4335", "4335", "4333", "4312", "4335"]


async def test_a_folded_group_keeps_its_heading_and_says_what_is_late_in_it() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("left")
        assert "4312" not in rig.text
        assert f"▸{CURSOR}Sat 12:05  Tokyo · Seoul" in rig.text
        assert "1 late of 2" in rig.text
        await rig.press("down")
        assert under_cursor(rig) == "4330"
        await rig.press("up", "enter")
        assert under_cursor(rig) == "4312"


async def test_a_click_moves_the_cursor() -> None:
    async with running(desk_make.live()) as rig:
        await rig.pilot.click(TicketList, offset=(30, 5))
        assert under_cursor(rig) == "4330"


async def test_only_lines_whose_text_changes_are_drawn_again() -> None:
    async with running(desk_make.live()) as rig:
        tickets = list_of(rig)
        drawn: list[str] = []
        draw = tickets.render_line

        def counting(y: int) -> Strip:
            strip = draw(y)
            drawn.append(strip.text)
            return strip

        tickets.render_line = counting  # type: ignore[method-assign] # counts, and changes nothing
        await rig.pass_time(MINUTE / 2)
        assert "4333" not in {line[3:7] for line in drawn}
        assert "4321" in {line[3:7] for line in drawn}
        drawn.clear()
        await rig.pass_time(MINUTE / 4)
        rig.app.show(desk_make.live())
        await rig.pilot.pause()
        assert drawn == []
        await rig.press("down")
        assert {line[3:7] for line in drawn} == {"4312", "4321"}


@pytest.mark.parametrize("width", [72, 80, 140])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_strangers_text_shifts_no_figure_and_stays_in_its_line(hostile: str, width: int) -> None:
    desk = desk_make.live()
    row = desk.groups[0].rows[0]
    requester = replace(row.ticket.requester, organisation=clean(hostile))
    row = replace(row, customer=None, ticket=replace(row.ticket, subject=clean(hostile), requester=requester))
    lines = AllLines(with_rows(desk, row).groups, desk, frozenset())
    (line,) = (line for line in lines if isinstance(line, TicketLine))
    text = lines.columns(width).ticket_line(line, NOW, is_cursor=True)
    assert text.startswith(f"{CURSOR}! 4312        2 h  late 8 m       5")
    assert "\n" not in text
    assert cell_len(text) == width


async def test_strangers_text_is_drawn_as_it_is() -> None:
    desk = desk_make.live()
    rows = tuple(
        replace(desk.groups[0].rows[0], ticket=desk_make.ticket(str(i), "", "Firm", wait=HOUR, due=HOUR))
        for i in range(len(HOSTILE))
    )
    rows = tuple(
        replace(row, ticket=replace(row.ticket, subject=clean(text))) for row, text in zip(rows, HOSTILE, strict=True)
    )
    async with running(with_rows(desk, *rows), size=(140, 24)) as rig:
        assert "[/] [bold red]x[/bold] [@click" in rig.text
        assert "\x1b" not in rig.text
        await rig.press("end", "enter")
        assert "$subject {0} %s \\[ \\" in rig.text


async def test_a_long_list_scrolls_with_its_cursor_and_keeps_its_heading() -> None:
    desk = desk_make.live()
    row = desk.groups[0].rows[0]
    rows = tuple(
        replace(row, ticket=desk_make.ticket(str(1000 + i), "Help", "Firm", wait=HOUR, due=HOUR)) for i in range(500)
    )
    async with running(with_rows(desk, *rows)) as rig:
        await rig.press("end")
        lines = rig.text.splitlines()
        assert lines[2].split()[:2] == ["ticket", "waiting"]
        assert lines[22].startswith(f"{CURSOR}  1499")


def test_the_search_looks_at_number_subject_customer_and_tags_whatever_their_case() -> None:
    groups = desk_make.groups()

    def numbers(wanted: str) -> list[str]:
        return [row.ticket.number for group in found(groups, wanted) for row in group.rows]

    assert numbers("LOGIN") == numbers("acme") == numbers("4312") == ["4312"]
    assert numbers("nowhere") == []
    assert len(numbers("")) == 8


def test_a_group_that_lost_its_tickets_has_no_heading() -> None:
    empty = Group(utc_offset=None, places=(), zones=(), rows=())
    assert len(AllLines((empty,), desk_make.live(), frozenset())) == 0


async def test_a_list_that_grows_a_scroll_bar_gives_it_a_column_and_takes_it_back() -> None:
    desk = desk_make.live()
    row = desk.groups[0].rows[0]
    many = tuple(
        replace(row, ticket=desk_make.ticket(str(1000 + i), "Help", "Firm", wait=HOUR, due=HOUR)) for i in range(30)
    )
    async with running(desk) as rig:
        assert (await rig.still())[3].endswith("2")
        rig.app.show(with_rows(desk, *many))
        assert (await rig.still())[3][78] == "0"
        rig.app.show(desk)
        assert (await rig.still())[3][79] == "2"


def test_lines_are_made_only_when_they_are_looked_at_and_are_found_by_their_key() -> None:
    desk = desk_make.live()
    folded = frozenset({group_key(desk.groups[2])})
    lines = AllLines(desk.groups, desk, folded)
    all_of_them = list(lines)
    stops = [index for index, line in enumerate(all_of_them) if is_stop(line)]
    assert [lines.line_of(number) for number in range(lines.stops)] == stops
    assert [lines.stop_of(index) for index in stops] == list(range(lines.stops))
    for index in stops:
        assert lines.place_of(all_of_them[index], lines.group_at(index)) == index
    assert [index for index, line in enumerate(all_of_them) if isinstance(line, GroupLine)] == list(lines.headings())
    assert lines.is_as(AllLines(desk.groups, desk, folded))
    assert not lines.is_as(AllLines(desk.groups, desk, frozenset()))


@pytest.mark.parametrize("seconds", range(0, 400, 7))
def test_until_then_time_alone_changes_nothing_in_a_line(seconds: int) -> None:
    desk = desk_make.live()
    folded = frozenset({group_key(desk.groups[2])})
    lines, columns = AllLines(desk.groups, desk, folded), Columns(width=80)
    now = NOW + timedelta(seconds=seconds)

    def text(line: Line, at: datetime) -> str:
        if isinstance(line, GroupLine):
            return columns.group_line(line, at, is_cursor=False)
        return columns.ticket_line(line, at, is_cursor=False)

    for line in lines:
        until = stays_until(line, now)
        assert text(line, max(now, until - timedelta.resolution)) == text(line, now)
        assert now <= until <= now + MINUTE

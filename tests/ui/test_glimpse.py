"""What the next start shows before anything is loaded: taken from the list, kept, and laid out again."""

import json
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from oncall_tui.domain.ticket import SourceId
from oncall_tui.glimpse import Glimpse, keep_glimpse, read_glimpse
from oncall_tui.services.desk import Desk, SourceState
from oncall_tui.text_safety import clean
from oncall_tui.ui.glimpse_text import page
from oncall_tui.ui.glimpsing import glimpse_of
from tests import desk_make
from tests.desk_make import HOUR, NOW
from tests.hostile.corpus import CORPUS
from tests.screen import assert_golden

LATER = NOW + 5 * HOUR


def seen(desk: Desk) -> Glimpse:
    glimpse = glimpse_of(desk)
    assert glimpse is not None
    return glimpse


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "glimpse.json"
    keep_glimpse(path, seen(desk_make.live()))
    return path


@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 40)])
def test_the_tickets_stand_where_the_list_will_have_them_with_their_age(kept: Path, width: int, height: int) -> None:
    glimpse = read_glimpse(kept)
    assert glimpse is not None
    lines = page(glimpse, LATER, width, height)
    assert {cell_len(line) for line in lines} == {width}
    assert_golden(f"glimpse_{width}x{height}", [line.rstrip() for line in lines])


def test_what_waits_goes_on_waiting(kept: Path) -> None:
    glimpse = read_glimpse(kept)
    assert glimpse is not None
    acme = next(line for line in page(glimpse, LATER, 80, 24) if " 4312 " in line)
    assert acme.split()[1:5] == ["7", "h", "late", "5"]


def test_a_small_terminal_is_told_how_much_it_does_not_show(kept: Path) -> None:
    glimpse = read_glimpse(kept)
    assert glimpse is not None
    lines = page(glimpse, LATER, 80, 8)
    assert (len(lines), lines[-1].strip()) == (8, "and 9 more lines")


def test_its_age_is_that_of_the_source_that_answered_longest_ago_and_who_never_did_is_named() -> None:
    old, lost = desk_make.failing(SourceState.STALE, "slow"), desk_make.failing(SourceState.FAILED, "gone")
    old = replace(old, as_of=NOW - 3 * HOUR)
    desk = replace(
        desk_make.live(), sources=(*desk_make.live().sources, old, replace(lost, id=SourceId("rt"), as_of=None))
    )
    glimpse = seen(desk)
    assert page(glimpse, NOW, 80, 24)[1].split("  ")[0] == " As it stood Fri 20 Nov 19:05, 3 h ago, without rt"


def test_what_no_source_said_in_this_run_is_not_kept_as_seen_and_a_made_up_night_never_is() -> None:
    remembered = tuple(replace(source, is_remembered=True) for source in desk_make.live().sources)
    assert glimpse_of(desk_make.loading()) is None
    assert glimpse_of(replace(desk_make.live(), sources=remembered)) is None
    assert glimpse_of(replace(desk_make.live(), sources=(*remembered, *desk_make.loading().sources))) is None
    assert glimpse_of(desk_make.demo()) is None


def test_only_its_owner_reads_it(kept: Path) -> None:
    assert [stat.S_IMODE(path.stat().st_mode) for path in (kept, kept.parent)] == [0o600, 0o700]


@pytest.mark.parametrize("start", range(0, len(CORPUS), 100))
def test_whatever_somebody_wrote_into_the_file_steers_no_terminal(kept: Path, start: int) -> None:
    written = json.loads(kept.read_bytes())
    for text in CORPUS[start : start + 100]:
        short = text[:2000]
        for group in written["groups"]:
            group["title"] = short
            for ticket in group["tickets"]:
                ticket.update(dict.fromkeys(("number", "customer", "subject", "mark"), short))
        written |= {"clock": short, "unseen": [short]}
        kept.write_text(json.dumps(written))
        glimpse = read_glimpse(kept)
        for line in page(glimpse, LATER, 80, 24) if glimpse else []:
            assert clean(line) == line
            assert cell_len(line) == 80


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"as_of": "2026-11-21T03:05:00", "clock": "", "unseen": [], "open_tickets": 1, "groups": []}',
    ],
    ids=["empty", "no text", "a list", "nothing", "deep", "no zone"],
)
def test_a_damaged_file_is_none(kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    assert read_glimpse(kept) is None


def test_a_clock_set_back_makes_nothing_negative(kept: Path) -> None:
    glimpse = read_glimpse(kept)
    assert glimpse is not None
    assert "0 s ago" in page(glimpse, NOW - timedelta(days=1), 80, 24)[1]

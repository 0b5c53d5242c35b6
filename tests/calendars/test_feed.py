"""A calendar that is fetched, and what counts while it cannot be."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.calendars.feed import FileFeed, UrlFeed
from oncall_tui.calendars.ical import Reader
from oncall_tui.calendars.naming import Naming
from oncall_tui.errors import SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.secrets import Secret
from tests.calendars.make import AUTUMN, BERLIN, PEOPLE, calendar, told
from tests.make import at
from tests.rig import MovingClock
from tests.servers.sink import LOGIN_PAGE, Canned, Fault, Sink, closed_port

pytestmark = pytest.mark.anyio

ANA = calendar("DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:Ana")
BEN = calendar("DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:Ben")
READER = Reader(name="Plan", naming=Naming(people=PEOPLE), zone=BERLIN)
FRIDAY = at("2026-10-16 12:00")


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        sink.not_yet = Canned(body=ANA, content_type="text/calendar")
        yield sink


def feed(url: str, folder: Path, clock: MovingClock | None = None) -> UrlFeed:
    return UrlFeed(url=Secret(url), reader=READER, folder=folder, clock=clock or MovingClock(FRIDAY))


async def test_a_fetched_calendar_says_how_old_it_is_and_asks_for_icalendar(sink: Sink, tmp_path: Path) -> None:
    reading = await feed(f"{sink.url}/s3cret.ics", tmp_path).read(*AUTUMN)
    assert told(reading) == ["ana 10-16 16:00 - 10-17 16:00"]
    assert (reading.as_of, reading.trouble) == (FRIDAY, "")
    assert sink.requests[0].headers["accept"].startswith("text/calendar")


@pytest.mark.parametrize(
    ("canned", "fault", "why"),
    [
        (Canned(status=500), Fault.NONE, "answered with an error of its own"),
        (LOGIN_PAGE, Fault.NONE, "is a web page"),
        (Canned(body=ANA[:60], content_type="text/calendar"), Fault.NONE, "is cut off"),
        (Canned(body=ANA), Fault.TRUNCATED, "broke off"),
        (Canned(status=302, headers=(("Location", "/login"),)), Fault.NONE, "redirect"),
    ],
)
async def test_the_last_good_copy_counts_with_its_age_and_the_reason(
    sink: Sink, tmp_path: Path, canned: Canned, fault: Fault, why: str
) -> None:
    clock = MovingClock(FRIDAY)
    plan = feed(f"{sink.url}/s3cret.ics", tmp_path, clock)
    await plan.read(*AUTUMN)
    clock.now += timedelta(hours=3)
    sink.not_yet, sink.fault = canned, fault
    reading = await plan.read(*AUTUMN)
    assert told(reading) == ["ana 10-16 16:00 - 10-17 16:00"]
    assert reading.as_of == FRIDAY
    assert why in reading.trouble
    assert "s3cret" not in reading.trouble


async def test_the_copy_outlives_the_program_and_is_for_its_owner_only(sink: Sink, tmp_path: Path) -> None:
    await feed(f"{sink.url}/s3cret.ics", tmp_path).read(*AUTUMN)
    again = await feed(f"{sink.url}/s3cret.ics", tmp_path).last_good(*AUTUMN)
    assert again is not None
    assert told(again) == ["ana 10-16 16:00 - 10-17 16:00"]
    assert again.as_of == FRIDAY
    (copy,) = (tmp_path / "calendars").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "s3cret" not in copy.name


async def test_the_copy_of_another_address_never_counts(sink: Sink, tmp_path: Path) -> None:
    await feed(f"{sink.url}/old.ics", tmp_path).read(*AUTUMN)
    other = feed(f"http://127.0.0.1:{closed_port()}/new.ics", tmp_path)
    assert await other.last_good(*AUTUMN) is None
    with pytest.raises(SourceUnreachable, match="Plan cannot be reached"):
        await other.read(*AUTUMN)


@pytest.mark.parametrize(
    "url", ["http://plan.example/s3cret.ics", "ftp://plan.example/s3cret", "s3cret", "https://u:s3cret@a.example/"]
)
async def test_an_address_that_must_not_be_used_is_refused_without_being_shown(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="the address of the calendar Plan cannot be used") as caught:
        await feed(url, tmp_path).read(*AUTUMN)
    assert "s3cret" not in str(caught.value)


async def test_a_copy_that_cannot_be_kept_is_said_and_the_calendar_still_counts(sink: Sink, tmp_path: Path) -> None:
    (tmp_path / "calendars").write_text("a file where a folder should be", encoding="utf-8")
    reading = await feed(f"{sink.url}/s3cret.ics", tmp_path).read(*AUTUMN)
    assert told(reading) == ["ana 10-16 16:00 - 10-17 16:00"]
    assert reading.trouble.startswith("no copy of the calendar Plan could be kept")


async def test_a_file_is_read_afresh_each_time(tmp_path: Path) -> None:
    path = tmp_path / "plan.ics"
    plan = FileFeed(path=path, reader=READER)
    assert await plan.last_good(*AUTUMN) is None
    with pytest.raises(SourceUnreachable, match="the calendar Plan cannot be read from"):
        await plan.read(*AUTUMN)
    for text, who in ((ANA, "ana"), (BEN, "ben")):
        await asyncio.to_thread(path.write_bytes, text)
        assert [turn.person for turn in (await plan.read(*AUTUMN)).turns] == [who]


async def test_a_file_that_is_no_calendar_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceGarbled, match="does not begin with BEGIN:VCALENDAR"):
        await FileFeed(path=Path(os.devnull), reader=READER).read(*AUTUMN)

"""What the next start shows before anybody has answered."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket
from oncall_tui.errors import SourceUnreachable
from oncall_tui.ports import KnownTickets
from oncall_tui.services.desk import SourceState
from oncall_tui.store.last_known import AT_MOST, LastKnownFile
from oncall_tui.ui.desk_text import sources_line
from tests.rig import FRIDAY_NIGHT, HELPDESK, MovingClock, Rig, ticket

pytestmark = pytest.mark.anyio


@pytest.fixture
def kept(tmp_path: Path) -> LastKnownFile:
    return LastKnownFile(tmp_path / "data" / "last-known.json")


async def started(kept: LastKnownFile, *, later: timedelta = timedelta(hours=8)) -> Rig:
    rig = Rig(last_known=kept, clock=MovingClock(FRIDAY_NIGHT + later))
    await rig.station.open()
    return rig


async def seen_before(kept: LastKnownFile) -> None:
    rig = await started(kept, later=timedelta())
    await rig.read()
    await rig.station.polling.keep()


async def test_the_next_start_shows_the_last_known_tickets_and_says_how_old_they_are(kept: LastKnownFile) -> None:
    await seen_before(kept)
    rig = await started(kept)
    desk = rig.station.board.desk()
    assert desk.tickets == (ticket(),)
    assert desk.sources[0].state is SourceState.LOADING
    assert sources_line(desk, rig.clock()) == "helpdesk as of Fri 22:05, not read yet"
    await rig.read()
    assert sources_line(rig.station.board.desk(), rig.clock()) == "helpdesk 0 s ago"


async def test_a_source_that_fails_at_once_keeps_them_with_their_age(kept: LastKnownFile) -> None:
    await seen_before(kept)
    rig = await started(kept)
    rig.source.error = SourceUnreachable("helpdesk did not answer")
    await rig.read()
    desk = rig.station.board.desk()
    assert desk.tickets == (ticket(),)
    assert sources_line(desk, rig.clock()) == "helpdesk fails, as of Fri 22:05"


async def test_only_its_owner_reads_the_file(kept: LastKnownFile) -> None:
    await seen_before(kept)
    assert (kept.path.stat().st_mode & 0o777, kept.path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(kept.path.parent.iterdir()) == [kept.path]


async def test_what_somebody_wrote_into_the_file_is_made_harmless(kept: LastKnownFile) -> None:
    await kept.keep(known(replace(ticket(), subject=CleanText("\x1b]0;x\x07"), url="file:///etc/passwd")))
    (loaded,) = (await kept.load())[HELPDESK].tickets
    assert "\x1b" not in loaded.subject
    assert loaded.url == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"helpdesk": {"tickets": [{"id": 1}]}}', "\ud800"])
async def test_a_file_that_cannot_be_read_is_none(kept: LastKnownFile, content: str) -> None:
    kept.path.parent.mkdir()
    kept.path.write_bytes(content.encode(errors="surrogatepass"))
    assert await kept.load() == {}


async def test_only_the_most_urgent_are_kept_without_their_conversations_and_the_rest_is_counted(
    kept: LastKnownFile,
) -> None:
    said = Message(at=FRIDAY_NIGHT, author=CleanText("Kenji Mori"), text=CleanText("Help"))
    many = [
        replace(ticket(str(number)), due_at=FRIDAY_NIGHT + timedelta(minutes=-number), messages=(said,))
        for number in range(AT_MOST + 5)
    ]
    await kept.keep(known(*many))
    loaded = (await kept.load())[HELPDESK]
    assert (len(loaded.tickets), loaded.left_out) == (AT_MOST, 5)
    assert loaded.tickets[0].number == str(AT_MOST + 4)
    assert loaded.tickets[0].messages == ()
    rig = await started(kept)
    words = "helpdesk as of Fri 22:05, not read yet (5 more not kept)"
    assert sources_line(rig.station.board.desk(), rig.clock()) == words


async def test_a_disk_that_takes_nothing_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = LastKnownFile(tmp_path / "file" / "last-known.json")
    await kept.keep(known(ticket()))
    assert await kept.load() == {}


def known(*tickets: Ticket) -> dict[SourceId, KnownTickets]:
    return {HELPDESK: KnownTickets(tickets=tickets, as_of=FRIDAY_NIGHT)}

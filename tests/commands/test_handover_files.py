"""Handing over between two machines, run as a user runs it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.events import CarriedLine, Freight, handover_stream, stream_of
from oncall_tui.domain.handover_events import ShiftFigured
from oncall_tui.domain.parcel import Parcel
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade
from oncall_tui.store import parcels
from oncall_tui.store.sqlite import SqliteStore
from tests.commands.test_commands import answer, desk, run

__all__ = ["desk"]


@pytest.fixture
def file(desk: Path) -> Path:
    """Return a handover of the shift that ended a minute ago, from Dana to Ana, with a promise in it."""
    now = utc_now()
    ticket = TicketId("desk:4312")
    made = PromiseMade(ticket=ticket, promise=PromiseId("p1"), due_at=now + timedelta(hours=2))
    content = Parcel(
        team="Acme Support",
        written_at=now - timedelta(minutes=16),
        shift_starts_at=now - timedelta(hours=12),
        shift_ends_at=now - timedelta(minutes=1),
        outgoing=PersonId("dana"),
        incoming=PersonId("ana"),
        text=CleanText("# Handover: Dana Lee to Ana Ruiz\n"),
        reds=1,
        lines=(CarriedLine(stream=stream_of(ticket), at=now, freight=Freight(made)),),
    )
    path = desk / "handover.json"
    path.write_bytes(parcels.pack(content))
    return path


def test_accept_shows_the_handover_takes_it_over_and_writes_the_receipt(desk: Path, file: Path) -> None:
    done = run(desk, "accept", str(file), "--reds", "4312 is down", "--first", "I ring Kenji")
    assert (done.returncode, done.stderr) == (0, "")
    first, *_, carried, receipt = done.stdout.splitlines()
    assert first == "# Handover: Dana Lee to Ana Ruiz"
    assert carried == "You are on call: 1 line of the journal was carried over."
    assert receipt.startswith(f"Send {desk}/handovers/handover.accepted.json to Dana Lee")
    again = run(desk, "accept", str(file), "--reds", "4312 is down", "--first", "I ring Kenji")
    assert again.returncode == 2
    assert "this handover was accepted already, by Ana Ruiz on " in again.stderr
    assert len(again.stderr.splitlines()) == 1


def test_what_is_missing_or_damaged_is_one_sentence(desk: Path, file: Path) -> None:
    for arguments, sentence in (
        ((str(file),), "say in your own words what is red first: --reds “…”"),
        ((str(file), "--reds", "x"), "say what you do first: --first “…”"),
        ((str(desk / "none.json"),), "none.json cannot be read: No such file or directory"),
        ((str(desk / "config.toml"),), "config.toml is no handover file of oncall-tui"),
    ):
        done = run(desk, "accept", *arguments)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert sentence in done.stderr


def test_shifts_lists_past_shifts_with_their_figures(desk: Path) -> None:
    assert run(desk, "shifts").stdout == "No shift has ended yet while this journal was kept.\n"
    assert answer(desk, "shifts", "--json") == {"shifts": []}
    asyncio.run(_figured(desk))
    text = run(desk, "shifts").stdout
    assert text == (
        "Fri 06 Mar 2026 18:00 to Mon 09 Mar 09:00  Ana Ruiz\n"
        "  3 replies to customers\n"
        "  2 escalated, 1 acknowledged, the middle one after 4 m\n"
        "  3 promises made, 2 kept, 0 broken, 1 still owed\n"
        "  1 answer not confirmed, 2 notes kept only here, 4 runbook steps done\n"
        "  goodwill given: 50\n"
        "  busy for about 5 h 00 m (8%), interrupted 2 times at night (22:00 to 07:00)\n"
    )
    (figures,) = json.loads(run(desk, "shifts", "--json").stdout)["shifts"]
    assert (figures["person"], figures["answered"], figures["seconds_to_acknowledge"]) == ("ana", 3, 240.0)
    assert [figures[name] for name in ("seconds_busy", "busy_share", "promises_owed", "unconfirmed")] == [
        18000,
        0.08,
        1,
        1,
    ]
    assert [figures[name] for name in ("unconfirmed", "notes_kept", "steps_ticked", "goodwill")] == [1, 2, 4, 50]


async def _figured(folder: Path) -> None:
    starts_at = datetime(2026, 3, 6, 23, tzinfo=UTC)
    store = await SqliteStore.open(folder / "journal.sqlite")
    figured = ShiftFigured(
        shift_starts_at=starts_at,
        shift_ends_at=datetime(2026, 3, 9, 13, tzinfo=UTC),
        person=PersonId("ana"),
        answered=3,
        escalated=2,
        acknowledged=1,
        time_to_acknowledge=timedelta(minutes=4),
        interruptions=2,
        promises_made=3,
        promises_kept=2,
        promises_owed=1,
        unconfirmed=1,
        notes_kept=2,
        steps_ticked=4,
        goodwill=Decimal(50),
        busy=timedelta(hours=5),
        busy_share=0.08,
    )
    await store.append(handover_stream(starts_at), [figured], at=utc_now())
    await store.close()

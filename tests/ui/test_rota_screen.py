"""The W screen: what is under the cursor, and how a shift changes hands from there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.covers import Cover, Piece
from oncall_tui.domain.events import CoverId
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import BadUse
from oncall_tui.services.desk import Desk
from tests import desk_make
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio
MINE, BENS = desk_make.SHIFT, desk_make.NEXT


def piece(shift: Shift) -> Piece:
    return Piece(starts_at=shift.starts_at, ends_at=shift.ends_at, of=shift.person)


def asked(shift: Shift, *, back: Shift | None = None, by: str | None = None) -> Desk:
    cover = Cover(
        id=CoverId("c1"),
        piece=piece(shift),
        asked_at=desk_make.NOW - timedelta(days=1),
        reason=CleanText("dentist"),
        in_return=piece(back) if back else None,
        taken_by=PersonId(by) if by else None,
        taken_at=desk_make.NOW if by else None,
    )
    return replace(desk_make.live(), covers=(cover,))


async def open_rota(rig: Rig) -> None:
    rig.actions.asked_of_rota.entries = desk_make.rota()
    await rig.press("w")
    await rig.still()


def calls(rig: Rig) -> list[tuple[str, ...]]:
    return [call for call in rig.actions.calls if call != ("shifts",)]


async def test_a_cover_is_asked_for_with_its_reason() -> None:
    async with running(desk_make.live()) as rig:
        await open_rota(rig)
        assert "Fri 20 Nov 18:05 to Mon 23 Nov 09:00, 62.9 h: you (rotation)" in rig.text
        await rig.press("c")
        await rig.type("dentist")
        assert calls(rig) == [("ask cover", "ana", "11-20", "dentist")]


async def test_only_ones_own_shift_is_asked_for() -> None:
    async with running(desk_make.live()) as rig:
        await open_rota(rig)
        await rig.press("right", "right", "c")
        assert "A cover is asked for your own shifts" in rig.text
        assert calls(rig) == []


async def test_a_swap_is_asked_with_two_keys_and_a_reason() -> None:
    async with running(desk_make.live()) as rig:
        await open_rota(rig)
        await rig.press("right", "right", "s")
        assert "Press S on your own shift first" in rig.text
        await rig.press("left", "left", "s")
        await rig.press("right", "right")
        assert "S asks Ben to swap it for yours of Fri 20 Nov" in rig.text
        await rig.press("s")
        await rig.type("trip")
        assert calls(rig) == [("ask swap", "11-20", "11-27", "trip")]


async def test_what_somebody_asked_for_is_taken_by_a_finger_and_not_by_a_paste() -> None:
    async with running(asked(BENS)) as rig:
        await open_rota(rig)
        await rig.press("right", "right")
        assert "Ben? 63 h" in rig.text
        assert "Ben asked on Thu 19 Nov 22:05. T takes it; until then Ben stays on call" in rig.text
        await rig.burst("t", "x")
        assert calls(rig) == []
        await rig.press("escape", "w")
        await rig.press("t")
        assert calls(rig) == [("take", "c1")]


async def test_what_was_taken_is_given_back_and_a_refusal_is_shown() -> None:
    async with running(asked(BENS, by="ana")) as rig:
        rig.actions.error = None
        await open_rota(rig)
        await rig.press("right", "right")
        assert "Ana took Ben's shift on Fri 20 Nov 22:05. U gives it back: “dentist”" in rig.text
        rig.actions.error = BadUse("a shift of it is over")
        await rig.press("u")
        assert "a shift of it is over" in rig.text
        rig.actions.error = None
        await rig.pass_time(timedelta(seconds=1))
        await rig.press("u")
        assert calls(rig) == [("undo", "c1")]


async def test_covers_are_shown_as_tables_for_the_config() -> None:
    async with running(asked(MINE, back=BENS)) as rig:
        await open_rota(rig)
        await rig.press("o")
        for line in ("[[rota.overrides]]", 'person = "ben"', 'person = "ana"', 'reason = "dentist"', "Ana stays on"):
            assert line in rig.text


async def test_who_comes_next_and_since_when_it_is_known() -> None:
    async with running(desk_make.live()) as rig:
        await open_rota(rig)
        assert "Next: Ben Okafor, Fri 27 Nov 18:00, in 6 d 19 h; planned." in rig.text
        rig.app.show(replace(desk_make.live(), next_known_since=desk_make.NOW - timedelta(hours=5)))
        await rig.still()
        assert "in 6 d 19 h; taken on Fri 20 Nov 17:05." in rig.text


async def test_every_problem_can_be_read() -> None:
    async with running(desk_make.live()) as rig:
        rig.actions.asked_of_rota.problems = ("Nobody is on call at Easter.", "Ben has no channel.")
        await open_rota(rig)
        assert "! Nobody is on call at Easter." in rig.text
        assert "and 1 more: P shows all of it" in rig.text
        await rig.press("p")
        assert "Ben has no channel." in rig.text


async def test_the_cursor_goes_by_shifts_and_by_weeks_and_stays_at_the_ends() -> None:
    async with running(desk_make.live()) as rig:
        await open_rota(rig)
        await rig.press("up", "left")
        assert "Fri 20 Nov 18:05 to" in rig.text
        await rig.press("right")
        assert "NOBODY" in rig.text.splitlines()[-4]
        await rig.press("down")
        assert "Fri 04 Dec 18:00 to" in rig.text
        await rig.press("right", "down")
        assert "Fri 04 Dec 18:00 to" in rig.text

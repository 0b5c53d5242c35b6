"""Asking for covers and swaps: what everybody on the store sees."""

import pytest

from oncall_tui.domain.covers import Cover
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.errors import BadUse
from tests.rig import ANA, BEN, DANA, FRIDAY_NIGHT, Rig

pytestmark = pytest.mark.anyio


async def sits(rig: Rig, who: PersonId) -> None:
    """Let somebody else sit down at a dashboard on the same store."""
    await rig.restart()
    rig.station.board._me = who


def shifts(rig: Rig) -> tuple[Shift, Shift]:
    rota = rig.station.board.team.rota
    first = rota.on_call(FRIDAY_NIGHT)
    assert first is not None
    following = rota.next_shift(first.starts_at)
    assert following is not None
    return first, following


def only(rig: Rig) -> Cover:
    (cover,) = rig.station.board.desk().covers
    return cover


async def test_a_cover_that_ben_takes_is_bens_on_every_dashboard_from_then_on() -> None:
    rig = Rig()
    actions = rig.station.actions
    await actions.rota.ask_cover(shifts(rig)[0], "dentist")
    assert rig.station.board.desk().on_call == ANA
    await sits(rig, BEN.id)
    await rig.station.actions.rota.take_cover(only(rig).id)
    desk = rig.station.board.desk()
    assert desk.on_call == BEN
    assert desk.shift is not None
    assert desk.shift.reason == "dentist"
    await rig.restart()
    assert rig.station.board.desk().on_call == BEN


async def test_a_dashboard_that_stays_open_sees_what_another_one_wrote() -> None:
    rig = Rig()
    before = rig.station
    await before.actions.rota.ask_cover(shifts(rig)[0], "dentist")
    await sits(rig, BEN.id)
    await rig.station.actions.rota.take_cover(only(rig).id)
    assert before.board.desk().on_call == ANA
    await before.escalating.step()  # the loop that looks for news
    assert before.board.desk().on_call == BEN


async def test_the_next_person_knows_since_the_cover_was_taken() -> None:
    rig = Rig()
    assert rig.station.board.desk().next_known_since is None
    rig.station.board._me = BEN.id
    await rig.station.actions.rota.ask_cover(shifts(rig)[1], "wedding")
    await sits(rig, DANA.id)
    await rig.station.actions.rota.take_cover(only(rig).id)
    desk = rig.station.board.desk()
    assert desk.next_shift is not None
    assert (desk.next_shift.person, desk.next_known_since) == (DANA.id, FRIDAY_NIGHT)


async def test_what_was_taken_is_given_back_by_either_and_by_nobody_else() -> None:
    rig = Rig()
    await rig.station.actions.rota.ask_swap(*shifts(rig), "trip")
    await sits(rig, DANA.id)
    with pytest.raises(BadUse, match="asked of Ben Okafor, who alone can take it"):
        await rig.station.actions.rota.take_cover(only(rig).id)
    await sits(rig, BEN.id)
    await rig.station.actions.rota.take_cover(only(rig).id)
    assert [shift.person for shift in shifts(rig)[1:]] == [ANA.id]
    await sits(rig, DANA.id)
    with pytest.raises(BadUse, match="only Ana Ruiz or Ben Okafor can undo it"):
        await rig.station.actions.rota.undo_cover(only(rig).id)
    await sits(rig, BEN.id)
    await rig.station.actions.rota.undo_cover(only(rig).id)
    assert [shift.person for shift in shifts(rig)] == [ANA.id, BEN.id]


async def test_what_cannot_be_asked_or_taken_says_why() -> None:
    rig = Rig()
    mine, bens = shifts(rig)
    actions = rig.station.actions
    with pytest.raises(BadUse, match="this shift is Ben Okafor's"):
        await actions.rota.ask_cover(bens, "x")
    with pytest.raises(BadUse, match="both shifts are yours"):
        await actions.rota.ask_swap(mine, mine, "x")
    await actions.rota.ask_cover(mine, "dentist")
    with pytest.raises(BadUse, match="asked for already: U takes that back"):
        await actions.rota.ask_cover(mine, "dentist")
    with pytest.raises(BadUse, match="you asked for this yourself"):
        await actions.rota.take_cover(only(rig).id)
    await actions.rota.undo_cover(only(rig).id)
    await sits(rig, BEN.id)
    with pytest.raises(BadUse, match="this was taken back"):
        await rig.station.actions.rota.take_cover(only(rig).id)
    rig.clock.now = mine.ends_at
    await sits(rig, ANA.id)
    with pytest.raises(BadUse, match="this shift is over"):
        await rig.station.actions.rota.ask_cover(mine, "too late")


async def test_a_swap_of_which_one_half_is_over_cannot_be_undone() -> None:
    rig = Rig()
    mine, bens = shifts(rig)
    await rig.station.actions.rota.ask_swap(mine, bens, "trip")
    await sits(rig, BEN.id)
    await rig.station.actions.rota.take_cover(only(rig).id)
    rig.clock.now = mine.ends_at
    with pytest.raises(BadUse, match="a shift of it is over"):
        await rig.station.actions.rota.undo_cover(only(rig).id)


async def test_the_rota_changed_since_it_was_asked_and_nobody_takes_what_is_not_there() -> None:
    rig = Rig()
    mine, _ = shifts(rig)
    await rig.station.actions.rota.ask_cover(mine, "dentist")
    rig.clock.now = mine.ends_at
    await sits(rig, BEN.id)
    with pytest.raises(BadUse, match="the rota has changed since this was asked"):
        await rig.station.actions.rota.take_cover(only(rig).id)

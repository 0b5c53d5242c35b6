import pytest

from tests import desk_make
from tests.screen import assert_golden
from tests.ui.rig import running

pytestmark = pytest.mark.anyio

MOODS = {
    "loading": desk_make.loading,
    "blind": desk_make.blind,
    "quiet": desk_make.quiet,
    "live": desk_make.live,
    "armed": desk_make.armed,
    "retrying": desk_make.retrying,
    "notifying": desk_make.notifying,
    "acknowledged": desk_make.acknowledged,
    "exhausted": desk_make.exhausted,
    "stale": desk_make.stale,
    "over": desk_make.over,
    "off_duty": desk_make.off_duty,
    "demo": desk_make.demo,
}
"""From the empty ones to those with tickets, so that no ticket disappears on the way."""


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_each_mood_looks_as_agreed(size: tuple[int, int]) -> None:
    async with running(desk_make.loading(), size=size) as rig:
        for mood, desk in MOODS.items():
            rig.app.show(desk())
            lines = await rig.still()
            assert max(map(len, lines)) <= size[0]
            assert_golden(f"{mood}_{size[0]}x{size[1]}", lines)


async def test_the_rota_looks_as_agreed_on_a_wide_screen() -> None:
    async with running(desk_make.live(), size=(140, 40)) as rig:
        rota = rig.actions.asked_of_rota
        rota.entries, rota.problems = desk_make.rota(), ("Nobody is on call from … to ….", "Another.")
        await rig.press("w")
        assert_golden("rota_140x40", await rig.still())


async def test_the_other_places_look_as_agreed() -> None:
    async with running(desk_make.notifying()) as rig:
        rig.actions.asked_of_rota.entries = desk_make.rota()
        for key, place in {"x": "escalations", "w": "rota", "h": "handover"}.items():
            await rig.press(key)
            assert_golden(f"{place}_80x24", await rig.still())
        rig.app.show(desk_make.exhausted())
        await rig.press("x")
        assert_golden("escalations_exhausted_80x24", await rig.still())
        rig.app.show(desk_make.notifying())
        await rig.press("escape", "enter")
        assert_golden("ticket_80x24", await rig.still())
        await rig.press("escape", "question_mark")
        assert_golden("help_80x24", await rig.still())

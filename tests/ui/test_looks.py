import pytest

from tests import desk_make
from tests.screen import assert_golden, screen_lines
from tests.ui.rig import running

pytestmark = pytest.mark.anyio

MOODS = {
    "live": desk_make.live,
    "armed": desk_make.armed,
    "notifying": desk_make.notifying,
    "retrying": desk_make.retrying,
    "acknowledged": desk_make.acknowledged,
    "exhausted": desk_make.exhausted,
    "loading": desk_make.loading,
    "stale": desk_make.stale,
    "blind": desk_make.blind,
    "quiet": desk_make.quiet,
    "over": desk_make.over,
    "off duty": desk_make.off_duty,
    "demo": desk_make.demo,
}


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
@pytest.mark.parametrize("mood", MOODS)
async def test_the_screen_looks_as_agreed(mood: str, size: tuple[int, int]) -> None:
    async with running(MOODS[mood](), size=size) as rig:
        lines = screen_lines(rig.app)
        assert max(map(len, lines)) <= size[0]
        assert_golden(f"{mood.replace(' ', '_')}_{size[0]}x{size[1]}", lines)


@pytest.mark.parametrize("key", ["x", "w", "h", "enter", "question_mark"])
async def test_the_other_places_look_as_agreed(key: str) -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press(key)
        assert_golden(f"place_{key}_80x24", screen_lines(rig.app))

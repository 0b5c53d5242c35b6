"""A handover goes to the first of a person's channels that takes one, and whoever has none is named."""

from dataclasses import dataclass, replace

import pytest

from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId, Person
from oncall_tui.services.addressing import handover_problems, quiet_channel, ringing
from tests.make import person
from tests.rig import Rig, ScriptedChannel
from tests.services.test_relieving import before_the_end, got, let_pass

PAGER, MAIL = ChannelId("ben-pager"), ChannelId("ben-mail")
RING = frozenset({PAGER})
PAGED_ONLY = "every channel of Ben can only ring, so none takes a handover: add one such as email"


@dataclass
class Pager(ScriptedChannel):
    """A service that pages whoever is on call there."""

    always_rings: bool = True


def ben(*channels: ChannelId) -> Person:
    return person("ben", channels=channels)


def test_only_a_channel_that_always_rings_is_left_out() -> None:
    assert ringing({PAGER: Pager(), MAIL: ScriptedChannel(), ChannelId("quiet"): Pager(always_rings=False)}) == RING


@pytest.mark.parametrize(
    ("channels", "chosen"),
    [((PAGER, MAIL), MAIL), ((MAIL, PAGER), MAIL), ((PAGER,), None), ((), None)],
    ids=["mail after a pager", "mail first", "only a pager", "nothing"],
)
def test_the_first_channel_that_takes_it_is_chosen(channels: tuple[ChannelId, ...], chosen: ChannelId | None) -> None:
    assert quiet_channel(ben(*channels), RING) == chosen


@pytest.mark.parametrize(
    ("to", "channels", "said"),
    [
        (["next"], (PAGER,), [PAGED_ONLY]),
        (["ben", "next"], (PAGER,), [PAGED_ONLY]),
        (["next"], (PAGER, MAIL), []),
        (["dana"], (PAGER,), []),
        ([PAGER], (MAIL,), ["ben-pager can only ring, and a handover must not: name a channel such as email"]),
    ],
    ids=["who comes next", "named twice", "one channel will do", "somebody else", "a channel by its name"],
)
def test_who_gets_no_handover_is_named(to: list[str], channels: tuple[ChannelId, ...], said: list[str]) -> None:
    who = ben(*channels)
    assert list(handover_problems(to, [who], [who], RING)) == said


async def with_pager(channel: str, *to: str) -> Rig:
    rig = Rig()
    rig.channels[ChannelId(channel)] = Pager()
    await rig.restart()
    rig.station.board.team = replace(rig.station.board.team, handover_to=to)
    await rig.station.actions.handover.save_notes("none")
    return rig


@pytest.mark.anyio
async def test_a_handover_goes_past_a_pager_to_what_can_be_read() -> None:
    rig = await with_pager("dana-push", "dana")
    await rig.station.actions.handover.deliver()
    await rig.turn()
    assert rig.received(*Purpose) == ["dana-phone"]


@pytest.mark.anyio
async def test_a_handover_rings_nobody_and_says_whom_it_does_not_reach() -> None:
    rig = await with_pager("ben-mail", "next")
    assert "Ben Okafor has no channel that takes it." in await rig.station.actions.handover.deliver()
    await rig.turn()
    assert rig.received(*Purpose) == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("always_ring", "told"),
    [({"dana-push"}, "dana-phone"), ({"dana-push", "dana-phone"}, "dana-push")],
    ids=["past the pager", "by the pager where there is nothing else"],
)
async def test_leaders_hear_that_nobody_accepted_a_handover(always_ring: set[str], told: str) -> None:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    before_the_end(16, rig=rig)
    ring = frozenset(map(ChannelId, always_ring))
    rig.station.board.team = replace(rig.station.board.team, always_ring=ring)
    await let_pass(rig, minutes=27)
    assert rig.received(Purpose.NOTICE) == [told]
    assert got(rig, told) == ["Nobody accepted the handover from Ana Ruiz"]

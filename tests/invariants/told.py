"""What the screen says after one message went to an address: ``python -m tests.invariants.told ADDRESS``.

As a program of its own it trusts whom its environment tells it to trust.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field, replace
from datetime import timedelta

from oncall_tui.channels import webhook
from oncall_tui.domain.message import DeliveryState, OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.ui.escalation_text import on_strip, strip_text
from tests.rig import ANA, DANA, MovingClock, Rig, ScriptedChannel

PUSH = ChannelId("dana-push")
SOON = timedelta(seconds=0.3)
"""For an answer that never ends."""
IN_TIME = timedelta(seconds=20)


@dataclass
class Hook(ScriptedChannel):
    """A real channel behind the scripted one, whose answers nobody reads."""

    url: str = field(kw_only=True)
    within: timedelta = SOON

    async def send(self, message: OutgoingMessage) -> Receipt:
        settings = webhook.Settings(url=self.url, timeout=self.within)
        return await webhook.build(PUSH, settings, MovingClock()).send(message)


async def rig_with(hook: Hook) -> Rig:
    """Return a station in which a leader is reached through nothing else."""
    rig = Rig()
    rig.channels[PUSH] = hook
    await rig.restart()
    board = rig.station.board
    dana = Target(person=DANA.id, name=DANA.name, phone=DANA.phone, channels=(PUSH,))
    board.team = replace(board.team, policy=Policy(levels=(Level(targets=(dana,)),)))
    return rig


async def told_through(url: str, *, within: timedelta = SOON) -> tuple[str, DeliveryState]:
    """Escalate through an address, and return what the strip and the journal say of the first try."""
    rig = await rig_with(Hook(url=url, within=within))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    (first, *_) = rig.station.board.desk().escalations[0].attempts
    return shown(rig), first.state


def shown(rig: Rig) -> str:
    """Return the first line of the strip."""
    desk = rig.station.board.desk()
    text = strip_text(on_strip(desk.escalations), desk.at, ANA.time_zone, 100)
    assert text is not None
    return text.first


if __name__ == "__main__":
    print(json.dumps(asyncio.run(told_through(sys.argv[1], within=IN_TIME))))

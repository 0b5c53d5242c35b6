"""Whatever goes wrong between us and a provider, the screen never says “accepted” of what was not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from oncall_tui.channels import webhook
from oncall_tui.domain.message import DeliveryState, OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.ui.escalation_text import on_strip, strip_text
from tests.rig import ANA, DANA, MovingClock, Rig, ScriptedChannel
from tests.servers.sink import LOGIN_PAGE, LOOPBACK, Canned, Fault, Sink, closed_port

pytestmark = pytest.mark.anyio

PUSH = ChannelId("dana-push")
STATUSES = (301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 413, 415, 417, 422, 425)
TROUBLED = (429, 451, 500, 501, 502, 503, 504, 507, 511)
PAYLOADS: Mapping[str, Canned] = {
    "login page": LOGIN_PAGE,
    "empty page": Canned(content_type="text/html"),
    "broken JSON": Canned(body=b'{"status": "tak'),
    "another shape": Canned(body=b"[1, 2]"),
    "plain text": Canned(body=b"OK", content_type="text/plain"),
    "not text": Canned(body=b"\xff\xfe\x00"),
    "a refusal in the body": Canned(body=b'{"ok": false}'),
    "an error in the body": Canned(body=b'{"error": "out of order"}'),
}
AMBIGUOUS = tuple(fault for fault in Fault if fault is not Fault.NONE)
"""The provider has the whole message, and its answer is lost in one way or another."""


@dataclass
class Hook(ScriptedChannel):
    """A real channel behind the scripted one, whose answers nobody reads."""

    url: str = field(kw_only=True)

    async def send(self, message: OutgoingMessage) -> Receipt:
        settings = webhook.Settings(url=self.url, timeout=timedelta(seconds=0.3))
        return await webhook.build(PUSH, settings, MovingClock()).send(message)


async def told_through(url: str) -> tuple[str, DeliveryState]:
    """Escalate through an address, and return what the strip and the journal say of the first try."""
    rig = Rig()
    hook = Hook(url=url)
    rig.channels[PUSH] = hook
    await rig.restart()
    board = rig.station.board
    dana = Target(person=DANA.id, name=DANA.name, phone=DANA.phone, channels=(PUSH,))
    board.team = replace(board.team, policy=Policy(levels=(Level(targets=(dana,)),)))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    desk = rig.station.board.desk()
    text = strip_text(on_strip(desk.escalations), desk.at, ANA.time_zone, 100)
    assert text is not None
    (first, *_) = desk.escalations[0].attempts
    return text.first, first.state


@pytest.mark.parametrize("status", [*STATUSES, *TROUBLED])
async def test_no_status_but_the_documented_one_is_accepted(status: int) -> None:
    """Invariant 3, 30 faults of HTTP."""
    async with Sink(taken=Canned(status=status, body=b'{"status": "taken"}')) as sink:
        shown, state = await told_through(f"{sink.url}/pages")
    assert ": accepted" not in shown
    assert state is not DeliveryState.ACCEPTED


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_no_body_but_the_documented_one_is_accepted(payload: str) -> None:
    """Invariant 3, with a status that claims success."""
    async with Sink(taken=PAYLOADS[payload]) as sink:
        shown, state = await told_through(f"{sink.url}/pages")
    assert ": accepted" not in shown
    assert state is not DeliveryState.ACCEPTED


@pytest.mark.parametrize("fault", AMBIGUOUS, ids=lambda fault: fault.name)
async def test_what_may_have_arrived_is_shown_as_unknown(fault: Fault) -> None:
    """Invariant 4: the provider has it, and nobody here can know."""
    async with Sink(fault=fault) as sink:
        shown, state = await told_through(f"{sink.url}/pages")
        assert sink.messages
    assert state is DeliveryState.UNKNOWN
    assert "Dana Lee: may have arrived 22:05, sent again" in shown
    assert "accepted" not in shown


async def test_what_cannot_have_arrived_is_shown_as_not_accepted() -> None:
    shown, state = await told_through(f"http://{LOOPBACK}:{closed_port()}/pages")
    assert (state, "not accepted yet, tried again" in shown) == (DeliveryState.RETRYING, True)


async def test_a_provider_without_tls_got_nothing() -> None:
    async with Sink() as sink:
        shown, state = await told_through(f"{sink.url.replace('http', 'https')}/pages")
        assert not sink.messages
    assert (state, "not accepted yet, tried again" in shown) == (DeliveryState.RETRYING, True)

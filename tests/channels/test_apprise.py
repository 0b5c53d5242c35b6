import json
import logging
from importlib.util import find_spec

import pytest

from oncall_tui.channels import apprise
from oncall_tui.domain.message import Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import OutcomeUnknown, Rejected
from oncall_tui.secrets import Secret
from tests.channels.cases import PATIENT, QUICK, SECRET
from tests.channels.make import NOW, a_message, awaited
from tests.servers.sink import LOOPBACK, Canned, Fault, Sink, closed_port

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of what Apprise imports
]

needs_apprise = pytest.mark.skipif(find_spec("apprise") is None, reason="Apprise, an extra, is not here")


def channel(port: str, schema: str = "json", timeout: str = "patient") -> apprise.AppriseChannel:
    url = Secret(f"{schema}://oncall:{SECRET}@{LOOPBACK}:{port}/hook")
    settings = apprise.Settings(url=url, timeout=PATIENT if timeout == "patient" else QUICK)
    return apprise.build(ChannelId("dana-push"), settings, lambda: NOW)


def port_of(sink: Sink) -> str:
    return sink.url.rpartition(":")[2]


@needs_apprise
async def test_a_message_arrives_whole_and_is_only_accepted() -> None:
    async with Sink(taken=Canned(body=b"{}")) as sink:
        to_dana = channel(port_of(sink))
        message = a_message(body='Zürich <b>"wartet"</b> \\n [x](y)', url="https://desk.example/4312")
        assert await to_dana.send(message) == Receipt(proof=Proof.ACCEPTED)
        arrived = json.loads(sink.requests[0].body)
        assert arrived["title"] == message.title
        assert arrived["message"] == f"{message.body}\n\n{message.url}"
        assert to_dana.proves is Proof.ACCEPTED
        assert await to_dana.acknowledgements([awaited()]) == ()


@needs_apprise
async def test_what_apprise_does_not_vouch_for_may_have_arrived_and_tells_no_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="root")
    async with Sink(taken=Canned(status=500)) as sink:
        for to_dana in (channel(port_of(sink)), channel(str(closed_port()))):
            with pytest.raises(OutcomeUnknown, match="dana-push") as caught:
                await to_dana.send(a_message())
            assert SECRET not in f"{caught.value!r} {to_dana!r}"
    assert SECRET not in caplog.text


@needs_apprise
async def test_a_service_that_never_answers_is_waited_for_no_longer_than_the_limit() -> None:
    async with Sink() as sink:
        sink.fault = Fault.SILENT
        with pytest.raises(OutcomeUnknown, match="did not answer within"):
            await channel(port_of(sink), timeout="quick").send(a_message())


@needs_apprise
async def test_an_address_apprise_does_not_know_is_named_before_anything_is_sent() -> None:
    for try_it in (channel("9", schema="nonsense").check(), channel("9", schema="nonsense").send(a_message())):
        with pytest.raises(Rejected, match="knows no service at this address; check url") as caught:
            await try_it
        assert SECRET not in str(caught.value)


@needs_apprise
async def test_the_check_sends_nothing() -> None:
    async with Sink() as sink:
        said = await channel(port_of(sink)).check()
        assert "understands the address (JSON)" in said
        assert "another channel beside it" in said
        assert sink.requests == []


@pytest.mark.skipif(find_spec("apprise") is not None, reason="Apprise is here")
async def test_without_the_extra_it_is_said_how_to_install_it() -> None:
    with pytest.raises(Rejected, match=r'pip install "oncall-tui\[apprise\]"'):
        await channel("9").check()

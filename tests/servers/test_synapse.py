"""The channel of kind ``matrix`` against a real homeserver."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from oncall_tui.channels import matrix
from oncall_tui.clock import utc_now
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.secrets import Secret
from tests.servers.synapse import Account, RealSynapse, real_synapse

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A homeserver, the account that writes, and a leader."""

    server: RealSynapse
    bot: Account
    dana: Account
    mallory: Account

    def room(self) -> str:
        return self.server.room(self.bot, self.dana)

    def channel(self, room: str, bot: Account | None = None) -> matrix.MatrixChannel:
        token = Secret((bot or self.bot).token)
        settings = matrix.Settings(url=self.server.url, token=token, room=room, user=self.dana.user)
        assert settings.problems() == []
        return matrix.build(ChannelId("dana-matrix"), settings, utc_now)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with real_synapse(tmp_path_factory.mktemp("synapse")) as server:
        bot, dana, mallory = (server.account(name) for name in ("oncall", "dana", "mallory"))
        yield Scene(server=server, bot=bot, dana=dana, mallory=mallory)


def message(key: str = "esc-1/1/1/dana/dana-matrix") -> OutgoingMessage:
    return OutgoingMessage(
        key=MessageKey(key),
        purpose=Purpose.NOTIFICATION,
        channel=ChannelId("dana-matrix"),
        person=PersonId("dana"),
        title=CleanText("[4312] Acme KK: Login fails for every user"),
        body=CleanText("Late by 8 m.\n\nAsked of you: say that you have it."),
    )


def awaited(reference: str, key: str = "esc-1/1/1/dana/dana-matrix") -> Awaited:
    return Awaited(key=MessageKey(key), person=PersonId("dana"), reference=reference, accepted_at=utc_now())


def reaction(event: str) -> dict[str, object]:
    return {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "👍"}}


def reply(event: str, words: str) -> dict[str, object]:
    return {"msgtype": "m.text", "body": words, "m.relates_to": {"m.in_reply_to": {"event_id": event}}}


async def test_what_is_sent_again_is_not_a_second_message(scene: Scene) -> None:
    room = scene.room()
    first = await scene.channel(room).send(message())
    again = await scene.channel(room).send(replace(message(), is_possible_duplicate=True))
    assert first == again
    [arrived] = scene.server.messages(scene.dana, room)
    assert arrived["event_id"] == first.reference
    assert arrived["content"]["m.mentions"] == {"user_ids": [scene.dana.user]}
    other = await scene.channel(room).send(message("esc-1/2/1/dana/dana-matrix"))
    assert other.reference != first.reference


async def test_another_login_may_double_a_message_which_then_says_so(scene: Scene) -> None:
    room = scene.room()
    await scene.channel(room).send(message())
    await scene.channel(room, scene.server.login(scene.bot)).send(replace(message(), is_possible_duplicate=True))
    newest, _ = scene.server.messages(scene.dana, room)
    assert "possible duplicate" in newest["content"]["body"]


async def test_a_reaction_by_the_leader_acknowledges(scene: Scene) -> None:
    room = scene.room()
    channel = scene.channel(room)
    sent = await channel.send(message())
    assert await channel.acknowledgements([awaited(sent.reference)]) == ()
    scene.server.write(scene.dana, room, reaction(sent.reference), kind="m.reaction")
    [answer] = await channel.acknowledgements([awaited(sent.reference)])
    assert answer.key == message().key
    assert (await scene.channel(room).acknowledgements([awaited(sent.reference)])) == (answer,)


async def test_a_reply_by_the_leader_acknowledges_with_her_words(scene: Scene) -> None:
    room = scene.room()
    sent = await scene.channel(room).send(message())
    scene.server.write(scene.dana, room, reply(sent.reference, "On it.\x1b[2J Call them at 8."))
    [answer] = await scene.channel(room).acknowledgements([awaited(sent.reference)])
    assert answer.words == "On it.\u241b[2J Call them at 8."


async def test_a_stranger_and_the_program_itself_acknowledge_nothing(scene: Scene) -> None:
    room = scene.room()
    scene.server.call(scene.bot, "POST", f"v3/rooms/{room}/invite", {"user_id": scene.mallory.user})
    scene.server.call(scene.mallory, "POST", f"v3/rooms/{room}/join", {})
    sent = await scene.channel(room).send(message())
    for somebody in (scene.mallory, scene.bot):
        scene.server.write(somebody, room, reaction(sent.reference), kind="m.reaction")
        scene.server.write(somebody, room, reply(sent.reference, "mine"))
    assert await scene.channel(room).acknowledgements([awaited(sent.reference)]) == ()


async def test_a_reaction_that_was_taken_back_is_none(scene: Scene) -> None:
    room = scene.room()
    sent = await scene.channel(room).send(message())
    event = scene.server.write(scene.dana, room, reaction(sent.reference), kind="m.reaction")
    scene.server.call(scene.dana, "PUT", f"v3/rooms/{room}/redact/{event}/once", {})
    assert await scene.channel(room).acknowledgements([awaited(sent.reference)]) == ()


async def test_several_messages_are_told_apart_in_one_question(scene: Scene) -> None:
    room = scene.room()
    channel = scene.channel(room)
    sent = {key: await channel.send(message(key)) for key in ("esc-1/1/1/d/m", "esc-2/1/1/d/m", "esc-3/1/1/d/m")}
    scene.server.write(scene.dana, room, reaction(sent["esc-2/1/1/d/m"].reference), kind="m.reaction")
    scene.server.write(scene.dana, room, reply(sent["esc-3/1/1/d/m"].reference, "also mine"))
    asked = [awaited(receipt.reference, key) for key, receipt in sent.items()]
    answers: dict[str, Acknowledgement] = {one.key: one for one in await channel.acknowledgements(asked)}
    assert {key: one.words for key, one in answers.items()} == {"esc-2/1/1/d/m": "", "esc-3/1/1/d/m": "also mine"}


async def test_the_check_names_what_cannot_work(scene: Scene) -> None:
    assert "can be read" in await scene.channel(scene.room()).check()
    with pytest.raises(Rejected, match="encrypted"):
        await scene.channel(scene.server.room(scene.bot, scene.dana, is_encrypted=True)).check()
    with pytest.raises(Rejected, match="401"):
        await scene.channel(scene.room(), Account(user=scene.bot.user, token="wrong")).check()
    with pytest.raises(Rejected, match="403"):
        await scene.channel(scene.room(), scene.mallory).send(message())

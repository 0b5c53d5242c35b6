"""Mattermost and Discord read Markdown, know several ways to answer, and call people by name."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from oncall_tui.channels import discord, mattermost
from oncall_tui.domain.message import Purpose
from oncall_tui.errors import Rejected
from oncall_tui.secrets import Secret
from tests.channels.make import NOW, a_message
from tests.channels.trial import Trial, canned, sent, trial
from tests.servers.sink import Canned

pytestmark = pytest.mark.anyio

QUIET = replace(a_message(), purpose=Purpose.STAND_DOWN)
HOSTILE = "@all # [your bank](https://evil.example) **now** <@&1> ||x||"
LINK = "https://desk.example/@a_b/4312"
LONG = a_message(body=f"{'*background* 🚨 ' * 4000}\n\nAsked of you: call.", url=LINK)
DANA, MALLORY = ("dana" * 7)[:26], ("mall" * 7)[:26]
POST, SECOND = ("p0st" * 7)[:26], ("q0st" * 7)[:26]
AT = 1795230250000
HER, OTHER = "1100000000000000042", "1100000000000000666"
NUMBER = "1300000000000000058"


async def shown(at: Trial, field: str, message_body: str) -> str:
    await at.channel.send(a_message(body=message_body, url=LINK))
    text = sent(at.sink.requests[0])[field]
    assert isinstance(text, str)
    return text


async def test_what_customers_wrote_is_no_markdown_and_calls_nobody_in_mattermost() -> None:
    async with trial("mattermost") as at:
        text = await shown(at, "message", HOSTILE)
    assert "@\u200ball \\# \\[your bank\\](https://evil.example) \\*\\*now\\*\\*" in text
    assert text.startswith("@dana ")
    assert text.count("@dana") == 1
    assert ":white_check_mark:" in text
    assert text.endswith(LINK)


async def test_what_customers_wrote_is_no_markdown_and_calls_nobody_in_discord() -> None:
    async with trial("discord") as at:
        text = await shown(at, "content", HOSTILE)
        written = sent(at.sink.requests[0])
    assert "\\# \\[your bank\\](https://evil.example) \\*\\*now\\*\\* \\<@\u200b&1\\> \\|\\|x\\|\\|" in text
    assert text.startswith(f"<@{HER}> ")
    assert written["allowed_mentions"] == {"parse": [], "users": [HER]}
    assert text.endswith(LINK)


@pytest.mark.parametrize(("kind", "field", "limit"), [("mattermost", "message", 4000), ("discord", "content", 2000)])
async def test_a_long_message_keeps_what_is_asked_and_the_link(kind: str, field: str, limit: int) -> None:
    async with trial(kind) as at:
        await at.channel.send(LONG)
        text = sent(at.sink.requests[0])[field]
    assert len(text.encode("utf-16-le")) // 2 <= limit
    assert "Asked of you: call." in text
    assert text.endswith(LINK)


async def test_a_stand_down_calls_nobody_by_name_and_asks_for_nothing() -> None:
    async with trial("mattermost") as at:
        await at.channel.send(QUIET)
        assert "@dana" not in sent(at.sink.requests[0])["message"]
        assert "to take it" not in sent(at.sink.requests[0])["message"]
    async with trial("discord") as at:
        await at.channel.send(QUIET)
        assert "<@" not in sent(at.sink.requests[0])["content"]
        assert sent(at.sink.requests[0])["allowed_mentions"] == {"parse": [], "users": []}


async def test_the_button_of_mattermost_is_asked_for_only_where_it_is_wanted() -> None:
    async with trial("mattermost") as at:
        plain = mattermost.Settings(url=at.sink.url, token=Secret("t"), channel=DANA, user=DANA)
        for settings in (plain, replace(plain, button=True)):
            await mattermost.build(a_message().channel, settings, lambda: NOW).send(a_message())
        without, with_button = map(sent, at.sink.requests)
    assert "metadata" not in without
    assert with_button["metadata"]["priority"]["requested_ack"] is True


async def test_a_licence_that_lacks_the_button_is_named_and_not_tried_again_and_again() -> None:
    async with trial("mattermost") as at:
        at.sink.taken = Canned(status=501, body=b'{"id": "license_error", "message": "no", "status_code": 501}')
        asking = replace(CHAT, url=at.sink.url, button=True)
        with pytest.raises(Rejected, match="leave button out"):
            await mattermost.build(a_message().channel, asking, lambda: NOW).send(a_message())


def thread(user: str = DANA, *, emoji: str = "", pressed_at: int = 0) -> Canned:
    metadata = {
        "reactions": [{"user_id": user, "emoji_name": emoji, "create_at": AT}] if emoji else None,
        "acknowledgements": [{"user_id": user, "acknowledged_at": pressed_at}],
    }
    return canned({"posts": {POST: {"user_id": MALLORY, "create_at": AT, "metadata": metadata}}})


@pytest.mark.parametrize(
    ("situation", "counts"),
    [
        (thread(emoji="eyes"), True),
        (thread(emoji="+1_light_skin_tone"), True),
        (thread(emoji="+1000"), False),
        (thread(emoji="tada"), False),
        (thread(MALLORY, emoji="eyes"), False),
        (thread(pressed_at=AT), True),
        (thread(), False),
        (thread(MALLORY, pressed_at=AT), False),
    ],
)
async def test_an_agreed_emoji_or_the_button_acknowledges_in_mattermost(situation: Canned, *, counts: bool) -> None:
    async with trial("mattermost") as at:
        found = await at.answers(situation)
    assert [one.at for one in found] == [NOW - timedelta(seconds=50)] * counts


@pytest.mark.parametrize("change", [{"delete_at": AT}, {"type": "system_join_channel"}, {"user_id": MALLORY}])
async def test_a_reply_that_is_gone_or_not_hers_acknowledges_nothing_in_mattermost(change: dict[str, object]) -> None:
    reply: dict[str, object] = {"user_id": DANA, "create_at": AT, "delete_at": 0, "message": "mine", "type": ""}
    async with trial("mattermost") as at:
        posts = {POST: {"user_id": MALLORY, "create_at": AT}}
        assert len(await at.answers(canned({"posts": posts | {SECOND: reply}}))) == 1
    async with trial("mattermost") as at:
        assert await at.answers(canned({"posts": posts | {SECOND: reply | change}})) == []


def message(*, emoji: str, number: str = NUMBER) -> dict[str, object]:
    reaction = {"emoji": {"id": None, "name": emoji}, "count": 1}
    return {"id": number, "channel_id": "1", "author": {"id": "7"}, "reactions": [reaction]}


@pytest.mark.parametrize(
    ("emoji", "users", "counts"),
    [
        ("👀", [OTHER, HER], True),
        ("👍🏽", [HER], True),
        ("👀", [OTHER], False),
        ("🎉", [HER], False),
    ],
)
async def test_an_agreed_emoji_of_hers_acknowledges_in_discord(emoji: str, users: list[str], *, counts: bool) -> None:
    async with trial("discord") as at:
        at.sink.receipts[emoji] = canned([{"id": user} for user in users])
        assert len(await at.answers(canned([message(emoji=emoji)]))) == counts
        asked = [request.path for request in at.sink.requests]
    assert f"after={int(NUMBER) - 1}&" in asked[0]
    assert any(f"/reactions/{quote(emoji)}?after={int(HER) - 1}" in path for path in asked) is (emoji != "🎉")


@pytest.mark.parametrize(("kind", "counts"), [(19, True), (6, False), (0, False)])
async def test_a_reply_counts_in_discord_and_a_pin_or_a_forward_does_not(kind: int, *, counts: bool) -> None:
    refers = {"type": kind, "author": {"id": HER}, "message_reference": {"message_id": NUMBER}}
    async with trial("discord") as at:
        later = message(emoji="🎉", number="1300000000000000060") | refers
        assert len(await at.answers(canned([later, message(emoji="🎉")]))) == counts


async def test_an_emoji_counts_however_much_was_written_since_in_discord() -> None:
    async with trial("discord") as at:
        at.sink.receipts |= {NUMBER: canned(message(emoji="✅")), "✅": canned([{"id": HER}])}
        assert len(await at.answers(canned([message(emoji="✅", number="1400000000000000000")]))) == 1


async def test_a_message_of_discords_that_was_deleted_is_not_silence() -> None:
    async with trial("discord") as at:
        at.sink.receipts[NUMBER] = Canned(status=404, body=b'{"message": "Unknown Message", "code": 10008}')
        with pytest.raises(Rejected, match="404"):
            await at.answers(canned([]))


async def test_the_same_message_has_the_same_nonce_which_is_enforced() -> None:
    async with trial("discord") as at:
        await at.channel.send(a_message())
        await at.channel.send(a_message(is_possible_duplicate=True))
        first, second = (json.loads(request.body) for request in at.sink.requests)
    assert first["nonce"] == second["nonce"]
    assert len(first["nonce"]) <= 25
    assert first["enforce_nonce"] is True


CHAT = mattermost.Settings(url="https://chat.example", token=Secret("t"), channel=DANA, user=DANA)
BOT = discord.Settings(token=Secret("t"), channel="1200000000000004711", user=HER)


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ([], CHAT),
        (["url"], replace(CHAT, url="chat.example")),
        (["channel"], replace(CHAT, channel="town-square")),
        (["user"], replace(CHAT, user="@dana")),
        ([], BOT),
        (["channel"], replace(BOT, channel="#oncall")),
        (["user"], replace(BOT, user="dana")),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(
    keys: list[str], settings: mattermost.Settings | discord.Settings
) -> None:
    assert [key for key, _ in settings.problems()] == keys

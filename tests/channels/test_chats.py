"""What ntfy, Slack, text messages, Matrix and Teams do, each in its own way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.channels import matrix, ntfy, slack, teams, twilio_sms
from oncall_tui.channels.keys import short_code
from oncall_tui.domain.message import MessageKey, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from oncall_tui.secrets import Secret
from tests.channels.make import KEY, NOW, a_message
from tests.channels.trial import canned, form, sent, trial
from tests.servers.sink import Canned

pytestmark = pytest.mark.anyio

QUIET = replace(a_message(), purpose=Purpose.STAND_DOWN)
LONG = a_message(body=f"{'background 🚨 ' * 4000}\n\nAsked of you: call.", url="https://desk.example/4312")


async def test_the_button_of_ntfy_posts_a_code_that_differs_for_every_message() -> None:
    async with trial("ntfy") as at:
        await at.channel.send(a_message())
        await at.channel.send(replace(a_message(), key=MessageKey("another")))
        await at.channel.send(QUIET)
        first, second, quiet = map(sent, at.sink.requests)
    [button] = first["actions"]
    assert button["url"].endswith("/dana-acks")
    assert button["body"] != second["actions"][0]["body"]
    assert (first["priority"], quiet["priority"]) == (5, 3)
    assert "actions" not in quiet


async def test_a_message_of_ntfy_stays_below_the_bytes_that_make_it_an_attachment() -> None:
    async with trial("ntfy") as at:
        await at.channel.send(LONG)
        text = sent(at.sink.requests[0])["message"]
    assert len(text.encode()) <= 4096
    assert text.endswith("Asked of you: call.\n\nhttps://desk.example/4312")


async def test_the_token_of_ntfys_button_is_its_own() -> None:
    settings = ntfy.Settings(
        topic=Secret("t"), acknowledgements=Secret("a"), token=Secret("mine"), button_token=Secret("write-only")
    )
    written = ntfy.build(ChannelId("d"), settings, lambda: NOW)._written(a_message())
    assert "write-only" in str(written)
    assert "mine" not in str(written)


async def test_a_day_whose_messages_are_used_up_is_not_tried_every_minute() -> None:
    async with trial("ntfy") as at:
        at.sink.taken = Canned(status=429, body=b'{"code": 42908, "http": 429, "error": "limit reached"}')
        with pytest.raises(NotSent) as caught:
            await at.channel.send(a_message())
    assert caught.value.retry_after == timedelta(hours=1)


async def test_nothing_in_a_slack_message_calls_a_whole_channel() -> None:
    async with trial("slack") as at:
        await at.channel.send(a_message(body="<!channel> <https://evil.example|your bank> & co"))
        text = sent(at.sink.requests[0])["text"]
    assert "&lt;!channel&gt; &lt;https://evil.example|your bank&gt; &amp; co" in text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("ratelimited", NotSent),
        ("internal_error", OutcomeUnknown),
        ("not_in_channel", Rejected),
        ("something_new", Rejected),
    ],
)
async def test_slack_refuses_in_the_body(error: str, kind: type[Exception]) -> None:
    async with trial("slack") as at:
        at.sink.taken = canned({"ok": False, "error": error})
        with pytest.raises(kind):
            await at.channel.send(a_message())


async def test_only_the_emoji_that_were_agreed_on_acknowledge_in_slack() -> None:
    async with trial("slack") as at:
        for name, counts in (("tada", 0), ("eyes", 1)):
            found = {"ok": True, "message": {"reactions": [{"name": name, "users": ["U0DANA"], "count": 1}]}}
            assert len(await at.answers(canned(found))) == counts


async def test_a_text_says_which_code_to_send_back_and_is_dropped_when_late() -> None:
    async with trial("twilio-sms") as at:
        await at.channel.send(LONG)
        await at.channel.send(QUIET)
        asks, quiet = map(form, at.sink.requests)
    assert f"Reply {short_code(KEY)}" in asks["Body"]
    assert len(asks["Body"].encode("utf-16-le")) // 2 <= 1600
    assert asks["ValidityPeriod"] == "900"
    assert short_code(KEY) not in quiet["Body"]


@pytest.mark.parametrize("status", [{"status": "failed"}, {"status": "queued", "error_code": 30034}])
async def test_a_text_that_twilio_takes_and_gives_up_at_once_is_refused(status: dict[str, object]) -> None:
    async with trial("twilio-sms") as at:
        at.sink.taken = replace(canned({"sid": "SM1", **status}), status=201)
        with pytest.raises(Rejected):
            await at.channel.send(a_message())


async def test_texts_are_read_from_the_day_of_greenwich_before_midnight() -> None:
    async with trial("twilio-sms") as at:
        await at.answers()
    assert "DateSent%3E=2026-11-21" in at.sink.requests[0].path


async def test_a_room_that_is_encrypted_fails_the_check() -> None:
    async with trial("matrix") as at:
        at.sink.not_yet = canned({"algorithm": "m.megolm.v1.aes-sha2"})
        at.sink.receipts["whoami"] = canned({"user_id": "@oncall:desk.example"})
        with pytest.raises(Rejected, match="encrypted"):
            await at.channel.check()


async def test_what_customers_wrote_is_no_markdown_in_teams() -> None:
    async with trial("teams") as at:
        await at.channel.send(
            a_message(body="# [click](https://evil.example)\n\n**now**", url="https://desk.example/1")
        )
        [attachment] = sent(at.sink.requests[0])["attachments"]
    card = attachment["content"]
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "The ticket", "url": "https://desk.example/1"}]


async def test_an_address_of_teams_that_shows_itself_to_the_network_is_not_used() -> None:
    settings = teams.Settings(url=Secret("http://flow.example/hunter2"))
    with pytest.raises(Rejected, match="https") as caught:
        await teams.build(ChannelId("dana-teams"), settings, lambda: NOW).send(a_message())
    assert "hunter2" not in str(caught.value)


TEXTING = twilio_sms.Settings(account=f"AC{'0' * 32}", secret=Secret("s"), from_="+12125550100", to="+13125550102")
ROOM = matrix.Settings(url="https://m.example", token=Secret("t"), room="!r:m.example", user="@dana:m.example")
SLACK = slack.Settings(token=Secret("t"), channel="C1", user="U1")


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ([], TEXTING),
        (["account"], replace(TEXTING, account="12")),
        (["from", "to"], replace(TEXTING, from_="0212", to="+0")),
        (["valid_for"], replace(TEXTING, valid_for=timedelta(hours=11))),
        ([], ROOM),
        (["room"], replace(ROOM, room="#alias:m.example")),
        (["user"], replace(ROOM, user="dana")),
        (["url"], replace(ROOM, url="http://m.example")),
        ([], SLACK),
        (["user"], replace(SLACK, user="@dana")),
        (["url"], ntfy.Settings(topic=Secret("t"), url="ntfy.sh")),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(
    keys: list[str], settings: twilio_sms.Settings | matrix.Settings | slack.Settings | ntfy.Settings
) -> None:
    assert [key for key, _ in settings.problems()] == keys


async def test_a_title_alone_is_a_message_too() -> None:
    async with trial("ntfy") as at:
        await at.channel.send(replace(a_message(body=""), title=CleanText("Test")))
    assert sent(at.sink.requests[0])["message"] == "Test"

"""What one vendor or another does in a way of its own when it is answered in."""

import json
from dataclasses import replace

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, Rejected
from tests.servers.http import Asked, Reply, http_server, reply
from tests.sources.test_writing import NOTE, NOTHING, REPLY, SOLVE
from tests.sources.writers.chatwoot import Chatwoot
from tests.sources.writers.freshdesk import Freshdesk
from tests.sources.writers.help_scout import HelpScout
from tests.sources.writers.intercom import Intercom
from tests.sources.writers.vendor import VendorDesk
from tests.sources.writers.zammad import Zammad
from tests.sources.writers.zendesk import HERE, Zendesk

pytestmark = pytest.mark.anyio


async def test_zendesk_takes_no_reply_to_a_ticket_that_changed_while_it_was_being_sent() -> None:
    desk = Zendesk()

    def busy(asked: Asked) -> Reply:
        given = desk.answer(asked)
        if asked.path == HERE and asked.method == "GET":
            desk.changed_at = "2026-11-21T03:05:59Z"  # the customer writes
        return given

    async with http_server() as server:
        server.answer_by(busy)
        source = desk.make(server.url)
        for answer in (REPLY, SOLVE):
            with pytest.raises(NotSent, match="changed while this was being sent"):
                await source.write(answer)
            desk.changed_at = "2026-11-21T03:05:30Z"
        assert (desk.words, desk.is_solved) == ([], False)
        await source.write(NOTE)
    assert [words.is_public for words in desk.words] == [False]


async def test_a_client_that_may_only_read_goes_on_reading() -> None:
    desk = Zendesk()

    def reads_only(asked: Asked) -> Reply:
        wants_more = asked.path == "/oauth/tokens" and json.loads(asked.body)["scope"] != "read"
        return reply({"error": "invalid_scope"}, 400) if wants_more else desk.answer(asked)

    async with http_server() as server:
        server.answer_by(reads_only)
        source = desk.make(server.url)
        with pytest.raises(Rejected, match="refused the credentials"):
            await source.write(NOTE)
        assert await source.find(NOTE, NOTHING) is None


async def test_a_token_that_ended_is_renewed_and_the_answer_written_once() -> None:
    desk = Zendesk()
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        await source.write(NOTE)
        refused = [Reply(status=401)]
        server.answer_by(lambda asked: refused.pop() if refused and desk.writes(asked) else desk.answer(asked))
        await source.write(replace(NOTE, text=CleanText("Once more.")))
    assert [words.text for words in desk.words] == [NOTE.text, "Once more."]


@pytest.mark.parametrize("kind", [Freshdesk, Zendesk], ids=lambda kind: kind.__name__.lower())
@pytest.mark.parametrize("status", [400, 422])
async def test_a_ticket_that_wants_a_field_filled_in_first_says_so(kind: type[VendorDesk], status: int) -> None:
    desk = kind()
    desk.fault = Reply(status=status)
    async with http_server() as server:
        server.answer_by(desk.answer)
        with pytest.raises(Rejected, match=r"does not let helpdesk:7 be solved as it stands .* a field may want"):
            await desk.make(server.url).write(SOLVE)


@pytest.mark.parametrize("kind", ["telegram personal-message", "sms", "facebook feed comment"])
async def test_zammad_sends_no_letter_to_somebody_who_did_not_write_one(kind: str) -> None:
    desk = Zammad()
    desk.kind = kind
    async with http_server() as server:
        server.answer_by(desk.answer)
        with pytest.raises(Rejected, match="did not come by mail"):
            await desk.make(server.url).write(REPLY)
    assert desk.words == []


async def test_zammad_answers_the_letter_the_customer_wrote_last() -> None:
    async with http_server() as server:
        desk = Zammad()
        server.answer_by(desk.answer)
        await desk.make(server.url).write(REPLY)
        (asked,) = [asked for asked in server.asked if asked.method == "POST"]
    article = json.loads(asked.body)
    assert article["in_reply_to"] == "<1@kobe-foods.example>"
    assert article["subject"] == "Login fails"
    assert article["content_type"] == "text/plain"


async def test_what_nobody_can_tell_from_a_tag_is_known_again_in_intercom() -> None:
    odd = replace(REPLY, text=CleanText("If a <b> c & d &lt; e,\nthen <i>press</i> <Enter>."))
    desk = Intercom()
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        for answer in (odd, replace(odd, kind=AnswerKind.NOTE)):
            receipt = await source.write(answer)
            assert await source.find(answer, NOTHING) == receipt
    assert [words.text for words in desk.words] == [odd.text] * 2


async def test_a_note_in_the_words_of_a_reply_is_not_taken_for_one_that_is_shown() -> None:
    desk = Intercom()
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        await source.write(REPLY)
        await source.write(replace(NOTE, text=REPLY.text))
    assert [words.is_public for words in desk.words] == [True, False]


async def test_a_conversation_that_is_pending_stays_so_when_help_scout_is_answered_in() -> None:
    desk = HelpScout()

    def pending(asked: Asked) -> Reply:
        given = desk.answer(asked)
        return replace(given, body=given.body.replace(b'"status": "active"', b'"status": "pending"'))

    async with http_server() as server:
        server.answer_by(lambda asked: reply({}, 400) if desk.writes(asked) else pending(asked))
        with pytest.raises(Rejected):
            await desk.make(server.url).write(REPLY)
        assert json.loads(server.asked[-1].body)["status"] == "pending"


@pytest.mark.parametrize("kind", [Chatwoot, Zendesk, Zammad], ids=lambda kind: kind.__name__.lower())
async def test_another_answers_mark_is_believed_more_than_the_words(kind: type[VendorDesk]) -> None:
    desk = kind()
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        await source.write(replace(REPLY, id=NOTE.id))
        assert await source.find(REPLY, NOTHING) is None

"""What can be known of a message that was handed over by HTTP."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Unpack

import httpx
import pytest

from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected, SourceUnreachable
from oncall_tui.http_client import (
    ANSWER_LIMIT,
    LONGEST_PAUSE,
    Content,
    PasswordAuth,
    Remote,
    TokenAuth,
    client,
    fetch,
    retry_after,
    send,
    url_problem,
)
from oncall_tui.secrets import Secret
from tests.servers import free_port
from tests.servers.http import Fault, HttpServer, Reply, http_server, reply
from tests.servers.sink import crowded_port

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
PUSH = Remote(name="dana-push", table="[[channels]]", clock=lambda: NOW, total=timedelta(seconds=30))
IMPATIENT = replace(PUSH, total=timedelta(seconds=0.3))
TOKEN = "marker-5f1c"


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


async def refusal(url: str, *, token: str = TOKEN, remote: Remote = PUSH, **content: Unpack[Content]) -> DeliveryError:
    """Return the error of a message that could not be handed over, which must not show a secret."""
    with pytest.raises(DeliveryError) as caught:
        async with client(url, auth=TokenAuth(Secret(token))) as http:
            await send(http, remote, "POST", f"send?key={TOKEN}", **content)
    assert str(caught.value).startswith("dana-push")
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None or TOKEN not in repr(caught.value.__cause__)
    return caught.value


async def test_an_answer_that_succeeded_is_for_the_caller_to_judge(server: HttpServer) -> None:
    server.answer(reply({"status": 1}, 202))
    async with client(server.url, auth=TokenAuth(Secret(TOKEN), scheme="GenieKey")) as http:
        answer = await send(http, PUSH, "POST", "send", json={"message": "Größe"})
    assert (answer.status, answer.decode(dict[str, int])) == (202, {"status": 1})
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body.decode()) == ("POST", "/send", '{"message":"Größe"}')
    assert asked.headers["authorization"] == f"GenieKey {TOKEN}"


@pytest.mark.parametrize("body", [b"", b"<html>Log in", b"[]", b'{"status": "x"}', b'{"status"'])
async def test_a_success_without_the_documented_body_proves_nothing(server: HttpServer, body: bytes) -> None:
    server.answer(Reply(body=body))
    async with client(server.url) as http:
        answer = await send(http, PUSH, "POST", "send")
    with pytest.raises(OutcomeUnknown, match="dana-push answered"):
        answer.decode(dict[str, int])


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, OutcomeUnknown),
        (302, OutcomeUnknown),
        (400, Rejected),
        (401, Rejected),
        (403, Rejected),
        (404, Rejected),
        (408, OutcomeUnknown),
        (413, Rejected),
        (422, Rejected),
        (425, NotSent),
        (429, NotSent),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, OutcomeUnknown),
        (504, OutcomeUnknown),
    ],
)
async def test_a_status_says_whether_it_may_have_been_taken(
    server: HttpServer, status: int, error: type[DeliveryError]
) -> None:
    server.answer(reply({}, status, Location="https://login.example/"))
    caught = await refusal(server.url, json={})
    assert type(caught) is error
    assert f"({status})" in str(caught)
    assert len(server.asked) == 1


async def test_a_status_the_caller_knows_comes_back_to_it(server: HttpServer) -> None:
    server.answer(reply({"errors": ["user key is invalid"]}, 400))
    async with client(server.url) as http:
        answer = await send(http, PUSH, "POST", "send", also=frozenset({400}))
    assert answer.decode(dict[str, list[str]]) == {"errors": ["user key is invalid"]}


async def test_a_pause_that_is_asked_for_is_handed_on(server: HttpServer) -> None:
    server.answer(reply({}, 429, Retry_After="7"))
    caught = await refusal(server.url)
    assert isinstance(caught, NotSent)
    assert caught.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.DRIP, Fault.HANG_UP, Fault.CUT])
async def test_once_the_request_left_nobody_knows(server: HttpServer, fault: Fault) -> None:
    server.answer(Reply(body=b"{" + b" " * 100 + b"}", fault=fault))
    remote = IMPATIENT if fault in {Fault.SILENCE, Fault.DRIP} else PUSH
    assert type(await refusal(server.url, remote=remote, json={})) is OutcomeUnknown
    assert len(server.asked) == 1


async def test_an_answer_without_end_is_not_read_to_it(server: HttpServer) -> None:
    server.answer(Reply(body=b" " * (ANSWER_LIMIT + 1)))
    caught = await refusal(server.url)
    assert type(caught) is OutcomeUnknown
    assert str(caught) == "dana-push sent more than 1 MB"


async def test_a_closed_door_is_certainly_not_sent() -> None:
    assert type(await refusal(f"http://127.0.0.1:{free_port()}")) is NotSent


async def test_a_door_nobody_opens_is_certainly_not_sent() -> None:
    with crowded_port() as port:
        caught = await refusal(f"http://127.0.0.1:{port}", remote=IMPATIENT)
    assert type(caught) is NotSent
    assert str(caught) == "dana-push did not answer within 0.1 s"


async def test_a_server_without_tls_is_certainly_not_sent(server: HttpServer) -> None:
    caught = await refusal(server.url.replace("http:", "https:"))
    assert type(caught) is NotSent
    assert server.asked == []


async def test_a_token_that_no_header_can_hold_is_no_use_to_retry(server: HttpServer) -> None:
    assert type(await refusal(server.url, token=f"{TOKEN}\nX")) is Rejected
    assert server.asked == []


@pytest.mark.parametrize("title", ["line\nbreak", "Größe", "\U0001f600"])
async def test_a_title_that_no_header_can_hold_is_no_use_to_retry(server: HttpServer, title: str) -> None:
    assert type(await refusal(server.url, headers={"Title": title})) is Rejected
    assert server.asked == []


async def test_half_a_character_is_no_use_to_retry(server: HttpServer) -> None:
    assert type(await refusal(server.url, json={"message": "\ud83d"})) is Rejected
    assert server.asked == []


async def test_nothing_of_the_environment_and_no_cookie_travels(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    server.answer(reply({}, 200, Set_Cookie="session=1; Path=/"))
    async with client(server.url, auth=PasswordAuth("ana", Secret("s:ü"))) as http:
        await send(http, PUSH, "POST", "one")
        await send(http, PUSH, "POST", "two")
    assert all("cookie" not in asked.headers for asked in server.asked)
    assert server.asked[1].headers["authorization"] == "Basic YW5hOnM6w7w="


async def test_reading_from_an_address_that_cannot_be_is_a_sentence_too() -> None:
    async with client() as http:
        with pytest.raises(SourceUnreachable, match="a character HTTP forbids"):
            await fetch(http, PUSH, "https://push.example/\x00")


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("30", timedelta(seconds=30)),
        ("0.5", timedelta(seconds=0.5)),
        ("Sat, 21 Nov 2026 03:07:00 GMT", timedelta(minutes=2)),
        ("Sat, 21 Nov 2026 03:00:00 GMT", timedelta(0)),
        ("Sat, 21 Nov 2026 03:07:00 -0000", timedelta(minutes=2)),
        ("9" * 5000, LONGEST_PAUSE),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_pause_is_read_from_seconds_or_a_date(header: str, pause: timedelta | None) -> None:
    assert retry_after({"Retry-After": header}, NOW) == pause


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://push.example", None),
        ("http://127.0.0.1:8080/x", None),
        ("http://[::1]/x", None),
        ("http://localhost", None),
        ("http://push.example", "https://"),
        ("http://127.0.0.1.evil.example", "https://"),
        ("https://ana:x@push.example", "without user and password"),
        ("push.example", "such as https://"),
        ("ftp://push.example", "such as https://"),
        ("https://push.example:port", "such as https://"),
        ("https://", "such as https://"),
    ],
)
async def test_an_address_that_shows_credentials_to_the_network_is_refused(url: str, words: str | None) -> None:
    problem = url_problem(url)
    assert problem == words or (words is not None and problem is not None and words in problem)


class Pieces(httpx.AsyncByteStream):
    """A page that comes in pieces, none of which is kept here."""

    def __init__(self, count: int, size: int) -> None:
        self._count, self._size = count, size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._count):
            yield bytes(self._size)


async def test_a_large_page_is_held_once() -> None:
    size = 128 * 65_536
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Pieces(128, 65_536)))
    async with client("https://desk.example", transport=transport) as http:
        tracemalloc.start()
        answer = await fetch(http, PUSH, "tickets")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert len(answer.body) == size
    assert most < 1.5 * size

"""What every source that speaks HTTP must do, whatever its help desk.

A source joins by a folder of payloads (``empty.json``, ``hostile.json``, and ``page-1.json`` and so on where it pages)
and a line in ``KINDS``.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import (
    OnCallError,
    SourceBusy,
    SourceGarbled,
    SourceRefused,
    SourceUnreachable,
)
from oncall_tui.ports import TicketSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot, file, intercom, redmine, rt, zammad
from tests.servers import free_port
from tests.servers.http import Fault, HttpServer, Reply, http_server, reply

pytestmark = pytest.mark.anyio

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
SECRET = "marker-5f1c"
LONG, SHORT = timedelta(seconds=30), timedelta(seconds=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of source, and how one is made for an address and a time limit."""

    name: str
    make: Callable[[str, timedelta], TicketSource]
    before_list: tuple[str, ...] = ()
    """Payloads it asks for before the list."""
    after_list: tuple[str, ...] = ()
    """Payloads it asks for once the list is complete."""
    pages: int = 0
    header: str = "authorization"
    """Where its credentials travel."""

    def payload(self, name: str) -> Reply:
        return Reply(body=(PAYLOADS / self.name / f"{name}.json").read_bytes())

    def list_of(self, *names: str) -> list[Reply]:
        return [self.payload(name) for name in (*self.before_list, *names, *self.after_list)]


def make_rt(url: str, timeout: timedelta) -> TicketSource:
    return rt.build(SourceId("helpdesk"), rt.Settings(url=url, token=Secret(SECRET), timeout=timeout), lambda: NOW)


def make_file(url: str, timeout: timedelta) -> TicketSource:
    settings = file.Settings(url=f"{url}/tickets.json?key={SECRET}", token=Secret(SECRET), timeout=timeout)
    return file.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_redmine(url: str, timeout: timedelta) -> TicketSource:
    settings = redmine.Settings(url=url, token=Secret(SECRET), timeout=timeout, email_field="Mail of the customer")
    return redmine.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_zammad(url: str, timeout: timedelta) -> TicketSource:
    settings = zammad.Settings(url=url, token=Secret(SECRET), timeout=timeout)
    return zammad.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_chatwoot(url: str, timeout: timedelta) -> TicketSource:
    settings = chatwoot.Settings(url=url, account=1, token=Secret(SECRET), timeout=timeout, statuses=("open",))
    return chatwoot.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_intercom(url: str, timeout: timedelta) -> TicketSource:
    settings = intercom.Settings(url=url, token=Secret(SECRET), timeout=timeout)
    return intercom.build(SourceId("helpdesk"), settings, lambda: NOW)


KINDS = (
    Kind(name="chatwoot", make=make_chatwoot, pages=3, header="api_access_token"),
    Kind(name="intercom", make=make_intercom, before_list=("me", "admins"), after_list=("contacts",), pages=3),
    Kind(name="zammad", make=make_zammad, before_list=("states", "priorities")),
    Kind(
        name="redmine",
        make=make_redmine,
        before_list=("me", "priorities"),
        after_list=("author",),
        pages=3,
        header="x-redmine-api-key",
    ),
    Kind(name="rt", make=make_rt, after_list=("empty",), pages=3),
    Kind(name="file", make=make_file),
)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found = request.param
    assert isinstance(found, Kind)
    return found


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


async def refusal(source: TicketSource) -> OnCallError:
    """Return the error of a read, which must be a sentence for a person and show no secret."""
    with pytest.raises(OnCallError) as caught:
        await source.open_tickets()
    assert str(caught.value).startswith("helpdesk")
    assert SECRET not in repr(caught.value)
    assert "http" not in str(caught.value)
    return caught.value


FAULTS = {
    "no permission": (Reply(status=401), SourceRefused, r"refused the credentials \(401\): renew .* helpdesk"),
    "forbidden": (Reply(status=403), SourceRefused, r"\(403\)"),
    "too many requests": (reply({}, 429, Retry_After="90"), SourceBusy, "a pause of 90 s"),
    "out of service": (
        reply({}, 503, Retry_After="Sat, 21 Nov 2026 03:07:00 GMT"),
        SourceBusy,
        "a pause of 120 s",
    ),
    "broken server": (Reply(status=500, body=b"Traceback: marker-5f1c"), SourceGarbled, r"error of its own \(500\)"),
    "gone": (Reply(status=404), SourceGarbled, r"nothing at this address \(404\)"),
    "redirect": (Reply(status=302, headers={"Location": "https://login.example/"}), SourceGarbled, "redirect"),
    "broken JSON": (Reply(body=b'{"items": [}'), SourceGarbled, "helpdesk"),
    "truncated JSON": (Reply(body=b'{"items": [{"id": "1", "sub'), SourceGarbled, "helpdesk"),
    "nested too deeply": (Reply(body=b'{"items":' + b"[" * 100_000), SourceGarbled, "helpdesk"),
    "nothing": (Reply(), SourceGarbled, "helpdesk"),
    "login page": (
        Reply(body=b"<!DOCTYPE html><title>Hotel Wi-Fi</title>", headers={"Content-Type": "text/html"}),
        SourceGarbled,
        "web page: log in to this network",
    ),
    "bad gzip": (Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}), SourceGarbled, "broke off"),
    "cut": (Reply(body=b'{"items": []}', fault=Fault.CUT), SourceGarbled, "broke off in the middle"),
    "hung up": (Reply(fault=Fault.HANG_UP), SourceUnreachable, "broke off the connection without an answer"),
}


@pytest.mark.parametrize(("fault", "error", "sentence"), FAULTS.values(), ids=FAULTS.keys())
async def test_an_answer_that_is_not_the_documented_one_becomes_a_sentence(
    kind: Kind, server: HttpServer, fault: Reply, error: type[OnCallError], sentence: str
) -> None:
    server.answer(fault)
    caught = await refusal(kind.make(server.url, LONG))
    assert type(caught) is error
    assert re.search(sentence, str(caught))


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.DRIP])
async def test_a_server_that_does_not_come_to_an_end_is_left(kind: Kind, server: HttpServer, fault: Fault) -> None:
    server.answer(Reply(body=b" " * 100, fault=fault))
    caught = await refusal(kind.make(server.url, SHORT))
    assert isinstance(caught, SourceUnreachable)
    assert str(caught) == "helpdesk did not answer within 0.2 s"


async def test_a_server_that_is_not_there_is_unreachable(kind: Kind) -> None:
    caught = await refusal(kind.make(f"http://127.0.0.1:{free_port()}", LONG))
    assert isinstance(caught, SourceUnreachable)
    assert str(caught) == "helpdesk cannot be reached: the connection was refused"


async def test_a_pause_that_is_asked_for_is_handed_on(kind: Kind, server: HttpServer) -> None:
    server.answer(reply({}, 429, Retry_After="90"))
    caught = await refusal(kind.make(server.url, LONG))
    assert isinstance(caught, SourceBusy)
    assert caught.retry_after == timedelta(seconds=90)


async def test_credentials_travel_in_a_header_only(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("empty"))
    await kind.make(server.url, LONG).open_tickets()
    for asked in server.asked:
        assert [name for name, value in asked.headers.items() if SECRET in value] == [kind.header]
        assert asked.headers[kind.header].rpartition(" ")[2].removeprefix("token=") == SECRET


async def test_an_empty_desk_is_an_empty_list(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("empty"))
    assert await kind.make(server.url, LONG).open_tickets() == []


async def test_what_strangers_wrote_is_made_harmless(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("hostile"))
    (ticket,) = await kind.make(server.url, LONG).open_tickets()
    assert ticket.id == "helpdesk:7"
    assert ticket.subject == "␛]52;c;RVZJTA==␇ [/bold] �gnp.exe"
    written = (ticket.subject, *astuple(ticket.requester), *ticket.tags, ticket.assignee, ticket.tier)
    assert not {character for text in written for character in str(text)} & set("\x1b\x07\x9b\u202e\n")
    assert ticket.requester.name == "Mal␛[2Jlory"
    assert ticket.requester.email == "mallory@evil.example"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.pages], ids=lambda kind: kind.name, indirect=True)
async def test_every_page_is_read_and_no_ticket_twice(kind: Kind, server: HttpServer) -> None:
    pages = [f"page-{number}" for number in range(1, kind.pages + 1)]
    server.answer(*kind.list_of(*pages))
    tickets = await kind.make(server.url, LONG).open_tickets()
    assert [ticket.number for ticket in tickets] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.pages], ids=lambda kind: kind.name, indirect=True)
async def test_a_page_that_fails_fails_the_whole_list(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("page-1")[: len(kind.before_list) + 1], Reply(status=500))
    assert isinstance(await refusal(kind.make(server.url, LONG)), SourceGarbled)

"""What every source that speaks HTTP must do, whatever its help desk.

A source joins by a folder of payloads (``empty.json``, ``hostile.json``, and ``page-1.json`` and so on where it pages)
and a line in ``KINDS``.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import astuple, dataclass, replace
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
from oncall_tui.sources import (
    chatwoot,
    django_helpdesk,
    file,
    freshdesk,
    front,
    github,
    gitlab,
    help_scout,
    hubspot,
    intercom,
    jira_service_management,
    redmine,
    rt,
    zammad,
    zendesk,
)
from tests.servers import free_port
from tests.servers.http import Asked, Fault, HttpServer, Reply, http_server, reply
from tests.sources.hurrying import hurried

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
    """Payloads it asks for before the list, such as a token."""
    after_list: tuple[str, ...] = ()
    """Payloads it asks for once the list is complete."""
    pages: tuple[str, ...] = ()
    """Payloads of a list of five tickets, in the order they are asked for."""
    has_links: bool = False
    """Whether a header tells that a page is not the last."""
    pause_header: str = "Retry-After"
    """Where this vendor says how long a pause it asks for."""
    header: str = "authorization"
    """Where its credentials travel."""
    called: str = "{}"
    """How it calls the ticket with a number."""

    def payload(self, name: str) -> Reply:
        headers = {"Content-Type": "application/json"}
        if self.has_links and name in self.pages[:-1]:
            headers["Link"] = '<https://acme.example/next>; rel="next"'
        return Reply(body=(PAYLOADS / self.name / f"{name}.json").read_bytes(), headers=headers)

    def list_of(self, *names: str) -> list[Reply]:
        return [self.payload(name) for name in (*self.before_list, *names, *self.after_list)]

    def failing(self, *replies: Reply) -> list[Reply]:
        return [*(self.payload(name) for name in self.before_list), *replies]


def make_rt(url: str, timeout: timedelta) -> TicketSource:
    return rt.build(SourceId("helpdesk"), rt.Settings(url=url, token=Secret(SECRET), timeout=timeout), lambda: NOW)


def make_file(url: str, timeout: timedelta) -> TicketSource:
    settings = file.Settings(url=f"{url}/tickets.json?key={SECRET}", token=Secret(SECRET), timeout=timeout)
    return file.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_help_scout(url: str, timeout: timedelta) -> TicketSource:
    settings = help_scout.Settings(url=url, client_id="app", client_secret=Secret("s3cret"), timeout=timeout)
    return help_scout.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_freshdesk(url: str, timeout: timedelta) -> TicketSource:
    return freshdesk.build(
        SourceId("helpdesk"), freshdesk.Settings(url=url, key=Secret(SECRET), timeout=timeout), lambda: NOW
    )


def make_zendesk(url: str, timeout: timedelta) -> TicketSource:
    settings = zendesk.Settings(url=url, client_id="app", client_secret=Secret("s3cret"), timeout=timeout)
    return zendesk.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_zendesk_view(url: str, timeout: timedelta) -> TicketSource:
    settings = zendesk.Settings(url=url, email="ana@acme.example", token=Secret(SECRET), view=25, timeout=timeout)
    return zendesk.build(SourceId("helpdesk"), settings, lambda: NOW)


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


def make_jira(url: str, timeout: timedelta) -> TicketSource:
    settings = jira_service_management.Settings(
        url=url, email="ana@acme.example", token=Secret(SECRET), project="SUP", timeout=timeout
    )
    return jira_service_management.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_gitlab(url: str, timeout: timedelta) -> TicketSource:
    settings = gitlab.Settings(url=url, token=Secret(SECRET), project="acme/support", timeout=timeout)
    return gitlab.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_github(url: str, timeout: timedelta) -> TicketSource:
    settings = github.Settings(url=url, token=Secret(SECRET), repository="acme/support", timeout=timeout)
    return github.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_front(url: str, timeout: timedelta) -> TicketSource:
    return front.build(
        SourceId("helpdesk"), front.Settings(url=url, token=Secret(SECRET), timeout=timeout), lambda: NOW
    )


def make_hubspot(url: str, timeout: timedelta) -> TicketSource:
    settings = hubspot.Settings(url=url, token=Secret(SECRET), timeout=timeout)
    return hubspot.build(SourceId("helpdesk"), settings, lambda: NOW)


def make_django_helpdesk(url: str, timeout: timedelta) -> TicketSource:
    settings = django_helpdesk.Settings(
        url=url, user="ana", password=Secret(SECRET), timeout=timeout, name_field="name", time_zone_field="timezone"
    )
    return django_helpdesk.build(SourceId("helpdesk"), settings, lambda: NOW)


THREE = ("page-1", "page-2", "page-3")
KINDS = (
    Kind(name="chatwoot", make=make_chatwoot, pages=THREE, header="api_access_token"),
    Kind(name="intercom", make=make_intercom, before_list=("me", "admins"), after_list=("contacts",), pages=THREE),
    Kind(name="jira-service-management", make=make_jira, before_list=("fields",), pages=THREE, called="SUP-{}"),
    Kind(name="gitlab", make=make_gitlab, after_list=("token",), pages=THREE, has_links=True),
    Kind(name="github", make=make_github, after_list=("user",), pages=THREE, has_links=True),
    Kind(name="front", make=make_front, after_list=("contact",), pages=THREE),
    Kind(
        name="hubspot",
        make=make_hubspot,
        before_list=("account", "pipelines", "owners"),
        after_list=("associations", "contacts"),
        pages=THREE,
    ),
    Kind(name="django-helpdesk", make=make_django_helpdesk, before_list=("followups",), pages=THREE),
    Kind(name="zammad", make=make_zammad, before_list=("states", "priorities")),
    Kind(
        name="redmine",
        make=make_redmine,
        before_list=("me", "priorities"),
        after_list=("author",),
        pages=THREE,
        header="x-redmine-api-key",
    ),
    Kind(name="rt", make=make_rt, after_list=("empty",), pages=("page-1", "empty", "page-2", "empty", "page-3")),
    Kind(name="file", make=make_file),
    Kind(
        name="freshdesk",
        make=make_freshdesk,
        before_list=("fields",),
        after_list=("contact", "company", "agent"),
        pages=("page-1", "page-2", "page-3"),
        has_links=True,
    ),
    Kind(
        name="help-scout",
        make=make_help_scout,
        before_list=("token",),
        after_list=("empty", "empty", "customer"),
        pages=("page-1", "page-3", "page-2", "page-1"),
        pause_header="X-RateLimit-Retry-After",
    ),
    Kind(
        name="zendesk",
        make=make_zendesk,
        before_list=("token",),
        after_list=("by-number", "users", "organizations"),
        pages=("page-1", "page-2", "page-3"),
    ),
    Kind(name="zendesk-view", make=make_zendesk_view, after_list=("by-number", "users", "organizations")),
)
AT_ONCE = tuple(replace(kind, before_list=()) for kind in KINDS if kind.before_list)
"""The same, failing at the first request, before there is a list."""


def name_of(kind: Kind) -> str:
    return f"{kind.name} at once" if kind in AT_ONCE else kind.name


@pytest.fixture(params=KINDS, ids=name_of)
def kind(request: pytest.FixtureRequest) -> Kind:
    found = request.param
    assert isinstance(found, Kind)
    return replace(found, make=lambda url, timeout: hurried(found.make(url, timeout)))


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
@pytest.mark.parametrize("kind", [*KINDS, *AT_ONCE], ids=name_of, indirect=True)
async def test_an_answer_that_is_not_the_documented_one_becomes_a_sentence(
    kind: Kind, server: HttpServer, fault: Reply, error: type[OnCallError], sentence: str
) -> None:
    server.answer(*kind.failing(fault))
    caught = await refusal(kind.make(server.url, LONG))
    assert type(caught) is error
    assert re.search(sentence, str(caught))


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.DRIP])
async def test_a_server_that_does_not_come_to_an_end_is_left(kind: Kind, server: HttpServer, fault: Fault) -> None:
    server.answer(*kind.failing(Reply(body=b" " * 100, fault=fault)))
    caught = await refusal(kind.make(server.url, SHORT))
    assert isinstance(caught, SourceUnreachable)
    assert str(caught) == "helpdesk did not answer within 0.2 s"


async def test_a_server_that_is_not_there_is_unreachable(kind: Kind) -> None:
    caught = await refusal(kind.make(f"http://127.0.0.1:{free_port()}", LONG))
    assert isinstance(caught, SourceUnreachable)
    assert str(caught) == "helpdesk cannot be reached: the connection was refused"


async def test_a_pause_that_is_asked_for_is_handed_on(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.failing(Reply(status=429, headers={kind.pause_header: "90"})))
    caught = await refusal(kind.make(server.url, LONG))
    assert isinstance(caught, SourceBusy)
    assert caught.retry_after == timedelta(seconds=90)


def carried(asked: Asked, header: str) -> str:
    """Return the credentials of a request, those of HTTP Basic in clear."""
    token = asked.headers[header].rpartition(" ")[2]
    try:
        return token + base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return token


async def test_credentials_travel_in_a_header_only(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("empty"))
    await kind.make(server.url, LONG).open_tickets()
    listing = server.asked[len(kind.before_list)]
    assert SECRET in carried(listing, kind.header)
    if kind.name != "file":  # whose address is the person's own
        assert not any(SECRET in f"{asked.path} {asked.params}" for asked in server.asked)


async def test_an_empty_desk_is_an_empty_list(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("empty"))
    assert await kind.make(server.url, LONG).open_tickets() == []


async def test_what_strangers_wrote_is_made_harmless(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of("hostile"))
    (ticket,) = await kind.make(server.url, LONG).open_tickets()
    assert ticket.id == f"helpdesk:{kind.called.format(7)}"
    assert ticket.subject == "␛]52;c;RVZJTA==␇ [/bold] �gnp.exe"
    written = (ticket.subject, *astuple(ticket.requester), *ticket.tags, ticket.assignee, ticket.tier)
    assert not {character for text in written for character in str(text)} & set("\x1b\x07\x9b\u202e\n")
    assert ticket.requester.name == "Mal␛[2Jlory"
    assert ticket.requester.email == "mallory@evil.example"


PAGING = [kind for kind in KINDS if kind.pages]


@pytest.mark.parametrize("kind", PAGING, ids=name_of, indirect=True)
async def test_every_page_is_read_and_no_ticket_twice(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.list_of(*kind.pages))
    tickets = await kind.make(server.url, LONG).open_tickets()
    assert sorted(ticket.number for ticket in tickets) == [kind.called.format(number) for number in range(1, 6)]


@pytest.mark.parametrize("kind", PAGING, ids=name_of, indirect=True)
async def test_every_page_comes_through_one_connection(kind: Kind, server: HttpServer) -> None:
    server.keeps_alive = True
    server.answer(*kind.list_of(*kind.pages))
    await kind.make(server.url, LONG).open_tickets()
    assert server.connections <= (2 if kind.before_list else 1)  # a login is a purpose of its own
    assert len(server.asked) >= len(kind.pages)


@pytest.mark.parametrize("kind", PAGING, ids=name_of, indirect=True)
async def test_a_page_that_fails_fails_the_whole_list(kind: Kind, server: HttpServer) -> None:
    server.answer(*kind.failing(kind.payload(kind.pages[0]), Reply(status=500)))
    assert isinstance(await refusal(kind.make(server.url, LONG)), SourceGarbled)

"""Every question of a source, held against what its vendor published."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlencode

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.ports import AnswerableSource, Checkable
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot
from tests.servers.http import Asked, HttpServer, Reply, http_server, reply
from tests.servers.sink import Request
from tests.sources.desks import NOW, Chatwoot, Intercom
from tests.sources.front_desk import Front
from tests.sources.github_desk import Github
from tests.sources.hurrying import hurried
from tests.sources.test_answers import answer
from tests.sources.vendors import Vendor
from tests.sources.writing import WritableVendor
from tests.specs.descriptions import OpenApi

pytestmark = pytest.mark.anyio


class ChatwootDescribed:
    """Its description leaves out the order and what was updated lately, which the server's own code knows."""

    known = ("query: sort_by is not described", "query: updated_within is not described")

    def __init__(self) -> None:
        self._whole = OpenApi("chatwoot-application.openapi.yaml", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return [one for one in self._whole.problems(request) if one not in self.known]


class FrontDescribed:
    """Its description names the query object as one parameter, which is written as several."""

    def __init__(self) -> None:
        self._whole = OpenApi("front-core.openapi.json", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return [one for one in self._whole.problems(request) if one != "query: q[statuses][] is not described"]


class IntercomDescribed:
    """Its description leaves out the order, which the vendor's guide to pages has."""

    def __init__(self) -> None:
        self._whole = OpenApi("intercom-2.15.openapi.yaml", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return [one for one in self._whole.problems(request) if one != ".sort is not described"]


class GithubDescribed:
    """Its description is that of issues alone: whoever asks, and who somebody is, is described elsewhere."""

    elsewhere = ("/user", "/users/hana-mori", "/repos/acme/support")

    def __init__(self) -> None:
        self._whole = OpenApi("github-repo-issues.openapi.yaml", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return [] if request.path in self.elsewhere else self._whole.problems(request)


class Described(Protocol):
    def problems(self, request: Request) -> Sequence[str]: ...


DESCRIBED: dict[type[Vendor], Callable[[], Described]] = {
    Chatwoot: ChatwootDescribed,
    Front: FrontDescribed,
    Github: GithubDescribed,
    Intercom: IntercomDescribed,
}


async def everything_a_source_asks(kind: type[Vendor]) -> list[Request]:
    """Return the questions for a desk of several pages, for what changed, for a thread and for a check."""
    desk = kind(range(1, 2 * kind.page + 2))
    async with http_server() as server:
        is_whole = isinstance(desk, WritableVendor)  # answers everything by itself
        server.answer_by(lambda asked: (None if is_whole else elsewhere(asked)) or desk.answer(asked))
        source = hurried(desk.make(server.url))
        await source.open_tickets()
        await source.open_tickets()
        await source.thread(TicketId("helpdesk:1"))
        await check(kind, server)
        if isinstance(desk, WritableVendor):
            await write_everything(desk, server)
        return [as_request(asked) for asked in server.asked]


def elsewhere(asked: Asked) -> Reply | None:
    """Answer what is asked outside the list."""
    if asked.path.endswith("/messages"):
        first = {"id": 20, "content": "Hello", "message_type": 0, "created_at": 1795225800}
        return reply({"payload": [] if "before" in asked.params else [first]})
    if asked.path.startswith("/conversations/") and asked.method == "GET":
        return reply({"id": "1"})
    return reply({"email": "ana@acme.example"}) if asked.path.endswith("/profile") else None


async def write_everything(desk: WritableVendor, server: HttpServer) -> None:
    source = desk.make(server.url)
    assert isinstance(source, AnswerableSource)
    for place, kind in enumerate(AnswerKind):
        if kind in source.can:
            wanted = answer(desk.name(1), kind, "Hello" if kind.has_words else "", name=f"a{place}")
            await source.write(wanted)
            assert await source.find(wanted, frozenset()) is not None


async def check(kind: type[Vendor], server: HttpServer) -> None:
    source = kind([]).make(server.url)
    if isinstance(source, chatwoot.ChatwootSource):
        every = chatwoot.Settings(url=server.url, account=1, token=Secret("x"))
        await chatwoot.build(SourceId("helpdesk"), every, lambda: NOW).open_tickets()
    assert isinstance(source, Checkable)
    await source.check()


def as_request(asked: Asked) -> Request:
    query = f"?{urlencode(asked.params)}" if asked.params else ""
    return Request(method=asked.method, path=asked.path + query, headers=asked.headers, body=asked.body)


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda kind: kind.__name__.lower())
async def test_every_question_is_as_the_vendor_describes_it(kind: type[Vendor]) -> None:
    described = DESCRIBED[kind]()
    requests = await everything_a_source_asks(kind)
    assert len(requests) >= 6
    assert [(one.path, problem) for one in requests for problem in described.problems(one)] == []


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda kind: kind.__name__.lower())
async def test_a_question_that_is_not_as_described_is_noticed(kind: type[Vendor]) -> None:
    described = DESCRIBED[kind]()
    for one in await everything_a_source_asks(kind):
        if kind is Github and one.path in GithubDescribed.elsewhere:
            continue
        assert described.problems(replace(one, path=f"{one.path.partition('?')[0]}?volume=loud"))
        assert described.problems(replace(one, path="/nowhere"))
        if one.body:
            assert described.problems(replace(one, body=b'{"pagination": {"per_page": "many"}}'))

"""A person's login: ended at this machine by nobody else, kept for nobody else, renewed before it is used."""

import asyncio
import json
import os
import stat
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import SourceRefused, SourceUnreachable
from oncall_tui.secrets import Secret
from oncall_tui.sources.zendesk import Settings, ZendeskSource, build
from tests.servers import free_port
from tests.servers.http import Asked, HttpServer, Reply, http_server, reply
from tests.sources.writers.desk import NOW

pytestmark = pytest.mark.anyio


@dataclass
class Vendor:
    """A Zendesk whose tokens live half an hour, each refresh token for one use."""

    file: Path
    refresh: str = "r0"
    access: str = ""
    issued: int = 0
    now: datetime = NOW
    stored_before_use: list[bool] = field(default_factory=list)
    challenge: str = ""

    def source(self, server: HttpServer, secret: Secret | None = None, port: int = 47113) -> ZendeskSource:
        settings = Settings(url=server.url, client_id="app", client_secret=secret, login=self.file, login_port=port)
        return build(SourceId("zd"), settings, lambda: self.now)

    def log_in_before(self) -> None:
        self.file.write_text(json.dumps({"access": "a0", "refresh": "r0", "until": self.now.timestamp() + 60}))
        self.access = "a0"

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/oauth/tokens":
            return self.tokens(json.loads(asked.body))
        self.stored_before_use.append(self.access in self.file.read_text() if self.file.exists() else False)
        if asked.headers["authorization"] != f"Bearer {self.access}":
            return Reply(status=401)
        if asked.path.endswith("/me.json"):
            return reply({"user": {"id": 4, "name": "Ana Ruiz"}})
        return reply({"results": [], "meta": {"has_more": False}})

    def tokens(self, asked: dict[str, str]) -> Reply:
        is_code = asked["grant_type"] == "authorization_code" and asked["code"] == "c0d3"
        if is_code:
            digest = sha256(asked["code_verifier"].encode()).digest()
            is_code = urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge
        if not is_code and asked.get("refresh_token") != self.refresh:
            return reply({"error": "invalid_grant"}, 400)
        self.issued += 1
        self.access, self.refresh = f"a{self.issued}", f"r{self.issued}"
        return reply({"access_token": self.access, "refresh_token": self.refresh, "expires_in": 1800})


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    return Vendor(tmp_path / "secrets" / "login")


@pytest.fixture
def logged_in(tmp_path: Path) -> Vendor:
    known = Vendor(tmp_path / "login")
    known.log_in_before()
    return known


def kept(vendor: Vendor) -> dict[str, object]:
    found = json.loads(vendor.file.read_text())
    assert isinstance(found, dict)
    return found


async def visit(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.get(f"http://127.0.0.1:{port}{path}")


async def begun(source: ZendeskSource, told: list[str]) -> "asyncio.Task[None]":
    """Let a person begin to log in, and return once she was told how."""
    shown = asyncio.Event()

    def show(text: str) -> None:
        told.append(text)
        shown.set()

    login = asyncio.create_task(source.log_in(show))
    await shown.wait()
    return login


async def led_to(port: int) -> tuple[str, dict[str, str]]:
    """Return the vendor's page a browser is led to, and what that is asked."""
    there = await visit(port, "/")
    assert there.status_code == 302
    page, _, query = there.headers["location"].partition("?")
    return page, {name: values[0] for name, values in parse_qs(query).items()}


async def test_a_person_logs_in_with_a_browser_and_the_login_is_kept_for_nobody_else(vendor: Vendor) -> None:
    port, told = free_port(), list[str]()
    async with http_server() as server:
        server.answer_by(vendor)
        source = vendor.source(server, port=port)
        assert source.needs_login
        login = await begun(source, told)
        page, asked = await led_to(port)
        assert page == f"{server.url}/oauth/authorizations/new"
        assert (asked["code_challenge_method"], asked["redirect_uri"]) == ("S256", f"http://127.0.0.1:{port}/callback")
        vendor.challenge = asked["code_challenge"]
        ended = await visit(port, f"/callback?code=c0d3&state={asked['state']}")
        await login
        assert "logged in" in ended.text
        assert told == [f"Open http://127.0.0.1:{port}/ in a browser on this machine and log in there."]
        assert not source.needs_login
        assert await source.check() == "Zendesk answers Ana Ruiz: its tickets can be read"
    assert (kept(vendor)["access"], kept(vendor)["refresh"]) == ("a1", "r1")
    assert stat.S_IMODE(vendor.file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "forged",
    ["/callback?code=evil", "/callback?code=evil&state=guess", "/callback?state=é", "/elsewhere", "/callback?%ff"],
)
async def test_nobody_else_can_end_a_login(vendor: Vendor, forged: str) -> None:
    port = free_port()
    async with http_server() as server:
        login = await begun(vendor.source(server, port=port), [])
        assert (await visit(port, forged)).status_code == 404
        assert not login.done()
        login.cancel()
    assert server.asked == []


async def test_a_person_who_says_no_changes_nothing(vendor: Vendor) -> None:
    port = free_port()
    async with http_server() as server:
        source = vendor.source(server, port=port)
        login = await begun(source, [])
        _, asked = await led_to(port)
        await visit(port, f"/callback?error=access_denied&state={asked['state']}")
        with pytest.raises(SourceRefused, match="nothing was changed"):
            await login
    assert not vendor.file.exists()


async def test_a_port_that_is_taken_is_named(vendor: Vendor) -> None:
    async with http_server() as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(SourceUnreachable, match=f"port {port} of this machine is taken"):
            await vendor.source(server, port=port).log_in(lambda _: None)


async def test_a_token_is_renewed_before_it_ends_and_stored_before_it_is_used(logged_in: Vendor) -> None:
    async with http_server() as server:
        server.answer_by(logged_in)
        source = logged_in.source(server)
        for _ in range(4):
            await source.open_tickets()
            logged_in.now += timedelta(minutes=20)
    assert logged_in.issued == 2
    assert all(logged_in.stored_before_use)
    assert kept(logged_in)["refresh"] == "r2"


async def test_a_token_that_was_withdrawn_is_renewed_once(logged_in: Vendor) -> None:
    async with http_server() as server:
        server.answer_by(logged_in)
        logged_in.access = "another"
        await logged_in.source(server).open_tickets()
    assert (logged_in.issued, kept(logged_in)["access"]) == (1, "a1")


async def test_two_processes_share_a_login(logged_in: Vendor) -> None:
    async with http_server() as server:
        server.answer_by(logged_in)
        sources: Sequence[ZendeskSource] = [logged_in.source(server) for _ in range(2)]
        for source in sources:
            await source.open_tickets()
        for _ in range(3):
            logged_in.now += timedelta(minutes=31)
            for source in sources:
                await source.open_tickets()
    assert logged_in.issued == 3


async def test_everything_a_source_asks_at_once_renews_only_once(logged_in: Vendor) -> None:
    logged_in.now += timedelta(hours=1)
    async with http_server() as server:
        server.answer_by(logged_in)
        source = logged_in.source(server)
        await asyncio.gather(*(source.check() for _ in range(5)))
    assert logged_in.issued == 1


async def test_a_login_that_has_ended_says_how_to_log_in_again(logged_in: Vendor) -> None:
    logged_in.now += timedelta(days=40)
    logged_in.refresh = "withdrawn"
    async with http_server() as server:
        server.answer_by(logged_in)
        with pytest.raises(SourceRefused, match=r"has ended \(400\); log in again .* with oncall-tui connect"):
            await logged_in.source(server).open_tickets()
    assert kept(logged_in)["refresh"] == "r0"


@pytest.mark.parametrize("content", ["", "{", '{"access": 7}', "[]"])
async def test_a_file_that_holds_no_login_is_nobody_logged_in(logged_in: Vendor, content: str) -> None:
    logged_in.file.write_text(content)
    async with http_server() as server:
        source = logged_in.source(server)
        assert source.needs_login
        with pytest.raises(SourceRefused, match="nobody is logged in"):
            await source.open_tickets()


async def test_a_disk_that_takes_nothing_keeps_nobody_from_working(logged_in: Vendor) -> None:
    logged_in.now += timedelta(hours=1)
    blocked = logged_in.file.with_name(f"{logged_in.file.name}.{os.getpid()}.new")
    blocked.mkdir()
    async with http_server() as server:
        server.answer_by(logged_in)
        source = logged_in.source(server)
        await source.open_tickets()
        assert kept(logged_in)["access"] == "a0"
        blocked.rmdir()
        logged_in.now += timedelta(hours=1)
        await source.open_tickets()
    assert (logged_in.issued, kept(logged_in)["access"]) == (2, "a2")

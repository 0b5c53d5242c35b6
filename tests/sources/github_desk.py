"""A repository of GitHub on loopback."""

import json
import re
from datetime import UTC, datetime

from oncall_tui.ports import TicketSource
from oncall_tui.sources import github
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor

HANA = {"id": 31, "login": "hana-mori"}
ANA = {"id": 4, "login": "ana-ruiz"}
ENDS = "2026-12-24 10:00:00 UTC"


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Github(WritableVendor):
    """Lists by the latest change, pull requests and all, and knows the answers it gave before."""

    page = 100
    called_by = ("number",)
    account = "ben-okafor"
    own_account = "ana-ruiz"
    may_write = ("ana-ruiz", "ben-okafor")

    def make(self, url: str) -> TicketSource:
        settings = github.Settings(url=url, token=TOKEN, repository="acme/support")
        return github.build(SOURCE, settings, self.clock)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": 70_000 + called,
            "number": called,
            "title": "The printer is on fire",
            "body": "It burns",
            "state": "open",
            "labels": [{"name": "printer"}, {"name": "priority: high"}],
            "user": HANA,
            "author_association": "NONE",
            "assignees": [],
            "milestone": {"due_on": "2026-11-30T08:00:00Z"},
            "comments": 0,
            "html_url": f"https://github.example/acme/support/issues/{called}",
            "created_at": at,
            "updated_at": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def owner(self, number: int) -> str:
        found = self.tickets[number]["assignees"]
        assert isinstance(found, list)
        return str(found[0]["login"]) if found else ""

    def is_solved(self, number: int) -> bool:
        return self.tickets[number].get("state") == "closed"

    def words(self, number: int) -> list[tuple[str, bool]]:
        return [(str(comment["body"]).partition("\n\n<!--")[0], True) for comment in self.said.get(number, [])]

    def answer(self, asked: Asked) -> Reply:
        assert asked.headers["x-github-api-version"] == "2022-11-28"
        known: dict[str, object] = {
            "/user": ANA,
            "/users/hana-mori": {**HANA, "name": "Hana Mori", "email": None, "company": "Kobe Foods"},
            "/repos/acme/support": {"full_name": "acme/support", "open_issues_count": len(self.tickets)},
        }
        if asked.path in known:
            return reply(known[asked.path], GitHub_Authentication_Token_Expiration=ENDS)
        at = re.fullmatch(r"/repos/acme/support/issues(?:/([0-9]+)(/comments|/assignees)?)?", asked.path)
        if at is None or (at[1] is not None and int(at[1]) not in self.tickets):
            return Reply(status=404)
        if at[1] is None:
            return self.listing(asked)
        called = int(at[1])
        if at[2] == "/comments":
            return self.comments(called, asked)
        return self.assigned(called, asked) if at[2] else self.about(called, asked)

    def listing(self, asked: Asked) -> Reply:
        wanted = asked.params
        found = sorted(
            (
                ticket
                for called, ticket in self.tickets.items()
                if str(ticket.get("updated_at")) >= wanted.get("since", "")
                if wanted["state"] == "all" or not self.is_solved(called)
            ),
            key=lambda ticket: str(ticket.get("updated_at")),
        )
        size = max(self.page, int(wanted["per_page"])) if self.page > 1 else 1
        place = int(wanted.get("page", "1"))
        page = found[(place - 1) * size :][:size]
        tag = f'"{hash(json.dumps(page))}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(status=304)
        given = self.given(page, page)
        link = f'<https://github.example/>; rel="{"last" if place * size >= len(found) else "next"}"'
        return Reply(body=given.body, headers={"Content-Type": "application/json", "Link": link, "ETag": tag})

    def about(self, called: int, asked: Asked) -> Reply:
        if asked.method == "PATCH":
            assert body(asked) == {"state": "closed", "state_reason": "completed"}
            self.tickets[called] |= {"state": "closed", "updated_at": iso(self.now.timestamp())}
        return reply(self.tickets[called])

    def assigned(self, called: int, asked: Asked) -> Reply:
        wanted = body(asked)["assignees"]
        assert isinstance(wanted, list)
        self.tickets[called]["assignees"] = [{"login": login} for login in wanted if login in self.may_write]
        return reply(self.tickets[called], 201)

    def comments(self, called: int, asked: Asked) -> Reply:
        said = self.said.setdefault(called, [])
        if asked.method == "GET":
            first = 100 * (int(asked.params["page"]) - 1)
            return reply(said[first:][:100])
        at = iso(self.now.timestamp())
        said.append(
            {
                "id": 90 + len(said),
                "body": body(asked)["body"],
                "user": ANA,
                "author_association": "MEMBER",
                "created_at": at,
            }
        )
        self.tickets[called] |= {"comments": len(said), "updated_at": at}
        return reply(said[-1], 201)

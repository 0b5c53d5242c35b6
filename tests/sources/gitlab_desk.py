"""A project of GitLab on loopback."""

import re
from datetime import UTC, datetime

from oncall_tui.ports import TicketSource
from oncall_tui.sources import gitlab
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor

ANA = {"id": 4, "username": "ana", "name": "Ana Ruiz"}
BEN = {"id": 5, "username": "ben", "name": "Ben Okafor"}
BOT = {"id": 9, "username": "support-bot", "name": "GitLab Support Bot"}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Gitlab(WritableVendor):
    """Lists by the latest change, and takes a condition on it; notes are public or internal."""

    page = 100
    called_by = ("iid",)
    account = "ben"
    own_account = "ana"

    def make(self, url: str) -> TicketSource:
        settings = gitlab.Settings(url=url, token=TOKEN, project="acme/support")
        return gitlab.build(SOURCE, settings, self.clock)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": 70_000 + called,
            "iid": called,
            "title": "The printer is on fire",
            "description": "It burns",
            "state": "opened",
            "labels": ["printer", "priority::2"],
            "author": BOT,
            "assignees": [],
            "due_date": "2026-11-30",
            "user_notes_count": 0,
            "severity": "UNKNOWN",
            "service_desk_reply_to": "hana@kobe-foods.example",
            "web_url": f"https://gitlab.example/acme/support/-/issues/{called}",
            "created_at": at,
            "updated_at": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def owner(self, number: int) -> str:
        found = self.tickets[number]["assignees"]
        assert isinstance(found, list)
        return str(found[0]["username"]) if found else ""

    def is_solved(self, number: int) -> bool:
        return self.tickets[number].get("state") == "closed"

    def words(self, number: int) -> list[tuple[str, bool]]:
        return [(str(note["body"]), not note["internal"]) for note in self.said.get(number, [])]

    def answer(self, asked: Asked) -> Reply:
        known: dict[str, object] = {
            "/api/v4/user": ANA,
            "/api/v4/users": [one for one in (ANA, BEN) if one["username"] == asked.params.get("username")],
            "/api/v4/personal_access_tokens/self": {"expires_at": "2026-12-24"},
        }
        if asked.path in known:
            return reply(known[asked.path])
        at = re.fullmatch(r"/api/v4/projects/acme%2Fsupport(?:/issues(?:/([0-9]+)(/notes)?)?)?", asked.path)
        assert at is not None, asked.path
        if at[1] is None:
            is_list = asked.path.endswith("/issues")
            return self.listing(asked) if is_list else reply({"path_with_namespace": "acme/support"})
        if int(at[1]) not in self.tickets:
            return Reply(status=404)
        return self.notes(int(at[1]), asked) if at[2] else self.about(int(at[1]), asked)

    def listing(self, asked: Asked) -> Reply:
        wanted = asked.params
        assert (wanted["order_by"], wanted["sort"], wanted["scope"]) == ("updated_at", "asc", "all")
        found = sorted(
            (
                ticket
                for called, ticket in self.tickets.items()
                if str(ticket.get("updated_at")) >= wanted.get("updated_after", "")
                if wanted["state"] == "all" or not self.is_solved(called)
            ),
            key=lambda ticket: str(ticket.get("updated_at")),
        )
        size = max(self.page, int(wanted["per_page"]))
        page = found[(int(wanted["page"]) - 1) * size :][:size]
        is_last = int(wanted["page"]) * size >= len(found)
        given = self.given(page, page)
        link = f'<https://gitlab.example/>; rel="{"last" if is_last else "next"}"'
        return Reply(body=given.body, headers={"Content-Type": "application/json", "Link": link})

    def about(self, called: int, asked: Asked) -> Reply:
        if asked.method == "PUT":
            wanted = body(asked)
            if "assignee_ids" in wanted:
                self.tickets[called]["assignees"] = [one for one in (ANA, BEN) if [one["id"]] == wanted["assignee_ids"]]
            if wanted.get("state_event") == "close":
                self.tickets[called]["state"] = "closed"
        return reply(self.tickets[called])

    def notes(self, called: int, asked: Asked) -> Reply:
        said = self.said.setdefault(called, [])
        if asked.method == "GET":
            assert asked.params["sort"] == "desc"
            return reply(said[::-1])
        content = body(asked)
        internal = content.get("internal", False)
        at = iso(self.now.timestamp())
        said.append(
            {
                "id": 90 + len(said),
                "body": content["body"],
                "internal": internal,
                "author": ANA,
                "system": False,
                "created_at": at,
            }
        )
        self.tickets[called] |= {"user_notes_count": len(said), "updated_at": at}
        return reply(said[-1], 201)

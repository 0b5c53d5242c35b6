"""Zammad, as its REST interface answers an agent."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import zammad
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP
from tests.sources.writers.vendor import VendorDesk

API = "/api/v1"


class Zammad(VendorDesk):
    """Keeps an article's preferences."""

    kind = "email"
    """How the customer wrote."""

    def make(self, url: str) -> AnswerableSource:
        return zammad.build(SourceId("helpdesk"), zammad.Settings(url=url, token=Secret(SECRET)), lambda: NOW)

    def do(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        if asked.path == f"{API}/ticket_articles":
            assert body["ticket_id"] == 7
            assert not body["internal"] or body["type"] == "note"  # an internal email is sent all the same
            is_public = body["type"] == "email" and body["to"] == "Hana Mori <hana@kobe-foods.example>"
            called = self.say(body["body"], is_public=is_public, key=body["preferences"]["oncall_tui"])
            return reply({"id": called, "internal": not self.words[-1].is_public}, 201)
        self.owner = str(body.get("owner_id", self.owner))
        self.is_solved = self.is_solved or body.get("state_id") == 4
        return reply(self.ticket())

    def ticket(self) -> dict[str, object]:
        return {
            "id": 7,
            "title": "Login fails",
            "customer_id": 31,
            "owner_id": int(self.owner or 1),
            "state_id": 4 if self.is_solved else 2,
            "updated_at": STAMP,
        }

    def show(self, asked: Asked) -> Reply:
        states = [{"id": 2, "state_type": "open"}, {"id": 9, "state_type": "merged"}, {"id": 4, "state_type": "closed"}]
        shown: dict[str, object] = {
            "/tickets/7": self.ticket(),
            "/ticket_states": states,
            "/ticket_priorities": [],
            "/users/me": {"id": 4, "login": "ana"},
            "/users/31": {"id": 31, "email": "hana@kobe-foods.example", "firstname": "Hana"},
            "/users/search": [{"id": 5, "email": "Ana@acme.example", "login": "ana"}],
            "/ticket_articles/by_ticket/7": self.articles(),
        }
        if asked.params.get("full") and asked.path == f"{API}/tickets/7":
            assets = {"Ticket": {"7": self.ticket()}, "User": {"31": shown["/users/31"]}}
            return reply({"id": 7, "assets": assets})
        path = asked.path.removeprefix(API)
        return reply(shown[path]) if path in shown else Reply(status=404)

    def articles(self) -> list[dict[str, object]]:
        opening: dict[str, object] = {
            "id": 1,
            "from": "Hana Mori <hana@kobe-foods.example>",
            "subject": "Login fails",
            "message_id": "<1@kobe-foods.example>",
            "body": "Help.",
            "content_type": "text/plain",
            "type": self.kind,
            "sender": "Customer",
            "internal": False,
            "created_at": "2026-11-21T01:00:00Z",
        }
        ours: list[dict[str, object]] = [
            {
                "id": number,
                "from": "Ana Ruiz",
                "body": words.text,
                "content_type": "text/plain",
                "type": "email" if words.is_public else "note",
                "sender": "Agent",
                "internal": not words.is_public,
                "preferences": {"oncall_tui": words.key} if words.key else {},
                "created_at": STAMP,
            }
            for number, words in enumerate(self.words, start=100)
        ]
        return [opening, *ours]

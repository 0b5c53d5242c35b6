"""Freshdesk, as its API v2 answers an agent."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import freshdesk
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words
from tests.sources.writers.vendor import VendorDesk, shown

HERE = "/api/v2/tickets/7"


class Freshdesk(VendorDesk):
    """Takes words as HTML, and gives them back as text too."""

    def make(self, url: str) -> AnswerableSource:
        return freshdesk.build(SourceId("helpdesk"), freshdesk.Settings(url=url, key=Secret(SECRET)), lambda: NOW)

    def do(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        match asked.path.removeprefix(HERE):
            case "/reply" | "/notes" as what:
                is_public = what == "/reply" or not body.get("private", True)
                number = self.say(shown(body["body"]), is_public=is_public)
                return reply(self.entry(number, self.words[-1]), 201)
            case "":
                self.owner = str(body.get("responder_id", self.owner))
                self.is_solved = self.is_solved or body.get("status") == 4
                return reply(self.ticket())
        return Reply(status=404)

    def show(self, asked: Asked) -> Reply:
        ours = [self.entry(number, words) for number, words in enumerate(self.words, start=100)]
        mail = asked.params.get("email")
        known: dict[str, object] = {
            HERE: self.ticket(),
            f"{HERE}/conversations": ours,
            "/api/v2/agents/me": {"id": 4},
            "/api/v2/agents": [{"id": 5, "contact": {"email": mail}}] if mail == "ana@acme.example" else [],
            "/api/v2/ticket_fields": [],
        }
        return reply(known[asked.path]) if asked.path in known else Reply(status=404)

    def ticket(self) -> dict[str, object]:
        return {
            "id": 7,
            "status": 4 if self.is_solved else 2,
            "responder_id": int(self.owner) if self.owner else None,
            "requester_id": 31,
            "requester": {"id": 31, "name": "Hana Mori", "email": "hana@kobe-foods.example"},
            "description_text": "Help.",
            "created_at": "2026-11-21T01:00:00Z",
            "updated_at": STAMP,
        }

    def entry(self, number: int, words: Words) -> dict[str, object]:
        return {
            "id": number,
            "body_text": words.text,
            "incoming": False,
            "private": not words.is_public,
            "user_id": 4,
            "created_at": STAMP,
        }

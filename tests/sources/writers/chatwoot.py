"""Chatwoot, as its application interface answers an agent."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, Words
from tests.sources.writers.vendor import VendorDesk

API = "/api/v1/accounts/1"
HERE = f"{API}/conversations/7"
AT = int(NOW.timestamp()) + 30


class Chatwoot(VendorDesk):
    """Keeps the attributes of a message, as servers of today do."""

    def make(self, url: str) -> AnswerableSource:
        settings = chatwoot.Settings(url=url, account=1, token=Secret(SECRET))
        return chatwoot.build(SourceId("helpdesk"), settings, lambda: NOW)

    def do(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        match asked.path.removeprefix(HERE):
            case "/messages":
                assert not body.get("source_id")  # it would not be sent
                mark = body["content_attributes"]["oncall_tui"]
                number = self.say(body["content"], is_public=not body["private"], key=mark)
                return reply(self.message(number, self.words[-1]))
            case "/assignments":
                self.owner = str(body["assignee_id"])
                return reply({"id": body["assignee_id"]})
            case "/toggle_status":
                self.is_solved = body["status"] == "resolved"
                return reply({"payload": {"success": True, "current_status": body["status"]}})
        return Reply(status=404)

    def show(self, asked: Asked) -> Reply:
        shown: dict[str, object] = {
            "/api/v1/profile": {"id": 4},
            f"{API}/agents": [{"id": 5, "email": "ana@acme.example"}],
            HERE: {
                "id": 7,
                "status": "resolved" if self.is_solved else "open",
                "meta": {"sender": {"name": "Hana Mori"}, "assignee": {"id": int(self.owner)} if self.owner else None},
            },
        }
        if asked.path == f"{HERE}/messages":
            opening = {"id": 1, "content": "Help.", "message_type": 0, "created_at": AT - 7200}
            ours = [self.message(number, words) for number, words in enumerate(self.words, start=100)]
            return reply({"payload": [] if "before" in asked.params else [opening, *ours]})
        return reply(shown[asked.path]) if asked.path in shown else Reply(status=404)

    def message(self, number: int, words: Words) -> dict[str, object]:
        return {
            "id": number,
            "content": words.text,
            "message_type": 1,
            "private": not words.is_public,
            "content_attributes": {"oncall_tui": words.key} if words.key else {},
            "created_at": AT,
        }

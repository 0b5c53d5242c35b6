"""Intercom, as its API answers an app of an admin."""

import json
from html import escape

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import intercom
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, Words
from tests.sources.writers.vendor import VendorDesk, shown

HERE = "/conversations/7"
AT = int(NOW.timestamp()) + 30


class Intercom(VendorDesk):
    """Gives words back as HTML, or as text where that is asked for."""

    def make(self, url: str) -> AnswerableSource:
        return intercom.build(SourceId("helpdesk"), intercom.Settings(url=url, token=Secret(SECRET)), lambda: NOW)

    def writes(self, asked: Asked) -> bool:
        return asked.method != "GET" and asked.path != "/contacts/search"

    def do(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        if asked.path not in {f"{HERE}/reply", f"{HERE}/parts"}:
            return Reply(status=404)
        match body["message_type"]:
            case "comment" | "note" as kind:
                self.say(shown(body["body"]), is_public=kind == "comment")
            case "assignment":
                self.owner = body["assignee_id"]
            case "close":
                self.is_solved = True
        return reply(self.conversation(is_html=True))

    def show(self, asked: Asked) -> Reply:
        known: dict[str, object] = {
            "/me": {"type": "admin", "id": "4", "app": {"id_code": "abc12"}},
            "/admins": {"admins": [{"id": "4", "email": "sam@acme.example"}, {"id": "5", "email": "ana@acme.example"}]},
            "/contacts/search": {"data": [{"id": "c31", "name": "Hana Mori"}]},
            HERE: self.conversation(is_html=asked.params.get("display_as") != "plaintext"),
        }
        return reply(known[asked.path]) if asked.path in known else Reply(status=404)

    def conversation(self, *, is_html: bool) -> dict[str, object]:
        parts = [self.part(number, words, is_html=is_html) for number, words in enumerate(self.words, start=100)]
        return {
            "type": "conversation",
            "id": "7",
            "state": "closed" if self.is_solved else "open",
            "admin_assignee_id": int(self.owner) if self.owner else None,
            "created_at": AT - 7200,
            "source": {"body": "<p>Help.</p>", "author": {"type": "user", "id": "c31", "name": "Hana Mori"}},
            "conversation_parts": {"conversation_parts": parts},
        }

    def part(self, number: int, words: Words, *, is_html: bool) -> dict[str, object]:
        body = f"<p>{escape(words.text)}</p>".replace("\n", "<br>") if is_html else words.text
        return {
            "id": str(number),
            "part_type": "comment" if words.is_public else "note",
            "body": body,
            "author": {"type": "admin", "id": "4", "name": "Ana Ruiz"},
            "created_at": AT,
        }

"""Zendesk, as its Support API answers an OAuth client."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import zendesk
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words
from tests.sources.writers.vendor import VendorDesk, shown

API = "/api/v2"
HERE = f"{API}/tickets/7.json"
GRANT = "/oauth/tokens"


class Zendesk(VendorDesk):
    """Keeps the metadata of updates, and lets only a token write that may."""

    changed_at = STAMP

    def make(self, url: str) -> AnswerableSource:
        settings = zendesk.Settings(url=url, client_id="app", client_secret=Secret(SECRET))
        return zendesk.build(SourceId("helpdesk"), settings, lambda: NOW)

    def writes(self, asked: Asked) -> bool:
        return asked.method != "GET" and asked.path != GRANT

    def do(self, asked: Asked) -> Reply:
        if asked.path != HERE:
            return Reply(status=404)
        assert asked.headers["authorization"] == "Bearer read write"
        update = json.loads(asked.body)["ticket"]
        if update.get("safe_update") and update["updated_stamp"] != self.changed_at:
            return reply({"error": "UpdateConflict"}, 409)
        self.owner = str(update.get("assignee_id", self.owner))
        self.is_solved = self.is_solved or update.get("status") == "solved"
        events: list[dict[str, object]] = []
        if "comment" in update:
            comment = update["comment"]
            key = update["metadata"]["oncall_tui"]
            number = self.say(shown(comment["html_body"]), is_public=comment.get("public", True), key=key)
            events = [{"id": 1, "type": "Change"}, {**self.comment(number, self.words[-1]), "type": "Comment"}]
        return reply({"ticket": self.ticket(), "audit": {"id": 9, "events": events}})

    def show(self, asked: Asked) -> Reply:
        if asked.path == GRANT:
            return reply({"access_token": json.loads(asked.body)["scope"], "expires_in": 1800})
        comments = [self.comment(number, words) for number, words in enumerate(self.words, start=100)]
        users = [{"id": 4, "name": "Ana", "role": "agent"}, {"id": 31, "name": "Hana Mori", "role": "end-user"}]
        mail = asked.params.get("query", "").removeprefix("email:")
        known: dict[str, object] = {
            HERE: {"ticket": self.ticket()},
            f"{API}/tickets/7/comments.json": {"comments": comments, "users": users},
            f"{API}/tickets/show_many.json": {"tickets": [self.ticket()] if asked.params.get("ids") == "7" else []},
            f"{API}/users/me.json": {"user": {"id": 4}},
            f"{API}/users/search.json": {"users": [{"id": 5, "email": mail}] if mail == "ana@acme.example" else []},
            f"{API}/users/show_many.json": {"users": users},
            f"{API}/organizations/show_many.json": {"organizations": []},
        }
        return reply(known[asked.path]) if asked.path in known else Reply(status=404)

    def ticket(self) -> dict[str, object]:
        return {
            "id": 7,
            "subject": "Login fails",
            "status": "solved" if self.is_solved else "open",
            "requester_id": 31,
            "assignee_id": int(self.owner) if self.owner else None,
            "created_at": "2026-11-21T01:00:00Z",
            "updated_at": self.changed_at,
        }

    def comment(self, number: int, words: Words) -> dict[str, object]:
        return {
            "id": number,
            "author_id": 4,
            "plain_body": words.text.replace("  ", "&nbsp; "),
            "public": words.is_public,
            "metadata": {"system": {}, "custom": {"oncall_tui": words.key} if words.key else {}},
            "created_at": STAMP,
        }

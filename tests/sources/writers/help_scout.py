"""Help Scout, as its API 2.0 answers an application of a user."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import help_scout
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words
from tests.sources.writers.vendor import VendorDesk, shown

API = "/v2"
HERE = f"{API}/conversations/4007"


class HelpScout(VendorDesk):
    """Calls the conversation 4007, and people call it 7."""

    tells_visibility = False  # an address of its own is for notes only

    def make(self, url: str) -> AnswerableSource:
        settings = help_scout.Settings(url=url, client_id="app", client_secret=Secret(SECRET))
        return help_scout.build(SourceId("helpdesk"), settings, lambda: NOW)

    def writes(self, asked: Asked) -> bool:
        return asked.method != "GET" and asked.path != f"{API}/oauth2/token"

    def do(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        match asked.path.removeprefix(HERE):
            case "/reply" | "/notes" as what:
                if what == "/reply":
                    assert (body["customer"], body["draft"], body["status"]) == ({"id": 31}, False, "active")
                number = self.say(shown(body["text"]), is_public=what == "/reply")
                return Reply(status=201, headers={"Resource-ID": str(number)})
            case "":
                assert body["op"] == "replace"
                self.owner = str(body["value"]) if body["path"] == "/assignTo" else self.owner
                self.is_solved = self.is_solved or (body["path"], body["value"]) == ("/status", "closed")
                return Reply(status=204)
        return Reply(status=404)

    def show(self, asked: Asked) -> Reply:
        mail, number = asked.params.get("email"), asked.params.get("number")
        threads = [self.entry(called, words) for called, words in enumerate(self.words, start=100)]
        users = [{"id": 5, "email": mail}] if mail == "ana@acme.example" else []
        known: dict[str, object] = {
            f"{API}/oauth2/token": {"access_token": "t", "expires_in": 172800},
            HERE: self.conversation(),
            f"{HERE}/threads": page("threads", threads),
            f"{API}/conversations": page("conversations", [self.conversation()] if number == "7" else []),
            f"{API}/users/me": {"id": 4},
            f"{API}/users": page("users", users),
        }
        return reply(known[asked.path]) if asked.path in known else Reply(status=404)

    def conversation(self) -> dict[str, object]:
        return {
            "id": 4007,
            "number": 7,
            "status": "closed" if self.is_solved else "active",
            "state": "published",
            "subject": "Login fails",
            "primaryCustomer": {"id": 31, "first": "Hana", "last": "Mori", "email": "hana@kobe-foods.example"},
            "assignee": {"id": int(self.owner)} if self.owner else None,
            "createdAt": "2026-11-21T01:00:00Z",
            "userUpdatedAt": STAMP,
        }

    def entry(self, number: int, words: Words) -> dict[str, object]:
        return {
            "id": number,
            "type": "message" if words.is_public else "note",
            "state": "published",
            "body": words.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>"),
            "createdBy": {"id": 4, "type": "user", "first": "Ana"},
            "createdAt": STAMP,
        }


def page(kind: str, entries: list[dict[str, object]]) -> dict[str, object]:
    return {"_embedded": {kind: entries}, "page": {"totalElements": len(entries), "totalPages": 1, "number": 1}}

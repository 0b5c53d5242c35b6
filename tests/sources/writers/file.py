"""An address that answers with tickets, and one that takes answers to them."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import file
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words, WritableDesk


class File(WritableDesk):
    """Shows the key of each answer it acted on."""

    def make(self, url: str) -> AnswerableSource:
        settings = file.Settings(url=f"{url}/tickets", answers_url=f"{url}/answers", token=Secret(SECRET))
        return file.build(SourceId("helpdesk"), settings, lambda: NOW)

    def act(self, asked: Asked) -> Reply:
        found = json.loads(asked.body)
        assert asked.headers["idempotency-key"] == found["key"]
        if found["kind"] in {"reply", "note"}:
            self.words.append(Words(text=found["text"], is_public=found["kind"] == "reply", key=found["key"]))
        self.owner = "ana" if found["kind"] == "take" else self.owner
        self.is_solved = self.is_solved or found["kind"] == "solve"
        return reply({}, 202)

    def show(self, asked: Asked) -> Reply:
        messages = [
            {"at": STAMP, "from": "Ana", "text": words.text, "public": words.is_public, "key": words.key}
            for words in self.words
        ]
        status = "solved" if self.is_solved else "open"
        ticket = {"id": "7", "subject": "Help", "status": status, "assignee": self.owner, "messages": messages}
        return reply({"tickets": [ticket]})

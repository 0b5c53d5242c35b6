"""Request Tracker, as its REST2 interface answers."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import rt
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words, WritableDesk

API = "/REST/2.0"


class Rt(WritableDesk):
    """Numbers its transactions from 100."""

    def make(self, url: str) -> AnswerableSource:
        settings = rt.Settings(url=url, user="ana", password=Secret(SECRET))
        return rt.build(SourceId("helpdesk"), settings, lambda: NOW)

    def act(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        if asked.method == "POST":
            self.words.append(Words(text=body["Content"], is_public=asked.path.endswith("/correspond")))
            place = f"{API}/transaction/{99 + len(self.words)}"
            return reply(["Correspondence added"], 201, Location=place)
        self.owner = body.get("Owner", self.owner)
        self.is_solved = self.is_solved or body.get("Status") == "resolved"
        return reply(["Ticket 7: changed"])

    def show(self, asked: Asked) -> Reply:
        if asked.path == f"{API}/ticket/7":
            status = "resolved" if self.is_solved else "open"
            return reply({"id": 7, "Owner": {"id": self.owner}, "Status": status, "Requestor": [{"id": "hana"}]})
        entries = list(enumerate(self.words, start=100))
        if asked.path.endswith("/history"):
            return reply({"items": [self._transaction(n, words) for n, words in reversed(entries)]})
        if '"Filename"' in asked.params["query"]:
            return reply({"items": [], "total": 0})
        texts = [{"id": n, "TransactionId": n, "ContentType": "text/plain", "Content": w.text} for n, w in entries]
        return reply({"items": texts, "total": len(texts)})

    def _transaction(self, number: int, words: Words) -> dict[str, object]:
        kind = "Correspond" if words.is_public else "Comment"
        return {"id": number, "Type": kind, "Created": STAMP, "Creator": {"id": "ana", "Name": "ana"}}

"""Redmine, as its REST interface answers an account that may write privately."""

import json

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import AnswerableSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import redmine
from tests.servers.http import Asked, Reply, reply
from tests.sources.writers.desk import NOW, SECRET, STAMP, Words, WritableDesk


class Redmine(WritableDesk):
    """Says nothing but 204 to every change."""

    def make(self, url: str) -> AnswerableSource:
        settings = redmine.Settings(url=url, token=Secret(SECRET))
        return redmine.build(SourceId("helpdesk"), settings, lambda: NOW)

    def act(self, asked: Asked) -> Reply:
        issue = json.loads(asked.body)["issue"]
        if "notes" in issue:
            self.words.append(Words(text=issue["notes"], is_public=not issue["private_notes"]))
        self.owner = str(issue.get("assigned_to_id", self.owner))
        self.is_solved = self.is_solved or issue.get("status_id") == 5
        return Reply(status=204)

    def show(self, asked: Asked) -> Reply:
        member = {"project": {"id": 1}, "roles": [{"id": 3}]}
        return reply(
            {
                "/issues/7.json": {"issue": self._issue()},
                "/users/current.json": {"user": {"id": 4, "login": "ana", "memberships": [member]}},
                "/roles.json": {"roles": [{"id": 3}]},
                "/roles/3.json": {"role": {"id": 3, "permissions": ["set_notes_private"]}},
                "/issue_statuses.json": {"issue_statuses": [{"id": 1}, {"id": 5, "is_closed": True}]},
            }[asked.path]
        )

    def _issue(self) -> dict[str, object]:
        journals = [
            {
                "id": number,
                "user": {"id": 4, "name": "Ana Ruiz"},
                "notes": words.text,
                "private_notes": not words.is_public,
                "created_on": STAMP,
            }
            for number, words in enumerate(self.words, start=100)
        ]
        return {
            "id": 7,
            "project": {"id": 1},
            "status": {"id": 5 if self.is_solved else 1, "is_closed": self.is_solved},
            "author": {"id": 31, "name": "Hana Mori"},
            "assigned_to": {"id": int(self.owner)} if self.owner else None,
            "description": "Help.",
            "created_on": "2026-11-21T01:00:00Z",
            "journals": journals,
        }

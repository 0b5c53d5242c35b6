"""A django-helpdesk on loopback."""

import re
from datetime import UTC, datetime

from oncall_tui.ports import TicketSource
from oncall_tui.sources import django_helpdesk
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class DjangoHelpdesk(WritableVendor):
    """Counts its pages, and brings along whatever was written."""

    page = 200
    account = "5"
    own_account = "4"

    def make(self, url: str) -> TicketSource:
        settings = django_helpdesk.Settings(url=url, token=TOKEN, account=4, time_zone_field="timezone")
        return django_helpdesk.build(SOURCE, settings, lambda: self.now)

    def ticket(self, called: int) -> Payload:
        opened = {"id": 1000 + called, "ticket": called, "user": None, "title": "Ticket Opened", "public": True}
        return {
            "id": called,
            "queue": 1,
            "title": "The printer is on fire",
            "description": "It burns",
            "resolution": None,
            "submitter_email": "hana@kobe-foods.example",
            "assigned_to": None,
            "status": 1,
            "on_hold": False,
            "priority": 2,
            "due_date": "2026-11-30T08:00:00Z",
            "merged_to": None,
            "followup_set": [{**opened, "comment": "It burns", "date": iso(CREATED + 60 * called)}],
            "custom_timezone": "Asia/Tokyo",
        }

    def touch(self, called: int, at: int) -> None:
        follow_ups = self.tickets[called]["followup_set"]
        assert isinstance(follow_ups, list)
        follow_ups.append({"id": 1, "user": 4, "comment": "", "public": False, "date": iso(at)})

    def owner(self, number: int) -> str:
        return str(self.tickets[number]["assigned_to"])

    def is_solved(self, number: int) -> bool:
        return self.tickets[number].get("status") == 3

    def words(self, number: int) -> list[tuple[str, bool]]:
        return [(str(one["comment"]), one["public"] is True) for one in self.said.get(number, [])]

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/api/tickets/":
            return self.listing(asked)
        if asked.path == "/api/followups/":
            return self.follow_up(body(asked))
        at = re.fullmatch(r"/api/tickets/([0-9]+)/", asked.path)
        if at is None or int(at[1]) not in self.tickets:
            return Reply(status=404)
        if asked.method == "PATCH":
            self.tickets[int(at[1])] |= body(asked)
        return reply(self.tickets[int(at[1])])

    def listing(self, asked: Asked) -> Reply:
        assert asked.params["status"] == "1,2"
        size, place = max(self.page, int(asked.params["page_size"])), int(asked.params.get("page", "1"))
        found = [ticket for called, ticket in self.tickets.items() if not self.is_solved(called)]
        page = found[(place - 1) * size :][:size]
        if not page and place > 1:
            return Reply(status=404)
        following = "http://127.0.0.1/api/tickets/?page=2" if place * size < len(found) else None
        return self.given(page, {"count": len(found), "next": following, "previous": None, "results": page})

    def follow_up(self, wanted: Payload) -> Reply:
        called = int(str(wanted["ticket"]))
        if called not in self.tickets:
            return reply({"ticket": ["Invalid pk"]}, 400)
        assert "title" not in wanted  # it would rename the ticket
        said = {
            "id": 2000 + len(self.said.setdefault(called, [])),
            "user": 4,
            "date": iso(self.now.timestamp()),
            **wanted,
        }
        self.said[called].append(said)
        follow_ups = self.tickets[called]["followup_set"]
        assert isinstance(follow_ups, list)
        follow_ups.append(said)
        return reply(said, 201)

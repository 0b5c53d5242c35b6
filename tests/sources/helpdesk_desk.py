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


FIRST = 1_000_000
"""The number of the first follow-up that no ticket began with."""


class DjangoHelpdesk(WritableVendor):
    """Counts its pages, and brings along whatever was written."""

    page = 200
    account = "5"
    own_account = "4"
    written = 0
    """How many follow-ups there are beside those with which tickets began."""

    def make(self, url: str) -> TicketSource:
        settings = django_helpdesk.Settings(url=url, token=TOKEN, account=4, time_zone_field="timezone")
        return django_helpdesk.build(SOURCE, settings, self.clock)

    def ticket(self, called: int) -> Payload:
        opened = {"id": called, "ticket": called, "user": None, "title": "Ticket Opened", "public": True}
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
        self.follow(called, {"user": 4, "comment": "", "public": False, "date": iso(at)})

    def close(self, called: int, at: int) -> None:
        self.touch(called, at)
        self.tickets[called]["status"] = 3

    def follow(self, called: int, follow_up: Payload) -> Payload:
        """Let something be written in a ticket, which gets the next number."""
        follow_ups = self.tickets[called]["followup_set"]
        assert isinstance(follow_ups, list)
        follow_ups.append({**follow_up, "id": FIRST + self.written, "ticket": called})
        self.written += 1
        found = follow_ups[-1]
        assert isinstance(found, dict)
        return found

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
            return self.follow_ups(asked) if asked.method == "GET" else self.follow_up(body(asked))
        at = re.fullmatch(r"/api/tickets/([0-9]+)/", asked.path)
        if at is None or int(at[1]) not in self.tickets:
            return Reply(status=404)
        if "status" in asked.params and not self.is_listed(int(at[1])):
            return Reply(status=404)
        if "status" in asked.params:
            self.pages.append(1)
        if asked.method == "PATCH":
            self.tickets[int(at[1])] |= body(asked)
        return reply(self.tickets[int(at[1])])

    def is_listed(self, called: int) -> bool:
        return self.tickets[called].get("status") not in (3, 5)

    def listing(self, asked: Asked) -> Reply:
        assert asked.params["status"] == "1,2"
        found = [ticket for called, ticket in self.tickets.items() if self.is_listed(called)]
        if asked.params["page_size"] == "1":
            return reply({"count": len(found), "next": None, "results": found[:1]})
        return self.paged(found, asked, max(self.page, int(asked.params["page_size"])))

    def follow_ups(self, asked: Asked) -> Reply:
        """List what was written, the oldest first."""
        found: list[Payload] = []
        for called, ticket in self.tickets.items():
            entries = ticket.get("followup_set")
            if isinstance(entries, list):
                found += [{**one, "ticket": called} for one in entries if isinstance(one, dict) and "id" in one]
        found.sort(key=lambda one: str(one.get("date")))
        counted = len(self.pages)
        given = self.paged(found, asked, int(asked.params["page_size"]))
        del self.pages[counted:]
        return given

    def paged(self, found: list[Payload], asked: Asked, size: int) -> Reply:
        place = int(asked.params.get("page", "1"))
        page = found[(place - 1) * size :][:size]
        if not page and place > 1:
            return Reply(status=404)
        following = "http://127.0.0.1/api/?page=2" if place * size < len(found) else None
        return self.given(page, {"count": len(found), "next": following, "previous": None, "results": page})

    def follow_up(self, wanted: Payload) -> Reply:
        called = int(str(wanted["ticket"]))
        if called not in self.tickets:
            return reply({"ticket": ["Invalid pk"]}, 400)
        assert "title" not in wanted  # it would rename the ticket
        said = self.follow(called, {"user": 4, "date": iso(self.now.timestamp()), **wanted})
        self.said.setdefault(called, []).append(said)
        return reply(said, 201)

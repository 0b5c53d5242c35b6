"""The desks of the first ring that page as their vendors do: Zendesk, Freshdesk, Help Scout, RT and a file."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from oncall_tui.ports import TicketSource
from oncall_tui.sources import file, freshdesk, help_scout, rt, zendesk
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN, iso
from tests.sources.vendors import CREATED, Payload, Vendor

PEOPLE = 31


class Zendesk(Vendor):
    """Searches behind cursors, the newest first, and tells more of tickets that are asked for by number."""

    page = 100

    def make(self, url: str) -> TicketSource:
        settings = zendesk.Settings(url=url, email="ana@acme.example", token=TOKEN)
        return zendesk.build(SOURCE, settings, lambda: self.now)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": called,
            "subject": "The printer is on fire",
            "description": "It burns.",
            "priority": "high",
            "status": "open",
            "requester_id": 500 + called % PEOPLE,
            "assignee_id": 47,
            "organization_id": 9,
            "tags": ["printer"],
            "created_at": at,
            "updated_at": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def answer(self, asked: Asked) -> Reply:
        what = asked.path.removeprefix("/api/v2/")
        if what == "search/export.json":
            return self.search(asked.params)
        numbers = [int(one) for one in asked.params["ids"].split(",")]
        if what == "tickets/show_many.json":
            metrics = {"metric_set": {"replies": 0}, "slas": {"policy_metrics": []}}
            return reply({"tickets": [{**self.tickets[one], **metrics} for one in numbers if one in self.tickets]})
        if what == "users/show_many.json":
            people = [{"id": one, "name": "Hana Mori", "role": "end-user", "time_zone": "Tokyo"} for one in numbers]
            return reply({"users": people})
        return reply({"organizations": [{"id": 9, "name": "Kobe Foods", "organization_fields": {}}]})

    def search(self, wanted: Mapping[str, str]) -> Reply:
        assert int(wanted["page[size]"]) == self.page
        since = wanted["query"].partition("updated>=")[2]
        below = int(wanted.get("page[after]", "9999999"))
        found = [n for n, one in reversed(self.tickets.items()) if n < below and str(one["updated_at"]) >= since]
        page = found[: self.page]
        has_more = len(found) > self.page
        meta = {"has_more": has_more, "after_cursor": str(page[-1]) if has_more else None}
        given = [self.tickets[one] for one in page]
        return self.given(given, {"results": given, "meta": meta})


class Freshdesk(Vendor):
    """Lists everything ever changed in the order of changes."""

    page = 100

    def make(self, url: str) -> TicketSource:
        return freshdesk.build(SOURCE, freshdesk.Settings(url=url, key=TOKEN), lambda: self.now)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": called,
            "subject": "The printer is on fire",
            "status": 2,
            "priority": 3,
            "requester_id": 500 + called % PEOPLE,
            "responder_id": 47,
            "company_id": 9,
            "tags": ["printer"],
            "requester": {"name": "Hana Mori", "email": "hana@kobe-foods.example"},
            "stats": {"first_responded_at": None},
            "created_at": at,
            "updated_at": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/api/v2/tickets":
            return reply(
                [] if asked.path.endswith("_fields") else {"name": "Hana Mori", "contact": {"name": "Ana Ruiz"}}
            )
        later = [one for one in self.tickets.values() if str(one["updated_at"]) >= asked.params["updated_since"]]
        later.sort(key=lambda one: str(one["updated_at"]))
        first = (int(asked.params["page"]) - 1) * self.page
        page = later[first : first + min(self.page, int(asked.params["per_page"]))]
        found = self.given(page, page)
        if len(later) <= first + self.page:
            return found
        return reply(page, Link='<https://acme.example/next>; rel="next"')


class HelpScout(Vendor):
    """Lists one status by position, and by the time of the last change."""

    page = 25

    def make(self, url: str) -> TicketSource:
        settings = help_scout.Settings(url=url, client_id="app", client_secret=TOKEN)
        return help_scout.build(SOURCE, settings, lambda: self.now)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": 100_000 + called,
            "number": called,
            "status": "active" if called % 3 else "pending",
            "state": "published",
            "subject": "The printer is on fire",
            "assignee": {"id": 256, "first": "Ana", "last": "Ruiz"},
            "createdAt": at,
            "userUpdatedAt": at,
            "customerWaitingSince": {"time": at, "latestReplyFrom": "customer"},
            "tags": [{"id": 1, "tag": "printer"}],
            "primaryCustomer": {"id": 500 + called % PEOPLE, "first": "Hana", "last": "Mori"},
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["userUpdatedAt"] = iso(at)

    def answer(self, asked: Asked) -> Reply:
        if asked.path.endswith("/token"):
            return reply({"access_token": "t", "expires_in": 172_800})
        if "/customers/" in asked.path:
            return reply({"id": 500, "firstName": "Hana", "_embedded": {"address": {"country": "JP"}}})
        wanted, since = asked.params["status"], asked.params.get("modifiedSince", "")
        found = [
            one
            for one in self.tickets.values()
            if wanted in {one["status"], "all"} and str(one["userUpdatedAt"]) >= since
        ]
        first = (int(asked.params["page"]) - 1) * self.page
        page = found[first : first + self.page]
        about = {"size": self.page, "totalElements": len(found), "totalPages": -(-len(found) // self.page)}
        return self.given(page, {"_embedded": {"conversations": page}, "page": about})


class Rt(Vendor):
    """Lists what a query finds, by growing id."""

    page = 100

    def make(self, url: str) -> TicketSource:
        return rt.build(SOURCE, rt.Settings(url=url, token=TOKEN), lambda: self.now)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        requestor = {"id": "hana", "Name": "hana", "EmailAddress": "hana@kobe-foods.example", "RealName": "Hana Mori"}
        return {
            "type": "ticket",
            "id": str(called),
            "Subject": "The printer is on fire",
            "Status": "open",
            "Priority": "50",
            "Queue": {"id": "1", "Name": "General"},
            "Owner": {"id": "Nobody", "Name": "Nobody"},
            "Requestor": [{**requestor, "Timezone": "Asia/Tokyo", "Country": "JP"}],
            "Cc": [],
            "Created": at,
            "LastUpdated": at,
            "Due": "1970-01-01T00:00:00Z",
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["LastUpdated"] = iso(at)

    def answer(self, asked: Asked) -> Reply:
        query, what = asked.params["query"], asked.path.removeprefix("/REST/2.0/")
        later = re.search(r"id > ([0-9]+)$", query)
        assert later is not None
        if what == "transactions":
            wanted = [int(one) for one in re.findall(r"ObjectId = ([0-9]+)", query)]
            spoken = [self.created(one) for one in wanted if one > int(later[1])]
            return reply({"items": spoken, "total": len(spoken)})
        since = re.search(r"LastUpdated > '([^']+)'", query)
        from_ = datetime.fromisoformat(since[1]).replace(tzinfo=UTC) if since is not None else None
        found = [one for n, one in self.tickets.items() if n > int(later[1]) and self.is_later(one, from_)]
        page = found[: min(self.page, int(asked.params["per_page"]))]
        return self.given(page, {"items": page, "total": len(found)})

    def is_later(self, ticket: Payload, than: datetime | None) -> bool:
        return than is None or datetime.fromisoformat(str(ticket["LastUpdated"])) > than

    def created(self, called: int) -> Payload:
        at = self.tickets[called]["Created"]
        return {"id": str(called), "Type": "Create", "ObjectId": called, "Creator": {"id": "hana"}, "Created": at}


class File(Vendor):
    """A file of JSON at an address, whole each time it changed."""

    page = 1_000_000

    def make(self, url: str) -> TicketSource:
        return file.build(SOURCE, file.Settings(url=f"{url}/tickets.json"), lambda: self.now)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": str(called),
            "subject": "The printer is on fire",
            "status": "open",
            "priority": "high",
            "created_at": at,
            "updated_at": at,
            "requester": {"name": "Hana Mori", "email": "hana@kobe-foods.example"},
            "organisation": "Kobe Foods",
            "tags": ["printer"],
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def answer(self, asked: Asked) -> Reply:
        page = list(self.tickets.values())
        return self.given(page, page)


FIRST_DESKS: Sequence[type[Vendor]] = (Zendesk, Freshdesk, HelpScout, Rt, File)

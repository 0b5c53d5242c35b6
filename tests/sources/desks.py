"""The help desks whose lists are read page after page, each as its vendor pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.ticket import SourceId
from oncall_tui.ports import TicketSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot, intercom, redmine, zammad
from tests.servers.http import Asked, Reply, reply
from tests.sources.vendors import CREATED, Payload, Vendor, body

NOW = datetime.fromtimestamp(CREATED, UTC) + timedelta(days=30)
SOURCE, TOKEN = SourceId("helpdesk"), Secret("x")


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(payload: Payload, field: str = "id") -> int:
    return int(str(payload[field]))


class Redmine(Vendor):
    """Lists by any order, and takes conditions on the number, the latest change and the project."""

    page = 100
    moved: Mapping[int, str] = {}
    """Projects of the issues that are not in the one for support."""

    def make(self, url: str) -> TicketSource:
        return redmine.build(SOURCE, redmine.Settings(url=url, token=TOKEN), self.clock)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": called,
            "project": {"id": 1, "name": "Support"},
            "status": {"id": 1, "name": "In Progress"},
            "priority": {"id": 2, "name": "Normal"},
            "author": {"id": 31, "name": "Hana Mori"},
            "assigned_to": {"id": 4, "name": "Ana Ruiz"},
            "subject": "The printer is on fire",
            "due_date": "2026-11-21",
            "custom_fields": [{"id": 5, "name": "Tier", "value": "gold"}],
            "created_on": at,
            "updated_on": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_on"] = iso(at)

    def close(self, called: int, at: int) -> None:
        self.tickets[called] |= {"status": {"id": 5, "name": "Closed", "is_closed": True}, "updated_on": iso(at)}

    def is_open(self, ticket: Payload) -> bool:
        status = ticket.get("status")
        return not isinstance(status, dict) or status.get("is_closed") is not True

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/issues.json":
            known: dict[str, Payload] = {"/users/current.json": {"user": {"id": 3}}}
            known["/enumerations/issue_priorities.json"] = {"issue_priorities": []}
            return reply(known[asked.path]) if asked.path in known else Reply(status=404)
        assert asked.params["sort"] == "id"
        first = int(asked.params["issue_id"].removeprefix(">="))
        since = asked.params.get("updated_on", ">=").removeprefix(">=")
        wanted = [
            ticket
            for ticket in self.tickets.values()
            if number(ticket) >= first
            if not since or str(ticket.get("updated_on")) >= since
            if asked.params["status_id"] == "*" or self.is_open(ticket)
            if asked.params.get("project_id", "") in {"", self.moved.get(number(ticket), "support")}
        ]
        page = wanted[: min(int(asked.params["limit"]), self.page)]
        return self.given(page, {"issues": page, "total_count": len(wanted), "offset": 0, "limit": self.page})


class Zammad(Vendor):
    """Lists by the time of creation or change, and takes conditions on it; customers come along."""

    page = 200
    also_read = 20  # several changed within the same second

    def make(self, url: str) -> TicketSource:
        return zammad.build(SOURCE, zammad.Settings(url=url, token=TOKEN), self.clock)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * (called // 7))  # several within the same second
        return {
            "id": called,
            "number": f"22{called:06}",
            "title": "The printer is on fire",
            "group_id": 1,
            "priority_id": 2,
            "state_id": 2,
            "organization_id": 3,
            "owner_id": 4,
            "customer_id": 31,
            "article_count": 1,
            "escalation_at": at,
            "last_contact_customer_at": at,
            "last_contact_agent_at": None,
            "created_at": at,
            "updated_at": at,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = iso(at)

    def close(self, called: int, at: int) -> None:
        self.tickets[called] |= {"state_id": 4, "updated_at": iso(at)}

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/api/v1/ticket_states":
            return reply([{"id": 2, "state_type_id": 2}, {"id": 4, "state_type_id": 5}])
        if asked.path == "/api/v1/ticket_priorities":
            return reply([{"id": 2, "name": "2 normal", "default_create": True}])
        wanted = body(asked)
        assert wanted["order_by"] == "asc"
        by, condition = str(wanted["sort_by"]), wanted["condition"]
        assert isinstance(condition, dict)
        assert condition.keys() <= {"ticket.state_id", f"ticket.{by}"}
        found = sorted(self.tickets.values(), key=lambda ticket: (str(ticket.get(by)), number(ticket)))
        if f"ticket.{by}" in condition:
            since = str(condition[f"ticket.{by}"]["value"])
            # To the second, as its tickets are told here.
            found = [ticket for ticket in found if str(ticket.get(by)) >= f"{since[:19]}Z"]
        if "ticket.state_id" in condition:
            assert condition["ticket.state_id"] == {"operator": "is", "value": ["2"]}
            found = [ticket for ticket in found if ticket.get("state_id") != 4]
        size = max(self.page, min(number(wanted, "per_page"), self.page))
        page = found[(number(wanted, "page") - 1) * size :][:size]
        assets = {"Ticket": {str(t["id"]): t for t in page}, "User": {"31": {"id": 31, "firstname": "Hana"}}}
        return self.given(page, {"tickets": [t["id"] for t in page], "tickets_count": len(page), "assets": assets})


class Chatwoot(Vendor):
    """Lists one status in the order of the latest activity, as servers do that know no other, by pages of 25."""

    page = 25
    also_read = 49  # the rest of a page, and one with nothing new

    def make(self, url: str) -> TicketSource:
        settings = chatwoot.Settings(url=url, account=1, token=TOKEN, statuses=("open",))
        return chatwoot.build(SOURCE, settings, self.clock)

    def ticket(self, called: int) -> Payload:
        at = CREATED + 60 * called
        sender = {"name": "Hana Mori", "email": "hana@kobe-foods.example", "phone_number": None}
        return {
            "id": called,
            "meta": {
                "sender": {**sender, "additional_attributes": {"country_code": "JP"}, "custom_attributes": {}},
                "assignee": {"id": 4, "name": "Ana Ruiz"},
            },
            "messages": [],
            "last_non_activity_message": {"id": 9, "content": "It burns", "message_type": 0, "created_at": at},
            "additional_attributes": {"mail_subject": "The printer is on fire"},
            "labels": ["printer"],
            "status": "open",
            "priority": "high",
            "created_at": at,
            "last_activity_at": at,
            "first_reply_created_at": 0,
            "waiting_since": at,
            "applied_sla": {"sla_first_response_time_threshold": 3600.0},
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["last_activity_at"] = at

    def close(self, called: int, at: int) -> None:
        self.tickets[called] |= {"status": "resolved", "last_activity_at": at}

    def ordered(self, tickets: Sequence[Payload], asked: Asked) -> Sequence[Payload]:
        return sorted(tickets, key=lambda ticket: str(ticket.get("last_activity_at")), reverse=True)

    def page_of(self, tickets: Sequence[Payload], asked: Asked) -> Sequence[Payload]:
        return self.ordered(tickets, asked)[(int(asked.params["page"]) - 1) * self.page :][: self.page]

    def answer(self, asked: Asked) -> Reply:
        assert asked.path == "/api/v1/accounts/1/conversations"
        is_any = asked.params["status"] == "all"
        found = [ticket for ticket in self.tickets.values() if is_any or ticket.get("status") != "resolved"]
        page = self.page_of(found, asked)
        return self.given(page, {"data": {"meta": {"all_count": len(found)}, "payload": page}})


class ChatwootOfToday(Chatwoot):
    """Lists in the order it is asked to, or, without pages, whatever was updated lately."""

    def touch(self, called: int, at: int) -> None:
        self.tickets[called] |= {"last_activity_at": at, "updated_at": at + 0.25}

    def ordered(self, tickets: Sequence[Payload], asked: Asked) -> Sequence[Payload]:
        if asked.params["sort_by"] == "created_at_asc":
            return tickets
        return super().ordered(tickets, asked)

    def page_of(self, tickets: Sequence[Payload], asked: Asked) -> Sequence[Payload]:
        if "updated_within" not in asked.params:
            return super().page_of(tickets, asked)
        since = self.now.timestamp() - int(asked.params["updated_within"])
        return self.ordered([ticket for ticket in tickets if self.updated(ticket) > since], asked)

    def updated(self, ticket: Payload) -> float:
        stamps = (ticket.get(field) for field in ("updated_at", "last_activity_at"))
        return max((stamp for stamp in stamps if isinstance(stamp, int | float)), default=0.0)


class Intercom(Vendor):
    """Lists in the order of the latest change, each page behind the place where the one before ended."""

    page = 150
    also_read = 49  # the rest of a page

    def make(self, url: str) -> TicketSource:
        return intercom.build(SOURCE, intercom.Settings(url=url, token=TOKEN), self.clock)

    def ticket(self, called: int) -> Payload:
        at = CREATED + 60 * called
        return {
            "id": str(called),
            "title": None,
            "created_at": at,
            "updated_at": at,
            "waiting_since": at,
            "open": True,
            "state": "open",
            "priority": "priority",
            "admin_assignee_id": 4,
            "company": {"name": "Kobe Foods", "plan": {"name": "gold"}},
            "tags": {"tags": [{"name": "printer"}]},
            "source": {
                "subject": "<p>The printer is on fire</p>",
                "body": "<p>It burns</p>",
                "author": {"type": "user", "id": "c31", "name": "Hana Mori", "email": "hana@kobe-foods.example"},
            },
            "contacts": {"contacts": [{"id": "c31"}]},
            "sla_applied": {"sla_status": "missed"},
            "statistics": {"last_admin_reply_at": None},
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = at

    def close(self, called: int, at: int) -> None:
        self.tickets[called] |= {"state": "closed", "open": False, "updated_at": at}

    def answer(self, asked: Asked) -> Reply:
        known: dict[str, object] = {"/me": {"app": {"id_code": "abc12"}}, "/admins": {"admins": []}}
        known["/contacts/search"] = {"data": [{"id": "c31", "location": {"country": "Japan"}}]}
        if asked.path in known:
            return reply(known[asked.path])
        query, wanted = body(asked)["query"], body(asked)["pagination"]
        assert isinstance(wanted, dict)
        assert isinstance(query, dict)
        found = [ticket for ticket in self.tickets.values() if self.fits(ticket, query)]
        ordered = sorted(found, key=self.place, reverse=True)
        if "starting_after" in wanted:
            ordered = [ticket for ticket in ordered if self.place(ticket) < wanted["starting_after"]]
        page = ordered[: self.page if wanted["per_page"] >= 150 else wanted["per_page"]]
        following = {"starting_after": self.place(page[-1])} if len(page) < len(ordered) else None
        whole = {"conversations": page, "pages": {"next": following}, "total_count": len(found)}
        return self.given(page, whole)

    def fits(self, ticket: Payload, query: Mapping[str, object]) -> bool:
        if query["operator"] == "OR":
            return ticket.get("state") != "closed"
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        return number(ticket, "updated_at") >= self.since(int(str(query["value"])))

    def since(self, value: int) -> int:
        """Return from when on a condition on an instant holds."""
        return value

    def place(self, ticket: Payload) -> str:
        return f"{ticket.get('updated_at')} {number(ticket):06}"


class IntercomByDay(Intercom):
    """Compares instants by the day, each of which begins at one in the morning."""

    def since(self, value: int) -> int:
        return ((value - 3600) // 86_400 + 1) * 86_400 + 3600

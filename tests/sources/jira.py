"""A service project of Jira on loopback."""

import re
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.ticket import TicketId
from oncall_tui.ports import TicketSource
from oncall_tui.sources import jira_service_management as jira
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor

ANA, HANA = "5b10a2844c20165700ede21g", "qm:c0ffee"
SLA, ORGANISATIONS = "customfield_10030", "customfield_10002"


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


class Jira(WritableVendor):
    """Lists by JQL, each page behind a token; its portal takes comments, its workflow steps."""

    page = 100
    account = "712020:0b3c"
    own_account = ANA
    called_by = ("key",)
    prefix = "SUP-"

    def make(self, url: str) -> TicketSource:
        settings = jira.Settings(url=url, email="ana@acme.example", token=TOKEN, project="SUP")
        return jira.build(SOURCE, settings, self.clock)

    def name(self, number: int) -> TicketId:
        return TicketId(f"helpdesk:{self.prefix}{number}")

    def ticket(self, called: int) -> Payload:
        at = CREATED + 60 * called
        limit = {"epochMillis": 1000 * (at + 3600), "iso8601": iso(at + 3600)}
        return {
            "id": str(10_000 + called),
            "key": f"{self.prefix}{called}",
            "fields": {
                "summary": "The printer is on fire",
                "status": {"name": "Waiting for support", "statusCategory": {"key": "indeterminate"}},
                "priority": {"name": "High"},
                "reporter": {
                    "accountId": HANA,
                    "accountType": "customer",
                    "displayName": "Hana Mori",
                    "emailAddress": "hana@kobe-foods.example",
                    "timeZone": "Asia/Tokyo",
                },
                "assignee": {"accountId": "x", "displayName": "Ana Ruiz"},
                "labels": ["printer"],
                "created": iso(at),
                "updated": iso(at),
                "duedate": "2026-11-30",
                "comment": {"comments": [], "total": 0},
                "description": "It burns",
                SLA: {"ongoingCycle": {"breachTime": limit, "paused": False}},
                ORGANISATIONS: [{"id": "1", "name": "Kobe Foods"}],
            },
        }

    def fields(self, called: int) -> Payload:
        found = self.tickets[called].get("fields")
        return found if isinstance(found, dict) else {}

    def touch(self, called: int, at: int) -> None:
        self.fields(called)["updated"] = iso(at)

    def owner(self, number: int) -> str:
        found = self.fields(number)["assignee"]
        assert isinstance(found, dict)
        return str(found["accountId"])

    def is_solved(self, number: int) -> bool:
        found = self.fields(number).get("status")
        return isinstance(found, dict) and found.get("statusCategory") == {"key": "done"}

    def words(self, number: int) -> list[tuple[str, bool]]:
        return [(str(comment["body"]), comment["public"] is True) for comment in self.said.get(number, [])]

    def is_writing(self, asked: Asked) -> bool:
        return asked.method != "GET" and not asked.path.endswith("/search/jql")

    def answer(self, asked: Asked) -> Reply:
        known: dict[str, object] = {
            "/rest/api/3/myself": {"accountId": ANA, "displayName": "Ana Ruiz"},
            "/rest/api/3/field": [
                {"id": SLA, "schema": {"custom": "com.atlassian.servicedesk:sd-sla-field"}},
                {"id": ORGANISATIONS, "schema": {"custom": "com.atlassian.servicedesk:sd-customer-organizations"}},
            ],
        }
        if asked.path in known:
            return reply(known[asked.path])
        if asked.path == "/rest/api/3/search/jql":
            return self.listing(body(asked))
        named = re.fullmatch(rf"/rest/(api/3/issue|servicedeskapi/request)/{self.prefix}([0-9]+)(/[a-z]+)?", asked.path)
        if named is None or int(named[2]) not in self.tickets:
            return Reply(status=404)
        return self.about(int(named[2]), named[3] or "", asked)

    def listing(self, wanted: Payload) -> Reply:
        jql = str(wanted["jql"])
        assert jql.startswith('project = "SUP" AND ')
        assert jql.endswith(" ORDER BY created ASC, key ASC")
        since = re.search(r'updated >= "-([0-9]+)m"', jql)
        edge = iso(int((self.now - timedelta(minutes=int(since[1]))).timestamp())) if since else ""
        assert since or "statusCategory != Done" in jql
        found = [
            ticket
            for called, ticket in self.tickets.items()
            if str(self.fields(called).get("updated")) >= edge and (since or not self.is_solved(called))
            if str(ticket["key"]).rjust(12) > str(wanted.get("nextPageToken", "")).rjust(12)
        ]
        page = found[: max(self.page, 100)]
        more = {"nextPageToken": page[-1]["key"]} if len(page) < len(found) else {}
        return self.given(page, {"issues": page, **more})

    def about(self, called: int, part: str, asked: Asked) -> Reply:
        if not part:
            return reply(self.tickets[called])
        if part == "/assignee":
            self.fields(called)["assignee"] = {"accountId": body(asked)["accountId"]}
            return Reply(status=204)
        if part == "/transitions" and asked.method == "GET":
            wait = {"id": "11", "name": "Wait", "to": {"statusCategory": {"key": "indeterminate"}}}
            return reply(
                {"transitions": [wait, {"id": "21", "name": "Solve", "to": {"statusCategory": {"key": "done"}}}]}
            )
        if part == "/transitions":
            assert body(asked) == {"transition": {"id": "21"}}
            self.fields(called)["status"] = {"name": "Resolved", "statusCategory": {"key": "done"}}
            return Reply(status=204)
        said = self.said.setdefault(called, [])
        if asked.method == "GET":
            start = int(asked.params["start"])
            page = said[start:][: int(asked.params["limit"])]
            return reply({"values": page, "isLastPage": start + len(page) == len(said)})
        content = body(asked)
        at = {"epochMillis": int(self.now.timestamp() * 1000)}
        author = {"accountId": ANA, "accountType": "atlassian", "displayName": "Ana Ruiz"}
        said.append({"id": str(90 + len(said)), **content, "author": author, "created": at})
        return reply(said[-1], 201)

"""A portal of HubSpot on loopback."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from oncall_tui.ports import TicketSource
from oncall_tui.sources import hubspot
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor

OWNERS = [
    {"id": "4", "email": "Ana@acme.example", "firstName": "Ana", "lastName": "Ruiz", "userId": 104},
    {"id": "5", "email": "ben@acme.example", "firstName": "Ben", "lastName": "Okafor", "userId": 105},
]
PIPELINES = [
    {
        "id": "0",
        "label": "Support",
        "stages": [
            {"id": "1", "label": "New", "metadata": {"ticketState": "OPEN"}},
            {"id": "2", "label": "Waiting on contact", "metadata": {"ticketState": "OPEN"}},
            {"id": "3", "label": "Waiting on us", "metadata": {"ticketState": "OPEN"}},
            {"id": "4", "label": "Closed", "metadata": {"ticketState": "CLOSED"}},
        ],
    },
    {"id": "7", "label": "Other", "stages": [{"id": "71", "label": "Done", "metadata": {"ticketState": "CLOSED"}}]},
]
ACCOUNT = {"portalId": 62_515, "timeZone": "US/Eastern", "uiDomain": "app-eu1.hubspot.com"}
CONTACT = {
    "id": "31",
    "properties": {
        "firstname": "Hana",
        "lastname": "Mori",
        "email": "hana@kobe-foods.example",
        "phone": "+8190",
        "company": "Kobe Foods",
        "country": "Japan",
        "hs_timezone": "asia_slash_tokyo",
        "tier": "gold",
    },
}
ASKED = {
    "id": "m0",
    "type": "MESSAGE",
    "direction": "INCOMING",
    "createdAt": "2026-11-20T22:00:00Z",
    "createdBy": "V-31",
    "channelId": "1002",
    "channelAccountId": "77",
    "senders": [
        {
            "actorId": "V-31",
            "name": "Hana Mori",
            "deliveryIdentifier": {"type": "HS_EMAIL_ADDRESS", "value": "hana@kobe-foods.example"},
        }
    ],
    "text": "It burns",
    "truncationStatus": "NOT_TRUNCATED",
}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Hubspot(WritableVendor):
    """Lists by a search that takes conditions on number, stage and change; each ticket has a conversation."""

    page = 200
    account = "ben@acme.example"
    own_account = "4"

    def make(self, url: str) -> TicketSource:
        settings = hubspot.Settings(url=url, token=TOKEN, agent="ana@acme.example", tier_property="tier")
        return hubspot.build(SOURCE, settings, self.clock)

    def ticket(self, called: int) -> Payload:
        at = iso(CREATED + 60 * called)
        return {
            "id": str(called),
            "properties": {
                "subject": "The printer is on fire",
                "content": "It burns",
                "hs_pipeline": "0",
                "hs_pipeline_stage": "3",
                "hs_ticket_priority": "HIGH",
                "hubspot_owner_id": None,
                "createdate": at,
                "hs_lastmodifieddate": at,
                "hs_last_message_from_visitor": "true",
                "hs_last_message_received_at": at,
                "first_agent_reply_date": None,
                "hs_time_to_first_response_sla_at": iso(CREATED + 60 * called + 3600),
                "hs_time_to_close_sla_at": None,
            },
            "createdAt": at,
            "updatedAt": at,
            "archived": False,
        }

    def properties(self, called: int) -> dict[str, object]:
        found = self.tickets[called].get("properties")
        return found if isinstance(found, dict) else {}

    def touch(self, called: int, at: int) -> None:
        self.properties(called)["hs_lastmodifieddate"] = iso(at)

    def owner(self, number: int) -> str:
        owner = str(self.properties(number)["hubspot_owner_id"])
        return self.account if owner == "5" else owner

    def is_solved(self, number: int) -> bool:
        return self.properties(number).get("hs_pipeline_stage") == "4"

    def words(self, number: int) -> list[tuple[str, bool]]:
        return [(str(one["text"]), one["type"] == "MESSAGE") for one in self.said.get(number, [])]

    def is_writing(self, asked: Asked) -> bool:
        return asked.method != "GET" and not asked.path.endswith(("/search", "/batch/read"))

    def answer(self, asked: Asked) -> Reply:
        known: Mapping[str, object] = {
            "/account-info/v3/details": ACCOUNT,
            "/crm/v3/pipelines/tickets": {"results": PIPELINES},
            "/crm/v3/owners": {"results": OWNERS},
            "/crm/v3/objects/contacts/batch/read": {"results": [CONTACT]},
        }
        if asked.path in known:
            return reply(known[asked.path])
        if asked.path == "/crm/v4/associations/tickets/contacts/batch/read":
            named = body(asked)["inputs"]
            assert isinstance(named, list)
            assert len(named) <= 100
            return reply({"results": [{"from": one, "to": [{"toObjectId": 31}]} for one in named]})
        if asked.path == "/crm/v3/objects/tickets/search":
            return self.listing(body(asked))
        at = re.fullmatch(r"/crm/v3/objects/tickets/([0-9]+)", asked.path)
        if at is not None:
            return self.about(int(at[1]), asked) if int(at[1]) in self.tickets else Reply(status=404)
        return self.threads(asked)

    def listing(self, wanted: Payload) -> Reply:
        groups = wanted["filterGroups"]
        assert isinstance(groups, list)
        filters = {one["propertyName"]: one for one in groups[0]["filters"]}
        assert wanted["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
        since = iso(int(filters["hs_lastmodifieddate"]["value"]) / 1000) if "hs_lastmodifieddate" in filters else ""
        behind = int(filters["hs_object_id"]["value"]) if "hs_object_id" in filters else 0
        assert since or filters["hs_pipeline_stage"]["values"] == ["1", "2", "3"]
        found = [
            ticket
            for called, ticket in self.tickets.items()
            if called > behind and str(self.properties(called).get("hs_lastmodifieddate")) >= since
            if since or not self.is_solved(called)
        ]
        page = found[: max(self.page, int(str(wanted["limit"])))]
        return self.given(page, {"total": len(found), "results": page})

    def about(self, called: int, asked: Asked) -> Reply:
        if asked.method == "PATCH":
            changes = body(asked)["properties"]
            assert isinstance(changes, dict)
            self.properties(called).update(changes)
        return reply(self.tickets[called])

    def threads(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix("/conversations/v3/conversations/threads")
        if not path:
            of_ticket = asked.params["associatedTicketId"]
            found = [{"id": f"9{of_ticket}", "status": "CLOSED", "latestMessageTimestamp": "2026-11-20T22:00:00Z"}]
            return reply({"results": found if int(of_ticket) in self.tickets else []})
        called = int(path.split("/")[1].removeprefix("9"))
        said = self.said.setdefault(called, [])
        if asked.method == "GET":
            return reply({"results": [*said[::-1], ASKED]})
        content = body(asked)
        actor = content.pop("senderActorId")
        assert actor in {"A-104", "A-105"}
        said.append(
            {
                "id": f"m{len(said) + 1}",
                "createdAt": iso(self.now.timestamp()),
                "createdBy": actor,
                "senders": [{"actorId": actor, "name": "Ana Ruiz"}],
                "direction": "OUTGOING",
                **content,
            }
        )
        return reply(said[-1], 201)

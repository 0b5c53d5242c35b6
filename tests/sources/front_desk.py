"""A company in Front on loopback."""

import re

from oncall_tui.domain.ticket import TicketId
from oncall_tui.ports import TicketSource
from oncall_tui.sources import front
from tests.servers.http import Asked, Reply, reply
from tests.sources.desks import SOURCE, TOKEN
from tests.sources.vendors import CREATED, Payload, body
from tests.sources.writing import WritableVendor

ANA = {"id": "tea_ana", "email": "ana@acme.example", "first_name": "Ana", "last_name": "Ruiz"}
BEN = {"id": "tea_ben", "email": "ben@acme.example", "first_name": "Ben", "last_name": "Okafor"}
CONTACT = {
    "id": "crd_31",
    "name": "Hana Mori",
    "handles": [{"source": "email", "handle": "hana@kobe-foods.example"}, {"source": "phone", "handle": "+8190"}],
    "custom_fields": {"Company": "Kobe Foods", "Zone": "Asia/Tokyo", "Tier": "gold"},
}


class Front(WritableVendor):
    """Lists by the latest activity, either way round, each page behind a token; messages and comments lie apart."""

    page = 100
    also_read = 99  # the rest of a page
    account = "ben@acme.example"
    own_account = "tea_ana"

    def make(self, url: str) -> TicketSource:
        settings = front.Settings(
            url=url,
            token=TOKEN,
            teammate="tea_ana",
            organisation_field="Company",
            time_zone_field="Zone",
            tier_field="Tier",
        )
        return front.build(SOURCE, settings, self.clock)

    def name(self, number: int) -> TicketId:
        return TicketId(f"helpdesk:{number}")

    def ticket(self, called: int) -> Payload:
        at = CREATED + 60.0 * called
        return {
            "id": f"cnv_{called}",
            "type": "conversation",
            "subject": "The printer is on fire",
            "status": "unassigned",
            "status_category": "open",
            "ticket_ids": [],
            "assignee": None,
            "recipient": {
                "_links": {"related": {"contact": "https://acme.api.frontapp.example/contacts/crd_31"}},
                "name": "Hana",
                "handle": "hana@kobe-foods.example",
                "role": "from",
            },
            "tags": [{"id": "tag_1", "name": "printer"}],
            "links": [],
            "custom_fields": {},
            "created_at": at,
            "updated_at": at,
            "waiting_since": at,
            "is_private": False,
        }

    def touch(self, called: int, at: int) -> None:
        self.tickets[called]["updated_at"] = float(at)

    def owner(self, number: int) -> str:
        found = self.tickets[number]["assignee"]
        if not isinstance(found, dict):
            return ""
        return str(found["email"] if found["id"] == "tea_ben" else found["id"])

    def is_solved(self, number: int) -> bool:
        return self.tickets[number].get("status") == "archived"

    def words(self, number: int) -> list[tuple[str, bool]]:
        given = ((str(one["body"]), "posted_at" not in one) for one in self.said.get(number, []))
        return [
            (words.replace("<br>", "\n").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), is_public)
            for words, is_public in given
        ]

    def answer(self, asked: Asked) -> Reply:
        known: dict[str, object] = {"/me": {"id": "cmp_1", "name": "Acme"}, "/contacts/crd_31": CONTACT}
        if asked.path in known:
            return reply(known[asked.path])
        if asked.path == "/conversations":
            return self.listing(asked)
        at = re.fullmatch(r"/conversations/cnv_([0-9]+)(/[a-z]+)?", asked.path)
        if at is None or int(at[1]) not in self.tickets:
            return Reply(status=404)
        return self.about(int(at[1]), asked) if at[2] in {None, "/assignee"} else self.spoken(int(at[1]), at[2], asked)

    def listing(self, asked: Asked) -> Reply:
        wanted = asked.params
        assert wanted["sort_by"] == "date"
        is_down = wanted["sort_order"] == "desc"
        is_any = wanted["q[statuses][]"] == "trashed"  # the last of several
        sign = -1 if is_down else 1
        found = sorted(
            (one for called, one in self.tickets.items() if is_any or not self.is_solved(called)),
            key=lambda one: sign * self.stamp(one),
        )
        if "page_token" in wanted:
            found = [one for one in found if sign * self.stamp(one) > sign * float(wanted["page_token"])]
        page = found[: max(self.page, int(wanted["limit"]))]
        link = f"https://elsewhere.example/conversations?limit=100&page_token={self.stamp(page[-1])}" if page else None
        more = {"next": link if len(page) < len(found) else None}
        return self.given(page, {"_pagination": more, "_links": {}, "_results": page})

    def stamp(self, ticket: Payload) -> float:
        found = ticket.get("updated_at")
        return found if isinstance(found, float) else 0.0

    def about(self, called: int, asked: Asked) -> Reply:
        if asked.method == "GET":
            return reply(self.tickets[called])
        wanted = body(asked)
        if "assignee_id" in wanted:
            named = [one for one in (ANA, BEN) if wanted["assignee_id"] in {one["id"], f"alt:email:{one['email']}"}]
            self.tickets[called]["assignee"] = named[0]
        if wanted.get("status") == "archived":
            self.tickets[called]["status"] = "archived"
        return Reply(status=204)

    def spoken(self, called: int, part: str, asked: Asked) -> Reply:
        said = self.said.setdefault(called, [])
        if asked.method == "GET":
            here = [one for one in said if ("posted_at" in one) is (part == "/comments")]
            return reply({"_results": here[::-1]})
        wanted, at = body(asked), self.now.timestamp()
        if part == "/comments":
            said.append({"id": f"com_{len(said)}", "body": wanted["body"], "posted_at": at, "author": ANA})
            return reply(said[-1], 201)
        assert wanted["options"] == {"archive": False}
        uid = f"uid{len(said)}"
        said.append({"id": f"msg_{len(said)}", "message_uid": uid, "body": wanted["body"], "created_at": at})
        return reply({"status": "accepted", "message_uid": uid}, 202)

"""The default of a help desk's account, recognised across its contacts."""

from datetime import timedelta

import pytest

from oncall_tui.domain.account_zone import LEAST, account_defaults
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.ticket import SourceId, Ticket
from oncall_tui.domain.zone_guess import ZoneOrigin
from oncall_tui.places import ATLAS
from tests.make import requester, ticket
from tests.rig import Rig

OWN = "America/New_York"


def contacts(count: int, zone: str, *, source: str = "helpdesk", start: int = 0) -> list[Ticket]:
    return [
        ticket(str(n), source=source, asked_by=requester(email=f"kim{n}@customer.de", time_zone=zone))
        for n in range(start, start + count)
    ]


@pytest.mark.parametrize(
    ("tickets", "found"),
    [
        (contacts(LEAST, OWN), True),
        (contacts(LEAST, "Eastern Time (US & Canada)"), True),
        (contacts(18, OWN) + contacts(2, "Asia/Tokyo", start=50), True),
        (contacts(17, OWN) + contacts(3, "Asia/Tokyo", start=50), False),
        (contacts(30, "Asia/Tokyo"), False),  # many customers live there, and we do not
        (contacts(LEAST, OWN) + contacts(LEAST, "", start=50), True),  # no zone is no answer
    ],
)
def test_a_zone_that_nearly_all_contacts_have_and_is_our_own_is_the_accounts(
    tickets: list[Ticket], *, found: bool
) -> None:
    assert at_once(account_defaults(tickets, OWN, ATLAS)) == {SourceId("helpdesk"): OWN if found else ""}


@pytest.mark.parametrize("tickets", [contacts(LEAST - 1, OWN), contacts(1, OWN) * 30, contacts(30, "")])
def test_of_too_few_contacts_nothing_is_said(tickets: list[Ticket]) -> None:
    assert at_once(account_defaults(tickets, OWN, ATLAS)) == {}


def test_each_source_is_judged_alone() -> None:
    tickets = contacts(LEAST, OWN) + contacts(3, OWN, source="mailbox")
    assert at_once(account_defaults(tickets, OWN, ATLAS)) == {"helpdesk": OWN}


@pytest.mark.anyio
async def test_what_was_recognised_stays_so_while_few_are_open_until_others_say_otherwise() -> None:
    rig = Rig()

    async def origins(*tickets: Ticket) -> set[ZoneOrigin]:
        rig.clock.now += timedelta(minutes=1)
        rig.source.tickets = tickets
        await rig.read()
        return {row.zone.origin for group in rig.station.board.desk().groups for row in group.rows}

    assert await origins(*contacts(2, OWN)) == {ZoneOrigin.CONTACT}
    assert await origins(*contacts(LEAST, OWN)) == {ZoneOrigin.UNKNOWN}
    assert await origins(*contacts(2, OWN)) == {ZoneOrigin.UNKNOWN}
    assert await origins(*contacts(LEAST, OWN), *contacts(LEAST, "Asia/Tokyo", start=50)) == {ZoneOrigin.CONTACT}

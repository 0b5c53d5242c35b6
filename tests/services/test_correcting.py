"""What somebody of us knows better than every hint."""

import pytest

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.triage import Row
from oncall_tui.domain.zone_guess import CustomerZone, ZoneOrigin
from oncall_tui.errors import BadUse
from oncall_tui.places import ATLAS
from oncall_tui.services.correcting import zone_correction
from tests.make import FRIDAY_NIGHT, customer, grouped, requester, ticket
from tests.rig import Rig

pytestmark = pytest.mark.anyio
SEOUL = CustomerZone(zone="Asia/Seoul", origin=ZoneOrigin.CORRECTION)


async def test_a_correction_counts_at_once_and_after_a_restart_until_it_is_taken_back() -> None:
    rig = Rig()
    await rig.read()
    await rig.station.actions.correct_zone(rig.row(), "Asia/Tokyo")
    await rig.station.actions.correct_zone(rig.row(), "seoul")
    assert rig.row().zone == SEOUL
    await rig.restart()
    assert rig.row().zone == SEOUL
    assert "the clock of org:Acme KK was set to Asia/Seoul" in await rig.station.actions.handover.markdown()
    await rig.station.actions.correct_zone(rig.row(), "-")
    assert rig.row().zone.origin is ZoneOrigin.CONTACT


def row_of(organisation: str = "", email: str = "kim@mail.example", *, table_zone: str = "") -> Row:
    asked = ticket(asked_by=requester(organisation=organisation, email=email))
    rows = [customer(match=["mail.example"], time_zone=table_zone)] if table_zone else []
    return grouped([asked], rows, FRIDAY_NIGHT)[0].rows[0]


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        (" asia/seoul ", "Asia/Seoul"),
        ("new york", "America/New_York"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("-", ""),
    ],
)
def test_a_zone_is_understood_by_its_name_or_city(text: str, zone: str) -> None:
    assert zone_correction(row_of(), text, ATLAS).zone == zone


def test_a_correction_is_kept_for_the_organisation_or_else_for_the_address() -> None:
    assert zone_correction(row_of("Acme KK"), "Seoul", ATLAS).match == CleanText("org:Acme KK")
    assert zone_correction(row_of(), "Seoul", ATLAS).match == CleanText("kim@mail.example")


@pytest.mark.parametrize(
    ("row", "text", "sentence"),
    [
        (row_of(), "Asia/Toky", "no time zone is called “Asia/Toky”; write Asia/Tokyo"),
        (row_of(), "\x1b[2J", "write one such as Asia/Tokyo"),
        (row_of(email=""), "Seoul", "neither an organisation nor a mail address"),
        (row_of(table_zone="Asia/Tokyo"), "Seoul", "set in \\[\\[customers\\]\\] of the config"),
    ],
)
def test_a_correction_that_would_not_count_says_why(row: Row, text: str, sentence: str) -> None:
    with pytest.raises(BadUse, match=sentence):
        zone_correction(row, text, ATLAS)

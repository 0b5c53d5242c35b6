"""Where a customer's clock is, and how we know."""

from datetime import timedelta

import pytest

from oncall_tui.domain.zone_guess import CustomerZone, ZoneOrigin, guess_zone
from tests.make import customer, requester

HOUR = timedelta(hours=1)


def test_the_customers_table_comes_before_every_other_hint() -> None:
    asker = requester(time_zone="Europe/Berlin", mail_offset=HOUR)
    assert guess_zone(asker, customer(time_zone="Asia/Tokyo"), account_default="Asia/Tokyo") == CustomerZone(
        zone="Asia/Tokyo", origin=ZoneOrigin.CUSTOMERS_TABLE
    )


@pytest.mark.parametrize("zone", ["", "Asia/Atlantis"])
def test_a_customer_without_a_zone_leaves_the_contacts_own(zone: str) -> None:
    assert guess_zone(requester(time_zone=" Europe/Berlin "), customer(time_zone=zone)) == CustomerZone(
        zone="Europe/Berlin", origin=ZoneOrigin.CONTACT
    )


@pytest.mark.parametrize("zone", ["", "Atlantis", "../etc/passwd", "europe/berlin", "a\0b", "America/New_York"])
def test_a_contact_without_a_zone_or_with_the_accounts_default_leaves_the_mails_offset(zone: str) -> None:
    asker = requester(time_zone=zone, mail_offset=-3.5 * HOUR)
    assert guess_zone(asker, None, account_default="America/New_York") == CustomerZone(
        offset=-3.5 * HOUR, origin=ZoneOrigin.MAIL_DATE
    )


@pytest.mark.parametrize("offset", [-12.25 * HOUR, 14.25 * HOUR, 99 * HOUR])
def test_an_offset_that_no_clock_shows_tells_nothing(offset: timedelta) -> None:
    assert guess_zone(requester(mail_offset=offset), None) == CustomerZone()


@pytest.mark.parametrize("offset", [-12 * HOUR, 14 * HOUR])
def test_the_first_and_the_last_clock_of_the_earth_count(offset: timedelta) -> None:
    assert guess_zone(requester(mail_offset=offset), None).offset == offset


def test_without_any_hint_the_clock_is_unknown() -> None:
    assert guess_zone(requester(), customer()) == CustomerZone(origin=ZoneOrigin.UNKNOWN)

"""Where a customer's clock is, and how we know."""

from datetime import timedelta

import pytest

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.ticket import Requester
from oncall_tui.domain.zone_guess import CustomerZone, Hints, ZoneOrigin, guess_zone
from oncall_tui.places import ATLAS
from tests.make import FRIDAY_NIGHT, customer, requester

HOUR = timedelta(hours=1)
TABLE, CORRECTION, CONTACT = ZoneOrigin.CUSTOMERS_TABLE, ZoneOrigin.CORRECTION, ZoneOrigin.CONTACT
PHONE, COUNTRY, DATE, DOMAIN = ZoneOrigin.PHONE, ZoneOrigin.COUNTRY, ZoneOrigin.MAIL_DATE, ZoneOrigin.MAIL_DOMAIN


def guess(
    asker: Requester, row: Customer | None = None, *, account_default: str = "", corrected: str = ""
) -> CustomerZone:
    hints = Hints(requester=asker, customer=row, account_default=account_default, corrected=corrected, atlas=ATLAS)
    return guess_zone(hints, FRIDAY_NIGHT)


def test_the_customers_table_comes_before_every_other_hint() -> None:
    asker = requester(time_zone="Europe/Berlin", mail_offset=HOUR)
    row = customer(time_zone="Asia/Tokyo")
    found = guess(asker, row, account_default="Asia/Tokyo", corrected="Asia/Seoul")
    assert found == CustomerZone(zone="Asia/Tokyo", origin=TABLE)


@pytest.mark.parametrize(
    ("country", "zone"), [("JP", "Asia/Tokyo"), ("DE-BY", "Europe/Berlin"), ("np", "Asia/Kathmandu")]
)
def test_the_country_of_the_customers_table_is_a_zone_where_it_has_one_clock(country: str, zone: str) -> None:
    assert guess(requester(), customer(country=country)) == CustomerZone(zone=zone, origin=TABLE)
    asker = requester(phone="+1 604 555 0101")
    assert guess(asker, customer(country="CA")) == CustomerZone(zone="America/Vancouver", origin=PHONE)


def test_a_correction_made_by_hand_comes_before_what_the_help_desk_says() -> None:
    asker = requester(time_zone="Europe/Berlin", phone="+81 3 1234 5678")
    assert guess(asker, customer(), corrected="Asia/Seoul") == CustomerZone(zone="Asia/Seoul", origin=CORRECTION)


@pytest.mark.parametrize("zone", ["", "Asia/Atlantis"])
def test_a_customer_without_a_zone_leaves_the_contacts_own(zone: str) -> None:
    assert guess(requester(time_zone=" Europe/Berlin "), customer(time_zone=zone)) == CustomerZone(
        zone="Europe/Berlin", origin=CONTACT
    )


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("Eastern Time (US & Canada)", "America/New_York"),  # Rails
        ("Kathmandu", "Asia/Kathmandu"),
        ("(GMT+01:00) Berlin", "Europe/Berlin"),
        ("Tokyo Standard Time", "Asia/Tokyo"),  # Windows
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("new york", "America/New_York"),  # a city
        ("Zurich", "Europe/Zurich"),
    ],
)
def test_a_contacts_zone_is_understood_by_any_systems_name(written: str, zone: str) -> None:
    assert guess(requester(time_zone=written)) == CustomerZone(zone=zone, origin=CONTACT)


@pytest.mark.parametrize("default", ["America/New_York", "Eastern Time (US & Canada)", "Eastern Standard Time"])
def test_the_accounts_default_tells_nothing_whatever_it_is_called(default: str) -> None:
    asker = requester(time_zone="Eastern Time (US & Canada)", email="kim@customer.de")
    assert guess(asker, account_default=default) == CustomerZone(zone="Europe/Berlin", origin=DOMAIN)


@pytest.mark.parametrize("zone", ["", "Atlantis", "../etc/passwd", "europe/berlin", "a\0b", "America/New_York"])
def test_a_contact_without_a_zone_or_with_the_accounts_default_leaves_the_mails_offset(zone: str) -> None:
    asker = requester(time_zone=zone, mail_offset=-3.5 * HOUR)
    assert guess(asker, account_default="America/New_York") == CustomerZone(offset=-3.5 * HOUR, origin=DATE)


@pytest.mark.parametrize(
    ("phone", "country", "found"),
    [
        ("+81 3 1234 5678", "", CustomerZone(zone="Asia/Tokyo", origin=PHONE)),
        ("+49 170 1234567", "US", CustomerZone(zone="Europe/Berlin", origin=PHONE)),
        ("+1 604 555 0101", "", CustomerZone(zone="America/Vancouver", origin=PHONE)),
        ("+977 1 4123456", "", CustomerZone(zone="Asia/Kathmandu", origin=PHONE)),
        ("030 1234567", "Germany", CustomerZone(zone="Europe/Berlin", origin=PHONE)),
        ("030 1234567", "", CustomerZone()),  # a number of nowhere
        ("+1 800 555 0100", "", CustomerZone()),  # free of charge from Guam to St. John's
        ("+1 800 555 0100", "JP", CustomerZone(zone="Asia/Tokyo", origin=COUNTRY)),
        ("+999 1", "JP", CustomerZone(zone="Asia/Tokyo", origin=COUNTRY)),
        ("ask for Kim", "", CustomerZone()),
        ("+", "", CustomerZone()),
        ("9" * 300, "DE", CustomerZone(zone="Europe/Berlin", origin=COUNTRY)),
    ],
)
def test_a_phone_number_tells_the_zone_it_rings_in(phone: str, country: str, found: CustomerZone) -> None:
    assert guess(requester(phone=phone, country=country)) == found


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("JP", "Asia/Tokyo"),
        ("jp ", "Asia/Tokyo"),
        ("Japan", "Asia/Tokyo"),
        ("JPN", "Asia/Tokyo"),
        ("United Kingdom", "Europe/London"),
        ("Germany", "Europe/Berlin"),  # two zones, one clock
        ("South Korea", "Asia/Seoul"),
        ("Sao Paulo", "America/Sao_Paulo"),  # a city
        ("Eastern", ""),
        ("US", ""),
        ("United States", ""),
        ("Atlantis", ""),
        ("x" * 500, ""),
    ],
)
def test_a_country_tells_the_zone_where_it_has_one_clock(country: str, zone: str) -> None:
    expected = CustomerZone(zone=zone, origin=COUNTRY) if zone else CustomerZone()
    assert guess(requester(country=country)) == expected


@pytest.mark.parametrize(
    ("email", "zone"),
    [
        ("kim@customer.jp", "Asia/Tokyo"),
        ("kim@customer.co.uk", "Europe/London"),
        ("kim@mail.customer.DE", "Europe/Berlin"),
        ("kim@customer.us", ""),
        ("kim@customer.com", ""),
        *((f"kim@customer.{code}", "") for code in ("io", "co", "ai", "tv", "me", "fm", "to")),
        ("kim@customer.example", ""),
        ("kim", ""),
        ("", ""),
    ],
)
def test_a_mail_domain_tells_its_country_unless_it_is_sold_abroad(email: str, zone: str) -> None:
    expected = CustomerZone(zone=zone, origin=DOMAIN) if zone else CustomerZone()
    assert guess(requester(email=email)) == expected


def test_the_offset_of_a_mail_comes_after_the_country_and_before_the_mail_domain() -> None:
    asker = requester(email="kim@customer.de", mail_offset=9 * HOUR)
    assert guess(asker) == CustomerZone(offset=9 * HOUR, origin=DATE)
    assert guess(requester(country="JP", mail_offset=HOUR)) == CustomerZone(zone="Asia/Tokyo", origin=COUNTRY)


@pytest.mark.parametrize("offset", [-12.25 * HOUR, 14.25 * HOUR, 99 * HOUR])
def test_an_offset_that_no_clock_shows_tells_nothing(offset: timedelta) -> None:
    assert guess(requester(mail_offset=offset)) == CustomerZone()


@pytest.mark.parametrize("offset", [-12 * HOUR, 14 * HOUR])
def test_the_first_and_the_last_clock_of_the_earth_count(offset: timedelta) -> None:
    assert guess(requester(mail_offset=offset)).offset == offset


def test_without_any_hint_the_clock_is_unknown() -> None:
    assert guess(requester(), customer()) == CustomerZone(origin=ZoneOrigin.UNKNOWN)

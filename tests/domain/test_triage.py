"""Open tickets in the order in which somebody should look at them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import find_customer
from oncall_tui.domain.local_day import Day
from oncall_tui.domain.ticket import Requester, Ticket
from oncall_tui.domain.triage import Group, by_clock, by_lateness, clock_of
from oncall_tui.places import ATLAS
from tests.make import FRIDAY_NIGHT, at, customer, grouped, requester, ticket

NOW = FRIDAY_NIGHT
HOUR = timedelta(hours=1)


def from_zone(zone: str, number: str = "1") -> Ticket:
    return ticket(number, asked_by=requester(time_zone=zone))


def from_offset(hours: float, number: str = "1") -> Ticket:
    return ticket(number, asked_by=requester(mail_offset=hours * HOUR))


def numbers(found: Group) -> list[str]:
    return [row.ticket.number for row in found.rows]


def test_groups_follow_the_sun_from_the_east_and_end_with_the_unknown() -> None:
    tickets = [
        from_zone("America/Los_Angeles"),
        from_zone(""),
        from_zone("Pacific/Apia"),
        from_zone("Europe/Berlin"),
        from_zone("Asia/Kathmandu"),
        from_zone("UTC"),
        from_zone("America/St_Johns"),
    ]
    assert [found.places for found in by_clock(grouped(tickets, [], NOW))] == [
        ("Apia",),
        ("Kathmandu",),
        ("Berlin",),
        ("UTC",),
        ("St Johns",),
        ("Los Angeles",),
        (),
    ]


def test_zones_that_show_the_same_clock_now_are_one_group_and_part_when_one_of_them_changes() -> None:
    tickets = [from_zone("Europe/Paris"), from_zone("Africa/Lagos")]
    assert [found.places for found in grouped(tickets, [], at("2026-11-21 03:05"))] == [("Lagos", "Paris")]
    assert [found.places for found in grouped(tickets, [], at("2026-07-21 03:05"))] == [("Paris",), ("Lagos",)]


def test_places_are_the_busiest_first_and_then_in_order_of_the_alphabet() -> None:
    zones = ["Europe/Madrid", "Europe/Berlin", "Europe/Paris", "Europe/Berlin", "Africa/Lagos"]
    found = grouped([from_zone(zone) for zone in zones], [], NOW)[0]
    assert found.places == ("Berlin", "Lagos", "Madrid", "Paris")
    assert found.zones == ("Europe/Berlin", "Africa/Lagos", "Europe/Madrid", "Europe/Paris")


@pytest.mark.parametrize(
    ("zone", "place"),
    [
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("Asia/Kolkata", "Kolkata"),
        ("America/Port-au-Prince", "Port-au-Prince"),
        ("Japan", "Japan"),
        ("Etc/GMT+5", "UTC-5"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_place_is_the_city_a_zone_is_called_after(zone: str, place: str) -> None:
    found = grouped([from_zone(zone)], [], NOW)[0]
    assert found.places == (place,)
    assert found.zones == (zone,)


@pytest.mark.parametrize(
    ("hours", "place"), [(9, "UTC+9"), (-3.5, "UTC-3:30"), (5.75, "UTC+5:45"), (-0.5, "UTC-0:30"), (0, "UTC")]
)
def test_a_bare_offset_is_a_place_without_a_zone(hours: float, place: str) -> None:
    found = grouped([from_offset(hours)], [], NOW)[0]
    assert (found.utc_offset, found.places, found.zones) == (hours * HOUR, (place,), ())


def test_a_bare_offset_joins_the_zones_that_show_the_same_clock() -> None:
    found = grouped([from_offset(9), from_zone("Asia/Seoul"), from_zone("Asia/Seoul")], [], NOW)
    assert [(each.places, each.zones) for each in found] == [(("Seoul", "UTC+9"), ("Asia/Seoul",))]


def test_an_unknown_clock_is_said_to_be_unknown() -> None:
    found = grouped([from_zone("")], [], NOW)[0]
    assert (found.utc_offset, found.zones, clock_of(found, NOW)) == (None, (), None)
    assert found.rows[0].day.day is Day.UNKNOWN


def test_a_groups_clock_is_what_its_customers_see() -> None:
    found = grouped([from_zone("Asia/Kathmandu")], [], NOW)[0]
    clock = clock_of(found, NOW)
    assert clock == NOW
    assert f"{clock:%a %H:%M}" == "Sat 08:50"


def test_groups_come_in_the_order_of_who_feels_the_wait_now() -> None:
    zones = [
        "Europe/Berlin",
        "",
        "Asia/Tokyo",
        "America/Los_Angeles",
        "Asia/Kolkata",
        "Pacific/Honolulu",
        "Asia/Riyadh",
    ]
    tickets = [from_zone(zone, str(number)) for number, zone in enumerate(zones)]
    assert [(found.places, str(found.day.day)) for found in grouped(tickets, [], NOW, atlas=ATLAS)] == [
        (("Honolulu",), "at work"),
        (("Los Angeles",), "awake"),
        ((), "unknown"),
        (("Tokyo",), "weekend"),
        (("Kolkata",), "weekend"),
        (("Riyadh",), "asleep"),
        (("Berlin",), "asleep"),
    ]


def test_a_group_stands_where_most_of_its_customers_feel_it() -> None:
    bakery = customer("Bakery", match=["bakery.example"], hours="Mon-Sun 03:00-11:00")
    tickets = [from_zone("Europe/Berlin"), from_zone("Europe/Paris", "2"), from_zone("America/Los_Angeles", "3")]
    baker = ticket("4", asked_by=requester(time_zone="Europe/Berlin", email="kim@bakery.example"))
    for waiting, first in (([*tickets, baker], "Los Angeles"), ([*tickets[1:], baker, replace(baker)], "Berlin")):
        assert grouped(waiting, [bakery], NOW, atlas=ATLAS)[0].places[0] == first


def test_the_next_due_can_come_first() -> None:
    tickets = [replace(from_zone("Asia/Tokyo"), due_at=NOW + HOUR), replace(from_zone("Europe/Berlin"), due_at=NOW)]
    groups = by_lateness(grouped([from_zone("Pacific/Honolulu"), *tickets], [], NOW))
    assert [found.places for found in groups] == [("Berlin",), ("Tokyo",), ("Honolulu",)]


def test_late_comes_first_then_what_is_due_next_then_who_waits_longest_then_the_newest() -> None:
    tickets = [
        ticket("9"),
        ticket("10"),
        ticket("21", waiting_since=NOW - HOUR),
        ticket("20", waiting_since=NOW - 5 * HOUR),
        ticket("30", due_at=NOW + 2 * HOUR),
        ticket("32", due_at=NOW + HOUR, waiting_since=NOW - HOUR),
        ticket("31", due_at=NOW + HOUR, waiting_since=NOW - 2 * HOUR),
        ticket("40", due_at=NOW),
        ticket("41", due_at=NOW - HOUR),
    ]
    wanted = ["41", "40", "31", "32", "30", "20", "21", "10", "9"]
    assert numbers(grouped(tickets, [], NOW)[0]) == wanted
    assert numbers(grouped(reversed(tickets), [], NOW)[0]) == wanted


def test_numbers_are_compared_as_numbers_however_a_source_writes_them() -> None:
    huge = "9" * 5000  # Python refuses to make a number of it
    tickets = [ticket(number) for number in ("OPS-9", "abc", "007", "OPS-10", huge, "0012")]
    assert numbers(grouped(tickets, [], NOW)[0]) == [huge, "0012", "OPS-10", "OPS-9", "007", "abc"]


def test_a_customer_is_the_first_row_that_matches() -> None:
    rows = [customer("Acme", match=["acme.example"]), customer("Acme again", match=["org:Acme KK", "acme.example"])]
    by_mail = find_customer(requester(email="kim@Mail.Acme.example"), rows)
    by_name = find_customer(requester(organisation="ACME KK"), rows)
    assert (by_mail, by_name) == (rows[0], rows[1])
    assert find_customer(requester(email="kim@notacme.example"), rows) is None


def test_the_customers_table_says_where_and_when_a_customer_works() -> None:
    acme = customer(time_zone="Asia/Tokyo", hours="Sat-Sun 10:00-16:00")
    asker = requester(email="kim@acme.example", time_zone="Europe/Berlin")
    found = grouped([ticket(asked_by=asker)], [acme], NOW)[0]
    assert found.places == ("Tokyo",)
    assert found.rows[0].customer == acme
    assert found.rows[0].day.day is Day.AT_WORK


def test_hours_that_cannot_be_read_are_the_usual_ones() -> None:
    acme = customer(time_zone="Asia/Riyadh", hours="whenever")
    asked = ticket(asked_by=requester(email="kim@acme.example"))
    assert grouped([asked], [acme], at("2026-11-22 08:00"), atlas=ATLAS)[0].rows[0].day.day is Day.AT_WORK


@pytest.mark.parametrize(
    ("row", "asker", "now", "expected"),
    [
        # a country given in the table counts before the one its zone lies in
        (customer(country="DE-BY"), requester(), "2026-01-06 11:00", ("holiday", "Epiphany")),
        (customer(country="DE-BE"), requester(), "2026-01-06 11:00", ("at work", "")),
        (customer(country="DE-BE", time_zone="Europe/Vienna"), requester(), "2026-01-06 11:00", ("at work", "")),
        (customer(country="SA", time_zone="Europe/Berlin"), requester(), "2026-11-20 11:00", ("weekend", "")),
        # else the one its zone lies in, whatever the zone was learnt from
        (None, requester(time_zone="Asia/Tokyo"), "2026-11-23 03:00", ("holiday", "Labor Thanksgiving Day")),
        (None, requester(phone="+81 3 1234 5678"), "2026-11-23 03:00", ("holiday", "Labor Thanksgiving Day")),
        (None, requester(time_zone="Asia/Katmandu"), "2026-11-21 05:00", ("weekend", "")),
        (None, requester(time_zone="Egypt"), "2026-11-20 10:00", ("weekend", "")),  # a Friday
        # else what the help desk says
        (None, requester(country="US", mail_offset=-5 * HOUR), "2026-11-26 15:00", ("holiday", "Thanksgiving Day")),
        (None, requester(mail_offset=-5 * HOUR), "2026-11-26 15:00", ("at work", "")),
    ],
)
def test_days_off_are_those_of_the_customers_country(
    row: Customer | None, asker: Requester, now: str, expected: tuple[str, str]
) -> None:
    rows = [replace(row, match=("customer.example",))] if row else []
    day = grouped([ticket(asked_by=asker)], rows, at(now), atlas=ATLAS)[0].rows[0].day
    assert (day.day, day.name) == expected


def test_a_customers_day_changes_while_somebody_watches() -> None:
    asked = [from_zone("Asia/Tokyo")]
    days = [
        grouped(asked, [], at(now), atlas=ATLAS)[0].rows[0].day.day
        for now in ("2026-11-23 14:59", "2026-11-23 21:59", "2026-11-23 22:00", "2026-11-24 00:00", "2026-11-24 09:00")
    ]
    assert days == [Day.ASLEEP, Day.ASLEEP, Day.AWAKE, Day.AT_WORK, Day.AWAKE]


def test_a_correction_counts_for_everybody_it_matches() -> None:
    corrections = [customer("", match=["customer.example"], time_zone="Asia/Seoul")]
    found = grouped([from_zone("Asia/Tokyo"), from_zone("", "2")], [], NOW, corrections=corrections)
    assert [(each.places, len(each.rows)) for each in found] == [(("Seoul",), 2)]


def test_the_accounts_default_zone_is_no_hint() -> None:
    tickets = [from_zone("America/New_York")]
    assert grouped(tickets, [], NOW, account_default="America/New_York")[0].utc_offset is None


def test_nothing_waiting_is_no_group() -> None:
    assert grouped([], [customer()], NOW) == ()

"""Who is recognised as one person, and who never is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.domain.acquaintance import MOST, NOBODY, Ended, persons
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import EMPTY_BOOK, CustomerBook
from oncall_tui.domain.recognition import Recognition
from oncall_tui.domain.ticket import Fact, SourceId, Ticket, TicketId
from oncall_tui.domain.tie import sure_ties
from tests.make import FRIDAY_NIGHT, customer, requester, ticket

HOUR = timedelta(hours=1)


def wrote(
    number: str,
    email: str = "",
    *,
    source: str = "helpdesk",
    name: str = "",
    phone: str = "",
    organisation: str = "",
    time_zone: str = "",
    tier: str = "",
) -> Ticket:
    asked_by = requester(name, email=email, phone=phone, organisation=organisation, time_zone=time_zone)
    return ticket(number, source=source, asked_by=asked_by, tier=tier)


def are_one(one: Ticket, other: Ticket, *more: Ticket, customers: Sequence[Customer] = (), ours: str = "") -> bool:
    tickets = (one, other, *more)
    known = Recognition().recognise(tickets, CustomerBook(customers=customers, ours=frozenset({ours} - {""}))).known
    return one.id in known and other in known[one.id].tickets


def test_the_same_mail_address_in_two_help_desks_is_one_person_however_it_is_written() -> None:
    assert are_one(wrote("1", "kei@firm.example"), wrote("2", "Kei@Firm.example", source="rt", name="K. Tanabe"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("kei@firm.example", "kei+shop@firm.example"),
        ("kei.tanabe@gmail.com", "keitanabe@gmail.com"),
        ("kei@firm.example", "bo@firm.example"),
        ("kei@firm.example", "kei@mail.firm.example"),
    ],
)
def test_two_addresses_are_two_people_whatever_their_provider_may_make_of_them(one: str, other: str) -> None:
    assert not are_one(wrote("1", one, name="Kei Tanabe"), wrote("2", other, name="Kei Tanabe"))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "info@firm.example",
        "Support@firm.example",
        "no-reply@firm.example",
        "noreply-7@firm.example",
        "mailer-daemon@firm.example",
        "support+id12@acme.zendesk.com",
        "notifications@github.com",
        "17+kei@users.noreply.github.com",
        "kei@hubspot.com",
        "not an address",
    ],
)
def test_nobody_is_recognised_by_an_address_that_is_not_one_persons(address: str) -> None:
    assert not are_one(wrote("1", address, name="Kei Tanabe"), wrote("2", address, name="Kei Tanabe", source="rt"))


def test_whoever_writes_from_our_own_address_is_nobody_in_particular() -> None:
    both = wrote("1", "ana@us.example"), wrote("2", "ana@us.example", source="rt")
    assert are_one(*both)
    assert not are_one(*both, ours="Ana@us.example")


def test_a_number_that_only_one_address_gives_is_hers_where_a_chat_gives_no_address() -> None:
    mail = wrote("1", "kei@firm.example", name="Kei Tanabe", phone="+81 (0)3-5550-0142")
    chat = wrote("2", source="chat", name="Kei", phone="+81 3 5550 0142")
    assert are_one(mail, chat)
    assert are_one(chat, wrote("3", source="rt", phone="+81355500142"))


@pytest.mark.parametrize("phone", ["0142", "03 5550 0142", "+81 3 5550 0142 ext. 7", "0081355500142"])
def test_a_number_that_is_not_written_for_the_whole_world_ties_nothing(phone: str) -> None:
    assert not are_one(wrote("1", phone=phone), wrote("2", phone=phone, source="rt"))


def test_a_switchboard_makes_nobody_of_a_company_another() -> None:
    number = "+81 3 5550 0142"
    kei, bo = wrote("1", "kei@firm.example", phone=number), wrote("2", "bo@firm.example", phone=number)
    somebody = wrote("3", source="chat", phone=number)
    assert not are_one(kei, bo)
    assert not are_one(kei, somebody, bo)
    assert not are_one(wrote("1", name="Kei", phone=number), wrote("2", name="Bo", phone=number))
    assert not are_one(kei, somebody, wrote("4", "info@firm.example", phone=number))


def test_a_row_of_whole_addresses_is_one_person() -> None:
    row = customer("Kei", match=("kei@firm.example", "kei.tanabe@gmail.com"))
    both = wrote("1", "kei@firm.example", name="Kei"), wrote("2", "Kei.Tanabe@gmail.com", name="Kei Tanabe")
    assert are_one(*both, customers=[row])


def test_a_row_is_a_company_where_it_names_more_than_addresses_or_people_of_two_names_write() -> None:
    kei, bo = wrote("1", "kei@firm.example", name="Kei Tanabe"), wrote("2", "bo@mail.example", name="Bo Berg")
    addresses = ("kei@firm.example", "bo@mail.example")
    assert not are_one(kei, bo, customers=[customer(match=addresses)])
    nameless = replace(bo, requester=requester("", email="bo@mail.example"))
    assert are_one(kei, nameless, customers=[customer(match=addresses)])
    assert not are_one(kei, nameless, customers=[customer(match=(*addresses, "org:Firm"))])


def test_an_address_under_which_everybody_writes_is_a_form() -> None:
    names = ["Ana Ruiz", "Bo Berg", "Cy Dee", "Di Eng", "Ed Fox"]
    form = [wrote(name, "www@shop.example", name=name) for name in names]
    assert not are_one(form[0], form[1], *form[2:])
    assert are_one(form[0], form[1], *form[2:4])
    many = [wrote(str(number), "hook@shop.example", name="Hook") for number in range(MOST + 1)]
    assert not are_one(many[0], many[1], *many[2:])


ADDRESSES = ("a@one.example", "b@one.example", "c@two.example", "info@one.example", "A@one.example", "")
NUMBERS = ("+81355500142", "+81 3 5550 0142", "+12125550100", "0142", "")
NAMES = ("Kei", "Kei Tanabe", "Bo Berg", "")
ROWS = (
    customer("One", match=("a@one.example", "c@two.example")),
    customer("Two", match=("one.example", "d@two.example")),
)
requests = st.lists(
    st.builds(
        lambda email, phone, name, zone: requester(name, email=email, phone=phone, time_zone=zone),
        st.sampled_from(ADDRESSES),
        st.sampled_from(NUMBERS),
        st.sampled_from(NAMES),
        st.sampled_from(("", "Asia/Tokyo")),
    ),
    max_size=8,
).map(lambda asked: [ticket(str(n), source=f"desk{n % 3}", asked_by=one) for n, one in enumerate(asked)])
books = st.sampled_from([EMPTY_BOOK, CustomerBook(customers=ROWS)])


@given(requests, books, st.randoms(use_true_random=False))
def test_recognition_knows_no_order_and_is_mutual(tickets: list[Ticket], book: CustomerBook, dice: object) -> None:
    known = Recognition().recognise(tickets, book).known
    shuffled = sorted(tickets, key=lambda _: dice.random())  # type: ignore[attr-defined] # Hypothesis names no type
    assert Recognition().recognise(shuffled, book).known == known
    for identity, person in known.items():
        assert identity in {hers.id for hers in person.tickets}
        assert all(known[hers.id] is person for hers in person.tickets)


@given(requests, books)
def test_no_two_are_one_without_a_chain_of_sure_ties(tickets: list[Ticket], book: CustomerBook) -> None:
    sure = sure_ties(book.customers, book.ours)
    for person in Recognition().recognise(tickets, book).known.values():
        reached, coming = set(), [person.tickets[0]]
        while coming:
            one = coming.pop()
            reached.add(one.id)
            tie = sure.of(one.requester)
            row = set(sure.row_of.get(tie.address, (tie.address,)))
            coming += [
                other
                for other in person.tickets
                if other.id not in reached
                and ((at := sure.of(other.requester)).address in row - {""} or at.number == tie.number != "")
            ]
        assert reached == {hers.id for hers in person.tickets}


@given(requests, books)
def test_each_sure_tie_is_honoured(tickets: list[Ticket], book: CustomerBook) -> None:
    known = Recognition().recognise(tickets, book).known
    of_a = [one for one in tickets if one.requester.email.casefold() == "a@one.example"]
    if len(of_a) > 1:
        assert {one.id for one in of_a} <= {hers.id for hers in known[of_a[0].id].tickets}


@given(st.lists(st.tuples(requests, st.booleans()), max_size=5), books)
def test_what_is_kept_from_time_to_time_comes_out_as_if_all_were_made_anew(
    readings: list[tuple[list[Ticket], bool]], book: CustomerBook
) -> None:
    kept = Recognition()
    ended = {"a@one.example": (Ended(ticket=TicketId("desk9:1"), at=FRIDAY_NIGHT),)}
    for tickets, has_ended in readings:
        news = ended if has_ended else {}
        after, anew = kept.recognise(tickets, book, news), Recognition().recognise(tickets, book, news)
        assert after.known == anew.known
        assert after.tickets == anew.tickets
        whose = persons(tickets, sure_ties(book.customers, book.ours))
        for identity, person in after.known.items():
            hers = {other for other, who in whose.items() if who == whose[identity] != NOBODY}
            assert {one.id for one in person.tickets} == hers


def test_many_of_one_address_come_and_go_as_if_all_were_made_anew() -> None:
    kept = Recognition()
    for count in (3, MOST, MOST + 2, MOST + 1, MOST, 1, 0):
        tickets = [wrote(str(number), "kei@firm.example") for number in range(count)]
        assert kept.recognise(tickets, EMPTY_BOOK).known == Recognition().recognise(tickets, EMPTY_BOOK).known


def test_what_has_not_changed_is_the_same_object() -> None:
    kept, tickets = Recognition(), (wrote("1", "kei@firm.example"), wrote("2", "kei@firm.example", source="rt"))
    before = kept.recognise(tickets, EMPTY_BOOK)
    assert kept.recognise(tickets, EMPTY_BOOK) is before
    after = kept.recognise((wrote("3", "bo@firm.example"), *tickets), EMPTY_BOOK)
    assert after.known[tickets[0].id] is before.known[tickets[0].id]


def test_what_one_help_desk_knows_of_a_person_counts_in_another_and_says_where_it_is_from() -> None:
    known = {"organisation": "Acme KK", "time_zone": "Asia/Tokyo", "tier": "gold"}
    zendesk = wrote("1", "kei@firm.example", source="zendesk", **known)
    mail = wrote("2", "kei@firm.example", source="mailbox")
    (_, seen) = Recognition().recognise((zendesk, mail), EMPTY_BOOK).tickets
    assert (seen.requester.organisation, seen.requester.time_zone, seen.tier) == ("Acme KK", "Asia/Tokyo", "gold")
    assert seen.requester.source_of(Fact.TIME_ZONE) == SourceId("zendesk")


def test_where_help_desks_disagree_about_a_person_nothing_is_taken_and_nothing_replaced() -> None:
    tickets = (
        wrote("1", "kei@firm.example", source="zendesk", time_zone="Asia/Tokyo", organisation="Acme"),
        wrote("2", "kei@firm.example", source="rt", time_zone="Europe/Berlin"),
        wrote("3", "kei@firm.example", source="mailbox"),
    )
    zendesk, rt, mail = Recognition().recognise(tickets, EMPTY_BOOK).tickets
    assert (zendesk.requester.time_zone, rt.requester.time_zone) == ("Asia/Tokyo", "Europe/Berlin")
    assert (mail.requester.time_zone, mail.requester.organisation) == ("", "Acme")


def test_a_zone_that_only_says_where_a_help_desk_is_is_not_taken() -> None:
    tickets = (
        wrote("1", "kei@firm.example", source="zendesk", time_zone="America/New_York"),
        wrote("2", "kei@firm.example", source="mailbox"),
    )
    book = CustomerBook(account_defaults={SourceId("zendesk"): "America/New_York"})
    assert Recognition().recognise(tickets, book).tickets[1] is tickets[1]

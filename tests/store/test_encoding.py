"""What is written today is read for years."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.care_events import GoodwillSpent
from oncall_tui.domain.events import CarriedLine, Event, Freight, HandoverCarriedOver, SourceLost, StreamId
from oncall_tui.domain.handover_events import ShiftFigured
from oncall_tui.domain.message import OutgoingMessage, Purpose
from oncall_tui.domain.money import MOST
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import StoreFailed
from oncall_tui.store.encoding import (
    decode_event,
    decode_instant,
    decode_message,
    encode_event,
    encode_instant,
    encode_message,
)
from oncall_tui.store.outbox import urgency
from tests.store.make import KINDS, NOW, filled, message

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.floats(0, 1))  # shares are the only ones there are, and events refuse any other
st.register_type_strategy(Decimal, st.decimals(-MOST, MOST))  # an event refuses any other: tests/domain/test_runbook.py


@settings(deadline=None)
@given(st.sampled_from(KINDS).flatmap(st.from_type))
def test_any_event_comes_back_as_it_was(event: Event) -> None:
    assert decode_event(*encode_event(event)) == event


@settings(deadline=None, max_examples=25)
@given(st.from_type(OutgoingMessage))
def test_any_message_comes_back_as_it_was(outgoing: OutgoingMessage) -> None:
    assert decode_message(encode_message(outgoing)) == outgoing


@settings(deadline=None)
@given(st.sampled_from([kind for kind in KINDS if "Decimal" in str(get_type_hints(kind))]).flatmap(st.from_type))
def test_any_sum_of_money_comes_back_exactly_here_and_in_a_handover_file(event: GoodwillSpent | ShiftFigured) -> None:
    assert decode_event(*encode_event(event)) == event
    if isinstance(event, GoodwillSpent):
        line = CarriedLine(stream=StreamId("s"), at=NOW, freight=Freight(event))
        carried = replace(filled(HandoverCarriedOver), lines=(line,))
        assert decode_event(*encode_event(carried)) == carried


@pytest.mark.parametrize("amount", ["50.0", "50", "0.1", "-12.5"])
def test_a_sum_that_was_stored_as_a_number_is_read(amount: str) -> None:
    event = decode_event("GoodwillSpent", f'{{"ticket":"helpdesk:1","amount":{amount},"words":"flowers"}}')
    assert isinstance(event, GoodwillSpent)
    assert event.amount == Decimal(amount)
    assert f'"amount":{amount},' in encode_event(event)[1].decode()


@pytest.mark.parametrize("amount", ["1e999", "null", '"Infinity"', '"NaN"'])
def test_what_is_no_sum_cannot_be_read(amount: str) -> None:
    with pytest.raises(StoreFailed, match="cannot be read"):
        decode_event("GoodwillSpent", f'{{"ticket":"helpdesk:1","amount":{amount},"words":"flowers"}}')


@settings(deadline=None)
@given(st.from_type(datetime), st.from_type(datetime))
def test_instants_as_text_sort_by_time_and_come_back(one: datetime, other: datetime) -> None:
    assert (encode_instant(one) < encode_instant(other)) == (one < other)
    assert decode_instant(encode_instant(one)) == one


def test_an_instant_is_written_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert encode_instant(datetime(2026, 11, 21, 7, 5, tzinfo=tokyo)) == "2026-11-20T22:05:00.000000Z"


def test_an_event_is_stored_by_the_names_of_its_class_and_fields() -> None:
    event = SourceLost(source=SourceId("helpdesk"), why=CleanText("no answer"))
    assert encode_event(event) == ("SourceLost", b'{"source":"helpdesk","why":"no answer"}')


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_field_that_a_newer_version_added_is_passed_over(kind: type[Event]) -> None:
    event = filled(kind)
    name, body = encode_event(event)
    assert decode_event(name, b'{"added_later":[1,{}],' + body.removeprefix(b"{")) == event


def test_an_unknown_kind_says_that_a_newer_version_wrote_it() -> None:
    with pytest.raises(StoreFailed, match=r"“Ticket␛Merged”.+does not know.+update oncall-tui"):
        decode_event("Ticket\x1bMerged", "{}")


@pytest.mark.parametrize("body", ["", "{", "null", '{"source":1,"why":""}', '{"source":"a"}', '{"source":"\\ud800"}'])
def test_a_body_that_cannot_be_read_says_so(body: str) -> None:
    with pytest.raises(StoreFailed, match=r"“SourceLost” that cannot be read .+ damaged.+put back a copy"):
        decode_event("SourceLost", body)


def test_a_message_or_an_instant_that_cannot_be_read_says_so() -> None:
    with pytest.raises(StoreFailed, match="a message that cannot be read"):
        decode_message('{"key":"k"}')
    with pytest.raises(StoreFailed, match="an instant that cannot be read"):
        decode_instant("2026-11-20T22:61:00.000000Z")


def test_half_a_character_is_refused_with_a_sentence() -> None:
    with pytest.raises(StoreFailed, match="half a character"):
        encode_event(SourceLost(source=SourceId("helpdesk"), why=CleanText("\ud83d")))


@pytest.mark.parametrize("purpose", Purpose)
def test_every_purpose_has_its_place_in_the_order(purpose: Purpose) -> None:
    assert 0 <= urgency(message("k", purpose)) <= urgency(message("k", Purpose.TEST))

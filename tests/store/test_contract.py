"""What every backend promises."""

import asyncio
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.events import SHIFT_STREAM, Event, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, Purpose
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import StreamMoved
from oncall_tui.ports import LONGEST_PAUSE, Hold, Settlement, Store
from tests.store.conftest import Open
from tests.store.make import KINDS, LEASE, NOW, filled, lost, message

pytestmark = pytest.mark.anyio

OTHER = StreamId("ticket:helpdesk:4312")
SECOND = timedelta(seconds=1)
FINAL = [state for state in DeliveryState if state.is_final]


def settled(key: str, state: DeliveryState, next_try_at: datetime | None = None) -> Settlement:
    detail, reference = CleanText("no route"), "r-1"
    return Settlement(key=MessageKey(key), state=state, next_try_at=next_try_at, detail=detail, reference=reference)


async def test_what_was_recorded_is_read_in_order_and_counted_per_stream(store: Store) -> None:
    first = (await store.append(SHIFT_STREAM, [lost("a"), lost("b")], at=NOW)).lines
    second = (await store.append(OTHER, [lost("c")], at=NOW - SECOND)).lines
    third = (await store.append(SHIFT_STREAM, [lost("d")], at=NOW)).lines
    assert await store.read() == [*first, *second, *third]
    assert [(line.stream, line.version) for line in await store.read()] == [
        (SHIFT_STREAM, 1),
        (SHIFT_STREAM, 2),
        (OTHER, 1),
        (SHIFT_STREAM, 3),
    ]


async def test_only_what_came_after_a_line_is_read(store: Store) -> None:
    recorded = (await store.append(SHIFT_STREAM, [lost("a"), lost("b"), lost("c")], at=NOW)).lines
    assert await store.read(recorded[0].seq) == recorded[1:]
    assert await store.read(recorded[-1].seq) == []


async def test_a_long_journal_is_read_some_lines_at_a_time(store: Store) -> None:
    recorded = (await store.append(SHIFT_STREAM, [lost(str(number)) for number in range(500)], at=NOW)).lines
    assert await store.read(most=2) == recorded[:2]
    assert await store.read(recorded[199].seq, most=200) == recorded[200:400]
    assert await store.read(recorded[399].seq, most=200) == recorded[400:]
    assert await store.read(recorded[-1].seq, most=200) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_every_event_comes_back_as_it_was(open_store: Open, kind: type[Event]) -> None:
    recorded = (await (await open_store()).append(SHIFT_STREAM, [filled(kind)], at=NOW)).lines
    assert await (await open_store()).read() == recorded


async def test_a_decision_taken_on_an_older_version_records_nothing(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    await one.append(OTHER, [lost()], at=NOW, after_version=0)
    with pytest.raises(StreamMoved, match=r"ticket:helpdesk:4312.+decide again"):
        await other.append(OTHER, [lost()], at=NOW, after_version=0, send=[message("late")])
    assert len(await other.read()) == 1
    assert await other.unsettled() == []


async def test_of_writers_at_the_same_time_exactly_one_wins(open_store: Open) -> None:
    windows = [await open_store() for _ in range(4)]
    attempts = (window.append(OTHER, [lost()], at=NOW, after_version=0) for window in windows)
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [StreamMoved] * 3
    assert len(await windows[0].read()) == 1


async def test_another_stream_does_not_stand_in_the_way(store: Store) -> None:
    await store.append(SHIFT_STREAM, [lost()], at=NOW)
    (line,) = (await store.append(OTHER, [lost()], at=NOW, after_version=0)).lines
    assert line.version == 1


async def test_a_message_is_stored_once_however_often_it_is_asked_for(store: Store) -> None:
    await store.append(OTHER, [lost()], at=NOW, send=[message("k", title="first"), message("k", title="twice")])
    await store.append(OTHER, [lost()], at=NOW + SECOND, send=[message("k", title="again")])
    assert await store.unsettled() == [(message("k", title="first"), DeliveryState.PENDING, NOW)]


async def test_a_message_that_was_accepted_is_never_put_back(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    await store.append(OTHER, [], at=NOW, settle=settled("k", DeliveryState.ACCEPTED))
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    assert await store.claim(now=NOW, holder="a", lease=LEASE) is None


async def test_a_message_is_claimed_by_one_holder_only(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    await one.append(OTHER, [], at=NOW, send=[message("k")])
    claims = await asyncio.gather(*(window.claim(now=NOW, holder="h", lease=LEASE) for window in (one, other)))
    (claimed,) = [claim for claim in claims if claim is not None]
    assert (claimed.message, claimed.tries) == (message("k"), 1)
    assert await one.unsettled() == [(message("k"), DeliveryState.SENDING, NOW + LEASE)]


async def test_a_message_is_claimed_in_the_transaction_that_stores_it(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    hold = Hold(holder="one", lease=LEASE)
    written = await one.append(OTHER, [lost()], at=NOW, send=[message("k"), message("j")], hold=hold)
    assert [(claimed.message, claimed.tries) for claimed in written.claimed] == [(message("k"), 1), (message("j"), 1)]
    assert [line.seq for line in written.lines] == [1]
    assert await other.claim(now=NOW + LEASE - SECOND, holder="other", lease=LEASE) is None
    assert await one.renew(MessageKey("k"), now=NOW, holder="one", lease=LEASE)
    await one.append(OTHER, [], at=NOW, settle=settled("k", DeliveryState.ACCEPTED))
    taken_over = await other.claim(now=NOW + LEASE, holder="other", lease=LEASE)
    assert taken_over is not None
    assert (taken_over.message.key, taken_over.message.is_possible_duplicate, taken_over.tries) == ("j", True, 2)


async def test_storing_a_message_again_takes_it_from_nobody(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    await one.append(OTHER, [], at=NOW, send=[message("k")])
    hold = Hold(holder="other", lease=LEASE)
    written = await other.append(OTHER, [], at=NOW, send=[message("k"), message("j")], hold=hold)
    assert [claimed.message.key for claimed in written.claimed] == ["j"]
    claimed = await one.claim(now=NOW, holder="one", lease=LEASE)
    assert claimed is not None
    assert claimed.message.key == "k"


async def test_a_decision_taken_on_an_older_version_claims_nothing(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    await one.append(OTHER, [lost()], at=NOW)
    with pytest.raises(StreamMoved):
        await other.append(
            OTHER, [lost()], at=NOW, after_version=0, send=[message("k")], hold=Hold(holder="other", lease=LEASE)
        )
    assert await one.unsettled() == []


async def test_nothing_is_tried_again_before_its_time(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    await store.claim(now=NOW, holder="a", lease=LEASE)
    again = Settlement(key=MessageKey("k"), state=DeliveryState.RETRYING, next_try_at=NOW + SECOND)
    await store.append(OTHER, [], at=NOW, settle=again)
    assert await store.claim(now=NOW + SECOND - timedelta(microseconds=1), holder="a", lease=LEASE) is None
    assert await store.claim(now=NOW + SECOND, holder="a", lease=LEASE) is not None


async def test_a_clock_set_back_holds_up_nothing_that_was_never_tried(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    assert await store.claim(now=NOW - timedelta(hours=2), holder="a", lease=LEASE) is not None


async def test_a_clock_set_back_holds_up_no_further_try(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    await store.claim(now=NOW, holder="a", lease=LEASE)
    await store.append(OTHER, [], at=NOW, settle=settled("k", DeliveryState.RETRYING, NOW + LONGEST_PAUSE))
    assert await store.claim(now=NOW, holder="a", lease=LEASE) is None
    assert await store.claim(now=NOW - SECOND, holder="a", lease=LEASE) is not None


async def test_a_clock_set_back_leaves_what_is_being_sent_to_its_holder(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    await store.claim(now=NOW, holder="a", lease=LEASE)
    assert await store.claim(now=NOW - timedelta(hours=2), holder="b", lease=LEASE) is None


async def test_a_clock_set_back_keeps_a_dead_holder_s_message_for_one_lease_only(open_store: Open) -> None:
    dead, alive = await open_store(), await open_store()
    await dead.append(OTHER, [], at=NOW, send=[message("k")])
    await dead.claim(now=NOW, holder="dead", lease=LEASE)
    back = NOW - timedelta(hours=2)
    for step in range(int(LEASE / SECOND)):
        assert await alive.claim(now=back + step * SECOND, holder="alive", lease=LEASE) is None
    claimed = await alive.claim(now=back + LEASE, holder="alive", lease=LEASE)
    assert claimed is not None
    assert (claimed.message.is_possible_duplicate, claimed.tries) == (True, 2)


async def test_a_clock_set_back_leaves_a_message_with_a_holder_that_goes_on_sending(open_store: Open) -> None:
    slow, other = await open_store(), await open_store()
    await slow.append(OTHER, [], at=NOW, send=[message("k")])
    await slow.claim(now=NOW, holder="slow", lease=LEASE)
    back = NOW - timedelta(hours=2)
    assert await other.claim(now=back, holder="other", lease=LEASE) is None
    assert await slow.renew(MessageKey("k"), now=back + SECOND, holder="slow", lease=LEASE)
    assert await other.claim(now=back + LEASE, holder="other", lease=LEASE) is None
    assert await other.unsettled() == [(message("k"), DeliveryState.SENDING, back + SECOND + LEASE)]


async def test_a_holder_that_was_overtaken_frees_nothing(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    slow = await store.claim(now=NOW, holder="slow", lease=LEASE)
    assert slow is not None
    assert await store.claim(now=NOW + LEASE, holder="next", lease=LEASE) is not None
    late = Settlement(key=MessageKey("k"), state=DeliveryState.RETRYING, next_try_at=NOW, tries=slow.tries)
    await store.append(OTHER, [], at=NOW + LEASE, settle=late)
    assert await store.claim(now=NOW + LEASE, holder="third", lease=LEASE) is None


async def test_bad_news_leaves_first_and_of_equals_what_is_due_longest(store: Store) -> None:
    mixed = [message(purpose, purpose) for purpose in reversed(Purpose)]
    await store.append(OTHER, [], at=NOW, send=[*mixed, message("second")])
    await store.append(OTHER, [], at=NOW - SECOND, send=[message("older", Purpose.HANDOVER)])
    claims = [await store.claim(now=NOW, holder="a", lease=LEASE) for _ in range(12)]
    assert [claim.message.key if claim else None for claim in claims] == [
        "notification",
        "second",
        "stand-down",
        *("solve", "take", "note", "reply"),  # as they came
        "older",
        "handover",
        "notice",
        "test",
        None,
    ]


async def test_a_holder_that_died_leaves_a_possible_duplicate_to_the_next(open_store: Open) -> None:
    dead, alive = await open_store(), await open_store()
    await dead.append(OTHER, [], at=NOW, send=[message("k")])
    await dead.claim(now=NOW, holder="dead", lease=LEASE)
    assert await alive.claim(now=NOW + LEASE - SECOND, holder="alive", lease=LEASE) is None
    claimed = await alive.claim(now=NOW + LEASE, holder="alive", lease=LEASE)
    assert claimed is not None
    assert (claimed.message.is_possible_duplicate, claimed.tries) == (True, 2)


async def test_a_holder_that_goes_on_sending_keeps_its_message(open_store: Open) -> None:
    slow, other = await open_store(), await open_store()
    await slow.append(OTHER, [], at=NOW, send=[message("k")])
    await slow.claim(now=NOW, holder="slow", lease=LEASE)
    later = NOW + LEASE - SECOND
    assert await slow.renew(MessageKey("k"), now=later, holder="slow", lease=LEASE)
    assert await other.unsettled() == [(message("k"), DeliveryState.SENDING, later + LEASE)]
    assert await other.claim(now=later + LEASE - SECOND, holder="other", lease=LEASE) is None
    assert await other.claim(now=later + LEASE, holder="other", lease=LEASE) is not None


async def test_nobody_renews_what_another_holds_or_nobody_sends(open_store: Open) -> None:
    one, other = await open_store(), await open_store()
    await one.append(OTHER, [], at=NOW, send=[message("k"), message("waiting")])
    await one.claim(now=NOW, holder="one", lease=LEASE)
    assert not await other.renew(MessageKey("k"), now=NOW, holder="other", lease=LEASE)
    assert not await other.renew(MessageKey("waiting"), now=NOW, holder="other", lease=LEASE)
    assert not await other.renew(MessageKey("nobody"), now=NOW, holder="other", lease=LEASE)
    await other.claim(now=NOW + LEASE, holder="other", lease=LEASE)  # the one that was tried before nobody sent
    await other.claim(now=NOW + LEASE, holder="other", lease=LEASE)
    assert not await one.renew(MessageKey("k"), now=NOW + LEASE, holder="one", lease=LEASE)
    await other.append(OTHER, [], at=NOW + LEASE, settle=settled("k", DeliveryState.ACCEPTED))
    assert not await other.renew(MessageKey("k"), now=NOW + LEASE, holder="other", lease=LEASE)
    assert [sent.key for sent, _, _ in await one.unsettled()] == ["waiting"]


async def test_a_message_that_may_have_arrived_once_stays_a_possible_duplicate(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    seen = []
    for state in (DeliveryState.RETRYING, DeliveryState.UNKNOWN, DeliveryState.RETRYING, DeliveryState.RETRYING):
        claimed = await store.claim(now=NOW, holder="a", lease=LEASE)
        seen.append(claimed is not None and claimed.message.is_possible_duplicate)
        await store.append(OTHER, [], at=NOW, settle=settled("k", state, NOW))
    assert seen == [False, False, True, True]


async def test_a_message_that_was_not_sent_comes_back_when_its_time_has_come(store: Store) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k")])
    await store.claim(now=NOW, holder="a", lease=LEASE)
    again = settled("k", DeliveryState.RETRYING, NOW + 5 * SECOND)
    await store.append(OTHER, [lost()], at=NOW, settle=again)
    assert await store.unsettled() == [(message("k"), DeliveryState.RETRYING, NOW + 5 * SECOND)]
    assert await store.claim(now=NOW + 4 * SECOND, holder="a", lease=LEASE) is None
    claimed = await store.claim(now=NOW + 5 * SECOND, holder="a", lease=LEASE)
    assert claimed is not None
    assert (claimed.message.is_possible_duplicate, claimed.tries) == (False, 2)


@pytest.mark.parametrize("state", FINAL)
async def test_a_settled_message_is_never_claimed_again(store: Store, state: DeliveryState) -> None:
    await store.append(OTHER, [], at=NOW, send=[message("k"), message("other")])
    await store.claim(now=NOW, holder="a", lease=LEASE)
    await store.append(OTHER, [lost()], at=NOW, settle=settled("k", state))
    await store.append(OTHER, [lost()], at=NOW, settle=settled("k", DeliveryState.UNKNOWN))
    assert [sent.key for sent, _, _ in await store.unsettled()] == ["other"]
    assert len(await store.read()) == 2  # what happened is recorded all the same


async def test_a_settlement_is_recorded_with_its_event_or_not_at_all(store: Store) -> None:
    await store.append(OTHER, [lost()], at=NOW, send=[message("k")])
    with pytest.raises(StreamMoved):
        await store.append(OTHER, [lost()], at=NOW, after_version=0, settle=settled("k", DeliveryState.ACCEPTED))
    assert [state for _, state, _ in await store.unsettled()] == [DeliveryState.PENDING]


async def test_the_settlement_of_an_unknown_message_changes_nothing(store: Store) -> None:
    await store.append(OTHER, [lost()], at=NOW, settle=settled("nobody", DeliveryState.UNKNOWN))
    assert await store.unsettled() == []
    assert len(await store.read()) == 1

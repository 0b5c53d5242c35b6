"""PagerDuty, GoAlert, Jira Service Management and incident.io page by themselves, and are told when it is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.channels import goalert, incident_io, jsm_ops, pagerduty
from oncall_tui.channels.keys import incident_key
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Proof, Purpose
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.errors import DeliveryError, Rejected
from oncall_tui.ports import Channel, Insistent, Ringing
from oncall_tui.secrets import Secret
from tests.channels.cases import CASES, PATIENT, Case
from tests.channels.make import NOW, a_message, awaited
from tests.channels.trial import canned, form, sent, trial

pytestmark = pytest.mark.anyio

FIRST = replace(a_message(), key=MessageKey("esc-7/1/1/dana/dana-push"))
SECOND = replace(FIRST, key=MessageKey("esc-7/2/1/dana/dana-push"))
OVER = replace(FIRST, key=MessageKey("esc-7/stand-down/2/dana/dana-push"), purpose=Purpose.STAND_DOWN)


def test_all_rounds_and_the_stand_down_are_one_incident_and_nothing_else_is() -> None:
    assert incident_key(FIRST) == incident_key(SECOND) == incident_key(OVER)
    others: list[OutgoingMessage] = [
        replace(FIRST, key=MessageKey("esc-8/1/1/dana/dana-push")),
        replace(FIRST, person=PersonId("sam")),
        replace(FIRST, channel=ChannelId("dana-other")),
        replace(FIRST, purpose=Purpose.TEST),
        replace(FIRST, key=MessageKey("handover/1/dana-push"), purpose=Purpose.HANDOVER),
    ]
    assert len({incident_key(one) for one in [FIRST, *others]}) == 6


async def test_pagerduty_resolves_instead_of_ringing_once_more() -> None:
    async with trial("pagerduty") as at:
        await at.channel.send(FIRST)
        await at.channel.send(OVER)
        opened, closed = map(sent, at.sink.requests)
    assert (opened["event_action"], opened["payload"]["severity"]) == ("trigger", "critical")
    assert closed == {
        "routing_key": opened["routing_key"],
        "dedup_key": opened["dedup_key"],
        "event_action": "resolve",
    }
    assert len(opened["dedup_key"]) <= 255


async def test_a_handover_through_pagerduty_is_no_emergency() -> None:
    async with trial("pagerduty") as at:
        await at.channel.send(replace(FIRST, purpose=Purpose.HANDOVER))
        assert sent(at.sink.requests[0])["payload"]["severity"] == "info"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_what_pages_whatever_it_is_given_says_so(case: Case) -> None:
    channel = case.build("http://127.0.0.1:9", lambda: NOW, PATIENT)
    always_rings = isinstance(channel, Ringing) and channel.always_rings
    assert always_rings == (case.kind in {"pagerduty", "goalert", "jsm-ops", "incident-io"})


@pytest.mark.parametrize(("by", "counts"), [("PDANA", True), ("PMALLORY", False), ("PSERVICE", False)])
async def test_what_she_resolved_straight_away_in_pagerduty_counts(by: str, *, counts: bool) -> None:
    incident = {
        "status": "resolved",
        "acknowledgements": [],
        "last_status_change_by": {"id": by},
        "last_status_change_at": "2026-11-21T03:04:00Z",
    }
    async with trial("pagerduty") as at:
        found = await at.answers(canned({"incidents": [{"status": "triggered"}, incident]}))
    assert [one.at for one in found] == [NOW - timedelta(minutes=1)] * counts


async def test_an_event_that_made_no_incident_yet_is_not_answered() -> None:
    async with trial("pagerduty") as at:
        assert await at.answers(canned({"incidents": []})) == []


async def test_goalert_closes_by_the_same_key() -> None:
    async with trial("goalert") as at:
        await at.channel.send(FIRST)
        at.sink.taken = canned({"AlertID": 0, "ServiceID": "s", "IsNew": False})
        await at.channel.send(OVER)
        opened, closed = map(form, at.sink.requests)
    assert "action" not in opened
    assert (closed["action"], closed["dedup"]) == ("close", opened["dedup"])


@pytest.mark.parametrize("told", [{"AlertID": 61}, {"_id": 61, "status": "triggered"}, {"ID": 61}])
async def test_goalert_tells_the_number_of_the_alert_in_one_of_its_ways(told: dict[str, object]) -> None:
    async with trial("goalert") as at:
        at.sink.taken = canned(told)
        assert (await at.channel.send(FIRST)).reference == "61"


@pytest.mark.parametrize(
    ("entry", "counts"),
    [
        ("Acknowledged by Dana Lee", True),
        ("Acknowledged by Dana Lee (SMS)", True),
        ("Acknowledged by Dana Lee via Web", True),
        ("Closed by Dana Lee via Web", True),
        ("Acknowledged by Dana Leeson", False),
        ("Acknowledged by Mallory (Dana Lee)", False),
        ("Notification sent to Dana Lee", False),
        ("Acknowledged", False),
    ],
)
async def test_goalert_names_in_its_log_who_acknowledged(entry: str, *, counts: bool) -> None:
    events = {"nodes": [{"timestamp": "2026-11-21T03:04:00Z", "message": entry}]}
    alert = {"status": "StatusAcknowledged", "recentEvents": events}
    async with trial("goalert") as at:
        assert len(await at.answers(canned({"data": {"alert": alert}}))) == counts


async def test_a_goalert_key_made_for_another_query_is_named() -> None:
    async with trial("goalert") as at:
        with pytest.raises(DeliveryError, match="exactly this query"):
            await at.answers(canned({"data": None, "errors": [{"message": "wrong query"}]}))
        with pytest.raises(DeliveryError, match="exactly this query"):
            await at.channel.check()


async def test_jsm_closes_by_the_same_alias() -> None:
    async with trial("jsm-ops") as at:
        await at.channel.send(FIRST)
        await at.channel.send(OVER)
        opened, closed = at.sink.requests
    assert opened.headers["authorization"].startswith("GenieKey ")
    assert closed.path == f"/jsm/ops/integration/v2/alerts/{sent(opened)['alias']}/close?identifierType=alias"


@pytest.mark.parametrize(
    ("alert", "counts"),
    [
        ({"owner": "712020:dana"}, True),
        ({"owner": "712020:mallory"}, False),
        ({"owner": "712020:dana", "report": {"acknowledgedBy": "712020:mallory"}}, False),
        ({"owner": "", "report": {"acknowledgedBy": "712020:dana"}}, True),
        ({"owner": "", "report": {"closedBy": "712020:dana"}}, True),
    ],
)
async def test_whoever_acknowledged_in_jsm_owns_the_alert_or_stands_in_its_report(
    alert: dict[str, object], *, counts: bool
) -> None:
    listed = {"id": "a-1", "alias": "ref-1", "status": "open", "acknowledged": True}
    async with trial("jsm-ops") as at:
        at.sink.receipts["a-1"] = canned(listed | alert)
        assert len(await at.answers(canned({"values": [listed]}))) == counts


async def test_every_round_rings_anew_in_incident_io_and_the_stand_down_cancels_what_still_rings() -> None:
    async with trial("incident-io") as at:
        await at.channel.send(FIRST)
        await at.channel.send(SECOND)
        first, second = (sent(request)["idempotency_key"] for request in at.sink.requests)
        assert first != second
        at.sink.requests.clear()
        listed = [{"id": "one", "status": "expired"}, {"id": "two", "status": "triggered"}]
        none: list[object] = []
        at.sink.answers = lambda request: (
            canned({"escalations": none if "nobody" in request.path else listed}) if request.method == "GET" else None
        )
        await at.channel.send(OVER)
    *_, asked, cancelled = at.sink.requests
    [common] = {asked.path.partition("starts_with%5D=")[2].partition("&")[0]}
    assert first.startswith(common)
    assert second.startswith(common)
    assert cancelled.path == "/v2/escalations/two/actions/cancel"


async def test_nothing_is_cancelled_in_incident_io_where_nobody_can_tell_what_is_ours() -> None:
    async with trial("incident-io") as at:
        at.sink.receipts["escalations"] = canned({"escalations": [{"id": "theirs", "status": "triggered"}]})
        with pytest.raises(Rejected, match="close it there"):
            await at.channel.send(OVER)
        assert [request.method for request in at.sink.requests] == ["GET"]


async def test_what_she_resolved_in_incident_io_counts_and_what_rang_at_her_does_not() -> None:
    async with trial("incident-io") as at:
        for event, counts in (("notified_users", 0), ("resolved", 1)):
            history = [{"event": event, "occurred_at": "2026-11-21T03:04:00Z", "users": [{"id": "01DANA"}]}]
            found = {"escalation": {"id": "ref-1", "status": "triggered", "events": history}}
            assert len(await at.answers(canned(found))) == counts


def test_without_what_reads_answers_none_is_promised() -> None:
    secret, identity = Secret("s"), ChannelId("dana-push")
    deaf: list[Channel] = [
        pagerduty.build(identity, pagerduty.Settings(routing_key=secret), lambda: NOW),
        goalert.build(identity, goalert.Settings(url="https://goalert.example", token=secret), lambda: NOW),
        jsm_ops.build(identity, jsm_ops.Settings(key=secret), lambda: NOW),
    ]
    assert {channel.proves for channel in deaf} == {Proof.ACCEPTED}


async def test_without_what_reads_answers_nobody_is_asked() -> None:
    deaf = jsm_ops.build(ChannelId("d"), jsm_ops.Settings(key=Secret("s"), url="https://nowhere.example"), lambda: NOW)
    assert await deaf.acknowledgements([awaited()]) == ()


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["user"], pagerduty.Settings(routing_key=Secret("s"), token=Secret("t")).problems()),
        (["token"], pagerduty.Settings(routing_key=Secret("s"), user="PDANA").problems()),
        (["person"], goalert.Settings(url="https://a.example", token=Secret("s"), api_key=Secret("k")).problems()),
        (["api_key"], goalert.Settings(url="https://a.example", token=Secret("s"), person="Dana Lee").problems()),
        (["user"], incident_io.Settings(token=Secret("s"), user="dana@acme.example").problems()),
        (["login", "token"], jsm_ops.Settings(key=Secret("s"), cloud_id="c", user="712020:dana").problems()),
    ],
)
def test_settings_that_go_together_are_named_together(keys: list[str], found: list[tuple[str, str]]) -> None:
    assert [key for key, _ in found] == keys


@pytest.mark.parametrize("kind", ["pagerduty", "goalert", "jsm-ops", "incident-io", "pushover"])
async def test_what_pages_by_itself_says_so_and_is_told_when_nothing_is_asked_any_more(kind: str) -> None:
    async with trial(kind) as at:
        assert isinstance(at.channel, Insistent)
        assert at.channel.rings_on

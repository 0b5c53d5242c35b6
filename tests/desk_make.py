"""Makes desks of invented people for the screen's tests: the Friday evening of the design."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.escalation import AcknowledgedBy, Attempt, Escalation, EscalationState
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.rota import Gap, Shift, ShiftOrigin
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.domain.triage import Group, Row
from oncall_tui.domain.zone_guess import CustomerZone, ZoneOrigin
from oncall_tui.services.desk import Desk, SourceState, SourceStatus

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
"""Friday 22:05 in New York, Saturday 12:05 in Tokyo."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ANA = Person(id=PersonId("ana"), name="Ana Ruiz", time_zone="America/New_York", phone="+1 212 555 0100")
BEN = Person(id=PersonId("ben"), name="Ben Okafor", time_zone="America/New_York")
PEOPLE = {ANA.id: ANA, BEN.id: BEN}
DANA = Target(
    person=PersonId("dana"),
    name="Dana Lee",
    phone="+1 212 555 0142",
    channels=(ChannelId("dana-push"), ChannelId("dana-phone")),
)
SAM = Target(person=PersonId("sam"), name="Sam Cho", channels=(ChannelId("sam-push"),))
POLICY = Policy(levels=(Level(targets=(DANA,), wait=5 * MINUTE), Level(targets=(SAM,), wait=10 * MINUTE)))
SHIFT = Shift(
    starts_at=NOW - 4 * HOUR,
    ends_at=datetime(2026, 11, 23, 14, tzinfo=UTC),
    person=ANA.id,
    origin=ShiftOrigin.ROTATION,
)
NEXT = Shift(
    starts_at=datetime(2026, 11, 27, 23, tzinfo=UTC),
    ends_at=datetime(2026, 11, 30, 14, tzinfo=UTC),
    person=BEN.id,
    origin=ShiftOrigin.ROTATION,
)


def ticket(number: str, subject: str, customer: str, *, wait: timedelta, due: timedelta, touches: int = 1) -> Ticket:
    return Ticket(
        id=TicketId(f"helpdesk:{number}"),
        subject=CleanText(subject),
        requester=Requester(name=CleanText("Yuki Mori"), organisation=CleanText(customer)),
        status=Status.NEW if touches == 0 else Status.OPEN,
        waiting_since=NOW - wait,
        due_at=NOW + due,
        touches=touches,
        url=f"https://help.example/tickets/{number}",
        messages=(
            Message(at=NOW - wait, author=CleanText("Yuki Mori"), text=CleanText(subject + "."), is_inbound=True),
        ),
    )


def row(made: Ticket, zone: str, day: LocalDay, customer: Customer | None = None) -> Row:
    return Row(
        ticket=made,
        zone=CustomerZone(zone=zone, origin=ZoneOrigin.CONTACT) if zone else CustomerZone(),
        day=day,
        customer=customer,
    )


def group(hours: float, places: Sequence[str], zones: Sequence[str], rows: Sequence[Row]) -> Group:
    return Group(utc_offset=timedelta(hours=hours), places=tuple(places), zones=tuple(zones), rows=tuple(rows))


ACME = Customer(name="Acme KK", match=("org:Acme KK",), tier="gold", notes="Prefers the phone.")


def groups() -> tuple[Group, ...]:
    tokyo = LocalDay(day=Day.WEEKEND, opens_at=NOW + timedelta(hours=44, minutes=55))
    riyadh = LocalDay(day=Day.WEEKEND, opens_at=NOW + timedelta(hours=26, minutes=55))
    berlin = LocalDay(day=Day.ASLEEP, wakes_at=NOW + timedelta(hours=2, minutes=55))
    coast = LocalDay(day=Day.AWAKE, opens_at=NOW + timedelta(hours=61, minutes=55))
    return (
        group(
            9,
            ("Tokyo", "Seoul"),
            ("Asia/Tokyo", "Asia/Seoul"),
            (
                row(
                    ticket("4312", "Login fails for every user", "Acme", wait=2 * HOUR, due=-8 * MINUTE, touches=5),
                    "Asia/Tokyo",
                    tokyo,
                    ACME,
                ),
                row(
                    ticket("4321", "Invoice shows the wrong VAT", "Kobe Foods", wait=40 * MINUTE, due=3 * HOUR),
                    "Asia/Seoul",
                    tokyo,
                ),
            ),
        ),
        group(
            3,
            ("Riyadh",),
            ("Asia/Riyadh",),
            (
                row(
                    ticket("4330", "Order stuck at customs", "Najd Pharma", wait=3 * HOUR, due=50 * MINUTE, touches=2),
                    "Asia/Riyadh",
                    riyadh,
                ),
            ),
        ),
        group(
            1,
            ("Berlin", "Paris", "Madrid"),
            ("Europe/Berlin", "Europe/Paris", "Europe/Madrid"),
            (
                row(
                    ticket("4307", "Export is empty since noon", "Spree GmbH", wait=5 * HOUR, due=6 * HOUR),
                    "Europe/Berlin",
                    berlin,
                ),
                row(
                    ticket("4309", "How do I add a user?", "Atelier Lune", wait=6 * HOUR, due=30 * HOUR, touches=0),
                    "Europe/Paris",
                    berlin,
                ),
                row(
                    ticket("4311", "Password mail never arrives", "Casa Olmo", wait=7 * HOUR, due=9 * HOUR),
                    "Europe/Madrid",
                    berlin,
                ),
            ),
        ),
        group(
            -8,
            ("Los Angeles", "Vancouver"),
            ("America/Los_Angeles", "America/Vancouver"),
            (
                row(
                    ticket("4333", "Webhook answers 500", "Bay Robots", wait=12 * MINUTE, due=100 * MINUTE, touches=0),
                    "America/Los_Angeles",
                    coast,
                ),
            ),
        ),
        Group(
            utc_offset=None,
            places=(),
            zones=(),
            rows=(
                row(
                    ticket("4335", "Bonjour, un souci de facture", "", wait=80 * MINUTE, due=4 * HOUR),
                    "",
                    LocalDay(day=Day.UNKNOWN),
                ),
            ),
        ),
    )


def live() -> Desk:
    return Desk(
        at=NOW,
        team="Acme Support",
        time_zone="America/New_York",
        me=ANA,
        on_call=ANA,
        shift=SHIFT,
        next_shift=NEXT,
        people=PEOPLE,
        sources=(
            SourceStatus(
                id=SourceId("helpdesk"), kind="zendesk", state=SourceState.LIVE, as_of=NOW - timedelta(seconds=12)
            ),
            SourceStatus(
                id=SourceId("mailbox"), kind="imap", state=SourceState.LIVE, as_of=NOW - timedelta(seconds=40)
            ),
        ),
        groups=groups(),
    )


def escalation(state: EscalationState, **more: object) -> Escalation:
    made = live().groups[0].rows[0].ticket
    armed = Escalation(
        id=EscalationId("esc-1"),
        brief=Brief(
            ticket=made.id,
            subject=made.subject,
            customer=CleanText("Acme KK"),
            tier=CleanText("gold"),
            due_at=made.due_at,
            touches=made.touches,
            on_call_name="Ana Ruiz",
        ),
        policy=POLICY,
        by=ANA.id,
        state=state,
        armed_at=NOW - 4 * MINUTE,
        next_action_at=NOW + MINUTE,
        level=0,
    )
    return replace(armed, **more)  # type: ignore[arg-type] # a test's own keywords


def attempt(state: DeliveryState, *, channel: str = "dana-push", detail: str = "") -> Attempt:
    return Attempt(
        key=MessageKey(f"esc-1/1/0/dana/{channel}"),
        round=1,
        level=0,
        person=DANA.person,
        channel=ChannelId(channel),
        state=state,
        at=NOW - 4 * MINUTE,
        detail=CleanText(detail),
    )


BOTH_ACCEPTED = (attempt(DeliveryState.ACCEPTED), attempt(DeliveryState.ACCEPTED, channel="dana-phone"))


def with_escalation(state: EscalationState, **more: object) -> Desk:
    return replace(live(), escalations=(escalation(state, **more),))


def armed() -> Desk:
    return with_escalation(EscalationState.ARMED, level=-1, next_action_at=NOW + timedelta(seconds=4))


def notifying() -> Desk:
    return with_escalation(EscalationState.NOTIFYING, attempts=BOTH_ACCEPTED)


def acknowledged() -> Desk:
    by = AcknowledgedBy(
        person=DANA.person,
        name="Dana Lee",
        at=NOW - 3 * MINUTE,
        channel=ChannelId("dana-push"),
        words=CleanText("On it."),
    )
    return with_escalation(EscalationState.ACKNOWLEDGED, attempts=BOTH_ACCEPTED, acknowledged=by, next_action_at=None)


def exhausted() -> Desk:
    return with_escalation(EscalationState.EXHAUSTED, attempts=BOTH_ACCEPTED, round=3, level=1)


def loading() -> Desk:
    sources = tuple(SourceStatus(id=source.id, kind=source.kind) for source in live().sources)
    return replace(live(), sources=sources, groups=())


def failing(state: SourceState, why: str) -> SourceStatus:
    return SourceStatus(
        id=SourceId("helpdesk"),
        kind="zendesk",
        state=state,
        as_of=NOW - 4 * MINUTE if state is SourceState.STALE else None,
        failing_since=NOW - 4 * MINUTE,
        error=CleanText(why),
    )


DID_NOT_ANSWER = "It did not answer within 10 s; check the network or its status page."


def stale() -> Desk:
    return replace(live(), sources=(failing(SourceState.STALE, DID_NOT_ANSWER), live().sources[1]))


def blind() -> Desk:
    mailbox = replace(
        failing(SourceState.FAILED, "The login was refused; set a new app password."), id=SourceId("mailbox")
    )
    return replace(live(), sources=(failing(SourceState.FAILED, DID_NOT_ANSWER), mailbox), groups=())


def quiet() -> Desk:
    return replace(live(), groups=())


def over() -> Desk:
    ended = replace(SHIFT, ends_at=NOW - 12 * MINUTE)
    return replace(live(), on_call=None, shift=None, ended_shift=ended)


def off_duty() -> Desk:
    return replace(live(), me=None, on_call=None, shift=None)


def demo() -> Desk:
    slept = CleanText("This machine slept from 01:10 to 03:24: nobody was watching.")
    unwritten = CleanText("The disk is full: what happens now is sent, but cannot be recorded.")
    return replace(live(), is_demo=True, notices=(slept, unwritten))


def retrying() -> Desk:
    refused = attempt(DeliveryState.RETRYING, detail="The push service answered 503.")
    return with_escalation(EscalationState.QUEUED, attempts=(refused,))


def rota() -> tuple[Shift | Gap, ...]:
    """Return this weekend, an uncovered evening, and the weekend after by an override."""
    gap = Gap(starts_at=NEXT.starts_at - 3 * HOUR, ends_at=NEXT.starts_at)
    later = replace(NEXT, starts_at=NEXT.starts_at + timedelta(days=7), ends_at=NEXT.ends_at + timedelta(days=7))
    return (SHIFT, gap, NEXT, replace(later, person=ANA.id, origin=ShiftOrigin.OVERRIDE))


def silent() -> Desk:
    """Return a desk whose tickets come without their conversation."""
    return replace(
        live(),
        groups=tuple(
            replace(group, rows=tuple(replace(row, ticket=replace(row.ticket, messages=())) for row in group.rows))
            for group in groups()
        ),
    )

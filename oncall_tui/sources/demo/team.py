"""The made-up team of the demo: who is on call, who is told bad news, and what we know of the customers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.rota import Rotation, WeekTime
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.suggestion import rule
from oncall_tui.domain.tier import SavedAnswer, Tier

NIGHT_STARTS_AT = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
"""Friday, 20 November 2026, five past ten in the evening in New York."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLevel:
    """Who is notified together, and how long we wait for an answer."""

    people: tuple[PersonId, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTeam:
    """Everything a config would say about the team."""

    name: str
    time_zone: str
    me: PersonId
    people: tuple[Person, ...]
    rotations: tuple[Rotation, ...]
    undo: timedelta
    rounds: int
    levels: tuple[DemoLevel, ...]
    customers: tuple[Customer, ...]
    tiers: tuple[Tier, ...]
    runbooks: tuple[Runbook, ...]

    @property
    def channels(self) -> tuple[ChannelId, ...]:
        """Return every channel somebody is reached by; in the demo all of them are of kind ``demo``."""
        return tuple(channel for person in self.people for channel in person.channels)


def night() -> DemoTeam:
    """Return the team of the opening scene."""
    return DemoTeam(
        name="Lanternshop Support",
        time_zone="America/New_York",
        me=PersonId("ana"),
        people=_PEOPLE,
        rotations=(
            Rotation(
                name="Weekend",
                starts=WeekTime(weekday=4, at=time(18)),
                ends=WeekTime(weekday=0, at=time(9)),
                first_on=date(2026, 11, 20),
                people=(PersonId("ana"), PersonId("ben"), PersonId("dana")),
            ),
        ),
        undo=timedelta(seconds=5),
        rounds=3,
        levels=(
            DemoLevel(people=(PersonId("dana"),), wait=timedelta(minutes=5)),
            DemoLevel(people=(PersonId("sam"),), wait=timedelta(minutes=10)),
        ),
        customers=_CUSTOMERS,
        tiers=_TIERS,
        runbooks=_RUNBOOKS,
    )


_PEOPLE = (
    Person(
        id=PersonId("ana"),
        name="Ana Ruiz",
        time_zone="America/New_York",
        phone="+1 212 555 0100",
        channels=(ChannelId("ana-push"),),
    ),
    Person(
        id=PersonId("ben"),
        name="Ben Okafor",
        time_zone="Europe/London",
        phone="+44 20 7946 0100",
        channels=(ChannelId("ben-push"),),
    ),
    Person(
        id=PersonId("dana"),
        name="Dana Lee",
        time_zone="America/New_York",
        phone="+1 212 555 0101",
        channels=(ChannelId("dana-push"), ChannelId("dana-phone")),
    ),
    Person(
        id=PersonId("sam"),
        name="Sam Cho",
        time_zone="America/Vancouver",
        phone="+1 604 555 0102",
        channels=(ChannelId("sam-push"),),
    ),
)

_CUSTOMERS = (
    Customer(
        name="Acme KK",
        match=("acme-kk.example", "org:Acme KK"),
        time_zone="Asia/Tokyo",
        hours="Mon-Fri 09:00-18:00",
        tier="gold",
        notes="Prefers the phone. Keiko Tanabe decides; her shops open at 10:00.",
    ),
    Customer(
        name="Kobe Foods",
        match=("kobe-foods.example",),
        time_zone="Asia/Seoul",
        hours="Mon-Fri 09:00-18:00",
        tier="silver",
        notes="Writes from the Seoul branch. English is fine.",
    ),
    Customer(
        name="Najd Pharma",
        match=("najd-pharma.example",),
        time_zone="Asia/Riyadh",
        hours="Sun-Thu 09:00-17:00",
        tier="silver",
        notes="Works on Sundays. Cold goods: customs papers before anything else.",
    ),
    Customer(
        name="Palm Street Cinemas",
        match=("palmstreet.example",),
        hours="Mon-Fri 09:00-17:00",
        tier="gold",
        notes="Shows begin at 18:00 and 21:00; nobody answers the phone ten minutes before.",
    ),
    Customer(
        name="Hotel Lindenquell",
        match=("lindenquell.example",),
        tier="silver",
        notes="The night porter reads mail, the manager is there from 06:30.",
    ),
)

_TIERS = (
    Tier(
        name="gold",
        strategy="We answer gold customers within the half hour, because they run their shops on us.",
        first_reply=timedelta(minutes=30),
        next_reply=timedelta(hours=2),
        is_around_the_clock=True,
        goodwill=Decimal(500),
        rules=tuple(map(rule, ("late", "touches > 4", "promise broken"))),
        answers=(
            SavedAnswer(name="We are on it", text="Hello {name}, we are on it; you hear from us within the hour."),
        ),
    ),
    Tier(
        name="silver",
        strategy="Silver customers get a first answer within their working day.",
        first_reply=timedelta(hours=1),
        next_reply=timedelta(hours=4),
        goodwill=Decimal(100),
        rules=tuple(map(rule, ("promise broken", "touches > usual"))),
    ),
)

_RUNBOOKS = (
    Runbook(
        name="Login outage",
        when=("tag:login", "subject:log in"),
        steps=("Check the status page", "Ask for a SAML trace", "Escalate if two customers report it"),
    ),
    Runbook(
        name="Stuck at customs",
        when=("tag:customs",),
        steps=(
            "Ask the warehouse for the tariff codes",
            "Send the papers as one file",
            "Say who clears it",
        ),
    ),
)

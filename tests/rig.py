"""A whole station over memory, whose time passes when a test says so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.rota import Rota, Rotation, WeekTime
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Ticket, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import DeliveryError, SourceError, StoreFailed
from oncall_tui.ports import LastKnown, Store
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.board import Team
from oncall_tui.services.handing_over import HandoverShelf
from oncall_tui.services.polling import Feed
from oncall_tui.services.station import Station
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.parcels import pack

FRIDAY_NIGHT = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
"""22:05 in New York."""
HELPDESK = SourceId("helpdesk")
ANA = Person(id=PersonId("ana"), name="Ana Ruiz", time_zone="America/New_York", phone="+1 212 555 0100")
BEN = Person(id=PersonId("ben"), name="Ben Okafor", time_zone="Africa/Lagos", channels=(ChannelId("ben-mail"),))
DANA = Person(
    id=PersonId("dana"),
    name="Dana Lee",
    time_zone="America/Vancouver",
    phone="+1 604 555 0101",
    channels=(ChannelId("dana-push"), ChannelId("dana-phone")),
)
SAM = Person(id=PersonId("sam"), name="Sam Cho", time_zone="Asia/Seoul", channels=(ChannelId("sam-push"),))
PEOPLE = {person.id: person for person in (ANA, BEN, DANA, SAM)}


@dataclass
class MovingClock:
    """A clock that a test moves, and a stopwatch that sees time pass but not how somebody sets the clock."""

    now: datetime = FRIDAY_NIGHT
    set_by: timedelta = timedelta()

    def set(self, by: timedelta) -> None:
        """Set the clock forward or back, while no time passes."""
        self.now += by
        self.set_by += by

    def stopwatch(self) -> float:
        return (self.now - self.set_by).timestamp()

    def __call__(self) -> datetime:
        return self.now


@dataclass
class ScriptedSource:
    """A help desk that says what a test tells it to."""

    id: SourceId = HELPDESK
    tickets: Sequence[Ticket] = ()
    error: SourceError | None = None
    messages: list[Message] = field(default_factory=list)

    async def open_tickets(self) -> Sequence[Ticket]:
        if self.error is not None:
            raise self.error
        return self.tickets

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        if self.error is not None:
            raise self.error
        return tuple(self.messages)


@dataclass
class AnsweredSource(ScriptedSource):
    """A help desk that takes answers, and what a test wants to go wrong with them."""

    can: frozenset[AnswerKind] = frozenset(AnswerKind)
    errors: list[DeliveryError | None] = field(default_factory=list)
    """One for each try; None for one that is taken."""
    takes_it_all_the_same: bool = False
    """Whether a try that ends in an error has been written."""
    written: list[Answer] = field(default_factory=list)
    looks: int = 0

    async def write(self, answer: Answer) -> Receipt:
        error = self.errors.pop(0) if self.errors else None
        if error is None or self.takes_it_all_the_same:
            self.written.append(answer)
        if error is not None:
            raise error
        return Receipt(reference=f"t{len(self.written)}")

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        self.looks += 1
        if self.error is not None:
            raise self.error
        return Receipt(reference="found") if any(one.id == answer.id for one in self.written) else None


@dataclass
class ScriptedChannel:
    """A channel that takes what a test lets it take, and remembers it."""

    proves: Proof = Proof.ACKNOWLEDGED
    errors: list[DeliveryError] = field(default_factory=list)
    received: list[OutgoingMessage] = field(default_factory=list)
    answers: dict[MessageKey, Acknowledgement] = field(default_factory=dict)
    asked: list[MessageKey] = field(default_factory=list)
    on_send: Callable[[OutgoingMessage], None] | None = None

    async def send(self, message: OutgoingMessage) -> Receipt:
        if self.on_send is not None:
            self.on_send(message)
        if self.errors:
            raise self.errors.pop(0)
        self.received.append(message)
        return Receipt(reference=f"ref-{message.key}")

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        self.asked += [item.key for item in awaited]
        return [self.answers[item.key] for item in awaited if item.key in self.answers]


@dataclass
class MemoryShelf:
    """Where handovers go in a test."""

    saved: dict[str, str] = field(default_factory=dict)
    error: str = ""

    async def save(self, name: str, text: str) -> str:
        if self.error:
            raise StoreFailed(self.error)
        self.saved[name] = text
        return name

    async def keep(self, name: str, content: Parcel | AcceptanceReceipt) -> str:
        return await self.save(name, pack(content).decode())


def ticket(number: str = "4312", *, zone: str = "Asia/Tokyo", subject: str = "Login fails for every user") -> Ticket:
    """Return an open ticket of Acme KK."""
    return Ticket(
        id=TicketId(f"{HELPDESK}:{number}"),
        subject=CleanText(subject),
        requester=Requester(
            name=CleanText("Kenji Mori"),
            email=CleanText("kenji@acme.example"),
            organisation=CleanText("Acme KK"),
            time_zone=CleanText(zone),
        ),
        waiting_since=FRIDAY_NIGHT - timedelta(hours=2),
        due_at=FRIDAY_NIGHT - timedelta(minutes=8),
        touches=5,
        url="https://desk.example/4312",
    )


def team() -> Team:
    """Return a team in which Ana is on call this weekend and Dana is the leadership contact."""
    rotation = Rotation(
        name="Weekend",
        starts=WeekTime(weekday=4, at=time(18)),
        ends=WeekTime(weekday=0, at=time(9)),
        first_on=date(2026, 11, 20),
        people=(ANA.id, BEN.id),
    )
    levels = (
        Level(targets=(_target(DANA),), wait=timedelta(minutes=5)),
        Level(targets=(_target(SAM),), wait=timedelta(minutes=10)),
    )
    return Team(
        name="Acme Support",
        time_zone="America/New_York",
        people=PEOPLE,
        rota=Rota(zone=ZoneInfo("America/New_York"), people=PEOPLE, rotations=(rotation,)),
        policy=Policy(levels=levels, rounds=3, undo=timedelta(seconds=5)),
    )


def _target(person: Person) -> Target:
    return Target(
        person=person.id,
        name=person.name,
        phone=person.phone,
        time_zone=person.time_zone,
        channels=person.channels,
    )


class Rig:
    """A station and everything around it."""

    def __init__(
        self,
        store: Store | None = None,
        clock: MovingClock | None = None,
        troubles: Troubles | None = None,
        last_known: LastKnown | None = None,
        source: ScriptedSource | None = None,
        team_of: Callable[[], Team] | None = None,
        *,
        others: Sequence[ScriptedSource] = (),
        handovers: HandoverShelf | None = None,
    ) -> None:
        self.others = others
        self.team_of = team_of or team
        self.last_known = last_known
        self.clock = clock or MovingClock()
        self.store: Store = store or MemoryStore()
        self.troubles = troubles or Troubles()
        self.source = source or ScriptedSource(tickets=(ticket(),))
        self.channels = {
            ChannelId(name): ScriptedChannel()
            for name in ("dana-push", "dana-phone", "sam-push", "ben-mail", "ben-push")
        }
        self.shelf = MemoryShelf()
        self._handovers = handovers or self.shelf
        self.ids = count(1)
        self.holder = "test"
        self.reports: list[BaseException] = []
        self.station = self._station()

    def _station(self) -> Station:
        return put_together(
            Parts(
                team=self.team_of(),
                feeds=[Feed(source=source, kind="file") for source in (self.source, *self.others)],
                channels=self.channels,
                store=self.store,
                shelf=self._handovers,
                report=self._report,
                troubles=self.troubles,
                clocks=Clocks(wall=self.clock, awake=self.clock.stopwatch),
                holder=self.holder,
                new_id=lambda: f"e{next(self.ids)}",
                jitter=lambda: 0.5,
                last_known=self.last_known,
            ),
        )

    def _report(self, error: BaseException) -> str:
        self.reports.append(error)
        return "Reported."

    async def restart(self) -> None:
        """Forget everything but the store, as a process that was killed does."""
        self.station = self._station()
        await self.station.open()
        await self.read()

    async def read(self) -> None:
        """Read every source once."""
        await self.station.polling.read_all()

    async def escalate(self, number: str = "4312", *, why: str = "") -> None:
        """Press E on a ticket."""
        await self.station.actions.escalate(self.row(number), why=why)

    def row(self, number: str = "4312") -> Row:
        """Return a ticket's row as the screen has it."""
        row = self.station.board.desk().row(TicketId(f"{HELPDESK}:{number}"))
        assert row is not None
        return row

    async def pass_time(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass second by second, as the loops would live through it."""
        end = self.clock.now + timedelta(minutes=minutes, seconds=seconds)
        while self.clock.now < end:
            self.clock.now = min(end, self.clock.now + timedelta(seconds=1))
            await self.turn()

    async def turn(self) -> None:
        """Let every loop have its turn once."""
        await self.station.escalating.step()
        if self.clock.now.second % 5 == 0:
            await self.station.relieving.step()
        self.station.escalating.sweep()
        await self.station.delivery.renew()
        await self.station.witnessing.look()
        while await self.station.delivery.send_next():
            await self.station.delivery.finish()
        for channel in self.channels:
            await self.station.escalating.ask(channel)

    def answer(self, channel: str, words: str = "") -> None:
        """Let the person behind a channel acknowledge the last message there."""
        self.answer_to(channel, self.channels[ChannelId(channel)].received[-1].key, words)

    def answer_to(self, channel: str, key: MessageKey, words: str = "") -> None:
        """Let the person behind a channel acknowledge one message."""
        scripted = self.channels[ChannelId(channel)]
        scripted.answers[key] = Acknowledgement(key=key, at=self.clock.now, words=CleanText(words))

    def received(self, *purposes: Purpose) -> list[str]:
        """Return which channels took messages, in the order of their channel."""
        wanted = purposes or (Purpose.NOTIFICATION,)
        return [
            name for name, channel in self.channels.items() for message in channel.received if message.purpose in wanted
        ]

    @property
    def escalation_line(self) -> str:
        """Return the state of the ticket's escalation."""
        escalation = self.station.board.desk().escalation_of(TicketId(f"{HELPDESK}:4312"))
        return escalation.state.value if escalation else "none"

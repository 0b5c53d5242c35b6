"""The leaders' receiver: counts what it was really sent and what it really answered, and fails in turn."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

from tests.servers.sink import LOGIN_PAGE, Canned, Fault, Request, Sink

TAKEN = Canned(status=202, body=b'{"status": "taken"}')
BROKEN = Canned(status=500, body=b'{"error": "out of order"}')
FAILS = (
    (Fault.NONE, TAKEN),
    (Fault.RESET, TAKEN),
    (Fault.NONE, TAKEN),
    (Fault.SILENT, TAKEN),
    (Fault.NONE, TAKEN),
    (Fault.NONE, BROKEN),
    (Fault.NONE, TAKEN),
    (Fault.NONE, LOGIN_PAGE),
)
"""What happens to the first try of each message, by the number of its ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message as it arrived."""

    key: str
    number: str
    purpose: str
    is_possible_duplicate: bool
    was_acted_on: bool
    """Whether the same key had been taken before."""


@dataclass(slots=True)
class Leaders(Sink):
    """Dana and Sam behind one address."""

    fails: bool = False
    """Whether the first try of a message fails as ``FAILS`` says."""
    is_out_of_order: bool = False
    """Whether every message is answered with an error."""
    acknowledges: bool = True
    """Whether whoever is told of a ticket with an even number acknowledges at once."""
    told: list[Told] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    """Keys whose acceptance was written to whoever asked."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each message, before it is answered."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Messages are answered once it is set."""
    tries: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.gate.set()

    def of(self, number: str) -> list[Told]:
        """Return what was asked of them about a ticket."""
        return [told for told in self.told if told.number == number and told.purpose == "notification"]

    def _act(self, request: Request) -> Canned:
        self.fault, self.taken = Fault.NONE, TAKEN
        if not self.acts_on(request):
            return Sink._act(self, request)  # super() knows nothing of a class with slots made anew
        self._hear(request)
        return Sink._act(self, request)

    def _hear(self, request: Request) -> None:
        body = json.loads(request.body)
        number = body["title"].partition("]")[0].removeprefix("[")
        self.tries[request.key] += 1
        if self.fails and self.tries[request.key] == 1:
            self.fault, self.taken = FAILS[int(number) % len(FAILS)]
        if self.is_out_of_order:
            self.taken = BROKEN
        self.told.append(
            Told(
                key=body["key"],
                number=number,
                purpose=body["purpose"],
                is_possible_duplicate=body["possible_duplicate"],
                was_acted_on=request.key in self.messages,
            )
        )
        if self.fault is Fault.NONE and self.taken.takes:
            self.accepted.add(body["key"])
        if self.taken.takes and self.acknowledges and int(number) % 2 == 0:
            self.acknowledge(body["key"], by="whoever was told")
        self.arrived.set()

    async def _answer(self, canned: Canned, writer: asyncio.StreamWriter) -> None:
        fault = self.fault
        if canned is self.taken:
            await self.gate.wait()
        self.fault = fault
        await Sink._answer(self, canned, writer)

"""A channel beside its receiver, for tests of what one kind does and no other."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from oncall_tui.domain.message import Acknowledgement
from tests.channels.cases import CASES, PATIENT, Case, Tried
from tests.channels.make import NOW, awaited
from tests.servers.sink import Canned, Request, Sink


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One channel and its receiver."""

    case: Case
    sink: Sink
    channel: Tried

    async def answers(self, *situation: Canned) -> list[Acknowledgement]:
        """Return what is acknowledged once the receiver answers so."""
        for canned in situation:
            self.sink.not_yet = canned
        return list(await self.channel.acknowledgements([awaited(reference=self.case.reference)]))


@asynccontextmanager
async def trial(kind: str) -> AsyncIterator[Trial]:
    """Serve one channel as its case says."""
    case = next(case for case in CASES if case.kind == kind)
    accepted = case.answer("accepted", case.status)
    not_yet = case.answer("not_yet") if case.is_answered else Canned(status=405)
    async with Sink(taken=accepted, not_yet=not_yet, acts_on=case.sends) as sink:
        yield Trial(case=case, sink=sink, channel=case.build(sink.url, lambda: NOW, PATIENT))


def canned(value: object) -> Canned:
    """Return an answer in JSON."""
    return Canned(body=json.dumps(value).encode())


def sent(request: Request) -> dict[str, Any]:
    """Return the object in a JSON body."""
    found = json.loads(request.body)
    assert isinstance(found, dict)
    return found


def form(request: Request) -> dict[str, str]:
    """Return a form's fields."""
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}

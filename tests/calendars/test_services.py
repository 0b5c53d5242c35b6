"""The on-call services: what each is asked for, and what becomes of its answer."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from oncall_tui.calendars import SERVICES
from oncall_tui.calendars.naming import Naming
from oncall_tui.calendars.schedule import Account, EntryReader, ScheduleFeed
from oncall_tui.domain.people import PersonId
from oncall_tui.errors import SourceError, SourceGarbled
from oncall_tui.ports import CalendarReading
from oncall_tui.secrets import Secret
from tests.calendars.make import AUTUMN, PEOPLE, told
from tests.make import at
from tests.rig import MovingClock
from tests.servers.sink import LOGIN_PAGE, Canned, Fault, Request, Sink
from tests.specs.descriptions import OpenApi

pytestmark = pytest.mark.anyio
MATCH = (("ben.o@acme.example", PersonId("ben")), ("account-ana", PersonId("ana")), ("account-ben", PersonId("ben")))
FRIDAY = at("2026-10-16 12:00")
Json = Any


@dataclass(frozen=True)
class Shift:
    """A shift as a service would tell it; who is "ana" by name or "ben" by mail."""

    starts: str
    ends: str | None
    who: str = "ana"


NAMES = {"ana": "Ana Ruiz", "ben": "Benjamin O.", "zed": "Zed Zed"}
MAILS = {"ana": "ana@home.example", "ben": "ben.o@acme.example", "zed": "zed@acme.example"}


def pagerduty(shifts: list[Shift], request: Request) -> Json:
    if request.path.partition("?")[0].endswith("/users"):
        return {"users": [{"id": f"P{who}", "email": mail, "name": NAMES[who]} for who, mail in MAILS.items()]}
    entries = [
        {"start": s.starts, "end": s.ends, "user": {"id": f"P{s.who}", "summary": NAMES.get(s.who)}} for s in shifts
    ]
    return {"schedule": {"final_schedule": {"rendered_schedule_entries": entries}}}


def jsm_ops(shifts: list[Shift], _: Request) -> Json:
    periods = [
        {"startDate": s.starts, "endDate": s.ends, "responder": {"id": f"account-{s.who}", "type": "user"}}
        for s in shifts
    ]
    nobody = {"startDate": "2026-10-05T00:00:00Z", "endDate": "2026-10-06T00:00:00Z", "responder": {"type": "noone"}}
    gone = {"deleted": True, "periods": [{**nobody, "responder": {"id": "account-ben", "type": "user"}}]}
    return {"finalTimeline": {"rotations": [gone, {"name": "R", "periods": [*periods, nobody]}]}}


def goalert(shifts: list[Shift], _: Request) -> Json:
    found = [{"Start": s.starts, "End": s.ends, "UserID": f"account-{s.who}", "UserName": NAMES[s.who]} for s in shifts]
    return {"Type": "calendar-subscription/v1", "ScheduleName": "Plan", "Shifts": found}


def grafana_irm(shifts: list[Shift], request: Request) -> Json:
    page = int(query(request)["page"])
    results = [
        {
            "user_pk": s.who,
            "user_email": MAILS[s.who],
            "user_username": NAMES[s.who],
            "shift_start": s.starts,
            "shift_end": s.ends,
        }
        for s in shifts[page - 1 : page]
    ]
    return {
        "count": len(shifts),
        "next": "https://elsewhere.example/" if page < len(shifts) else None,
        "results": results,
    }


def incident_io(shifts: list[Shift], request: Request) -> Json:
    start = query(request)["entry_window_start"]
    page = int(start.removeprefix("cursor-")) if start.startswith("cursor-") else 0
    final = [
        {"start_at": s.starts, "end_at": s.ends, "user": {"id": s.who, "name": NAMES[s.who], "email": MAILS[s.who]}}
        for s in shifts[page : page + 1]
    ]
    more = {"after": f"cursor-{page + 1}"} if page + 1 < len(shifts) else {}
    return {"schedule_entries": {"final": final, "overrides": [], "scheduled": []}, "pagination_meta": more}


ANSWERS: Mapping[str, Callable[[list[Shift], Request], Json]] = {
    "pagerduty": pagerduty,
    "jsm-ops": jsm_ops,
    "goalert": goalert,
    "grafana-irm": grafana_irm,
    "incident-io": incident_io,
}
ASKED = {
    "pagerduty": ("/schedules/PLAN", "authorization", "Token token=s3cret"),
    "jsm-ops": ("/jsm/ops/api/site-1/v1/schedules/PLAN/timeline", "authorization", "Basic "),
    "goalert": ("/api/v2/calendar", "accept", "application/json"),
    "grafana-irm": ("/api/v1/schedules/PLAN/final_shifts", "x-grafana-url", "site-1"),
    "incident-io": ("/v2/schedule_entries", "authorization", "Bearer s3cret"),
}
WEEKENDS = [
    Shift("2026-10-16T18:00:00+02:00", "2026-10-19T09:00:00+02:00", "ana"),
    Shift("2026-10-23T16:00:00Z", "2026-10-26T08:00:00Z", "ben"),
]


def query(request: Request) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.path).query))


@pytest.fixture(params=sorted(SERVICES))
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


def tells(sink: Sink, kind: str, shifts: list[Shift]) -> None:
    sink.answers = lambda request: Canned(body=json.dumps(ANSWERS[kind](shifts, request)).encode())


def feed(kind: str, url: str, folder: Path, clock: MovingClock | None = None) -> ScheduleFeed:
    account = Account(
        name="Plan",
        token=Secret("s3cret"),
        clock=clock or MovingClock(FRIDAY),
        address=url,
        schedule="PLAN",
        login="ana@acme.example",
        site="site-1",
    )
    naming = Naming(people=PEOPLE, match=MATCH)
    return ScheduleFeed(
        name="Plan",
        identity=f"{kind} {url}",
        schedule=import_module(SERVICES[kind]).build(account),
        reader=EntryReader(name="Plan", naming=naming),
        folder=folder,
        clock=account.clock,
    )


async def read(sink: Sink, kind: str, folder: Path, *shifts: Shift) -> CalendarReading:
    tells(sink, kind, list(shifts))
    return await feed(kind, sink.url, folder).read(*AUTUMN)


async def test_the_final_schedule_is_asked_for_and_people_are_found_by_name_mail_or_id(
    sink: Sink, kind: str, tmp_path: Path
) -> None:
    reading = await read(sink, kind, tmp_path, *WEEKENDS)
    assert told(reading) == ["ana 10-16 16:00 - 10-19 07:00", "ben 10-23 16:00 - 10-26 08:00"]
    assert {turn.calendar for turn in reading.turns} == {"Plan"}
    assert (reading.as_of, reading.trouble, reading.problems) == (FRIDAY, "", ())
    path, header, value = ASKED[kind]
    request = sink.requests[-1]
    assert request.path.partition("?")[0] == path
    assert request.headers[header].startswith(value)


async def test_what_cannot_be_read_or_means_nobody_is_named_and_takes_nothing_else_with_it(
    sink: Sink, kind: str, tmp_path: Path
) -> None:
    odd = [
        Shift("yesterday", "2026-10-19T09:00:00Z"),
        Shift("2026-10-20T09:00:00Z", "2026-10-19T09:00:00Z"),
        Shift("2026-10-20T09:00:00", "2026-10-21T09:00:00"),
        Shift("2026-10-30T16:00:00Z", "2026-11-02T08:00:00Z", "zed"),
    ]
    reading = await read(sink, kind, tmp_path, *odd, *WEEKENDS)
    assert len(reading.turns) == 2
    assert [problem.rpartition("Plan ")[2] for problem in reading.problems] == [
        "has a start or an end that cannot be read.",
        "ends before it starts.",
        "has a start or an end that cannot be read.",
        "names nobody of the team; write who that is into [[rota.calendars.match]].",
    ]
    assert all("zed" in p.lower() for p in reading.problems[-1:])


async def test_a_shift_without_an_end_has_none(sink: Sink, kind: str, tmp_path: Path) -> None:
    reading = await read(sink, kind, tmp_path, Shift("2026-10-16T18:00:00Z", None))
    (turn,) = reading.turns
    assert turn.ends_at.year == 9998


@pytest.mark.parametrize(
    ("canned", "fault", "why"),
    [
        (Canned(status=401), Fault.NONE, "renew the token"),
        (Canned(status=429, headers=(("Retry-After", "30"),)), Fault.NONE, "asks for a pause of 30 s"),
        (Canned(status=500), Fault.NONE, "answered with an error of its own"),
        (LOGIN_PAGE, Fault.NONE, "answered with a web page"),
        (Canned(body=b"{}"), Fault.NONE, "not as documented: there is no list"),
        (Canned(body=b'{"schedule"'), Fault.NONE, "not as documented"),
        (Canned(body=b"{}"), Fault.TRUNCATED, "broke off"),
    ],
)
async def test_the_last_good_copy_counts_with_its_age_and_the_reason(
    sink: Sink, kind: str, tmp_path: Path, canned: Canned, fault: Fault, why: str
) -> None:
    await read(sink, kind, tmp_path, *WEEKENDS)
    sink.answers, sink.fault = lambda _: canned, fault
    reading = await feed(kind, sink.url, tmp_path, MovingClock(at("2026-10-17 12:00"))).read(*AUTUMN)
    assert len(reading.turns) == 2
    assert reading.as_of == FRIDAY
    assert why in reading.trouble
    assert "s3cret" not in reading.trouble


async def test_without_a_copy_a_failure_is_a_sentence_and_never_an_empty_schedule(
    sink: Sink, kind: str, tmp_path: Path
) -> None:
    sink.answers = lambda _: Canned(body=b"{}")
    with pytest.raises(SourceError, match="Plan answered, but not as documented"):
        await feed(kind, sink.url, tmp_path).read(*AUTUMN)
    assert await feed(kind, sink.url, tmp_path).last_good(*AUTUMN) is None


@pytest.mark.parametrize("kind", ["grafana-irm", "incident-io"])
async def test_a_list_that_never_ends_is_not_followed_for_ever(sink: Sink, kind: str, tmp_path: Path) -> None:
    def endless(request: Request) -> Canned:
        count = f"cursor-{len(sink.requests)}"
        paged = {"results": [], "next": "x", "schedule_entries": {"final": []}, "pagination_meta": {"after": count}}
        return Canned(body=json.dumps(paged).encode())

    sink.answers = endless
    with pytest.raises(SourceGarbled, match="its list does not end"):
        await feed(kind, sink.url, tmp_path).read(*AUTUMN)


async def test_pagerduty_is_asked_a_quarter_at_a_time_and_as_described(sink: Sink, tmp_path: Path) -> None:
    described = OpenApi("pagerduty-rest.openapi.json", prefix="")
    tells(sink, "pagerduty", WEEKENDS)
    reading = await feed("pagerduty", sink.url, tmp_path).read(at("2026-09-01 00:00"), at("2027-10-01 00:00"))
    assert len(reading.turns) == 2
    spans = [(query(r)["since"], query(r)["until"]) for r in sink.requests[1:]]
    assert len(spans) == 5
    assert [until for _, until in spans[:-1]] == [since for since, _ in spans[1:]]
    assert [problem for request in sink.requests for problem in described.problems(request)] == []

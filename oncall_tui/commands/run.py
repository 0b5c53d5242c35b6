"""Carries out one command, from its arguments to its exit code."""

import argparse
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import msgspec

from oncall_tui.bootstrap.accepting import read_handover_file
from oncall_tui.bootstrap.connectors import load_config, load_team
from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.bootstrap.rota import rota_keeping_of
from oncall_tui.bootstrap.stations import station_of, target_of
from oncall_tui.clock import Clock, utc_now
from oncall_tui.commands import accept, check, escalate, listing, rota, shifts, watch
from oncall_tui.commands.dashboard import station
from oncall_tui.commands.output import FINDING, print_harmless
from oncall_tui.config import Config
from oncall_tui.domain import handover_paper as handovers
from oncall_tui.domain.handover_actions import actions
from oncall_tui.domain.reach import reach, reach_problems
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.rota_problems import AHEAD, people_on_call, problems
from oncall_tui.domain.wall_time import instant
from oncall_tui.errors import BadUse, StoreFailed
from oncall_tui.services.proving import Proving
from oncall_tui.services.station import Station

ACKNOWLEDGED_WITHIN = timedelta(minutes=10)
"""How long a test message waits for its acknowledgement: longer than a leader takes to find the phone."""


async def _list(asked: argparse.Namespace) -> int:
    opened = await _read(asked, _clock(asked))
    desk = opened.board.desk()
    await opened.close()
    _complain(opened)
    print_harmless(listing.as_json(desk) if asked.json else listing.as_text(desk))
    return 0 if listing.is_complete(desk) else FINDING


async def _rota(asked: argparse.Namespace) -> int:
    if asked.person is not None and not asked.ics:
        raise BadUse("--person is for calendars: write --ics as well")
    config = load_team(asked.config, os.environ)
    keeping = await rota_keeping_of(config, _clock(asked))
    await keeping.open()
    await keeping.read_all()
    schedule = keeping.rota
    start = _start(asked, schedule)
    end = start + timedelta(weeks=asked.weeks)
    if asked.ics:
        _write(rota.as_ics(schedule, start, end, asked.person, team=config.team.name, at=_clock(asked)()))
        return 0
    if asked.overrides:
        print_harmless(rota.as_overrides(schedule, start, end))
        return 0
    proved = await _reach_problems(config, _clock(asked)())
    wrong = problems(schedule, start, end, config.policy, keeping.reached)
    found = (*config.rota_problems, *wrong, *keeping.problems, *proved)
    if asked.json:
        print_harmless(rota.as_json(schedule, start, end, found))
    else:
        print_harmless(rota.as_text(schedule, start, end, people=schedule.people, problems=found))
    return FINDING if found else 0


async def _shifts(asked: argparse.Namespace) -> int:
    config = load_team(asked.config, os.environ)
    past = shifts.past(await logbook_of(config))
    people = {person.id: person for person in config.people}
    print_harmless(shifts.as_json(past) if asked.json else shifts.as_text(past, people, config.team.time_zone))
    return 0


async def _reach_problems(config: Config, now: datetime) -> Sequence[str]:
    try:
        logbook = await logbook_of(config)
    except StoreFailed as error:
        return [f"Whether anybody was proved reachable is not known: {error}"]
    return list(reach_problems(config.policy, reach(logbook.shift_events, logbook.escalations), now))


async def _check(asked: argparse.Namespace) -> int:
    config = load_config(asked.config, os.environ)
    if asked.send_test:
        await _send_test(config)
    findings = await check.findings(config)
    print_harmless(check.as_json(findings) if asked.json else check.as_text(findings))
    return 0 if all(finding.is_good for finding in findings) else FINDING


async def _send_test(config: Config) -> None:
    opened = await station_of(config)
    await opened.open()
    proving = Proving(config.policy, opened.escalating.channels, opened.logbook, utc_now, print_harmless)
    now, schedule = utc_now(), opened.board.team.rota
    also = [target_of(person) for person in people_on_call(schedule, now, now + AHEAD)]
    await proving.prove(within=ACKNOWLEDGED_WITHIN, also=also)
    await opened.close()


async def _handover(asked: argparse.Namespace) -> int:
    opened = await _read(asked, utc_now)
    try:
        draft = opened.actions.handover.handing_over.draft()
    finally:
        await opened.close()
    _complain(opened)
    whole = {**msgspec.to_builtins(draft, enc_hook=str), "actions": msgspec.to_builtins(actions(draft))}
    print_harmless(whole if asked.json else handovers.markdown(draft))
    return FINDING if opened.troubles.sentences else 0


async def _accept(asked: argparse.Namespace) -> int:
    content = read_handover_file(asked.file)  # first: a damaged file needs no config to be named
    opened = await station_of(load_config(asked.config, os.environ))
    await opened.open()
    try:
        await accept.accept(
            opened, content, accept.Answers(reds=asked.reds, first_action=asked.first), asked.file, print_harmless
        )
    finally:
        await opened.close()
        _complain(opened)
    return 0


async def _escalate(asked: argparse.Namespace) -> int:
    opened = await _read(asked, utc_now)
    try:
        return await escalate.escalate(opened, asked.ticket, why=asked.why, waits=asked.wait, say=print_harmless)
    finally:
        await opened.close()
        _complain(opened)


async def _watch(asked: argparse.Namespace) -> int:
    return await watch.watch(await station(asked), print_harmless)


async def _read(asked: argparse.Namespace, clock: Clock) -> Station:
    """Return a station that read every source once and has no loop running."""
    opened = await station_of(load_config(asked.config, os.environ), clock)
    await opened.open()
    await opened.polling.read_all()
    return opened


def _complain(closed: Station) -> None:
    """Say beside the output what is wrong with ourselves."""
    for sentence in closed.troubles.sentences:
        print(f"oncall-tui: {sentence}", file=sys.stderr)


def _clock(asked: argparse.Namespace) -> Clock:
    at: datetime | None = asked.at
    return utc_now if at is None else lambda: at


def _start(asked: argparse.Namespace, schedule: Rota) -> datetime:
    if asked.start is not None:
        return instant(asked.start, datetime.min.time(), schedule.zone)
    at: datetime = asked.at or utc_now()
    return at.astimezone(UTC)


def _write(calendar: bytes) -> None:
    """Write a calendar as it is, whatever the terminal's encoding and line ends."""
    sys.stdout.flush()
    sys.stdout.buffer.write(calendar)
    sys.stdout.buffer.flush()


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Awaitable[int]]] = MappingProxyType(
    {
        "accept": _accept,
        "check": _check,
        "escalate": _escalate,
        "handover": _handover,
        "list": _list,
        "rota": _rota,
        "shifts": _shifts,
        "watch": _watch,
    }
)
"""Every command that needs no screen, but ``status``, which waits for none of the others to be loaded."""

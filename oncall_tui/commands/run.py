"""Carries out one command, from its arguments to its exit code."""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from platformdirs import user_data_path

from oncall_tui import bootstrap
from oncall_tui.clock import Clock, utc_now
from oncall_tui.commands import check, escalate, listing, rota, status
from oncall_tui.domain import handover as handovers
from oncall_tui.domain.escalation import Escalation
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.rota_problems import problems
from oncall_tui.domain.wall_time import instant
from oncall_tui.errors import StoreFailed
from oncall_tui.services.station import Station
from oncall_tui.text_safety import clean_body

FINDING = 1
"""The exit code that says: it ran, and something needs your eye."""


async def station(asked: argparse.Namespace) -> Station:
    """Return the station a dashboard needs: made up for the demo, else from the config."""
    if asked.command == "demo":
        return bootstrap.demo_station(
            starts_at=asked.at,
            seed=asked.seed,
            tickets=asked.tickets,
            folder=user_data_path("oncall-tui") / "demo",
        )
    return await bootstrap.station_of(bootstrap.load_config(asked.config, os.environ))


async def command(asked: argparse.Namespace) -> int:
    """Run a command that needs no screen."""
    match asked.command:
        case "list":
            return await _list(asked)
        case "rota":
            return _rota(asked)
        case "status":
            return await _status(asked)
        case "check":
            return await _check(asked)
        case "handover":
            return await _handover(asked)
        case _:
            return await _escalate(asked)


async def _list(asked: argparse.Namespace) -> int:
    opened = await _read(asked, _clock(asked))
    desk = opened.board.desk()
    await opened.close()
    _complain(opened)
    _print(listing.as_json(desk) if asked.json else listing.as_text(desk))
    return 0 if listing.is_complete(desk) else FINDING


def _rota(asked: argparse.Namespace) -> int:
    config = bootstrap.load_team(asked.config, os.environ)
    schedule = bootstrap.rota_of(config)
    start = _start(asked, schedule)
    end = start + timedelta(weeks=asked.weeks)
    found = problems(schedule, start, end)
    if asked.json:
        _print(rota.as_json(schedule, start, end, found))
    else:
        _print(rota.as_text(schedule, start, end, people=schedule.people, problems=found))
    return FINDING if found else 0


async def _status(asked: argparse.Namespace) -> int:
    config = bootstrap.load_team(asked.config, os.environ)
    escalations: Sequence[Escalation] = ()
    unknown = ""
    try:
        escalations = await bootstrap.escalations_of(config)
    except StoreFailed as error:
        unknown = f" · ESCALATIONS UNKNOWN: {error}"
    _print(status.line(bootstrap.rota_of(config), {p.id: p for p in config.people}, escalations, utc_now()) + unknown)
    return FINDING if unknown else 0


async def _check(asked: argparse.Namespace) -> int:
    config = bootstrap.load_config(asked.config, os.environ)
    findings = await check.findings(config)
    _print(check.as_json(findings) if asked.json else check.as_text(findings))
    return 0 if all(finding.is_good for finding in findings) else FINDING


async def _handover(asked: argparse.Namespace) -> int:
    opened = await _read(asked, utc_now)
    try:
        draft = opened.actions.handing_over.draft()
    finally:
        await opened.close()
    _complain(opened)
    _print(msgspec.to_builtins(draft) if asked.json else handovers.markdown(draft))
    return FINDING if opened.troubles.sentences else 0


async def _escalate(asked: argparse.Namespace) -> int:
    opened = await _read(asked, utc_now)
    try:
        return await escalate.escalate(opened, asked.ticket, why=asked.why, waits=asked.wait, say=_print)
    finally:
        await opened.close()
        _complain(opened)


async def _read(asked: argparse.Namespace, clock: Clock) -> Station:
    """Return a station that read every source once and has no loop running."""
    opened = await bootstrap.station_of(bootstrap.load_config(asked.config, os.environ), clock)
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


def _print(what: "Mapping[str, object] | str | object") -> None:
    """Print text for a person, or JSON; nothing that strangers wrote may steer the terminal."""
    if isinstance(what, str):
        print(clean_body(what, limit=10_000_000))
    else:
        print(json.dumps(what, ensure_ascii=False, indent=2))

"""``oncall-tui check``: the rota, every source and every channel, tried for real."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from oncall_tui.bootstrap.connectors import channel_of, source_of, token_of
from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.bootstrap.rota import rota_keeping_of
from oncall_tui.clock import utc_now
from oncall_tui.config import Config
from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import Person
from oncall_tui.domain.reach import levels_reached, reach
from oncall_tui.domain.rota_problems import AHEAD, people_on_call, problems
from oncall_tui.domain.wall_time import local
from oncall_tui.errors import OnCallError, SecretUnavailable, StoreFailed
from oncall_tui.places.holidays import regions
from oncall_tui.ports import Channel, Checkable, TicketSource
from oncall_tui.secrets import resolve
from oncall_tui.services.addressing import handover_problems, ringing
from oncall_tui.services.logbook import Logbook

_LIMIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried, and what was seen."""

    subject: str
    is_good: bool
    sentence: str


async def findings(config: Config) -> Sequence[Finding]:
    """Try everything a config names, each on its own, and return what was seen."""
    found = [*_config(config), time_zones(version("tzdata"), utc_now())]
    found += [*_customers(config), *_levels(config), *await _journal(config)]
    try:
        resolve(config.secrets)
    except SecretUnavailable as error:
        found += [Finding(subject="secrets", is_good=False, sentence=line) for line in str(error).splitlines()]
    found += await _rota(config)
    tokens = [
        *(token_of("source", entry, source_of(entry, utc_now)) for entry in config.sources),
        *(token_of("channel", entry, channel_of(entry, utc_now)) for entry in config.channels),
    ]
    found += await asyncio.gather(*(_try(token.name, token.part) for token in tokens))
    today = local(utc_now(), ZoneInfo(config.team.time_zone)).date()
    # Only now: some vendors say until when a token works, but only to whoever uses it.
    warnings = [(token.name, warning) for token in tokens if (warning := token.warning(today))]
    return [*found, *(Finding(subject=name, is_good=False, sentence=warning) for name, warning in warnings)]


def as_text(found: Sequence[Finding]) -> str:
    """Return a line for each finding."""
    return "\n".join(f"{'ok     ' if f.is_good else 'PROBLEM'}  {f.subject}: {f.sentence}" for f in found)


def as_json(found: Sequence[Finding]) -> Mapping[str, object]:
    """Return the same as JSON."""
    return {"findings": [{"subject": f.subject, "ok": f.is_good, "sentence": f.sentence} for f in found]}


def _config(config: Config) -> Sequence[Finding]:
    if not config.rota_problems:
        return [Finding(subject="config", is_good=True, sentence=f"{config.path} has no mistakes")]
    return [Finding(subject="config", is_good=False, sentence=sentence) for sentence in config.rota_problems]


async def _try(subject: str, part: TicketSource | Channel) -> Finding:
    try:
        async with asyncio.timeout(_LIMIT.total_seconds()):
            sentence = await _seen(part)
    except OnCallError as error:
        return Finding(subject=subject, is_good=False, sentence=str(error))
    except TimeoutError:
        return Finding(subject=subject, is_good=False, sentence=f"no answer within {_LIMIT.total_seconds():.0f} s")
    return Finding(subject=subject, is_good=True, sentence=sentence)


async def _seen(part: TicketSource | Channel) -> str:
    return await part.check() if isinstance(part, Checkable) else "there is nothing to try"


def time_zones(known: str, now: datetime) -> Finding:
    """Warn about rules for the world's clocks that are certainly older than a year: some have changed since.

    A version tells its year and not its day, so that the last day of that year is the latest it can be of.
    """
    is_good = now.year - int(known.partition(".")[0]) <= 1
    advice = "" if is_good else " is more than a year old: pip install --upgrade tzdata"
    return Finding(subject="time zones", is_good=is_good, sentence=f"tzdata {known}{advice}")


def _customers(config: Config) -> Iterator[Finding]:
    """Name every region that has no holidays of its own, so that nobody counts on them."""
    for customer in config.customers:
        if customer.region and customer.region not in regions(customer.country_code):
            known = ", ".join(region for region in regions(customer.country_code) if region.isupper())
            sentence = f"no holidays are known for {customer.country}: those of the whole country count"
            advice = f"; regions there: {known}" if known else f'; write country = "{customer.country_code}"'
            yield Finding(subject=f"customer {customer.name}", is_good=False, sentence=sentence + advice)


async def _rota(config: Config) -> Sequence[Finding]:
    now = utc_now()
    try:
        keeping = await rota_keeping_of(config, utc_now)
    except SecretUnavailable:
        return [Finding(subject="rota", is_good=False, sentence="it cannot be judged without its calendars")]
    await keeping.read_all()
    found = (*problems(keeping.rota, now, now + AHEAD, config.policy, keeping.reached), *keeping.problems)
    calm = [] if found else [Finding(subject="rota", is_good=True, sentence=f"no gap in the next {AHEAD.days} days")]
    wrong = [Finding(subject="rota", is_good=False, sentence=sentence) for sentence in found]
    return [*calm, *wrong, *_handover(config, people_on_call(keeping.rota, now, now + AHEAD))]


def _handover(config: Config, following: Sequence[Person]) -> Sequence[Finding]:
    """Name whoever no handover can be sent to."""
    always_ring = ringing({entry.id: channel_of(entry, utc_now) for entry in config.channels})
    untold = handover_problems(config.handover.to, following, config.people, always_ring)
    return [Finding(subject="handover", is_good=False, sentence=sentence) for sentence in untold]


async def _journal(config: Config) -> Sequence[Finding]:
    try:
        logbook = await logbook_of(config)
    except StoreFailed as error:
        sentence = f"nothing can be recorded, and what was tested before is not known. {error}"
        return [Finding(subject="journal", is_good=False, sentence=sentence)]
    return list(_tested(config, logbook))


def _tested(config: Config, logbook: Logbook) -> Iterator[Finding]:
    """Say of each level when somebody on it last acknowledged."""
    for level in levels_reached(config.policy, reach(logbook.shift_events, logbook.escalations), utc_now()):
        advice = "" if level.is_proved else "; run “oncall-tui check --send-test”"
        yield Finding(subject="escalation", is_good=level.is_proved, sentence=level.sentence + advice)


def _levels(config: Config) -> Sequence[Finding]:
    """Name every level that reaches nobody, or through which nobody can acknowledge."""
    if not config.policy.levels:
        sentence = "there is no level: E would reach nobody; add [[escalation.levels]]"
        return [Finding(subject="escalation", is_good=False, sentence=sentence)]
    proofs = {entry.id: channel_of(entry, utc_now).proves for entry in config.channels}
    found = []
    for number, level in enumerate(config.policy.levels, start=1):
        channels = [channel for target in level.targets for channel in target.channels]
        if not channels:
            sentence = "nobody on it has a channel, so it is skipped"
        elif all(proofs[channel] < Proof.ACKNOWLEDGED for channel in channels):
            sentence = "none of its channels can show that somebody acknowledged"
        else:
            continue
        found.append(Finding(subject=f"escalation level {number}", is_good=False, sentence=sentence))
    return found

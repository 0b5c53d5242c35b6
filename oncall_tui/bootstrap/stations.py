"""A whole station: of a config, or of the made-up night."""

import os
import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from uuid import uuid4

from oncall_tui.bootstrap.connectors import channel_of, refresh_of, source_of, token_of
from oncall_tui.bootstrap.journal import open_store
from oncall_tui.bootstrap.rota import by_id, calendars_of, rota_of
from oncall_tui.clock import Clock, stopwatch, stopwatch_since_boot, utc_now
from oncall_tui.config import Config
from oncall_tui.crash import CrashFile
from oncall_tui.domain.people import Person
from oncall_tui.domain.policy import Target
from oncall_tui.domain.text import CleanText
from oncall_tui.places import ATLAS
from oncall_tui.secrets import resolve
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.board import Team
from oncall_tui.services.polling import Feed
from oncall_tui.services.station import Station
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.store.last_known import LastKnownFile


async def station_of(config: Config, clock: Clock = utc_now) -> Station:
    """Put a station together from a config, its secrets fetched, or raise ``SecretUnavailable``."""
    resolve(config.secrets)
    folder = config.team.store.parent
    troubles = Troubles()
    if config.rota_problems:
        more = f" {len(config.rota_problems) - 1} more: oncall-tui check." if config.rota_problems[1:] else ""
        sentence = f"A part of the rota cannot be used, and nobody is on call by it. {config.rota_problems[0]}{more}"
        troubles.say("config", CleanText(sentence))
    sources = [(entry, source_of(entry, clock)) for entry in config.sources]
    channels = [(entry, channel_of(entry, clock)) for entry in config.channels]
    return put_together(
        Parts(
            team=team_of(config),
            feeds=[
                Feed(source=source, kind=entry.kind, refresh=refresh_of(entry.settings)) for entry, source in sources
            ],
            channels={entry.id: channel for entry, channel in channels},
            store=await open_store(config, clock, troubles),
            shelf=HandoverFiles(folder / "handovers"),
            report=CrashFile(folder / "crashes", clock, config.secrets).write,
            troubles=troubles,
            clocks=clocks_of(clock),
            holder=holder(),
            new_id=new_id,
            jitter=random.random,
            calendars=calendars_of(config, clock),
            tokens=[
                *(token_of("source", entry, source) for entry, source in sources),
                *(token_of("channel", entry, channel) for entry, channel in channels),
            ],
            last_known=LastKnownFile(folder / "last-known.json"),
        ),
    )


def team_of(config: Config) -> Team:
    """Return what a config says about us and our customers."""
    return Team(
        name=config.team.name,
        time_zone=config.team.time_zone,
        people=by_id(config.people),
        rota=rota_of(config),
        policy=config.policy,
        customers=config.customers,
        tiers=config.tiers,
        runbooks=config.runbooks,
        handover_to=config.handover.to,
        good_news_to=config.handover.good_news_to,
        good_news_at=config.handover.good_news_at,
        me=config.me,
        ours=_ours(config),
        atlas=ATLAS,
    )


def _ours(config: Config) -> frozenset[str]:
    """Return the mail addresses and phone numbers that the config names as ours: nobody is recognised by them."""
    settings = [*(entry.settings for entry in config.sources), *(entry.settings for entry in config.channels)]
    addresses = (text for one in settings for text in _texts(one) if "@" in text)
    return frozenset((*addresses, *(person.phone for person in config.people)))


def _texts(settings: object) -> Iterator[str]:
    """Yield the texts of a connector's settings."""
    for field in fields(settings) if is_dataclass(settings) else ():
        value: object = getattr(settings, field.name)
        yield from (one for one in (value if isinstance(value, list | tuple) else (value,)) if isinstance(one, str))


def target_of(person: Person) -> Target:
    """Return how a person is told something."""
    return Target(
        person=person.id,
        name=person.name,
        phone=person.phone,
        time_zone=person.time_zone,
        channels=person.channels,
    )


def clocks_of(clock: Clock) -> Clocks:
    """Return the clocks that tell together whether the machine slept."""
    return Clocks(wall=clock, awake=stopwatch, since_boot=stopwatch_since_boot())


def holder() -> str:
    """Return another name for each process."""
    return f"{os.getpid()}-{new_id()}"


def new_id() -> str:
    """Return a name nothing else has."""
    return uuid4().hex[:12]

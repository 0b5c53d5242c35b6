"""The made-up night: nothing of it leaves the machine."""

import random
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall_tui.bootstrap.rota import by_id
from oncall_tui.bootstrap.stations import clocks_of, holder, new_id, target_of
from oncall_tui.clock import Clock, clock_started_at
from oncall_tui.crash import CrashFile
from oncall_tui.domain.policy import Level, Policy
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.ticket import SourceId
from oncall_tui.places import ATLAS
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.board import Team
from oncall_tui.services.polling import Feed
from oncall_tui.services.station import Station
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.snapshot import Snapshot


def demo_station(
    *,
    starts_at: datetime | None,
    seed: int,
    tickets: int,
    folder: Path,
    clock: Clock | None = None,
) -> Station:
    """Put the made-up night together; nothing of it leaves the machine, and nothing is kept but a saved handover.

    Args:
        starts_at: When the night begins; None for the usual Friday.
        seed: Another seed is another night.
        tickets: How many are open at first.
        folder: Where a handover, or a crash, is saved.
        clock: The night's clock; without one it shows ``starts_at`` now and runs on.
    """
    from oncall_tui.channels import demo as demo_channel  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources import demo  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources.demo.night import CAST_SIZE  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources.demo.past import past  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources.demo.team import NIGHT_STARTS_AT, night  # noqa: PLC0415 - only the demo needs them

    began = starts_at or NIGHT_STARTS_AT
    clock = clock or clock_started_at(began)
    letters = 1 if tickets > CAST_SIZE else 0
    settings = demo.Settings(seed=seed, tickets=tickets - letters, starts_at=began)
    made_up, source = night(), demo.build(SourceId("helpdesk"), settings, clock)
    mailbox = demo.build(SourceId("mailbox"), replace(settings, tickets=letters, by_mail=True), clock)
    people = by_id(made_up.people)
    levels = tuple(
        Level(targets=tuple(map(target_of, map(people.__getitem__, level.people))), wait=level.wait)
        for level in made_up.levels
    )
    team = Team(
        name=made_up.name,
        time_zone=made_up.time_zone,
        people=people,
        rota=Rota(zone=ZoneInfo(made_up.time_zone), people=people, rotations=made_up.rotations),
        policy=Policy(levels=levels, rounds=made_up.rounds, undo=made_up.undo),
        customers=made_up.customers,
        tiers=made_up.tiers,
        runbooks=made_up.runbooks,
        me=made_up.me,
        is_demo=True,
        atlas=ATLAS,
    )
    return put_together(
        Parts(
            team=team,
            feeds=[
                Feed(source=source, kind="demo", refresh=settings.refresh),
                Feed(source=mailbox, kind="demo", refresh=settings.refresh),
            ],
            channels={
                identity: demo_channel.build(identity, demo_channel.Settings(), clock) for identity in made_up.channels
            },
            store=MemoryStore(Snapshot(lines=past(source.id, began))),
            shelf=HandoverFiles(folder / "handovers"),
            report=CrashFile(folder / "crashes", clock).write,
            troubles=Troubles(),
            clocks=clocks_of(clock),
            holder=holder(),
            new_id=new_id,
            jitter=random.random,
        ),
    )

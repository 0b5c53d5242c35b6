"""A station that is killed while it answers: ``python -m tests.kills.doomed_answers CONFIG SEED NUMBER…``."""

import asyncio
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.clock import clock_started_at, utc_now
from oncall_tui.config import Config
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import TicketId
from tests.kills.doomed import AHEAD, LATE, SOON, die


async def work(config: Config, number: str, ahead: timedelta, pipe: int) -> None:
    """Reply to a ticket and run every loop, for ever."""
    station = await station_of(config, clock_started_at(utc_now() + ahead))
    await station.open()
    await station.polling.read_all()
    row = station.board.desk().row(TicketId(f"helpdesk:{number}"))
    assert row is not None
    os.write(pipe, b"pressed\n")
    loops = asyncio.create_task(station.run())
    await station.actions.answers.store(row.ticket, AnswerKind.REPLY, f"We look into {number}.")
    os.write(pipe, f"stored {number}\n".encode())
    await loops


if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]))
    loaded = load_config(Path(sys.argv[1]), {})
    for turn, ticket in enumerate(sys.argv[3:]):
        wait = chance.uniform(0, SOON if turn % 2 else LATE)
        sys.stdout.write(die(work, loaded, ticket, turn * AHEAD, wait, is_stored=turn % 3 == 0))

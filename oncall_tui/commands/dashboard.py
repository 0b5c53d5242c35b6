"""What the dashboard is started with; it waits for no other command to be loaded."""

import argparse
import os
import subprocess
import sys

from platformdirs import user_data_path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.bootstrap.demo import demo_station
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.services.station import Station


async def station(asked: argparse.Namespace) -> Station:
    """Return the station a dashboard needs: made up for the demo, else from the config."""
    if asked.command == "demo":
        return demo_station(
            starts_at=asked.at,
            seed=asked.seed,
            tickets=asked.tickets,
            folder=user_data_path("oncall-tui") / "demo",
        )
    return await station_of(load_config(asked.config, os.environ))


def leave_watch(asked: argparse.Namespace) -> None:
    """Start a watch of its own that outlives this process and its terminal."""
    config = ["--config", str(asked.config.absolute())] if asked.config else []
    # Every word of the command is ours but the path of the config, which is one argument and no shell's business.
    subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "oncall_tui", *config, "watch"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

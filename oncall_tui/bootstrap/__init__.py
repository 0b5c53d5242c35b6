"""How the parts are put together: the only place that names concrete adapters.

``connectors`` finds the class of each table, ``rota`` and ``journal`` are what commands without a screen need,
``stations`` puts everything together, ``demo`` does so for the made-up night.
"""

from oncall_tui.bootstrap.connectors import (
    LateKinds,
    channel_of,
    connector_of,
    kinds_of,
    load_config,
    load_team,
    source_of,
    token_of,
)
from oncall_tui.bootstrap.demo import demo_station
from oncall_tui.bootstrap.journal import logbook_of, open_store
from oncall_tui.bootstrap.rota import rota_keeping_of
from oncall_tui.bootstrap.stations import station_of, target_of, team_of
from oncall_tui.store.parcels import read as read_handover_file

__all__ = [
    "LateKinds",
    "channel_of",
    "connector_of",
    "demo_station",
    "kinds_of",
    "load_config",
    "load_team",
    "logbook_of",
    "open_store",
    "read_handover_file",
    "rota_keeping_of",
    "source_of",
    "station_of",
    "target_of",
    "team_of",
    "token_of",
]

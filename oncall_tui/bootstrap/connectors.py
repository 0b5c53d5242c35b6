"""Which class reads, or reaches, what a table of the config says."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from oncall_tui import config as configs
from oncall_tui.channels import CHANNELS
from oncall_tui.clock import Clock
from oncall_tui.config import Config
from oncall_tui.config_path import find
from oncall_tui.errors import BadUse
from oncall_tui.ports import Channel, TicketSource
from oncall_tui.services.token_ends import Token
from oncall_tui.sources import SOURCES


class LateKinds(Mapping[str, type]):
    """The settings class of each kind, its module imported when it is asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, kind: str) -> type:
        """Return the settings class of a kind."""
        settings: type = import_module(self._modules[kind]).Settings
        return settings

    def __iter__(self) -> Iterator[str]:
        """Return every kind there is."""
        return iter(self._modules)

    def __len__(self) -> int:
        """Return how many kinds there are."""
        return len(self._modules)


@runtime_checkable
class _Refreshed(Protocol):
    """The settings of a source, all of which say how often it is read."""

    @property
    def refresh(self) -> timedelta: ...


def load_config(explicit: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the config with every connector's table, or raise ``ConfigInvalid`` or ``BadUse``."""
    return configs.load(
        _config_path(explicit, environ),
        sources=LateKinds(SOURCES),
        channels=LateKinds(CHANNELS),
        environ=environ,
    )


def load_team(explicit: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the config without its sources and channels, which is fast and needs no library of theirs."""
    return configs.load(_config_path(explicit, environ), sources=None, channels=None, environ=environ)


def _config_path(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    path = find(explicit, environ)
    if path is None:
        raise BadUse("there is no config yet: try “oncall-tui demo”, or set one up with “oncall-tui connect”")
    return path


def channel_of(entry: configs.ChannelEntry, clock: Clock) -> Channel:
    """Build the channel of a table."""
    channel: Channel = import_module(CHANNELS[entry.kind]).build(entry.id, entry.settings, clock)
    return channel


def source_of(entry: configs.SourceEntry, clock: Clock) -> TicketSource:
    """Build the source of a table."""
    source: TicketSource = import_module(SOURCES[entry.kind]).build(entry.id, entry.settings, clock)
    return source


def connector_of(table: str, kind: str, identity: str, settings: object, clock: Clock) -> TicketSource | Channel:
    """Build what stands, or will stand, in one of the ``[[sources]]`` or ``[[channels]]``."""
    modules = SOURCES if table == "sources" else CHANNELS
    part: TicketSource | Channel = import_module(modules[kind]).build(identity, settings, clock)
    return part


def kinds_of(table: str) -> Mapping[str, type]:
    """Return the settings class of every kind of the ``[[sources]]`` or ``[[channels]]``."""
    return LateKinds(SOURCES if table == "sources" else CHANNELS)


def token_of(what: str, entry: configs.SourceEntry | configs.ChannelEntry, part: TicketSource | Channel) -> Token:
    """Return what opens a source or a channel, as far as its end is concerned."""
    return Token(name=f"{what} {entry.id}", part=part, written_on=entry.token_ends_on)


def refresh_of(settings: object) -> timedelta:
    """Return how often a source is read."""
    return settings.refresh if isinstance(settings, _Refreshed) else timedelta(seconds=60)

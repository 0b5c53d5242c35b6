"""The kinds of connectors a config may name, with their real settings; the demo is none of them."""

from oncall_tui.bootstrap.connectors import LateKinds
from oncall_tui.channels import CHANNELS as ALL_CHANNELS
from oncall_tui.sources import SOURCES as ALL_SOURCES


def _of_a_config(modules: dict[str, str]) -> dict[str, type]:
    return {kind: settings for kind, settings in LateKinds(modules).items() if kind != "demo"}


SOURCES = _of_a_config(dict(ALL_SOURCES))
CHANNELS = _of_a_config(dict(ALL_CHANNELS))

"""Ways to reach a person, one file each.

Each module holds a frozen ``Settings`` dataclass, the keys of its ``[[channels]]`` table, and
``build(channel, settings, clock)``, which returns a ``Channel``.
"""

from collections.abc import Mapping
from types import MappingProxyType

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "command": "oncall_tui.channels.command",
        "demo": "oncall_tui.channels.demo",
        "email": "oncall_tui.channels.email",
        "ntfy": "oncall_tui.channels.ntfy",
        "pagerduty": "oncall_tui.channels.pagerduty",
        "pushover": "oncall_tui.channels.pushover",
        "slack": "oncall_tui.channels.slack",
        "telegram": "oncall_tui.channels.telegram",
        "webhook": "oncall_tui.channels.webhook",
    }
)
"""Kind → module, imported when first needed: each brings a library that a start must not wait for."""

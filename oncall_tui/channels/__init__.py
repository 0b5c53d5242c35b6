"""Ways to reach a person, one file each.

Each module holds a frozen ``Settings`` dataclass, the keys of its ``[[channels]]`` table, and
``build(channel, settings, clock)``, which returns a ``Channel``. What several of them need has a name of its own:
``asking`` asks about many messages at once, ``keys`` writes a message's key as providers take it, ``program`` runs a
program, ``markdown`` shows text as it was written, ``paging`` keeps what asks for nothing from what can only ring;
``domain.fitting`` cuts a message to what a channel can carry.
"""

from collections.abc import Mapping
from types import MappingProxyType

CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "apprise": "oncall_tui.channels.apprise",
        "command": "oncall_tui.channels.command",
        "demo": "oncall_tui.channels.demo",
        "desktop": "oncall_tui.channels.desktop",
        "discord": "oncall_tui.channels.discord",
        "email": "oncall_tui.channels.email",
        "goalert": "oncall_tui.channels.goalert",
        "incident-io": "oncall_tui.channels.incident_io",
        "jsm-ops": "oncall_tui.channels.jsm_ops",
        "matrix": "oncall_tui.channels.matrix",
        "mattermost": "oncall_tui.channels.mattermost",
        "ntfy": "oncall_tui.channels.ntfy",
        "pagerduty": "oncall_tui.channels.pagerduty",
        "pushover": "oncall_tui.channels.pushover",
        "signal": "oncall_tui.channels.signal",
        "slack": "oncall_tui.channels.slack",
        "teams": "oncall_tui.channels.teams",
        "telegram": "oncall_tui.channels.telegram",
        "twilio-sms": "oncall_tui.channels.twilio_sms",
        "twilio-voice": "oncall_tui.channels.twilio_voice",
        "webhook": "oncall_tui.channels.webhook",
    }
)
"""Kind → module, imported when first needed: each brings a library that a start must not wait for."""

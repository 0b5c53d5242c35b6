"""Help desks tickets are read from, one file each.

Each module holds a frozen ``Settings`` dataclass, the keys of its ``[[sources]]`` table, and
``build(source, settings, clock)``, which returns a ``TicketSource``.
"""

from collections.abc import Mapping
from types import MappingProxyType

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "chatwoot": "oncall_tui.sources.chatwoot",
        "demo": "oncall_tui.sources.demo",
        "django-helpdesk": "oncall_tui.sources.django_helpdesk",
        "file": "oncall_tui.sources.file",
        "freshdesk": "oncall_tui.sources.freshdesk",
        "front": "oncall_tui.sources.front",
        "github": "oncall_tui.sources.github",
        "gitlab": "oncall_tui.sources.gitlab",
        "help-scout": "oncall_tui.sources.help_scout",
        "hubspot": "oncall_tui.sources.hubspot",
        "intercom": "oncall_tui.sources.intercom",
        "jira-service-management": "oncall_tui.sources.jira_service_management",
        "mailbox": "oncall_tui.sources.mailbox",
        "redmine": "oncall_tui.sources.redmine",
        "rt": "oncall_tui.sources.rt",
        "zammad": "oncall_tui.sources.zammad",
        "zendesk": "oncall_tui.sources.zendesk",
    }
)
"""Kind → module, imported when first needed: each brings a library that a start must not wait for."""

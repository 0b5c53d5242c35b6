"""Every kind of help desk that can be answered in; a new one is a class in a file of its own, and a line here."""

from collections.abc import Sequence

from tests.sources.writers.chatwoot import Chatwoot
from tests.sources.writers.desk import WritableDesk
from tests.sources.writers.file import File
from tests.sources.writers.freshdesk import Freshdesk
from tests.sources.writers.help_scout import HelpScout
from tests.sources.writers.intercom import Intercom
from tests.sources.writers.listed import DjangoHelpdesk, Front, Github, Gitlab, Hubspot, Jira
from tests.sources.writers.redmine import Redmine
from tests.sources.writers.rt import Rt
from tests.sources.writers.zammad import Zammad
from tests.sources.writers.zendesk import Zendesk

WRITERS: Sequence[type[WritableDesk]] = (
    Chatwoot,
    DjangoHelpdesk,
    File,
    Freshdesk,
    Front,
    Github,
    Gitlab,
    HelpScout,
    Hubspot,
    Intercom,
    Jira,
    Redmine,
    Rt,
    Zammad,
    Zendesk,
)

"""Help desks whose whole desk stands in for them elsewhere, here with one ticket."""

from oncall_tui.ports import AnswerableSource
from tests.servers.http import Asked, Reply
from tests.sources import front_desk, github_desk, gitlab_desk, helpdesk_desk, hubspot_desk, jira
from tests.sources.writers.desk import Words, WritableDesk
from tests.sources.writing import WritableVendor

TICKET = 7


class Listed(WritableDesk):
    """One ticket of a desk of many."""

    kind: type[WritableVendor]

    def __init__(self) -> None:
        super().__init__()
        self.vendor = self.kind([TICKET])

    def make(self, url: str) -> AnswerableSource:
        made = self.vendor.make(url)
        assert isinstance(made, AnswerableSource)
        return made

    def writes(self, asked: Asked) -> bool:
        return self.vendor.is_writing(asked)

    def show(self, asked: Asked) -> Reply:
        return self.vendor.answer(asked)

    def act(self, asked: Asked) -> Reply:
        given = self.vendor.answer(asked)
        self.words = [Words(text=text, is_public=is_public) for text, is_public in self.vendor.words(TICKET)]
        self.owner, self.is_solved = self.vendor.owner(TICKET), self.vendor.is_solved(TICKET)
        return given


class DjangoHelpdesk(Listed):
    kind = helpdesk_desk.DjangoHelpdesk


class Front(Listed):
    kind = front_desk.Front


class Github(Listed):
    kind = github_desk.Github


class Gitlab(Listed):
    kind = gitlab_desk.Gitlab


class Hubspot(Listed):
    kind = hubspot_desk.Hubspot


class ByNumber(jira.Jira):
    """Calls its requests by their numbers alone."""

    prefix = ""


class Jira(Listed):
    kind = ByNumber

"""Vendors that keep to their own documented limits: beyond them they answer 429, and they remember how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.servers.http import Asked, Reply, reply
from tests.sources.vendors import Vendor

MINUTE = timedelta(minutes=1)
UNSEEN = 0.4
"""The most others may use of a limit that no header tells of: half of it is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a vendor lets through."""

    requests: int
    within: timedelta = MINUTE
    only: str = ""
    """The end of the only path it is for."""
    headers: tuple[str, str] | None = None
    """In which it says how much there is, and how much is left."""
    dear: Mapping[str, int] = field(default_factory=dict)
    """What a request counts for whose path ends so."""

    def cost(self, path: str) -> int:
        """Return what a request counts for."""
        if not path.endswith(self.only):
            return 0
        return next((cost for end, cost in self.dear.items() if path.endswith(end)), 1)


GITHUB = ("X-RateLimit-Limit", "X-RateLimit-Remaining")
FRESHDESK = ("X-RateLimit-Total", "X-RateLimit-Remaining")
RULES: Mapping[str, Sequence[Rule]] = {
    "Zendesk": (
        Rule(requests=200, headers=("X-Rate-Limit", "X-Rate-Limit-Remaining")),
        Rule(requests=100, only="search/export.json"),
    ),
    "Freshdesk": (
        Rule(requests=200, headers=FRESHDESK, dear={"/tickets": 5}),
        Rule(requests=20, only="/tickets"),
    ),
    "HelpScout": (Rule(requests=200, headers=("X-RateLimit-Limit-Minute", "X-RateLimit-Remaining-Minute")),),
    "Front": (
        Rule(requests=50, headers=("X-RateLimit-Limit", "X-RateLimit-Remaining")),
        Rule(requests=5, within=timedelta(seconds=1), only="/conversations"),
    ),
    "Hubspot": (
        Rule(
            requests=100,
            within=timedelta(seconds=10),
            headers=("X-HubSpot-RateLimit-Max", "X-HubSpot-RateLimit-Remaining"),
        ),
        Rule(requests=5, within=timedelta(seconds=1), only="/search"),
    ),
    "Gitlab": (Rule(requests=2000, headers=("RateLimit-Limit", "RateLimit-Remaining")),),
    "Github": (Rule(requests=5000, within=timedelta(hours=1), headers=GITHUB),),
    "Intercom": (Rule(requests=1666, within=timedelta(seconds=10), headers=GITHUB),),
    "Chatwoot": (Rule(requests=3000),),
    "ChatwootOfToday": (Rule(requests=3000),),
}
"""Of those that document any, each as its vendor does in its smallest plan."""


class Guard:
    """Stands before a vendor, whom others ask too."""

    def __init__(self, vendor: Vendor, *, others: float = 0) -> None:
        """Let others use a part of everything, all the time."""
        self._vendor, self._rules, self._others = vendor, RULES.get(type(vendor).__name__, ()), others
        self._asked: list[list[tuple[datetime, int]]] = [[] for _ in self._rules]
        self.refused = 0

    def __call__(self, asked: Asked) -> Reply:
        headers: dict[str, str] = {}
        for rule, before in zip(self._rules, self._asked, strict=True):
            before[:] = [(at, counted) for at, counted in before if at > self._vendor.now - rule.within]
            cost = rule.cost(asked.path)
            others = self._others if rule.headers is not None else min(self._others, UNSEEN)
            left = int(rule.requests * (1 - others)) - sum(earlier for _, earlier in before) - cost
            if left < 0:
                self.refused += 1
                return reply({}, 429, Retry_After="30")
            before.append((self._vendor.now, cost))
            if rule.headers is not None:
                headers |= {rule.headers[0]: str(rule.requests), rule.headers[1]: str(left)}
        given = self._vendor.answer(asked)
        return Reply(status=given.status, body=given.body, headers={**given.headers, **headers}, fault=given.fault)


def is_metered(kind: type[Vendor]) -> bool:
    """Tell whether a vendor's answers say how much is left."""
    return any(rule.headers is not None for rule in RULES.get(kind.__name__, ()))

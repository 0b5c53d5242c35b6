"""A token that ends is named while there is still time to renew it."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.ticket import SourceId
from oncall_tui.secrets import Secret
from oncall_tui.services.token_ends import Token, TokenEnds
from oncall_tui.services.troubles import Troubles
from oncall_tui.sources.zendesk import API_TOKENS_END_ON, Settings, build
from tests.rig import FRIDAY_NIGHT, MovingClock, ScriptedSource

TODAY = date(2026, 11, 20)
"""It is still Friday where Ana sits."""


@dataclass
class Telling(ScriptedSource):
    """A help desk that says until when its token works."""

    token_ends_on: date | None = None


def said(*tokens: Token, clock: MovingClock | None = None) -> list[str]:
    troubles = Troubles()
    TokenEnds(tokens, clock or MovingClock(), troubles, here=lambda: ZoneInfo("America/New_York")).look()
    return list(troubles.sentences)


def token(in_days: int) -> Token:
    return Token(name="source helpdesk", part=ScriptedSource(), written_on=TODAY + timedelta(days=in_days))


@pytest.mark.parametrize(
    ("in_days", "words"),
    [
        (14, "its token ends on Fri 04 Dec 2026 (14 d left). Renew it before the weekend."),
        (1, "its token ends on Sat 21 Nov 2026 (tomorrow is its last day). Renew it before the weekend."),
        (0, "its token ends on Fri 20 Nov 2026 (today is its last day). Renew it before the weekend."),
        (-1, "its token ended on Thu 19 Nov 2026. Make a new one at the vendor and put it in place."),
    ],
)
def test_a_token_that_ends_within_two_weeks_is_named_with_its_last_day(in_days: int, words: str) -> None:
    assert said(token(in_days)) == [f"source helpdesk: {words}"]


def test_one_that_ends_later_or_never_is_not() -> None:
    assert said(token(15), Token(name="channel dana-push", part=ScriptedSource())) == []


def test_it_is_said_until_it_was_renewed() -> None:
    troubles, part = Troubles(), Telling(token_ends_on=TODAY)
    ends = TokenEnds([Token(name="source helpdesk", part=part)], MovingClock(), troubles, here=lambda: UTC)
    ends.look()
    part.token_ends_on = TODAY + timedelta(days=365)
    before = list(troubles.sentences)
    ends.look()
    assert (len(before), list(troubles.sentences)) == (1, [])


def test_what_the_vendor_says_counts_before_what_somebody_wrote_down() -> None:
    part = Telling(token_ends_on=TODAY + timedelta(days=365))
    assert said(Token(name="source helpdesk", part=part, written_on=TODAY)) == []


def test_every_api_token_of_zendesk_ends_on_the_day_zendesk_announced() -> None:
    settings = Settings(subdomain="acme", email="oncall@acme.example", token=Secret("t0p"))
    source = build(SourceId("zendesk"), settings, MovingClock())
    on_the_last_friday = MovingClock(FRIDAY_NIGHT + (API_TOKENS_END_ON - TODAY))
    (sentence,) = said(Token(name="source zendesk", part=source), clock=on_the_last_friday)
    assert "its token ends on Fri 30 Apr 2027" in sentence

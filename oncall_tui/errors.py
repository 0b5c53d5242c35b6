"""What can go wrong, each with the sentence a person reads.

::

    OnCallError
    ├── BadUse                the command line asks for something impossible
    ├── ConfigInvalid         every problem of a config at once
    ├── SecretUnavailable     a named secret cannot be had
    ├── SourceError           a help desk could not be read
    │   ├── SourceUnreachable     no answer: refused, timed out, no such host
    │   ├── SourceRefused         401, 403, login failed: somebody must act
    │   ├── SourceBusy            429 or 503: come back later
    │   └── SourceGarbled         an answer, but not the documented one: login page, broken JSON, 5xx
    ├── DeliveryError         a message was not proved to be accepted
    │   ├── NotSent               certainly not taken; try again
    │   ├── Rejected              refused for good; trying again is no use
    │   ├── Held                  must not leave as things stand: a person has to decide
    │   └── OutcomeUnknown        it may have been taken
    └── StoreError            the journal could not be read or written
        ├── StoreFailed           full, read-only, locked, corrupt
        └── StreamMoved           somebody else wrote first: read again and decide again

Sentences never contain a secret, a URL's query or text that has not been cleaned.
"""

from collections.abc import Sequence
from datetime import timedelta


class OnCallError(Exception):
    """Anything this program foresees; ``str()`` is a sentence for its user."""


class BadUse(OnCallError):
    """The command line asks for something impossible."""


class ConfigInvalid(OnCallError):
    """A config that cannot be used, with every problem it has."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class SecretUnavailable(OnCallError):
    """A secret that is named in the config cannot be had."""


class SourceError(OnCallError):
    """A help desk could not be read; the sentence says why and what to do."""


class SourceUnreachable(SourceError):
    """No answer came."""


class SourceRefused(SourceError):
    """The help desk refuses these credentials."""


class SourceBusy(SourceError):
    """The help desk asks for a pause."""

    def __init__(self, sentence: str, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class SourceGarbled(SourceError):
    """An answer came, but not the documented one."""


class DeliveryError(OnCallError):
    """A message was not proved to be accepted."""


class NotSent(DeliveryError):
    """The message was certainly not taken; the same message may be tried again."""

    def __init__(self, sentence: str, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Rejected(DeliveryError):
    """The provider refused the message for good."""


class Held(DeliveryError):
    """The message must not leave as things stand; a person has to decide."""


class OutcomeUnknown(DeliveryError):
    """The message left and no documented answer came: it may have arrived."""


class StoreError(OnCallError):
    """The journal could not be read or written."""


class StoreFailed(StoreError):
    """The store is full, read-only, locked or damaged."""


class StreamMoved(StoreError):
    """Another writer recorded something in this stream first."""

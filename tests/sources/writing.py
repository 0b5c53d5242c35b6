"""Help desks on loopback that are written in, and that may answer so that nobody knows what became of it."""

from collections.abc import Sequence

from oncall_tui.domain.ticket import TicketId
from tests.servers.http import Asked, Fault, Reply
from tests.sources.vendors import Payload, Vendor


class WritableVendor(Vendor):
    """The open tickets of a desk, and what is written in them."""

    account: str
    """What somebody else is called here."""
    own_account: str
    """What whoever the credentials belong to is called."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.said: dict[int, list[Payload]] = {}
        """What was written in a ticket, as the vendor keeps it."""
        self.is_mute = False
        """Whether what is written arrives, and the connection ends instead of an answer."""
        super().__init__(numbers)

    def name(self, number: int) -> TicketId:
        """Return what we call a ticket."""
        return TicketId(f"helpdesk:{number}")

    def owner(self, number: int) -> str:
        """Return whose a ticket is."""
        raise NotImplementedError

    def is_solved(self, number: int) -> bool:
        raise NotImplementedError

    def words(self, number: int) -> list[tuple[str, bool]]:
        """Return what was written in a ticket, and whether the customer can read it."""
        raise NotImplementedError

    def answered(self, asked: Asked) -> Reply:
        """Answer, or not, after whatever is asked was done."""
        given = self.answer(asked)
        return Reply(fault=Fault.HANG_UP) if self.is_mute and self.is_writing(asked) else given

    def is_writing(self, asked: Asked) -> bool:
        return asked.method != "GET"

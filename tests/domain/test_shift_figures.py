"""What a shift was like, in figures."""

from datetime import timedelta
from decimal import Decimal

from oncall_tui.domain.care_events import GoodwillSpent, TicketWorkedOn
from oncall_tui.domain.shift_figures import Past, figures, words
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_record import TicketRecord
from tests.make import FRIDAY_EVENING, shift
from tests.rig import ANA

TICKET = TicketId("helpdesk:4312")
HOUR = timedelta(hours=1)


def test_goodwill_and_work_of_the_shift_are_counted_and_no_others() -> None:
    record: TicketRecord | None = TicketRecord(ticket=TICKET)
    for hours, amount in ((-1, 500), (2, 40), (3, -10)):
        event = GoodwillSpent(ticket=TICKET, amount=Decimal(amount), words=CleanText("a credit"), by=ANA.id)
        record = record.after(event, FRIDAY_EVENING + hours * HOUR) if record else None
    began = FRIDAY_EVENING + HOUR
    worked = TicketWorkedOn(ticket=TICKET, started_at=began, ended_at=began + 0.5 * HOUR, by=ANA.id)
    record = record.after(worked, began + HOUR) if record else None
    assert record is not None
    figured = figures(shift(), ANA, Past(escalations=(), records=(record,), events=()))
    assert (figured.goodwill, figured.worked) == (Decimal(30), 0.5 * HOUR)
    assert words(figured) == (
        "goodwill given: 30",
        "busy for about 40 m (1%)",
    )

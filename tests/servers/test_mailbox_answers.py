"""Replies from a mailbox on a real Dovecot leave by a real SMTP server, once, under the letter they answer."""

from datetime import timedelta

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.errors import OutcomeUnknown, Rejected
from oncall_tui.mail.server import Security
from oncall_tui.secrets import Secret
from oncall_tui.sources.mailbox import Mailbox, Settings, build
from tests.mail.letters import raw_letter
from tests.servers import smtp as servers
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import Mode, SmtpServer

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

US = "support@acme.example"


def mailbox(server: Dovecot, smtp: SmtpServer) -> Mailbox:
    settings = Settings(
        host=server.host,
        port=server.port,
        security=Security.NONE,
        user=server.user,
        password=Secret(server.password),
        sent_folder="Sent",
        us=(US,),
        from_=US,
        smtp_host=smtp.host,
        smtp_port=smtp.port,
        smtp_security=Security.NONE,
        smtp_user=servers.USER,
        smtp_password=Secret(servers.PASSWORD),
    )
    assert not settings.problems()
    return build(SourceId("mail"), settings, utc_now)


@pytest.fixture
def asked(real_dovecot: Dovecot) -> Dovecot:
    letter = raw_letter(
        at=utc_now() - timedelta(hours=1),
        From='"Aki Mori" <aki@kobe.example>',
        To=US,
        Subject="Größe is wrong",
        Message_ID="<k1@kobe.example>",
        body="Please help.",
    )
    real_dovecot.append(letter)
    real_dovecot.append(raw_letter(From=US, To="nobody@kobe.example", Subject="old", body="old"), folder="Sent")
    return real_dovecot


def answer(
    ticket: TicketId, kind: AnswerKind = AnswerKind.REPLY, text: str = "Hello Aki,\n\nthe Größe is fixed."
) -> Answer:
    now = utc_now()
    return Answer(id=AnswerId("a1"), ticket=ticket, kind=kind, text=CleanText(text), stored_at=now, since=now)


async def test_a_reply_goes_to_the_customer_under_the_letter_it_answers(asked: Dovecot, real_smtp: SmtpServer) -> None:
    source = mailbox(asked, real_smtp)
    (ticket,) = await source.open_tickets()
    receipt = await source.write(answer(ticket.id))
    (letter,) = real_smtp.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == ("aki@kobe.example", US, "Re: Größe is wrong")
    assert (letter["In-Reply-To"], letter["References"]) == ("<k1@kobe.example>", "<k1@kobe.example>")
    assert letter.get_content().replace("\r", "").strip() == "Hello Aki,\n\nthe Größe is fixed."
    assert letter["Message-ID"] == receipt.reference
    thread = await source.thread(ticket.id)
    assert [(m.is_inbound, m.text.strip()) for m in thread] == [
        (True, "Please help."),
        (False, "Hello Aki,\n\nthe Größe is fixed."),
    ]
    assert await source.open_tickets() == []
    assert "\\Answered" in asked.flags()[0]


async def test_a_reply_that_left_without_a_word_is_found_by_its_message_id(
    asked: Dovecot, real_smtp: SmtpServer
) -> None:
    source = mailbox(asked, real_smtp)
    (ticket,) = await source.open_tickets()
    assert await source.find(answer(ticket.id), frozenset()) is None
    receipt = await source.write(answer(ticket.id))
    await source.thread(ticket.id)  # which waits until the letter is filed
    again = mailbox(asked, real_smtp)
    assert await again.find(answer(ticket.id), frozenset()) == receipt


async def test_a_reply_whose_end_nobody_saw_is_neither_certain_nor_another_letter(
    asked: Dovecot, real_smtp: SmtpServer
) -> None:
    source = mailbox(asked, real_smtp)
    (ticket,) = await source.open_tickets()
    real_smtp.mode = Mode.DROP
    with pytest.raises(OutcomeUnknown):
        await source.write(answer(ticket.id))
    real_smtp.mode = Mode.OK
    await source.write(answer(ticket.id))
    assert len({letter["Message-ID"] for letter in real_smtp.letters}) == 1
    await source.thread(ticket.id)


async def test_solving_marks_the_letter_as_answered_and_nothing_leaves(asked: Dovecot, real_smtp: SmtpServer) -> None:
    source = mailbox(asked, real_smtp)
    (ticket,) = await source.open_tickets()
    await source.write(answer(ticket.id, AnswerKind.SOLVE))
    assert await source.find(answer(ticket.id, AnswerKind.SOLVE), frozenset()) is not None
    assert await source.open_tickets() == []
    assert asked.flags()[0] == "\\Answered"
    assert real_smtp.received == []


async def test_a_mailbox_has_no_notes(asked: Dovecot, real_smtp: SmtpServer) -> None:
    source = mailbox(asked, real_smtp)
    (ticket,) = await source.open_tickets()
    assert AnswerKind.NOTE not in source.can
    with pytest.raises(Rejected, match="cannot note a ticket"):
        await source.write(answer(ticket.id, AnswerKind.NOTE))
    assert real_smtp.received == []

"""The mailbox source against a real Dovecot."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.ticket import Priority, SourceId, Status, Ticket
from oncall_tui.errors import SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.mail.letter import PERHAPS_MORE
from oncall_tui.mail.server import Security
from oncall_tui.secrets import Secret
from oncall_tui.sources.mailbox import Mailbox, Settings, build
from tests.mail.letters import raw_letter
from tests.servers.dovecot import Dovecot, free_port
from tests.servers.smtp import SmtpServer

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

NOW = utc_now().replace(microsecond=0)
US = "support@acme.example"
TOKYO = timezone(timedelta(hours=9))
LOS_ANGELES = timezone(timedelta(hours=-8))


def ago(hours: float, zone: timezone = UTC) -> datetime:
    return (NOW - timedelta(hours=hours)).astimezone(zone)


def mailbox(server: Dovecot, *, sent: str | None = None, password: str = "pw", folder: str = "INBOX") -> Mailbox:
    settings = Settings(
        host=server.host,
        port=server.port,
        security=Security.NONE,
        user=server.user,
        password=Secret(password),
        folder=folder,
        sent_folder=sent,
        us=(US,),
    )
    assert not settings.problems()
    return build(SourceId("mail"), settings, utc_now)


def by_subject(tickets: Sequence[Ticket]) -> dict[str, Ticket]:
    found: dict[str, Ticket] = {ticket.subject: ticket for ticket in tickets}
    assert len(found) == len(tickets)
    return found


def fill(server: Dovecot) -> None:
    """Put 20 letters into INBOX and Sent: 4 threads wait for us, 3 were answered, 6 letters are of machines."""
    asks = {"From": '"Aki Mori" <aki@kobe.example>', "To": US}
    inbox = [
        # waits: asked, answered, asked twice again
        (raw_letter(at=ago(30, TOKYO), Subject="Login fails", Message_ID="<k1@kobe>", **asks, body="Help"), ""),
        (
            raw_letter(
                at=ago(20, TOKYO),
                Subject="Re: Login fails",
                Message_ID="<k2@kobe>",
                In_Reply_To="<a1@acme>",
                References="<k1@kobe> <a1@acme>",
                **asks,
                body="No",
            ),
            "",
        ),
        (
            raw_letter(
                at=ago(5, TOKYO),
                Subject="RE: Re: Login fails",
                Message_ID="<k3@kobe>",
                References="<k1@kobe> <a1@acme> <k2@kobe>",
                **asks,
                body="Still?",
            ),
            "",
        ),
        # waits: never answered, urgent
        (
            raw_letter(
                at=ago(3, LOS_ANGELES),
                Subject="Down",
                Message_ID="<d1@la>",
                From="Sam Oak <SAM@la.example>",
                To=US,
                X_Priority="1 (Highest)",
                body="All of it",
            ),
            "",
        ),
        # waits: two people ask the same from the same form
        (
            raw_letter(
                at=ago(4),
                Subject="Contact form",
                Message_ID="<f1@web>",
                From="web@site.example",
                Reply_To="Eve Ash <eve@one.example>",
                To=US,
                body="1",
            ),
            "",
        ),
        (
            raw_letter(
                at=ago(2),
                Subject="Contact form",
                Message_ID="<f2@web>",
                From="web@site.example",
                Reply_To="Udo Elm <udo@two.example>",
                To=US,
                body="2",
            ),
            "\\Seen",
        ),
        # answered: in the sent folder, by a flag, and removed
        (raw_letter(at=ago(9), Subject="Invoice", Message_ID="<i1@x>", From="pat@x.example", To=US, body="?"), ""),
        (
            raw_letter(at=ago(9), Subject="Address", Message_ID="<j1@x>", From="pat@x.example", To=US, body="?"),
            "\\Answered",
        ),
        (
            raw_letter(at=ago(9), Subject="Spam", Message_ID="<s1@x>", From="spam@x.example", To=US, body="!"),
            "\\Deleted",
        ),
        # a copy of a letter that is there already
        (raw_letter(at=ago(9), Subject="Invoice", Message_ID="<i1@x>", From="pat@x.example", To=US, body="?"), ""),
        # machines
        (
            raw_letter(
                at=ago(1),
                Subject="Automatic reply: Invoice",
                From="pat@x.example",
                Auto_Submitted="auto-replied",
                In_Reply_To="<a2@acme>",
            ),
            "",
        ),
        (raw_letter(at=ago(1), Subject="Offers", From="shop@x.example", Precedence="bulk"), ""),
        (raw_letter(at=ago(1), Subject="Digest", From="list@x.example", Precedence="list"), ""),
        (raw_letter(at=ago(1), Subject="Junk", From="junk@x.example", Precedence="junk"), ""),
        (
            raw_letter(
                at=ago(1),
                Subject="Returned",
                From="mailer-daemon@x.example",
                Content_Type="multipart/report; boundary=b",
            ),
            "",
        ),
        (raw_letter(at=ago(1), Subject="Returned too", From="mailer-daemon@x.example", Return_Path="<>"), ""),
    ]
    ours = {"From": US, "body": "Try this"}
    sent = [
        raw_letter(
            at=ago(25),
            Subject="Re: Login fails",
            Message_ID="<a1@acme>",
            To="aki@kobe.example",
            In_Reply_To="<k1@kobe>",
            **ours,
        ),
        raw_letter(
            at=ago(8), Subject="Re: Invoice", Message_ID="<a2@acme>", To="pat@x.example", References="<i1@x>", **ours
        ),
        raw_letter(at=ago(7), Subject="Our news", Message_ID="<a3@acme>", To="pat@x.example", **ours),
        raw_letter(
            at=ago(2),
            Subject="Re: Contact form",
            Message_ID="<a4@acme>",
            To="eve@one.example",
            References="<o@acme>",
            **ours,
        ),
    ]
    assert len(inbox) + len(sent) == 20
    for raw, flags in inbox:
        server.append(raw, flags=flags)
    for raw in sent:
        server.append(raw, folder="Sent")


async def test_exactly_the_threads_that_wait_for_us_are_open_tickets(real_dovecot: Dovecot) -> None:
    fill(real_dovecot)
    tickets = by_subject(await mailbox(real_dovecot, sent="Sent").open_tickets())
    assert set(tickets) == {"Login fails", "Down", "Contact form"}
    login, down, form = tickets["Login fails"], tickets["Down"], tickets["Contact form"]
    assert form.requester.email == "udo@two.example"  # Eve's was answered, although the answer names another letter
    assert (login.touches, login.status, login.requester.name) == (1, Status.OPEN, "Aki Mori")
    assert (login.created_at, login.waiting_since, login.updated_at) == (ago(30), ago(20), ago(5))
    assert [message.text.strip() for message in login.messages] == ["Help", "Try this", "No", "Still?"]
    assert [message.is_inbound for message in login.messages] == [True, False, True, True]
    assert (down.priority, down.touches, down.status) == (Priority.URGENT, 0, Status.NEW)


async def test_the_offset_is_that_of_the_customers_newest_date(real_dovecot: Dovecot) -> None:
    fill(real_dovecot)
    tickets = by_subject(await mailbox(real_dovecot, sent="Sent").open_tickets())
    offsets = {subject: ticket.requester.mail_offset for subject, ticket in tickets.items()}
    hour = timedelta(hours=1)
    assert offsets == {"Login fails": 9 * hour, "Down": -8 * hour, "Contact form": None}


async def test_reading_marks_nothing_as_seen(real_dovecot: Dovecot) -> None:
    fill(real_dovecot)
    before = real_dovecot.flags()
    source = mailbox(real_dovecot)
    await source.open_tickets()
    await source.open_tickets()
    assert real_dovecot.flags() == before
    assert sum("\\Seen" in flags for flags in before) == 1


async def test_a_ticket_keeps_its_id_while_its_thread_grows_and_after_a_restart(real_dovecot: Dovecot) -> None:
    first = raw_letter(at=ago(5), Subject="Stuck", Message_ID="<r@x>", From="pat@x.example", body="a")
    more = raw_letter(
        at=ago(30), Subject="AW: Stuck", Message_ID="<s@x>", From="pat@x.example", In_Reply_To="<r@x>", body="b"
    )
    real_dovecot.append(first)
    source = mailbox(real_dovecot)
    [before] = await source.open_tickets()
    real_dovecot.append(more)
    [grown] = await source.open_tickets()
    [restarted] = await mailbox(real_dovecot).open_tickets()
    assert before.id == grown.id == restarted.id
    assert [message.text.strip() for message in await source.thread(grown.id)] == ["a", "b"]


async def test_an_answered_flag_set_later_closes_the_ticket(real_dovecot: Dovecot) -> None:
    real_dovecot.append(raw_letter(at=ago(5), Subject="Stuck", Message_ID="<r@x>", From="pat@x.example"))
    source = mailbox(real_dovecot)
    assert len(await source.open_tickets()) == 1
    real_dovecot.flag(1, "\\Answered")
    assert not await source.open_tickets()


async def test_a_mailbox_made_anew_is_read_anew(real_dovecot: Dovecot) -> None:
    source = mailbox(real_dovecot, folder="Große & Co")
    real_dovecot.append(raw_letter(Subject="Old", From="pat@x.example"), folder="Gro&AN8-e &- Co")
    assert [ticket.subject for ticket in await source.open_tickets()] == ["Old"]
    real_dovecot.empty()
    real_dovecot.append(raw_letter(Subject="New", From="pat@x.example"), folder="Gro&AN8-e &- Co")
    assert [ticket.subject for ticket in await source.open_tickets()] == ["New"]


async def test_hostile_letters_become_tickets(real_dovecot: Dovecot) -> None:
    hostile = [
        b"\r\n",
        b"no header at all",
        b"Subject: \x1b]52;c;aGk=\x07 \xff\xfe\r\nFrom: \xe9\xe8 <a@b>\r\n\r\n\x1b[2J",
        b"Subject: =?x-nope?q?a?= =?utf-8?b?!!!?=\r\nFrom: <<>>\r\nDate: 99 Foo 99999 99:99\r\n\r\nx",
        b"Subject: big\r\nFrom: a@b\r\n\r\n" + b"x" * 10_000_000,
        b"Content-Type: text/plain; charset=undefined\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        b"Content-Type: multipart/mixed\r\nMessage-ID: none\r\nReferences: <a <b <c@d>\r\n\r\n--\r\n",
    ]
    for raw in hostile:
        real_dovecot.append(raw)
    tickets = await mailbox(real_dovecot).open_tickets()
    assert len(tickets) == len(hostile)
    shown = "".join(ticket.subject + ticket.messages[0].text for ticket in tickets)
    assert "\x1b" not in shown
    assert max(len(ticket.messages[0].text) for ticket in tickets) <= 20_000


async def test_a_wrong_password_is_refused_and_not_told(real_dovecot: Dovecot) -> None:
    with pytest.raises(SourceRefused, match="user and password") as refusal:
        await mailbox(real_dovecot, password="wrong-secret").open_tickets()
    assert "wrong-secret" not in str(refusal.value)


async def test_a_folder_that_is_not_there_is_named(real_dovecot: Dovecot) -> None:
    with pytest.raises(SourceRefused, match="Nowhere"):
        await mailbox(real_dovecot, folder="Nowhere").open_tickets()


async def test_a_closed_port_is_unreachable(real_dovecot: Dovecot) -> None:
    source = build(
        SourceId("mail"),
        Settings(host="127.0.0.1", port=free_port(), security=Security.NONE, user=US, password=Secret("pw")),
        utc_now,
    )
    with pytest.raises(SourceUnreachable, match="refused"):
        await source.open_tickets()


async def test_a_server_of_another_kind_is_garbled(real_smtp: SmtpServer) -> None:
    settings = Settings(host="127.0.0.1", port=real_smtp.port, security=Security.NONE, user=US, password=Secret("pw"))
    with pytest.raises(SourceGarbled, match="IMAP"):
        await build(SourceId("mail"), settings, utc_now).open_tickets()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_certificate_nobody_trusts_is_refused(real_dovecot: Dovecot, security: Security) -> None:
    with pytest.raises(SourceUnreachable, match="certificate"):
        await over_tls(real_dovecot, security).open_tickets()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_trusted_certificate_is_accepted(
    real_dovecot: Dovecot, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(real_dovecot.certificate))
    real_dovecot.append(raw_letter(Subject="Safe", From="pat@x.example"))
    assert [ticket.subject for ticket in await over_tls(real_dovecot, security).open_tickets()] == ["Safe"]


def over_tls(server: Dovecot, security: Security) -> Mailbox:
    if not server.tls_port:
        pytest.skip("openssl is not installed, so there is no certificate")
    port = server.tls_port if security is Security.TLS else server.port
    settings = Settings(
        host="localhost", port=port, security=security, user=server.user, password=Secret(server.password), us=(US,)
    )
    return build(SourceId("mail"), settings, utc_now)


async def test_the_check_says_what_it_saw(real_dovecot: Dovecot) -> None:
    fill(real_dovecot)
    seen = await mailbox(real_dovecot, sent="Sent").check()
    assert "8 threads in INBOX, 3 waiting for us; replies cannot be sent" in seen


async def test_what_is_attached_is_named_and_a_large_letter_says_that_there_may_be_more(real_dovecot: Dovecot) -> None:
    def letter(size: int) -> bytes:
        parts = "".join(
            f'--b\nContent-Type: application/pdf; name="{name}"\n\n{"x" * size}\n' for name in ("a.pdf", "b.pdf")
        )
        body = f"--b\nContent-Type: text/plain\n\nSee here.\n{parts}--b--\n"
        return raw_letter(
            Subject=str(size), From="pat@x.example", Content_Type="multipart/mixed; boundary=b", body=body
        )

    real_dovecot.append(letter(10))
    real_dovecot.append(letter(80_000))
    small, large = by_subject(await mailbox(real_dovecot).open_tickets()).values()
    assert (small.messages[0].text.strip(), small.messages[0].attachments) == ("See here.", ("a.pdf", "b.pdf"))
    assert large.messages[0].attachments == ("a.pdf", PERHAPS_MORE)

"""The mail channel against a real SMTP server and a real Dovecot."""

import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import pytest

from oncall_tui.channels.email import Email, Settings, build
from oncall_tui.clock import utc_now
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Proof, Purpose
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.mail import smtp
from oncall_tui.mail.server import Security, Server
from oncall_tui.secrets import Secret
from tests.mail.letters import raw_letter
from tests.servers.dovecot import Dovecot, free_port
from tests.servers.smtp import PASSWORD, USER, Mode, SmtpServer, running

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

DANA = "dana@acme.example"
OPS = "oncall@acme.example"
DANAS_MAIL = ChannelId("dana-mail")


def channel(server: SmtpServer, dovecot: Dovecot | None = None, *, to: str = DANA) -> Email:
    settings = Settings(to=to, from_=OPS, smtp_host=server.host, smtp_port=server.port, smtp_security=Security.NONE)
    if dovecot:
        settings = replace(
            settings,
            imap_host=dovecot.host,
            imap_port=dovecot.port,
            imap_security=Security.NONE,
            imap_user=dovecot.user,
            imap_password=Secret(dovecot.password),
        )
    assert not settings.problems()
    return build(DANAS_MAIL, settings, utc_now)


def message(
    key: str = "e1/1/0/dana/dana-mail", *, title: str = "4312 Acme KK", is_again: bool = False
) -> OutgoingMessage:
    return OutgoingMessage(
        key=MessageKey(key),
        purpose=Purpose.NOTIFICATION,
        channel=DANAS_MAIL,
        person=PersonId("dana"),
        title=CleanText(title),
        body=CleanText("Login fails for every user.\n.\nLate 8 m. Größe 5 €."),
        url="https://desk.example/4312",
        is_possible_duplicate=is_again,
    )


async def sent(mail: Email, key: str = "e1/1/0/dana/dana-mail") -> Awaited:
    accepted_at = utc_now()
    receipt = await mail.send(message(key))
    return Awaited(key=MessageKey(key), person=PersonId("dana"), reference=receipt.reference, accepted_at=accepted_at)


def reply_to(letter: EmailMessage, body: str, **headers: str) -> bytes:
    asked = {"From": f"Dana Lee <{DANA.upper()}>", "To": OPS, "Subject": f"Re: {letter['Subject']}"}
    asked |= {"In_Reply_To": letter["Message-ID"], "Message_ID": f"<{abs(hash(body))}@phone.example>"}
    return raw_letter(at=utc_now(), body=body, **(asked | headers))


def words(answers: Sequence[Acknowledgement]) -> list[str]:
    return [answer.words for answer in answers]


async def test_what_is_sent_arrives_whole_and_says_how_to_acknowledge(
    real_smtp: SmtpServer, real_dovecot: Dovecot
) -> None:
    awaited = await sent(channel(real_smtp, real_dovecot))
    [letter] = real_smtp.letters
    assert letter["Message-ID"] == awaited.reference
    assert (letter["To"], letter["Reply-To"], letter["Auto-Submitted"]) == (DANA, OPS, "auto-generated")
    assert letter["X-Oncall-Key"] == awaited.key
    lines = letter.get_content().splitlines()
    assert lines[:3] == ["Login fails for every user.", ".", "Late 8 m. Größe 5 €."]
    assert "https://desk.example/4312" in lines
    assert lines[-1].startswith("Reply to this mail to take it")


async def test_a_retry_is_the_same_letter_and_says_that_it_may_be_a_duplicate(real_smtp: SmtpServer) -> None:
    mail = channel(real_smtp)
    first = await mail.send(message())
    again = await mail.send(message(is_again=True))
    other = await mail.send(message("e1/1/0/dana/other"))
    assert first.reference == again.reference != other.reference
    assert "(possible duplicate)" in real_smtp.letters[1]["Subject"]


async def test_a_title_cannot_add_headers(real_smtp: SmtpServer) -> None:
    await channel(real_smtp).send(message(title="a\r\nBcc: eve@x.example\n\nbody \U0001f600 " + "ä" * 400))
    [letter] = real_smtp.letters
    assert letter["Bcc"] is None
    assert letter["Subject"].startswith("a Bcc: eve@x.example body \U0001f600 ää")


async def test_without_a_mailbox_nothing_is_promised(real_smtp: SmtpServer) -> None:
    mail = channel(real_smtp)
    awaited = await sent(mail)
    assert mail.proves is Proof.ACCEPTED
    assert "Reply" not in real_smtp.letters[0].get_content()
    assert await mail.acknowledgements([awaited]) == ()


async def test_her_reply_acknowledges_with_her_words(real_smtp: SmtpServer, real_dovecot: Dovecot) -> None:
    mail = channel(real_smtp, real_dovecot)
    awaited, other = await sent(mail), await sent(mail, "e2/1/0/dana/dana-mail")
    assert await mail.acknowledgements([awaited, other]) == []
    quoted = "On Fri, 27 Nov 2026 at 22:01, On Call\n<oncall@acme.example> wrote:\n> Late"
    body = f"I have it,\ncalling them now.\n\n{quoted}\n-- \nDana"
    real_dovecot.append(reply_to(real_smtp.letters[0], body))
    [answer] = await mail.acknowledgements([awaited, other])
    assert (answer.key, answer.words) == (awaited.key, "I have it, calling them now.")
    assert awaited.accepted_at <= answer.at <= utc_now()
    assert await channel(real_smtp, real_dovecot).acknowledgements([awaited, other]) == [answer]
    assert "\\Seen" not in real_dovecot.flags()[0]


async def test_of_two_replies_the_first_counts_however_late_both_are_read(
    real_smtp: SmtpServer, real_dovecot: Dovecot
) -> None:
    mail = channel(real_smtp, real_dovecot)
    awaited = replace(await sent(mail), accepted_at=utc_now() - timedelta(hours=30))
    for hours, body in ((1, "Still on it."), (29, "On it."), (2, "Anybody?")):
        written = format_datetime(utc_now() - timedelta(hours=hours))
        real_dovecot.append(reply_to(real_smtp.letters[0], body, Date=written))
    [answer] = await mail.acknowledgements([awaited])
    assert answer.words == "On it."
    assert answer.at - awaited.accepted_at < timedelta(hours=2)


async def test_a_new_mail_of_hers_with_the_code_acknowledges(real_smtp: SmtpServer, real_dovecot: Dovecot) -> None:
    mail = channel(real_smtp, real_dovecot)
    awaited = await sent(mail)
    code = real_smtp.letters[0]["Subject"].partition("[ack ")[2].rstrip("]")
    assert len(code) >= 6
    real_dovecot.append(raw_letter(at=utc_now(), From=DANA, Subject=f"ack {code.lower()}", body="ok"))
    assert words(await mail.acknowledgements([awaited])) == ["ok"]


async def test_a_clock_that_runs_slow_cannot_acknowledge_before_the_question(
    real_smtp: SmtpServer, real_dovecot: Dovecot
) -> None:
    mail = channel(real_smtp, real_dovecot)
    awaited = await sent(mail)
    reply = reply_to(real_smtp.letters[0], "mine", Date="Fri, 20 Nov 2026 08:00:00 +0100")
    real_dovecot.append(reply)
    [answer] = await mail.acknowledgements([awaited])
    assert answer.at >= awaited.accepted_at


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Auto_Response_Suppress": "All"},
        {"Subject": "Out of office: 4312"},
        {"Subject": "Automatische Antwort: 4312"},
        {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"},
        {"Return_Path": "<>"},
        {"From": "Dana Lee <eve@stranger.example>"},
        {"From": f'"{DANA}" <eve@stranger.example>'},
        {"From": f"{DANA}, eve@stranger.example"},
        {"From": f"eve@stranger.example\r\nFrom: {DANA}"},
        {"From": f"x{DANA}"},
        {"In_Reply_To": "<other@acme.example>", "Subject": "Re: lunch"},
    ],
    ids=str,
)
async def test_machines_strangers_and_other_subjects_do_not_acknowledge(
    real_smtp: SmtpServer, real_dovecot: Dovecot, headers: dict[str, str]
) -> None:
    mail = channel(real_smtp, real_dovecot)
    awaited = await sent(mail)
    real_dovecot.append(reply_to(real_smtp.letters[0], "I am away until Monday.", **headers))
    assert await mail.acknowledgements([awaited]) == []


async def test_a_mailbox_that_writes_to_itself_does_not_answer_itself(
    real_smtp: SmtpServer, real_dovecot: Dovecot
) -> None:
    mail = channel(real_smtp, real_dovecot, to=OPS)
    awaited = await sent(mail)
    real_dovecot.append(real_smtp.received[0])
    real_dovecot.append(real_smtp.received[0].replace(b"Auto-Submitted", b"X-Removed-On-The-Way"))
    assert await mail.acknowledgements([awaited]) == []


@pytest.mark.parametrize(
    ("mode", "error"), [(Mode.TEMPFAIL, NotSent), (Mode.REJECT, Rejected), (Mode.DROP, OutcomeUnknown)]
)
async def test_a_server_that_does_not_accept_is_told_apart(
    real_smtp: SmtpServer, mode: Mode, error: type[DeliveryError]
) -> None:
    real_smtp.mode = mode
    with pytest.raises(DeliveryError) as raised:
        await channel(real_smtp).send(message())
    assert type(raised.value) is error


async def test_silence_after_the_letter_is_an_unknown_outcome(real_smtp: SmtpServer) -> None:
    real_smtp.mode = Mode.SLOW
    server = Server(host=real_smtp.host, port=real_smtp.port, security=Security.NONE)
    envelope = smtp.Envelope(sender=OPS, recipient=DANA, content=b"Subject: x\r\n\r\nx\r\n")
    with pytest.raises(OutcomeUnknown, match="within"):
        await smtp.deliver(server, envelope, limit=timedelta(seconds=0.5))
    assert len(real_smtp.received) == 1


async def test_a_closed_port_takes_nothing() -> None:
    with pytest.raises(NotSent, match="refused"):
        await channel(SmtpServer(port=free_port())).send(message())


async def test_a_server_of_another_kind_takes_nothing(real_dovecot: Dovecot) -> None:
    with pytest.raises(NotSent):
        await channel(SmtpServer(port=real_dovecot.port)).send(message())


async def test_a_server_without_encryption_takes_nothing_when_it_is_asked_for(real_smtp: SmtpServer) -> None:
    settings = Settings(
        to=DANA, from_=OPS, smtp_host="localhost", smtp_port=real_smtp.port, smtp_security=Security.STARTTLS
    )
    with pytest.raises(NotSent, match="STARTTLS"):
        await build(DANAS_MAIL, settings, utc_now).send(message())
    assert not real_smtp.received


def with_login(server: SmtpServer, password: str, security: Security = Security.NONE) -> Email:
    settings = Settings(
        to=DANA,
        from_=OPS,
        smtp_host="localhost",
        smtp_port=server.port,
        smtp_security=security,
        user=USER,
        password=Secret(password),
    )
    return build(DANAS_MAIL, settings, utc_now)


async def test_a_login_is_used_and_a_wrong_one_is_refused_for_good_without_telling_it(real_smtp: SmtpServer) -> None:
    await with_login(real_smtp, PASSWORD).send(message())
    with pytest.raises(Rejected, match="user and password") as refusal:
        await with_login(real_smtp, "wrong-secret").send(message())
    assert "wrong-secret" not in str(refusal.value)
    assert len(real_smtp.received) == 1


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_only_a_trusted_certificate_gets_the_letter(
    real_dovecot: Dovecot, security: Security, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not real_dovecot.tls_port:
        pytest.skip("openssl is not installed, so there is no certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(real_dovecot.certificate, real_dovecot.certificate.with_name("key.pem"))
    kinds = {Security.TLS: running(tls=context), Security.STARTTLS: running(starttls=context)}
    with kinds[security] as server:
        mail = with_login(server, PASSWORD, security)
        with pytest.raises(NotSent, match="certificate"):
            await mail.send(message())
        monkeypatch.setenv("SSL_CERT_FILE", str(real_dovecot.certificate))
        await mail.send(message())
        assert len(server.received) == 1


async def test_without_its_mailbox_the_channel_says_that_it_is_blind(real_smtp: SmtpServer) -> None:
    gone = Dovecot(host="127.0.0.1", port=free_port(), tls_port=0)
    mail = channel(real_smtp, gone)
    awaited = await sent(mail)
    with pytest.raises(DeliveryError, match="Replies cannot be read"):
        await mail.acknowledgements([awaited])


async def test_the_check_tries_both_servers_and_sends_nothing(real_smtp: SmtpServer, real_dovecot: Dovecot) -> None:
    assert "0 recent" in await channel(real_smtp, real_dovecot).check()
    assert "nothing can be acknowledged" in await channel(real_smtp).check()
    assert not real_smtp.received

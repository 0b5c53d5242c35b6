"""Our reply to a conversation in a mailbox, as a letter that mail programs put under the one it answers."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from hashlib import sha256

from oncall_tui.domain.answer import Answer
from oncall_tui.errors import Rejected
from oncall_tui.mail.conversations import Us, topic
from oncall_tui.mail.imap import Filed
from oncall_tui.mail.letter import MADE_UP
from oncall_tui.mail.server import address_problem

_REFERENCES_AT_MOST = 20
_WIRE = EmailPolicy(linesep=SMTP.linesep, max_line_length=998, cte_type="7bit")


def message_id(answer: Answer, sender: str) -> str:
    """Return what the letter of an answer is called: the same on every try, so that it is known again."""
    digest = sha256(f"{answer.ticket}\0{answer.id}".encode()).hexdigest()[:32]
    return f"<oncall-{digest}@{sender.rpartition('@')[2]}>"


def reply_to(letters: Sequence[Filed], us: Us, answer: Answer, sender: str) -> tuple[str, EmailMessage]:
    """Return whom a reply goes to and the letter; raise ``Rejected`` where nobody can be answered."""
    last = next((filed.letter for filed in reversed(letters) if not us.wrote(filed.letter)), None)
    recipient = us.counterpart(last).email if last is not None else ""
    if last is None or address_problem(recipient):
        raise Rejected("this conversation names no mail address that could be answered")
    known = [identity for identity in (*last.references, last.message_id) if not identity.startswith(MADE_UP)]
    letter = EmailMessage(policy=_WIRE)
    letter["Subject"] = f"Re: {topic(letters[0].letter.subject)}"
    letter["From"] = sender
    letter["To"] = recipient
    letter["Date"] = format_datetime(answer.stored_at)
    letter["Message-ID"] = message_id(answer, sender)
    if known:
        letter["In-Reply-To"] = known[-1]
        letter["References"] = " ".join([*known[:1], *known[1:][-_REFERENCES_AT_MOST:]])
    letter.set_content(answer.text + "\n")
    return recipient, letter

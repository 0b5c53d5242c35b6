"""Answers in a real Request Tracker 5 arrive as meant, once, and a note never reaches the requester."""

import asyncio
import sys
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx
import pytest

from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.clock import utc_now
from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.errors import Rejected
from oncall_tui.secrets import Secret
from oncall_tui.sources.rt import RtSource, Settings, build
from tests.kills.dashboard import ROOT
from tests.kills.doomed import AHEAD
from tests.kills.scene import CONFIG, Scene
from tests.kills.test_answers import answers, settle
from tests.servers.rt import NewTicket, RealRt
from tests.servers.rt_desk import Seeded

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

KILLS = 6
WORDS = "Hello Größe,\n\nwe are on it.\n-- \nAna <b>Ruiz</b>"


def source_of(rt: RealRt) -> RtSource:
    settings = Settings(url=rt.url, user=rt.user, password=Secret(rt.password))
    return build(SourceId("helpdesk"), settings, utc_now)


def answer(number: str, kind: AnswerKind, text: str = "", name: str = "a1") -> Answer:
    now = utc_now()
    return Answer(
        id=AnswerId(name),
        ticket=TicketId(f"helpdesk:{number}"),
        kind=kind,
        text=CleanText(text),
        stored_at=now,
        since=now,
    )


def opened(desk: Seeded, subject: str) -> str:
    return desk.rt.create_ticket(NewTicket(subject=subject, requester=next(iter(desk.zones))))


def mailed_to(rt: RealRt, address: str) -> str:
    """Return every mail RT sent to somebody."""
    letters = (message_from_bytes(path.read_bytes(), policy=default) for path in rt.mails.iterdir())
    own = (letter for letter in letters if address in f"{letter['To']} {letter['Cc']} {letter['Bcc']}")
    parts = (part for letter in own for part in letter.walk() if part.get_content_maintype() == "text")
    return "".join(part.get_content() for part in parts)


async def test_a_reply_is_public_and_a_note_is_not(rt_desk: Seeded) -> None:
    source, number = source_of(rt_desk.rt), opened(rt_desk, "Answer me")
    replied = await source.write(answer(number, AnswerKind.REPLY, WORDS))
    noted = await source.write(answer(number, AnswerKind.NOTE, "xyzzy: she sounds angry", "a2"))
    thread = await source.thread(TicketId(f"helpdesk:{number}"))
    assert [(m.text, m.is_public, m.is_inbound, m.reference) for m in thread[1:]] == [
        (WORDS, True, False, replied.reference),
        ("xyzzy: she sounds angry", False, False, noted.reference),
    ]
    assert replied.reference.isdigit()
    mails = mailed_to(rt_desk.rt, next(iter(rt_desk.zones)))
    assert "we are on it" in mails
    assert "xyzzy" not in mails


async def test_an_answer_that_is_there_is_found_by_its_words_and_no_other_is(rt_desk: Seeded) -> None:
    source, number = source_of(rt_desk.rt), opened(rt_desk, "Find me")
    reply = answer(number, AnswerKind.REPLY, WORDS)
    assert await source.find(reply, frozenset()) is None
    written = await source.write(reply)
    assert await source.find(reply, frozenset()) == written
    assert await source.find(reply, frozenset({written.reference})) is None
    assert await source.find(answer(number, AnswerKind.NOTE, WORDS), frozenset()) is None


async def test_take_and_solve_are_proved_by_the_ticket_itself(rt_desk: Seeded) -> None:
    source, number = source_of(rt_desk.rt), opened(rt_desk, "Take me")
    assert await source.find(answer(number, AnswerKind.TAKE), frozenset()) is None
    await source.write(answer(number, AnswerKind.TAKE))
    (ticket,) = [t for t in await source.open_tickets() if t.number == number]
    assert "root" in ticket.assignee or ticket.assignee == "Enoch Root"
    await source.write(answer(number, AnswerKind.SOLVE))
    assert await source.find(answer(number, AnswerKind.SOLVE), frozenset()) is not None
    assert number not in {t.number for t in await source.open_tickets()}


async def test_what_rt_refuses_with_a_success_is_refused(rt_desk: Seeded) -> None:
    rt, number = rt_desk.rt, opened(rt_desk, "Who takes me?")
    nobody = Answer(
        id=AnswerId("a1"),
        ticket=TicketId(f"helpdesk:{number}"),
        kind=AnswerKind.TAKE,
        account="nobody-of-this-name",
        stored_at=utc_now(),
        since=utc_now(),
    )
    with pytest.raises(Rejected, match="helpdesk refused: "):
        await source_of(rt).write(nobody)
    with pytest.raises(Rejected):
        await source_of(rt).write(answer("999999", AnswerKind.REPLY, "Hello?"))


async def test_files_are_named(rt_desk: Seeded) -> None:
    rt, number = rt_desk.rt, opened(rt_desk, "See the picture")
    file = {"FileName": "screen\x1b[2J.png", "FileType": "image/png", "FileContent": "iVBORw0KGgo="}
    body = {"Content": "Here it is.", "ContentType": "text/plain", "Attachments": [file]}
    async with httpx.AsyncClient(base_url=f"{rt.url}/REST/2.0/", auth=(rt.user, rt.password), trust_env=False) as http:
        made = await http.post(f"ticket/{number}/correspond", json=body, timeout=60)
    assert made.status_code == httpx.codes.CREATED
    thread = await source_of(rt).thread(TicketId(f"helpdesk:{number}"))
    assert thread[-1].text == "Here it is."
    assert len(thread[-1].attachments) == 1
    assert thread[-1].attachments[0].endswith(".png")
    assert "\x1b" not in thread[-1].attachments[0]


class RtScene(Scene):
    """A team whose only source is a real RT."""

    def write_for(self, rt: RealRt) -> None:
        text = CONFIG.format(
            folder=self.folder, leader=self.leader, undo=self.undo, wait=self.wait, timeout=self.timeout
        )
        login = f'url = "{rt.url}"\nuser = "{rt.user}"\npassword = {{ env = "RT_PASSWORD" }}'
        self.config.write_text(f'{text}\n[[sources]]\nid = "helpdesk"\nkind = "rt"\nrefresh = "30s"\n{login}\n')


async def test_a_station_killed_while_it_replies_sends_each_reply_exactly_once(
    rt_desk: Seeded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RT_PASSWORD", RealRt.password)
    numbers = [opened(rt_desk, f"Kill me {n}") for n in range(KILLS)]
    scene = RtScene(tmp_path, "http://127.0.0.1:9")
    scene.write_for(rt_desk.rt)
    command = (sys.executable, "-m", "tests.kills.doomed_answers", str(scene.config), "7", *numbers)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), 120)
    await settle(scene, AHEAD * (KILLS + 1))
    promised = {line.removeprefix("stored ") for line in said.decode().splitlines()}
    wanted = {answer.ticket.partition(":")[2] for answer in answers(await logbook_of(scene.read()))}
    assert promised <= wanted
    for number in numbers:
        thread = await source_of(rt_desk.rt).thread(TicketId(f"helpdesk:{number}"))
        assert [m.text for m in thread[1:]] == [f"We look into {number}."] * (number in wanted)

"""Work beside the event loop while a disk does not answer."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncall_tui.beside import MOST_UNANSWERED, Beside, by_disk
from oncall_tui.channels.signal_answers import Answers, DataMessage, Envelope, Quote
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio
CRAMPED = 50
"""Pieces of work: more than any pool of threads has room for."""


@pytest.fixture
def anyio_backend() -> object:
    return VIRTUAL_TIME


@pytest.fixture
async def beside() -> None:
    asyncio.get_running_loop().set_default_executor(Beside())


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Path]:
    """Return a file whose reader waits for somebody who never comes."""
    path = tmp_path / "hangs"
    os.mkfifo(path)
    yield path
    os.close(os.open(path, os.O_RDWR))


@pytest.mark.usefixtures("beside")
async def test_a_disk_that_does_not_answer_is_given_up(hanging: Path) -> None:
    with pytest.raises(TimeoutError):
        await by_disk(hanging.read_bytes)


@pytest.mark.usefixtures("beside")
async def test_a_disk_that_answers_nothing_all_weekend_is_asked_only_so_often(hanging: Path) -> None:
    before = threading.active_count()
    for _ in range(2 * MOST_UNANSWERED):
        with pytest.raises(TimeoutError):
            await by_disk(hanging.read_bytes)
    assert threading.active_count() - before <= MOST_UNANSWERED


@pytest.mark.usefixtures("beside")
async def test_an_answer_through_signal_counts_though_the_disk_does_not_answer(tmp_path: Path, hanging: Path) -> None:
    hanging.rename(tmp_path / "1700-1.json")
    answers = Answers(tmp_path)
    said = DataMessage(message="on it", quote=Quote(id=1700))
    await answers.keep([Envelope(timestamp=5, source="dana", data_message=said)])
    assert [kept.words for kept in await answers.to("1700")] == ["on it"]
    (tmp_path / "1700-1.json").rename(hanging)


def test_what_the_disk_says_is_what_is_returned(tmp_path: Path) -> None:
    (tmp_path / "note").write_text("Kenji Mori")
    assert asyncio.run(by_disk((tmp_path / "note").read_text, encoding="utf-8")) == "Kenji Mori"
    with pytest.raises(FileNotFoundError):
        asyncio.run(by_disk((tmp_path / "none").read_text))


@pytest.mark.usefixtures("beside")
async def test_however_much_hangs_there_is_a_thread_for_what_does_not(hanging: Path) -> None:
    waiting = [asyncio.ensure_future(asyncio.to_thread(hanging.read_bytes)) for _ in range(CRAMPED)]
    assert await asyncio.to_thread(lambda: "resolved") == "resolved"
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)


async def test_whoever_leaves_waits_for_what_was_begun_but_not_for_ever(tmp_path: Path, hanging: Path) -> None:
    threads = Beside()
    begun = threads.submit((tmp_path / "note").write_text, "Kenji Mori")
    stuck = threads.submit(hanging.read_bytes)
    threads.shutdown()
    assert (begun.done(), stuck.done()) == (True, False)
    os.close(os.open(hanging, os.O_RDWR))
    assert stuck.result() == b""

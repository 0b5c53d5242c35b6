from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.channels import desktop
from oncall_tui.domain.message import Proof, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, Rejected
from tests.channels.make import NOW, a_message, awaited

pytestmark = pytest.mark.anyio


def shown_by(folder: Path, script: str) -> desktop.DesktopChannel:
    program = folder / "notify-send"
    program.write_text(f"#!/bin/sh\ncd {folder}\n{script}\n")
    program.chmod(0o700)
    settings = desktop.Settings(program=str(program), timeout=timedelta(seconds=10))
    return desktop.build(ChannelId("ana-screen"), settings, lambda: NOW)


async def test_a_notification_is_shown_as_plain_text_and_no_shell_reads_it(tmp_path: Path) -> None:
    screen = shown_by(tmp_path, r'printf "%s\n---\n" "$@" > shown')
    await screen.send(replace(a_message(body="<b>$(touch here)</b> & `x`"), title=CleanText("--help; rm -rf ~")))
    assert (tmp_path / "shown").read_text().split("\n---\n") == [
        "--urgency=critical",
        "--app-name=oncall-tui",
        "--",
        "--help; rm -rf ~",
        "&lt;b&gt;$(touch here)&lt;/b&gt; &amp; `x`",
        "",
    ]
    assert not (tmp_path / "here").exists()


async def test_what_asks_for_nothing_is_not_urgent(tmp_path: Path) -> None:
    await shown_by(tmp_path, 'echo "$1" > shown').send(replace(a_message(), purpose=Purpose.STAND_DOWN))
    assert (tmp_path / "shown").read_text() == "--urgency=normal\n"


async def test_a_desktop_that_does_not_listen_took_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotSent, match="exit code 1"):
        await shown_by(tmp_path, "exit 1").send(a_message())


async def test_nobody_can_acknowledge_and_the_channel_says_so(tmp_path: Path) -> None:
    screen = shown_by(tmp_path, "exit 0")
    assert screen.proves is Proof.ACCEPTED
    assert await screen.acknowledgements([awaited()]) == ()


async def test_the_check_shows_nothing_and_names_the_setting_to_correct(tmp_path: Path) -> None:
    assert "is there" in await shown_by(tmp_path, "touch shown").check()
    assert not (tmp_path / "shown").exists()
    gone = desktop.build(ChannelId("ana-screen"), desktop.Settings(program="/nowhere/notify-send"), lambda: NOW)
    with pytest.raises(Rejected, match="correct `program`"):
        await gone.check()

import asyncio
import os
import select
import shutil
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.channels import command
from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from tests.channels.make import KEY, NOW, a_message, awaited

pytestmark = pytest.mark.anyio


def channel(*run: str, timeout: timedelta = timedelta(seconds=20)) -> command.CommandChannel:
    settings = command.Settings(run=run, timeout=timeout)
    assert settings.problems() == []
    return command.build(ChannelId("dana-script"), settings, lambda: NOW)


def shell(script: str, *arguments: object) -> command.CommandChannel:
    return channel("sh", "-c", script, "sh", *map(str, arguments))


async def test_the_program_reads_title_body_and_link_on_its_standard_input(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    receipt = await shell('cat > "$1"', seen).send(a_message(body="Zürich wartet.", url="https://desk.example/4312"))
    assert receipt.proof is Proof.ACCEPTED
    assert seen.read_text(encoding="utf-8") == (
        "4312 Acme KK needs you\n\nZürich wartet.\n\nhttps://desk.example/4312\n"
    )


async def test_the_environment_tells_key_and_purpose_and_whether_it_may_be_a_duplicate(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    say = 'printf "%s|%s|%s\n" "$ONCALL_TUI_KEY" "$ONCALL_TUI_PURPOSE" "${ONCALL_TUI_POSSIBLE_DUPLICATE-no}" >> "$1"'
    await shell(say, seen).send(a_message())
    await shell(say, seen).send(a_message(is_possible_duplicate=True))
    assert seen.read_text(encoding="utf-8").splitlines() == [f"{KEY}|notification|no", f"{KEY}|notification|1"]


async def test_the_rest_of_the_environment_is_ours() -> None:
    await shell('test "$PATH" = "$1"', os.environ["PATH"]).send(a_message())


async def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    touched = tmp_path / "$(id) *; ~"
    await channel("touch", str(touched)).send(a_message())
    assert touched.exists()


async def test_a_program_that_reads_nothing_may_still_succeed() -> None:
    await shell("exit 0").send(a_message(body="x" * 500_000))


async def test_another_exit_code_says_that_nothing_was_sent_and_repeats_nothing_it_printed() -> None:
    with pytest.raises(NotSent) as caught:
        await shell("echo token=hunter2 >&2; exit 3").send(a_message())
    assert str(caught.value) == "sh ended with exit code 3; run it by hand to see why."


async def test_a_program_that_a_signal_ends_may_have_sent_it() -> None:
    with pytest.raises(OutcomeUnknown, match=f"signal {signal.SIGTERM.value}"):
        await shell("kill -TERM $$").send(a_message())


async def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    hangs = 'exec 3> "$1"; sleep 60 & echo begun >&3; wait'
    with pytest.raises(OutcomeUnknown, match=r"did not end within 0\.4 s"):
        await channel("sh", "-c", hangs, "sh", str(pipe), timeout=timedelta(seconds=0.4)).send(a_message())
    assert _read_until_nobody_holds_it(reader) == b"begun\n"
    os.close(reader)


async def test_a_program_whose_send_is_cancelled_does_not_live_on(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    sending = asyncio.create_task(shell('exec 3> "$1"; echo begun >&3; sleep 60', pipe).send(a_message()))
    await asyncio.to_thread(select.select, [reader], [], [], 5)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert _read_until_nobody_holds_it(reader) == b"begun\n"
    os.close(reader)


def _read_until_nobody_holds_it(reader: int) -> bytes:
    """Return what was written to a pipe; fail when somebody who could write still lives."""
    received = b""
    while select.select([reader], [], [], 5)[0]:
        chunk = os.read(reader, 100)
        if not chunk:
            return received
        received += chunk
    pytest.fail("a child of the program lives on")


async def test_the_program_has_a_session_of_its_own_and_so_no_terminal() -> None:
    await channel(sys.executable, "-c", "import os; assert os.getsid(0) == os.getpid()").send(a_message())


@pytest.mark.parametrize("mode", [0o644, 0o755])
async def test_what_cannot_be_started_is_refused_for_good(tmp_path: Path, mode: int) -> None:
    program = tmp_path / "ring-dana"
    program.write_text("no interpreter is named here", encoding="utf-8")
    program.chmod(mode)
    with pytest.raises(Rejected, match="ring-dana is not there or may not be run"):
        await channel(str(program)).send(a_message())


async def test_a_program_that_is_missing_is_refused_and_the_check_says_so(tmp_path: Path) -> None:
    missing = channel(str(tmp_path / "ring"))
    with pytest.raises(Rejected):
        await missing.send(a_message())
    with pytest.raises(DeliveryError, match="correct `run`"):
        await missing.check()


async def test_the_check_runs_nothing(tmp_path: Path) -> None:
    trace = tmp_path / "ran"
    assert await channel("touch", str(trace)).check() == f"{shutil.which('touch')} is there and may be run"
    assert not trace.exists()


async def test_a_program_proves_no_more_than_that_it_took_the_message() -> None:
    assert channel("true").proves is Proof.ACCEPTED
    assert await channel("true").acknowledgements([awaited()]) == ()


@pytest.mark.parametrize("run", [(), ("",), ("ring", "da\0na")])
def test_a_program_that_cannot_be_named_is_a_problem_of_the_config(run: tuple[str, ...]) -> None:
    assert [key for key, _ in command.Settings(run=run).problems()] == ["run"]


def test_no_time_at_all_is_a_problem_of_the_config() -> None:
    assert [key for key, _ in command.Settings(run=("ring",), timeout=timedelta()).problems()] == ["timeout"]

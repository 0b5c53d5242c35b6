"""Commands on a journal that cannot be opened: they work, and say so."""

import json
import sys
from dataclasses import replace
from pathlib import Path, PosixPath
from threading import current_thread, main_thread

import pytest

from oncall_tui.__main__ import main
from oncall_tui.bootstrap.connectors import load_team
from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.errors import StoreFailed
from tests.store.broken import of_a_newer_version
from tests.store.hanging import HangingDisk

CONFIG = """
me = "ana"
[team]
name = "Acme Support"
time_zone = "America/New_York"
store = "{folder}/journal.sqlite"
[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "America/New_York"
[[people]]
id = "dana"
name = "Dana Lee"
time_zone = "America/New_York"
channels = ["dana-program"]
[[rota.overrides]]
starts = 2026-01-01T00:00:00
ends = 2126-01-01T00:00:00
person = "ana"
reason = "always"
[[escalation.levels]]
people = ["dana"]
[[channels]]
id = "dana-program"
kind = "command"
run = ["{python}", "-c", "import sys; open('{folder}/received', 'w').write(sys.stdin.read())"]
[[sources]]
id = "helpdesk"
kind = "file"
path = "{folder}/tickets.json"
"""


@pytest.fixture
def config(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "tickets.json").write_text(json.dumps([{"id": "4312", "subject": "Login fails"}]))
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.format(folder=tmp_path, python=sys.executable))
    assert main(["--config", str(path), "list"]) == 0
    with of_a_newer_version(tmp_path / "journal.sqlite"):
        capsys.readouterr()
    return path


def test_escalate_sends_and_says_that_nothing_goes_on_with_it(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "escalate", "helpdesk:4312"]) == 0
    said = capsys.readouterr()
    assert "Login fails" in config.with_name("received").read_text()
    assert "accepted by dana-program for Dana Lee" in said.out
    assert "IT IS NOT RECORDED, so nothing goes on with it" in said.out
    assert said.err.startswith("oncall-tui: Not recorded since")
    assert "newer version of oncall-tui" in said.err


def test_status_says_that_escalations_are_unknown(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "status"]) == 1
    line = capsys.readouterr().out
    assert line.startswith("Ana Ruiz")
    assert "ESCALATIONS UNKNOWN: “" in line


def test_check_finds_it_and_tries_everything_else(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("PROBLEM  journal: nothing can be recorded") for line in lines)
    assert any("source helpdesk" in line for line in lines)


class OnAnotherDisk(PosixPath):
    """A path that is looked at only where a disk that hangs holds nothing up."""

    def exists(self, *, follow_symlinks: bool = True) -> bool:
        assert current_thread() is not main_thread()
        return super().exists()


@pytest.mark.anyio
async def test_a_disk_that_hangs_holds_no_status_line_up(config: Path) -> None:
    loaded = load_team(config, {})
    loaded = replace(loaded, team=replace(loaded.team, store=OnAnotherDisk(loaded.team.store)))
    disk = HangingDisk()
    with disk.hanging(loaded.team.store), pytest.raises(StoreFailed, match="does not answer"):
        await logbook_of(loaded, disk.threads())
    assert disk.given_up == 1


@pytest.mark.anyio
async def test_a_journal_that_is_not_there_yet_says_nothing(config: Path, tmp_path: Path) -> None:
    loaded = load_team(config, {})
    loaded = replace(loaded, team=replace(loaded.team, store=OnAnotherDisk(tmp_path / "not-yet.sqlite")))
    assert (await logbook_of(loaded)).escalations == ()

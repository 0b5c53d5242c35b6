"""Commands on a journal that cannot be opened: they work, and say so."""

import json
import sys
from pathlib import Path

import pytest

from oncall_tui.__main__ import main
from tests.store.broken import of_a_newer_version

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

"""The commands, run as a user runs them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
channels = ["note"]
[[people]]
id = "dana"
name = "Dana Lee"
time_zone = "America/New_York"
channels = ["note"]
[[rota.rotations]]
name = "Weekend"
starts = "Fri 18:00"
ends = "Mon 09:00"
from = 2026-03-06
people = ["ana", "dana"]
[[escalation.levels]]
people = ["dana"]
wait = "5m"
[[channels]]
id = "note"
kind = "command"
run = ["sh", "-c", "cat >> {folder}/received"]
[[sources]]
id = "desk"
kind = "file"
path = "{folder}/tickets.json"
"""


def run(folder: Path, *arguments: str, config: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    named = ["--config", str(folder / "config.toml")] if config else []
    return subprocess.run(
        [sys.executable, "-m", "oncall_tui", *named, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(folder: Path, *arguments: str) -> Mapping[str, object]:
    found: Mapping[str, object] = json.loads(run(folder, *arguments).stdout)
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG.format(folder=tmp_path), encoding="utf-8")
    tickets = [
        {"id": "7", "subject": "Login \x1b[2J fails", "time_zone": "Asia/Kathmandu", "requester": {"name": "Aki Mori"}},
        {"id": "8", "subject": "Invoice wrong"},
    ]
    (tmp_path / "tickets.json").write_text(json.dumps(tickets), encoding="utf-8")
    return tmp_path


def test_list_prints_the_documented_object(desk: Path) -> None:
    found = answer(desk, "list", "--json", "--at", "2026-03-28T12:00Z")
    assert found == {
        "at": "2026-03-28T12:00:00Z",
        "on_call": {"id": "dana", "name": "Dana Lee"},
        "shift": {
            "starts_at": "2026-03-27T22:00:00Z",
            "ends_at": "2026-03-30T13:00:00Z",
            "remaining_seconds": 176_400,
            "is_waiting_for_acceptance": False,
        },
        "sources": [
            {"id": "desk", "kind": "file", "state": "live", "as_of": "2026-03-28T12:00:00Z", "error": None},
        ],
        "groups": [
            {
                "utc_offset": None,
                "local_time": None,
                "places": [],
                "zones": [],
                "tickets": [ticket("desk:8", "Invoice wrong", None, None)],
            },
            {
                "utc_offset": "+05:45",
                "local_time": "2026-03-28T17:45",
                "places": ["Kathmandu"],
                "zones": ["Asia/Kathmandu"],
                "tickets": [ticket("desk:7", "Login ␛[2J fails", "Aki Mori", "Asia/Kathmandu")],
            },
        ],
    }


def ticket(identity: str, subject: str, requester: str | None, zone: str | None) -> Mapping[str, object]:
    fields = "organisation tier priority waiting_since due_at due_from touches usual_touches runbook suggested"
    unknown = dict.fromkeys([*fields.split(), "escalation", "url"])
    return {
        **unknown,
        "id": identity,
        "subject": subject,
        "requester": requester,
        "zone": zone,
        "zone_from": "contact" if zone else "unknown",
        "day": "weekend" if zone else "unknown",
        "status": "open",
    }


def test_a_source_that_fails_is_named_and_the_exit_code_says_so(desk: Path) -> None:
    (desk / "tickets.json").unlink()
    done = run(desk, "list")
    assert done.returncode == 1
    assert "desk: FAILED:" in done.stdout
    assert "Nothing is waiting" not in done.stdout


def test_a_shift_over_the_clock_change_has_its_real_length(desk: Path) -> None:
    found = answer(desk, "rota", "--json", "--from", "2026-03-06", "--weeks", "1")
    assert found["shifts"] == [
        {
            "starts_at": "2026-03-06T23:00:00Z",
            "ends_at": "2026-03-09T13:00:00Z",
            "hours": 62,
            "person": "ana",
            "from": "rotation",
        },
    ]
    assert found["gaps"] == []


def test_escalate_reaches_the_leader_and_says_no_more_than_was_proved(desk: Path) -> None:
    done = run(desk, "escalate", "desk:7", "--why", "third shop today")
    assert (done.returncode, done.stdout) == (0, "desk:7: accepted by note for Dana Lee, not acknowledged\n")
    received = (desk / "received").read_text(encoding="utf-8")
    assert received.startswith("[7] Login ␛[2J fails")
    assert "Why now: third shop today" in received


def test_escalate_twice_sends_once(desk: Path) -> None:
    run(desk, "escalate", "desk:7")
    assert run(desk, "escalate", "desk:7").returncode == 0
    assert (desk / "received").read_text(encoding="utf-8").count("Asked of you") == 1


@pytest.mark.parametrize(
    ("channel", "code", "said"),
    [
        (
            'kind = "demo"\nanswers_after = "0s"\nacknowledges_after = "0s"',
            0,
            ["accepted by note", "acknowledged by Dana"],
        ),
        (
            'kind = "demo"\nanswers_after = "0s"\nacknowledges = false',
            3,
            [
                "accepted by note for Dana Lee, not acknowledged",
                "NOBODY IS LEFT TO ASK. Ring Dana Lee: +1 604 555 0101",
            ],
        ),
        ('kind = "command"\nrun = ["false"]', 1, ["not accepted yet", "NOBODY IS LEFT TO ASK"]),
    ],
    ids=["acknowledged", "accepted", "neither"],
)
def test_a_script_that_waits_learns_from_the_exit_code_what_was_proved(
    desk: Path, channel: str, code: int, said: Sequence[str]
) -> None:
    config = (desk / "config.toml").read_text(encoding="utf-8").replace('wait = "5m"', 'wait = "8s"')
    config = config.replace('name = "Dana Lee"', 'name = "Dana Lee"\nphone = "+1 604 555 0101"')
    before, _, rest = config.partition('kind = "command"')
    after = rest.partition("[[sources]]")[2]
    levels = "[escalation]\nrounds = 1\n[[escalation.levels]]"
    config = f"{before}{channel}\n[[sources]]{after}".replace("[[escalation.levels]]", levels)
    (desk / "config.toml").write_text(config, encoding="utf-8")
    done = run(desk, "escalate", "desk:7", "--wait")
    assert done.returncode == code, done
    for words in said:
        assert words in done.stdout


def test_a_ticket_of_a_source_that_cannot_be_seen_is_escalated_all_the_same(desk: Path) -> None:
    (desk / "tickets.json").write_text("<html>login</html>", encoding="utf-8")
    done = run(desk, "escalate", "desk:7")
    assert done.returncode == 0
    assert "[7] (its subject is not known" in (desk / "received").read_text(encoding="utf-8")


def test_escalating_what_is_not_there_is_bad_use(desk: Path) -> None:
    done = run(desk, "escalate", "desk:99")
    assert (done.returncode, done.stderr) == (2, "oncall-tui: desk has no open ticket 99\n")


def test_a_watch_goes_on_with_what_another_process_began(desk: Path) -> None:
    config = (desk / "config.toml").read_text(encoding="utf-8").replace('wait = "5m"', 'wait = "1s"')
    (desk / "config.toml").write_text(config, encoding="utf-8")
    run(desk, "escalate", "desk:7")
    command = [sys.executable, "-m", "oncall_tui", "--config", str(desk / "config.toml"), "watch"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        said = ""
        while "desk:7 exhausted" not in said:
            line = watching.stdout.readline()
            assert line, said
            said += line
        watching.terminate()
        assert watching.wait(20) == 128 + signal.SIGTERM
    assert "Ana Ruiz is on call" in said or "Dana Lee is on call" in said or "nobody is on call" in said
    assert (desk / "received").read_text(encoding="utf-8").count("Asked of you") == 3


def test_status_is_one_line_and_says_what_nobody_acknowledged(desk: Path) -> None:
    run(desk, "escalate", "desk:7")
    done = run(desk, "status")
    assert done.returncode == 0
    assert done.stdout.endswith(" · 1 not acknowledged\n")
    assert done.stdout.count("\n") == 1


def test_check_names_a_level_that_can_prove_nothing(desk: Path) -> None:
    done = run(desk, "check")
    assert done.returncode == 1
    assert "PROBLEM  escalation level 1: none of its channels can show that somebody acknowledged" in done.stdout
    assert "ok       source desk: 2 open tickets" in done.stdout


def test_ten_mistakes_in_the_config_are_ten_sentences(desk: Path) -> None:
    config = CONFIG.format(folder=desk)
    mistakes = {
        "from = 2026-03-06": 'from = "March"',
        'name = "Acme Support"': 'nam = "Acme Support"',
        'time_zone = "America/New_York"\nstore': 'time_zone = "America/Newyork"\nstore',
        'channels = ["note"]\n[[people]]': 'channels = ["notes"]\n[[people]]',
        'starts = "Fri 18:00"': 'starts = "Friday evening"',
        'id = "desk"': 'id = "Desk!"',
        'people = ["ana", "dana"]': 'people = ["ana", "dan"]',
        'wait = "5m"': 'wait = "soon"',
        "run = [": "runn = [",
        'kind = "file"\npath': 'kind = "file"\npth',
    }
    for right, wrong in mistakes.items():
        assert right in config
        config = config.replace(right, wrong, 1)
    (desk / "config.toml").write_text(config, encoding="utf-8")
    done = run(desk, "check")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == len(mistakes), done.stderr


def test_handover_prints_markdown_or_says_that_there_is_no_shift(desk: Path) -> None:
    done = run(desk, "handover")
    assert done.returncode in {0, 2}
    assert done.stdout.startswith("# Handover: ") or "no shift to hand over" in done.stderr


@pytest.mark.parametrize("command", ["list", "check", "rota", "status", "handover", "escalate desk:7", ""])
def test_without_a_config_every_command_says_what_to_do(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, *command.split(), config=False)
    assert done.returncode == 2
    assert done.stderr.startswith("oncall-tui: there is no config yet: try “oncall-tui demo”")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("rota", "--from", "soon"), ("list", "--at", "now"), ("demo", "--tickets", "0")])
def test_bad_use_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert "invalid" not in done.stderr
    assert "write it like" in done.stderr or "whole number" in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("status",)])
def test_what_must_be_quick_loads_neither_the_screen_nor_the_network(desk: Path, arguments: tuple[str, ...]) -> None:
    probe = (
        "import sys, oncall_tui.__main__ as front\n"
        "try:\n front.main(sys.argv[1:])\nexcept SystemExit:\n pass\n"
        "print(sorted({'textual', 'httpx', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "--config", str(desk / "config.toml"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == "[]\n"


def test_check_names_a_region_without_holidays_of_its_own(desk: Path) -> None:
    config = desk / "config.toml"
    config.write_text(config.read_text() + '[[customers]]\nname = "Acme"\ncountry = "DE-XX"\n')
    sentence = "customer Acme: no holidays are known for DE-XX: those of the whole country count; regions there: BB, "
    assert f"PROBLEM  {sentence}" in run(desk, "check").stdout
    config.write_text(config.read_text().replace("DE-XX", "DE-BY"))
    assert "customer Acme" not in run(desk, "check").stdout


@pytest.mark.parametrize("arguments", [("status",), ("rota", "--overrides")])
def test_books_about_places_stay_closed_while_no_ticket_is_there(desk: Path, arguments: tuple[str, ...]) -> None:
    probe = (
        "import sys, oncall_tui.__main__ as front\n"
        "try:\n front.main(sys.argv[1:])\nexcept SystemExit:\n pass\n"
        "print(sorted({'holidays', 'phonenumbers', 'icalendar'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "--config", str(desk / "config.toml"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == "[]\n"

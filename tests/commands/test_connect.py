"""Setting up by question and answer: what is asked, what is tried, and what the config says afterwards."""

import json
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from oncall_tui import manual
from oncall_tui.bootstrap.connectors import kinds_of, load_config
from oncall_tui.commands.connect import connect
from oncall_tui.errors import BadUse, ConfigInvalid
from oncall_tui.settings import known_keys

TICKETS = [{"id": "4312", "subject": "Login fails for every user"}]
FIRST = ["Acme Support", "Ana Ruiz", "Europe/Berlin", "", "Dana Lee", "Central Time (US & Canada)", "+1 312 555 0102"]


@dataclass
class Scripted:
    """Somebody who answers what a test wrote down, in that order."""

    answers: list[str]
    told: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def say(self, text: str = "") -> None:
        self.told.append(text)

    def ask(self, question: str, default: str = "") -> str:
        self.told.append(question)
        return self.answers.pop(0) or default

    def ask_secret(self, question: str) -> str:
        self.told.append(question)
        return self.secrets.pop(0)

    def was_told(self, words: str) -> bool:
        return any(words in each for each in self.told)


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps(TICKETS))
    return path


@pytest.fixture
def config(tmp_path: Path, tickets: Path) -> Path:
    """Return the config of somebody who answered every question."""
    path = tmp_path / "config.toml"
    connect(Scripted([*FIRST, "command", "/bin/true", "", "file", str(tickets), ""]), None, path)
    return path


def answered(config: Path, kind: str, answers: Sequence[str], secrets: Sequence[str] = ()) -> Scripted:
    """Connect a kind with these answers, every one of which has to be asked for."""
    asked = Scripted(list(answers), secrets=list(secrets))
    connect(asked, kind, config)
    assert not asked.answers
    return asked


@pytest.mark.parametrize(
    ("table", "kind"),
    [(table, kind) for table in ("sources", "channels") for kind in kinds_of(table) if kind != "demo"],
)
def test_the_manual_has_a_chapter_with_every_key_of_every_kind(table: str, kind: str) -> None:
    chapter = manual.chapters(manual.text())[kind]
    assert chapter.table == table
    assert {key.name for key in chapter.keys} == set(known_keys(kinds_of(table)[kind]))


def test_a_first_config_knows_who_watches_and_who_is_told(config: Path) -> None:
    made = load_config(config, {})
    assert [(person.name, person.time_zone) for person in made.people] == [
        ("Ana Ruiz", "Europe/Berlin"),
        ("Dana Lee", "America/Chicago"),
    ]
    assert [target.name for target in made.policy.levels[0].targets] == ["Dana Lee"]
    assert [(channel.id, channel.kind) for channel in made.channels] == [("dana-command", "command")]
    assert [(source.id, source.kind) for source in made.sources] == [("helpdesk", "file")]
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_what_does_not_work_is_said_and_can_be_answered_anew(config: Path, tickets: Path) -> None:
    asked = answered(config, "file", ["shop", "/nowhere.json", "", "change", "path", str(tickets)])
    assert asked.was_told("It does not work: ")
    assert asked.was_told("It works: ")
    assert [entry.id for entry in load_config(config, {}).sources] == ["helpdesk", "shop"]


def test_a_secret_is_kept_where_only_its_owner_reads_it_and_never_in_the_config(config: Path) -> None:
    asked = answered(config, "rt", ["", "http://127.0.0.1:1", "y", "file", "", "", "keep"], ["t0p-secret"])
    kept = config.parent / "secrets" / "rt-token"
    assert kept.read_text() == "t0p-secret\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert 'token = { file = "secrets/rt-token" }' in config.read_text()
    assert not any("t0p-secret" in text for text in (*asked.told, config.read_text()))


def test_of_two_ways_to_say_a_thing_the_second_is_asked_for_only_without_the_first(config: Path) -> None:
    answered(config, "rt", ["", "http://127.0.0.1:1", "y", "variable", "RT_TOKEN", "soon", "2027-03-31", "", "keep"])
    answered(
        config, "rt", ["other", "http://127.0.0.1:1", "n", "oncall", "y", "command", "pass show rt", "", "", "keep"]
    )
    written = config.read_text()
    assert 'token = { env = "RT_TOKEN" }\n# … or a login; one of the two.\n#user = ' in written
    assert [source.token_ends_on for source in load_config(config, {}).sources] == [
        None,
        date(2027, 3, 31),
        None,
    ]
    assert 'user = "oncall"\npassword = { command = ["pass", "show", "rt"] }' in written


def test_what_was_in_the_config_stays_and_the_new_keys_bring_their_explanations(config: Path, tickets: Path) -> None:
    before = config.read_text()
    answered(config, "file", ["shop", str(tickets), ""])
    assert config.read_text().startswith(before.rstrip())
    assert "# How often it is read.\n#refresh" in config.read_text().removeprefix(before.rstrip())


def test_giving_up_leaves_the_config_as_it_was(config: Path) -> None:
    before = config.read_bytes()
    with pytest.raises(BadUse, match="the config is as it was"):
        answered(config, "file", ["shop", "/nowhere.json", "", "give up"])
    assert config.read_bytes() == before
    assert not list(config.parent.glob(".*.new"))


def test_nothing_is_added_to_a_config_with_a_mistake(config: Path) -> None:
    config.write_text(f"{config.read_text()}\n[teem]\n")
    before = config.read_bytes()
    with pytest.raises(ConfigInvalid, match="teem"):
        connect(Scripted([]), "file", config)
    assert config.read_bytes() == before


def test_an_id_that_is_taken_is_asked_for_again(config: Path, tickets: Path) -> None:
    asked = answered(config, "file", ["helpdesk", "Shop!", "shop", str(tickets), ""])
    assert asked.was_told("helpdesk is taken")
    assert asked.was_told("Write small letters")


def test_an_unknown_kind_names_the_nearest(config: Path) -> None:
    with pytest.raises(BadUse, match="do you mean zendesk"):
        connect(Scripted([]), "zendesc", config)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, tickets: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadUse, match="cannot be written"):
        connect(
            Scripted([*FIRST, "command", "/bin/true", "", "file", str(tickets), ""]),
            None,
            tmp_path / "taken" / "config.toml",
        )


def test_a_key_that_may_be_left_out_can_be_set_as_well(config: Path, tickets: Path) -> None:
    answered(config, "file", ["shop", str(tickets), "refresch", "refresh", "5m"])
    assert 'refresh = "5m"' in config.read_text()


def test_an_answer_that_cannot_be_used_is_said_and_asked_for_again(config: Path, tickets: Path) -> None:
    asked = answered(config, "file", ["shop", str(tickets), "refresh", "often", "90s"])
    assert asked.was_told('found "often"')
    assert 'refresh = "90s"' in config.read_text()

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal, NewType, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.config.tables import RootTable
from oncall_tui.secrets import Secret
from oncall_tui.settings import NOT_EMPTY, Where, duration, known_keys, read_table, secrets_of
from oncall_tui.text_safety import clean
from tests.config.connectors import Letter, Post, Security

HERE = Where(file=Path("/etc/oncall/config.toml"), path="channels", label="dana-post")
EXPOSED = Where(file=Path("config.toml"), exposed="run `chmod 600 config.toml`")

A_SECRET = '{ env = "NAME" }, { command = ["program", "argument"] }, { keyring = "service/user" } or { file = "PATH" }'
A_WALL_TIME = "the time of the team's own clock without an offset, such as 2026-12-25T18:00:00"

PetId = NewType("PetId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pet:
    id: PetId
    born: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    pets: tuple[Pet, ...] = ()
    garden: Pet | None = None
    colour: Literal["red", "green"] = "red"
    built: Optional[datetime] = None  # noqa: UP045 - older annotations are read as well
    nick: str = field(default="x", metadata=NOT_EMPTY)


def problems_of(table: dict[str, object], into: type = Post, where: Where = HERE) -> list[str]:
    problems: list[str] = []
    read_table(table, into, where, problems)
    return [problem.removeprefix(f"{where.file}, [[channels]] dana-post") for problem in problems]


def read(table: dict[str, object], where: Where = HERE) -> Post:
    problems: list[str] = []
    value = read_table(table, Post, where, problems)
    assert not problems
    assert value is not None
    return value


def test_a_table_becomes_a_value_with_defaults_for_what_is_left_out() -> None:
    post = read({"url": "https://a.example", "port": 8443, "weight": 2, "is_loud": True, "security": "none"})
    assert post == Post(url="https://a.example", port=8443, weight=2.0, is_loud=True, security=Security.NONE)
    assert isinstance(post.weight, float)


def test_a_trailing_underscore_is_no_part_of_the_key() -> None:
    assert read({"from": "ana@acme.example"}).from_ == "ana@acme.example"
    assert "from" in known_keys(Post)
    assert "from_" not in known_keys(Post)


def test_lists_become_tuples() -> None:
    assert read({"words": ["a", "b"]}).words == ("a", "b")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5s", timedelta(seconds=5)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(days=1)),
        ("1h30m", timedelta(hours=1, minutes=30)),
        ("90s", timedelta(seconds=90)),
        ("0s", timedelta(0)),
    ],
)
def test_a_length_of_time_has_its_unit(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "5", "-5s", "5 s", "1m1h", "5sec", "9" * 20 + "d", "\u0665s", "1.5h"])
def test_anything_else_is_no_length_of_time(text: str) -> None:
    with pytest.raises(ValueError, match="a number with its unit"):
        duration(text)


def test_paths_start_at_the_folder_of_the_config() -> None:
    assert read({"path": "tickets.json"}).path == Path("/etc/oncall/tickets.json")
    assert read({"path": "/srv/tickets.json"}).path == Path("/srv/tickets.json")
    assert read({"path": "~/tickets.json"}).path == Path.home() / "tickets.json"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"prot": 1}, ": there is no key prot; write port."),
        (
            {"zzz": "secret"},
            f": there is no key zzz; write one of {', '.join(known_keys(Post))}.",
        ),
        ({"url": 5}, ", url: found 5; write a text in quotes."),
        ({"port": "443"}, ', port: found "443"; write a whole number, such as 3.'),
        ({"port": True}, ", port: found true; write a whole number, such as 3."),
        ({"port": 0}, ", port: found 0; write a port between 1 and 65535."),
        ({"weight": float("nan")}, ", weight: found nan; write a number, such as 1.5."),
        ({"weight": 10**400}, f", weight: found 1{'0' * 37} …; write a number, such as 1.5."),
        ({"is_loud": "yes"}, ', is_loud: found "yes"; write true or false.'),
        (
            {"refresh": 60},
            ', refresh: found 60; write a number with its unit, such as "30s", "5m", "1h30m" or "2d".',
        ),
        ({"timeout": "0s"}, ', timeout: found "0s"; write more than nothing, such as "30s".'),
        ({"path": ""}, ', path: found ""; write the path of a file in quotes, such as "~/tickets.json".'),
        (
            {"path": "~nobody-here/x"},
            ', path: found "~nobody-here/x"; write a path without ~, because nobody here has that name.',
        ),
        ({"words": "one"}, ', words: found "one"; write a list, such as ["one"].'),
        ({"words": {}}, ', words: found a table; write a list, such as ["…", "…"].'),
        ({"words": ["a", 5]}, ', words: found ["a", 5]; write a list in which each entry is a text in quotes.'),
        ({"security": "tsl"}, ', security: found "tsl"; write "tls".'),
        ({"security": 1}, ', security: found 1; write one of "tls", "none".'),
        (
            {"url": datetime.fromisoformat("2026-01-02T03:00:00")},
            ", url: found 2026-01-02T03:00:00; write a text in quotes.",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(table: dict[str, object], sentence: str) -> None:
    assert problems_of(table) == [sentence]


def test_what_is_missing_is_said_for_each_key() -> None:
    assert problems_of({}, Letter) == [
        ", to: it is missing; write a text in quotes.",
        ', words: it is missing; write a list, such as ["…", "…"].',
        f", token: it is missing; write {A_SECRET}.",
    ]


def test_a_misspelt_key_is_not_missing_as_well() -> None:
    assert problems_of({"too": "x", "words": ["a"], "token": {"env": "A"}}, Letter) == [
        ": there is no key too; write to.",
    ]


def test_something_required_is_not_empty() -> None:
    assert problems_of({"to": "", "words": [], "token": {"env": "X"}}, Letter) == [
        ', to: found ""; write something between the quotes.',
        ", words: found []; write at least one entry.",
    ]


def test_tables_within_tables_are_read_and_named() -> None:
    where = Where(file=Path("c.toml"), path="home")
    problems: list[str] = []
    table: dict[str, object] = {"pets": [{"id": "rex", "born": date(2020, 2, 29)}], "garden": {"id": "tom"}}
    assert read_table(table, Home, where, problems) == Home(
        pets=(Pet(id=PetId("rex"), born=date(2020, 2, 29)),), garden=Pet(id=PetId("tom"))
    )
    table = {
        "pets": [{"id": "rex", "born": "2020"}, {"age": 4}],
        "garden": {"id": 4},
        "colour": "gren",
        "built": datetime.fromisoformat("2026-12-25T18:00:00+01:00"),
        "nick": "",
    }
    read_table(table, Home, where, problems)
    assert problems == [
        'c.toml, [[home.pets]] rex, born: found "2020"; write a date without quotes, such as 2026-11-20.',
        "c.toml, [[home.pets]] no. 2: there is no key age; write one of id, born.",
        "c.toml, [[home.pets]] no. 2, id: it is missing; write a text in quotes.",
        "c.toml, [home.garden], id: found 4; write a text in quotes.",
        'c.toml, [home], colour: found "gren"; write "green".',
        f"c.toml, [home], built: found 2026-12-25T18:00:00+01:00; write {A_WALL_TIME}.",
        'c.toml, [home], nick: found ""; write something between the quotes.',
    ]


def test_a_table_in_the_wrong_brackets_is_named() -> None:
    where, problems = Where(file=Path("c.toml"), path="home"), list[str]()
    read_table({"pets": {"id": "rex"}, "garden": [{"id": "tom"}]}, Home, where, problems)
    assert problems == [
        "c.toml, [home], pets: found a table; write [[home.pets]] above the keys of each such table.",
        "c.toml, [home], garden: found [a table]; write [home.garden] above its keys.",
    ]


def test_a_class_judges_itself_only_when_its_table_could_be_read() -> None:
    assert problems_of({"port": 0, "url": 5}) == [", url: found 5; write a text in quotes."]


def test_the_value_of_a_secret_is_never_shown() -> None:
    wrong: list[dict[str, object]] = [
        {"token": "hunter22"},
        {"token": ["hunter22"]},
        {"token": {"hunter22": "hunter22"}},
        {"token": {"env": "hunter22=hunter22"}},
        {"token": {"command": "hunter22"}},
        {"token": {"env": "A", "value": "hunter22"}},
        {"tokn": "hunter22"},
    ]
    sentences = [problem for table in wrong for problem in problems_of(table, where=EXPOSED)]
    assert len(sentences) == len(wrong)
    assert not any("hunter22" in sentence for sentence in sentences)


def test_what_is_private_in_a_url_is_not_shown() -> None:
    (problem,) = problems_of({"port": "https://ana:hunter22@a.example/?key=hunter22"})
    assert "hunter22" not in problem


def test_control_characters_of_a_config_do_not_reach_the_terminal() -> None:
    problems = problems_of({"port": "\x1b[2J", "\x1b[2J": 1})
    assert len(problems) == 2
    assert not any("\x1b" in problem for problem in problems)


def test_texts_for_the_screen_are_made_harmless_as_they_are_read() -> None:
    problems: list[str] = []
    pet = read_table({"id": "r\x1bex"}, Pet, HERE, problems, text=clean)
    assert pet == Pet(id=PetId("r\u241bex"))


def test_the_secrets_of_settings_are_found() -> None:
    token = Secret("hunter22")
    assert secrets_of(Post(token=token)) == (token,)
    assert secrets_of(None) == ()


toml_texts = st.sampled_from(
    ["", "ana", "5s", "tls", "\x1b[2J", "\0", "~", "https://a:b@c.example", "\ud800", "x" * 99]
)
toml_scalars = st.none() | st.booleans() | st.integers() | st.floats() | toml_texts | st.dates() | st.datetimes()
toml_keys = st.sampled_from(["id", "name", "env", "command", "levels", "starts", "\x1b"])
toml_values = st.recursive(
    toml_scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(toml_keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*known_keys(Post), "x", "\x1b"]), toml_values, max_size=5))
def test_no_table_crashes_the_reader(table: dict[str, object]) -> None:
    problems: list[str] = []
    value = read_table(table, Post, HERE, problems)
    assert problems or isinstance(value, Post)
    assert all("\x1b" not in problem and "\n" not in problem for problem in problems)


@given(st.dictionaries(st.sampled_from(known_keys(RootTable)), toml_values, max_size=5))
def test_no_file_crashes_the_reader(root: dict[str, object]) -> None:
    problems: list[str] = []
    assert read_table(root, RootTable, HERE, problems) is not None or problems

import re
from collections import defaultdict
from pathlib import Path

import pytest

from oncall_tui.channels import goalert
from oncall_tui.config import TABLES, Config, load
from oncall_tui.config.tables import ConnectorTable
from oncall_tui.settings import known_keys
from tests.config.kinds import CHANNELS, SOURCES

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
CONNECTORS = {"sources": SOURCES, "channels": CHANNELS}
HEADER = re.compile(r"#?\[{1,2}([a-z.]+)\]{1,2}$")
NAMED = re.compile(r"^(tiers)\.[a-z]+")
"""Tables whose names are anybody's own."""
SETTING = re.compile(r'#?([a-z_]+) = (?:"(.*)")?')


@pytest.fixture(scope="module")
def config() -> Config:
    return load(EXAMPLE, sources=SOURCES, channels=CHANNELS, environ={})


def explained() -> dict[str, set[str]]:
    """Return the keys that the example shows, switched on or off, for each table and kind."""
    shown: dict[str, set[str]] = defaultdict(set)
    table = ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if header := HEADER.match(line):
            table = NAMED.sub(r"\1.NAME", header[1])
            parent, _, own = table.rpartition(".")
            if own != "NAME":
                shown[parent].add(own)
            shown[""].add(table.partition(".")[0])
        elif setting := SETTING.match(line):
            shown[table.partition(" ")[0] if setting[1] in known_keys(ConnectorTable) else table].add(setting[1])
            if setting[1] == "kind":
                table = f"{table} {setting[2]}"
    return shown


def known() -> dict[str, set[str]]:
    """Return the keys that exist."""
    tables = {name: set(known_keys(table)) for name, table in TABLES.items()}
    kinds = {f"{name} {kind}": set(known_keys(s)) for name, of in CONNECTORS.items() for kind, s in of.items()}
    return tables | kinds


@pytest.mark.parametrize("table", known())
def test_the_example_shows_every_key_and_no_other(table: str) -> None:
    assert explained()[table] == known()[table]


def test_the_example_has_no_other_table() -> None:
    assert set(explained()) == set(known())


def test_the_example_is_a_config_without_a_problem(config: Config) -> None:
    assert [person.name for person in config.people] == ["Ana Ruiz", "Ben Okafor", "Dana Lee", "Sam Cho"]
    assert [target.name for target in config.policy.levels[0].targets] == ["Dana Lee"]


def test_the_example_names_its_secrets_and_writes_none(config: Config) -> None:
    assert config.secrets
    assert not any(secret.is_resolved for secret in config.secrets)


def switched_on(block: str) -> str:
    """Return a table that is used; of two ways to say a thing the first, as a line "# … or" begins the other."""
    first_ways = re.sub(r"^# … or .*\n(?:#(?! ).*\n)+", "", block, flags=re.MULTILINE)
    return re.sub(r"^#(?! )", "", first_ways, flags=re.MULTILINE)


@pytest.mark.parametrize("table", CONNECTORS)
def test_the_example_has_every_kind_and_those_switched_off_can_be_switched_on(table: str, tmp_path: Path) -> None:
    written = EXAMPLE.read_text(encoding="utf-8")
    blocks = re.findall(rf"^#\[\[{table}\]\]\n(?:#.*\n)+", written, re.MULTILINE)
    on = tmp_path / "config.toml"
    on.write_text("\n".join([written, *map(switched_on, blocks)]))
    config = load(on, sources=SOURCES, channels=CHANNELS, environ={})
    kinds = {"sources": {one.kind for one in config.sources}, "channels": {one.kind for one in config.channels}}
    assert kinds[table] == set(CONNECTORS[table])


def test_the_example_quotes_the_query_that_goalert_is_asked() -> None:
    assert f"# {goalert.QUERY}" in EXAMPLE.read_text(encoding="utf-8").splitlines()

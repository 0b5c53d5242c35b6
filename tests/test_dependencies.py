"""The list of dependencies in README says of each why it is there, and of nothing else."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| (?P<names>.+?) \| (?P<why>.+) \|$", re.MULTILINE)


def declared() -> dict[str, str]:
    """Return what pyproject asks for, with the bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for_users = [each for name, wanted in extras.items() if name not in {"dev", "test"} for each in wanted]
    found = (re.fullmatch(r"([A-Za-z0-9-]+)(.*)", each) for each in (*project["dependencies"], *for_users))
    return {match[1]: match[2] for match in found if match is not None}


def listed() -> dict[str, str]:
    """Return what README lists, with the reasons."""
    _, _, section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What it stands on")
    table, _, _ = section.partition("\n## ")
    rows = [row for row in ROW.finditer(table) if row["names"] not in {"library", "---"}]
    return {
        name.strip("[] ").split("]")[0].split(" (extra")[0]: row["why"]
        for row in rows
        for name in row["names"].split(", ")
    }


def test_readme_says_why_each_dependency_is_there() -> None:
    assert sorted(listed()) == sorted(declared())
    assert all(len(why.split()) >= 2 for why in listed().values())


def test_every_dependency_has_a_lower_bound_and_all_but_the_time_zones_an_upper_one() -> None:
    without = [name for name, bounds in declared().items() if not re.fullmatch(r">=[\d.]+,<[\d.]+", bounds)]
    assert without == ["tzdata"]

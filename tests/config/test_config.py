import os
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.config import Config, load
from oncall_tui.config.checks import cross_problems
from oncall_tui.config.rota_tables import week_time
from oncall_tui.config_path import find
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.rota import WeekTime
from oncall_tui.domain.suggestion import Rule
from oncall_tui.errors import ConfigInvalid
from oncall_tui.settings import Where
from tests.config.connectors import Letter, Post

HERE = Path(__file__).parent
INSTEAD = '{ env = "NAME" } instead'
TEAM = '[team]\nname = "Acme"\ntime_zone = "Europe/Berlin"\n'
PEOPLE = """
[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "America/New_York"
phone = "+1 212 555 0100"
channels = ["ana-mail"]
[[people]]
id = "ben"
name = "Ben Okafor"
time_zone = "Africa/Lagos"
[[channels]]
id = "ana-mail"
kind = "post"
"""


def config_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def loaded(path: Path, **environ: str) -> Config:
    return load(
        path, sources={"post": Post, "letter": Letter}, channels={"post": Post, "email": Letter}, environ=environ
    )


def problems(path: Path, **environ: str) -> list[str]:
    """Return what is wrong with a config, without the file's name: it is refused unless only its rota has mistakes."""
    try:
        found = loaded(path, **environ).rota_problems
    except ConfigInvalid as error:
        found = tuple(str(error).splitlines())
    assert found
    return [problem.replace(str(path), "config.toml") for problem in found]


def of(tmp_path: Path, text: str, **environ: str) -> list[str]:
    """Return the problems of a team's config, without the file's name."""
    found = problems(config_file(tmp_path, TEAM + PEOPLE + text), **environ)
    return [problem.removeprefix("config.toml, ") for problem in found]


def test_ten_mistakes_are_ten_sentences_at_once(tmp_path: Path) -> None:
    path = config_file(tmp_path, (HERE / "ten_mistakes.toml").read_text(encoding="utf-8"), 0o644)
    sentences = [problem.replace(str(path), "config.toml") for problem in problems(path)]
    assert sentences == (HERE / "ten_mistakes.txt").read_text(encoding="utf-8").splitlines()


def test_a_config_becomes_values(tmp_path: Path) -> None:
    config = loaded(
        config_file(
            tmp_path,
            'me = "ana"\n'
            + TEAM
            + PEOPLE
            + """
[[rota.rotations]]
name = "Weekend"
starts = "Fri 18:00"
ends = "monday 9:00"
from = 2026-11-20
people = ["ana", "ben"]
[[rota.overrides]]
starts = 2026-12-25T18:00:00
ends = 2026-12-28T09:00:00
person = "ben"
reason = "swap"
[escalation]
undo = "3s"
rounds = 2
[[escalation.levels]]
people = ["ana"]
wait = "7m"
[[sources]]
id = "helpdesk"
kind = "post"
refresh = "2m"
[[customers]]
name = "Acme KK"
match = ["acme.example"]
time_zone = "Asia/Tokyo"
hours = "Mon-Fri 09:00-18:00"
[handover]
to = ["next", "ana-mail"]
good_news_to = ["ben"]
""",
        )
    )
    assert config.me == "ana"
    assert (config.team.name, config.team.time_zone) == ("Acme", "Europe/Berlin")
    assert config.team.store.name == "journal.sqlite"
    assert config.team.store.is_absolute()
    assert config.people[1] == Person(id=PersonId("ben"), name="Ben Okafor", time_zone="Africa/Lagos")
    (rotation,), (override,) = config.rotations, config.overrides
    assert rotation.starts == WeekTime(weekday=4, at=time(18))
    assert rotation.ends == WeekTime(weekday=0, at=time(9))
    assert (rotation.first_on, rotation.people) == (date(2026, 11, 20), ("ana", "ben"))
    assert override.starts == datetime.fromisoformat("2026-12-25T18:00:00")
    assert (override.person, override.reason) == ("ben", "swap")
    assert (config.policy.undo, config.policy.rounds) == (timedelta(seconds=3), 2)
    (level,) = config.policy.levels
    assert level.wait == timedelta(minutes=7)
    assert (level.targets[0].name, level.targets[0].phone) == ("Ana Ruiz", "+1 212 555 0100")
    assert level.targets[0].channels == (ChannelId("ana-mail"),)
    (source,) = config.sources
    assert (source.id, source.kind) == ("helpdesk", "post")
    assert source.settings == Post(refresh=timedelta(minutes=2))
    assert config.customers == (
        Customer(name="Acme KK", match=("acme.example",), time_zone="Asia/Tokyo", hours="Mon-Fri 09:00-18:00"),
    )
    assert (config.handover.to, config.handover.good_news_to) == (("next", "ana-mail"), ("ben",))


def test_several_days_of_one_rotation_are_turns_of_one_person_each_week(tmp_path: Path) -> None:
    rotation = """
[[rota.rotations]]
name = "Nights"
starts = "Mon-Thu 18:00"
ends = "09:00"
from = 2026-11-20
people = ["ana", "ben"]
every = "2 weeks"
time_zone = "Asia/Tokyo"
"""
    nights = loaded(config_file(tmp_path, TEAM + PEOPLE + rotation)).rotations
    assert [each.starts.weekday for each in nights] == [0, 1, 2, 3]
    assert [each.ends.weekday for each in nights] == [1, 2, 3, 4]
    assert {(each.every, each.zone) for each in nights} == {(2, ZoneInfo("Asia/Tokyo"))}


def test_the_last_day_of_an_absence_or_closure_is_included(tmp_path: Path) -> None:
    config = loaded(
        config_file(
            tmp_path,
            TEAM
            + PEOPLE
            + """
[[rota.absences]]
person = "ana"
from = 2026-12-20
until = 2026-12-20
[[rota.closures]]
from = 2026-12-24T12:00:00
until = 2026-12-26
reason = "closed"
""",
        )
    )
    (absence,), (closure,) = config.absences, config.closures
    assert (absence.starts, absence.ends) == (
        datetime.fromisoformat("2026-12-20"),
        datetime.fromisoformat("2026-12-21"),
    )
    assert closure.starts == datetime.fromisoformat("2026-12-24T12:00")
    assert closure.ends == datetime.fromisoformat("2026-12-27")


def test_the_address_of_a_calendar_is_a_secret(tmp_path: Path) -> None:
    calendar = '[[rota.calendars]]\nname = "Plan"\nurl = { env = "PLAN_URL" }\n'
    config = loaded(config_file(tmp_path, TEAM + PEOPLE + calendar))
    assert config.secrets == (config.calendars[0].url,)


def test_what_is_left_out_has_a_sensible_value(tmp_path: Path) -> None:
    config = loaded(config_file(tmp_path, TEAM))
    assert config.me is None
    assert (config.people, config.rotations, config.sources, config.channels) == ((), (), (), ())
    assert (config.policy.undo, config.policy.rounds, config.policy.levels) == (timedelta(seconds=5), 3, ())
    assert config.handover.to == ("next",)


def test_the_team_is_needed(tmp_path: Path) -> None:
    assert problems(config_file(tmp_path, "")) == ["config.toml, team: it is missing; write a table."]


def test_the_environment_says_who_sits_here(tmp_path: Path) -> None:
    path = config_file(tmp_path, 'me = "ana"\n' + TEAM + PEOPLE)
    assert loaded(path, ONCALL_TUI_ME="ben").me == "ben"
    assert loaded(path, ONCALL_TUI_ME="").me == "ana"
    assert problems(path, ONCALL_TUI_ME="bne") == ['The environment variable ONCALL_TUI_ME: found "bne"; write "ben".']


def test_texts_for_the_screen_are_harmless(tmp_path: Path) -> None:
    path = config_file(
        tmp_path, TEAM.replace("Acme", "Ac\\u001bme") + '[[customers]]\nname = "A"\nnotes = "x\\u0007"\n'
    )
    config = loaded(path)
    assert config.team.name == "Ac\u241bme"
    assert config.customers[0].notes == "x\u2407"


@pytest.mark.parametrize("rule", (HERE / "rules.txt").read_text(encoding="utf-8").strip().split("\n\n"))
def test_each_rule_says_what_to_write_instead(tmp_path: Path, rule: str) -> None:
    *toml, sentence = rule.splitlines()
    assert of(tmp_path, "\n".join(toml)) == [sentence.removeprefix("# ")]


@pytest.mark.parametrize(
    ("store", "remedy"),
    [
        ("postgresql://ana:pw@db/x", '"sqlite", because this version keeps no journal in PostgreSQL yet'),
        ("journal.sqlite", '"sqlite", or a whole path that ends in .sqlite, such as "/srv/oncall/journal.sqlite"'),
        ("/srv/journal.db", '"sqlite", or a whole path that ends in .sqlite, such as "/srv/oncall/journal.sqlite"'),
    ],
)
def test_a_store_that_does_not_exist_is_refused(tmp_path: Path, store: str, remedy: str) -> None:
    (problem,) = problems(config_file(tmp_path, f'{TEAM}store = "{store}"'))
    assert problem.endswith(f"; write {remedy}.")
    assert "pw" not in problem


@pytest.mark.parametrize(
    ("country", "remedy"),
    [
        ("Germany", '"DE"'),
        ("DEU", '"DE"'),
        ("Bavaria", 'a code of ISO 3166, such as "JP", or "DE-BY" for a region with its own holidays'),
        ("de_by", 'a code of ISO 3166, such as "JP", or "DE-BY" for a region with its own holidays'),
        ("UK", '"GB"'),
        ("DE-", '"DE"'),
        ("DE-Bavaria", '"DE"'),
        ("JX", None),
    ],
)
def test_a_country_that_does_not_exist_is_refused(tmp_path: Path, country: str, remedy: str | None) -> None:
    (problem,) = problems(config_file(tmp_path, f'{TEAM}[[customers]]\nname = "A"\ncountry = "{country}"'))
    assert problem.startswith(f'config.toml, [[customers]] A, country: found "{country}"; write ')
    assert remedy is None or problem.endswith(f"; write {remedy}.")


@pytest.mark.parametrize("country", ["JP", "DE-BY", "de-by", "GB-SCT", "ES-CT"])
def test_a_country_or_a_region_of_it_is_taken(tmp_path: Path, country: str) -> None:
    (row,) = loaded(config_file(tmp_path, f'{TEAM}[[customers]]\nname = "A"\ncountry = "{country}"')).customers
    assert f"{row.country_code}-{row.region}".strip("-") == country.upper()


def test_the_journal_may_live_elsewhere(tmp_path: Path) -> None:
    assert loaded(config_file(tmp_path, f'{TEAM}store = "/srv/j.sqlite"')).team.store == Path("/srv/j.sqlite")


def test_a_secret_in_a_file_that_others_read_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    text = f'{TEAM}[[channels]]\nid = "x"\nkind = "post"\ntoken = "hunter22"\n'
    path = config_file(tmp_path, text, 0o640)
    assert problems(path) == [
        f"config.toml, [[channels]] x, token: found the secret itself; write {INSTEAD}, or run `chmod 600 config.toml`."
    ]
    path.chmod(0o600)
    (secret,) = loaded(path).secrets
    assert secret.reveal() == "hunter22"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_secret_in_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = config_file(tmp_path, f'{TEAM}[[channels]]\nid = "x"\nkind = "post"\ntoken = "hunter22"\n')
    os.chown(path, 12345, -1)
    (problem,) = problems(path)
    assert problem.endswith('write { env = "NAME" } instead, or keep the config in a file that belongs to you.')


def test_a_file_that_is_no_toml_is_refused_with_line_and_column(tmp_path: Path) -> None:
    assert problems(config_file(tmp_path, '[team]\nname = "A\n')) == [
        "config.toml, line 2, column 10: this is not TOML: Illegal character '\\n'."
    ]


@pytest.mark.parametrize("text", ["x = " + "9" * 5000, "x = " + "[" * 5000])
def test_a_file_that_chokes_the_parser_is_refused(tmp_path: Path, text: str) -> None:
    (problem,) = problems(config_file(tmp_path, text))
    assert "write it simpler" in problem


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'me = "\xff"')
    assert problems(path) == ["config.toml is not UTF-8 at byte 6; save it as UTF-8."]


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert problems(path) == ["config.toml cannot be read (No such file or directory); name another with --config."]


def test_the_command_line_wins_over_the_environment() -> None:
    assert find(Path("a.toml"), {"ONCALL_TUI_CONFIG": "b.toml"}) == Path("a.toml")
    assert find(None, {"ONCALL_TUI_CONFIG": "b.toml"}) == Path("b.toml")


@pytest.mark.parametrize("text", ["", "Fri", "18:00", "Fry 18:00", "Fri 24:00", "Fri 18:60", "Fri18:00", "Frid 18:00"])
def test_a_moment_of_the_week_is_a_day_and_a_time(text: str) -> None:
    with pytest.raises(ValueError, match="a day and a time"):
        week_time(text)


scalars = st.sampled_from([None, True, 0, 5, "", "ana", "UTC", "\x1b", "5s", date(2026, 1, 2), 1.5, "\ud800", "next"])
keys = st.sampled_from(["id", "name", "kind", "people", "levels", "rotations", "channels", "time_zone", "to", "hours"])
values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(keys, v, max_size=4), max_leaves=12)


@given(st.dictionaries(st.sampled_from(["me", "team", "people", "rota", "escalation", "channels", "handover"]), values))
def test_no_mixture_of_tables_crashes_the_checks(root: dict[str, object]) -> None:
    found = cross_problems(root, Where(file=Path("config.toml")))
    assert all("\x1b" not in problem and "\n" not in problem for problem in found)


SCHEDULE = '[[rota.calendars]]\nname = "Plan"\nkind = "{kind}"\ntoken = {{ env = "PLAN_TOKEN" }}\n'


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("pagerduty", 'schedule = "P1"'),
        ("incident-io", 'schedule = "P1"'),
        ("jsm-ops", 'schedule = "P1"\nlogin = "ana@acme.example"\nsite = "1"'),
        ("goalert", 'address = "https://oncall.example"'),
        ("grafana-irm", 'schedule = "P1"\naddress = "https://oncall.example"'),
    ],
)
def test_a_schedule_of_an_on_call_service_needs_what_that_service_asks_for(
    tmp_path: Path, kind: str, more: str
) -> None:
    head = TEAM + PEOPLE + SCHEDULE.format(kind=kind)
    (table,) = loaded(config_file(tmp_path, head + more)).calendars
    assert table.kind == kind
    key = more.splitlines()[-1].partition(" ")[0]
    (problem,) = problems(config_file(tmp_path, head + "\n".join(more.splitlines()[:-1])))
    assert f"{key}: " in problem
    assert "write " in problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('kind = "pagerdutty"\nschedule = "P1"', 'kind: found "pagerdutty"; write "pagerduty"'),
        ('kind = "goalert"\naddress = "http://oncall.example"\ntoken = { env = "T" }', "write an https:// address"),
        ('url = { env = "U" }\nschedule = "P1"', 'a kind of its own, such as kind = "pagerduty"'),
        ('kind = "goalert"\naddress = "https://a.example"\ntoken = { env = "T" }\npath = "p.ics"', "path: "),
    ],
)
def test_a_schedule_that_cannot_be_asked_for_is_refused_with_the_remedy(
    tmp_path: Path, text: str, problem: str
) -> None:
    (found,) = problems(config_file(tmp_path, f'{TEAM}{PEOPLE}[[rota.calendars]]\nname = "Plan"\n{text}'))
    assert problem in found


ROTA_WITH_SLIPS = """
[[rota.rotations]]
name = "Weekend"
starts = "Fri 18:00"
ends = "Mon 09:00"
from = 2026-11-20
people = ["ana", "bne"]
[[rota.rotations]]
name = "Nights"
starts = "Monday evening"
ends = "09:00"
from = 2026-11-20
people = ["ana"]
[[rota.overrides]]
starts = 2026-12-28T09:00:00
ends = 2026-12-25T18:00:00
person = "ben"
[[rota.overrides]]
starts = 2026-12-25T18:00:00
ends = 2026-12-28T09:00:00
person = "ben"
[[rota.shifts]]
person = "ben"
"""


def test_slips_in_the_rota_are_all_told_and_the_rest_of_the_config_counts(tmp_path: Path) -> None:
    config = loaded(config_file(tmp_path, TEAM + PEOPLE + ROTA_WITH_SLIPS))
    assert [rotation.people for rotation in config.rotations] == [("ana", "bne")]
    assert [override.person for override in config.overrides] == ["ben"]
    said = [problem.partition(", ")[2] for problem in config.rota_problems]
    assert [each.partition(": found")[0] for each in said] == [
        "[rota]: there is no key shifts; write one of rotations, overrides, absences, closures, calendars.",
        "[[rota.rotations]] Nights, starts",
        "[[rota.overrides]] no. 1, ends",
        "[[rota.rotations]] Weekend, people",
    ]


def test_a_slip_in_the_rota_and_one_elsewhere_are_told_together_and_the_config_is_refused(tmp_path: Path) -> None:
    text = TEAM + PEOPLE.replace("Africa/Lagos", "Africa/Lagoss") + ROTA_WITH_SLIPS
    with pytest.raises(ConfigInvalid) as caught:
        loaded(config_file(tmp_path, text))
    assert len(caught.value.problems) == 5


def test_a_tier_is_read_whatever_its_name_and_its_mistakes_name_the_nearest_word(tmp_path: Path) -> None:
    written = '[tiers.Gold]\nfirst_reply = "30m"\ntargets = "around the clock"\nsuggest_escalation = ["touches > 4"]\n'
    tier = loaded(config_file(tmp_path, TEAM + PEOPLE + written)).tiers[0]
    assert (tier.name, tier.first_reply, tier.is_around_the_clock) == ("Gold", timedelta(minutes=30), True)
    assert tier.rules == (Rule(more_than=4),)
    wrong = '[tiers.gold]\nfirst_replay = "1h"\nsuggest_escalation = ["lat", "angry"]\ngoodwill = -1\n'
    found = problems(config_file(tmp_path, TEAM + PEOPLE + wrong))
    assert any("there is no key first_replay; write first_reply" in problem for problem in found)
    own = wrong.replace("first_replay", "first_reply")
    kinds = '"late", "reopened", "same trouble", "back again", "promise broken", "touches > 4", "touches > usual"'
    assert problems(config_file(tmp_path, TEAM + PEOPLE + own)) == [
        "config.toml, [tiers.gold], goodwill: found -1; write what may be spent, 0 or more.",
        'config.toml, [tiers.gold], suggest_escalation: found ["lat", "angry"]; write "late" for "lat".',
        f'config.toml, [tiers.gold], suggest_escalation: found ["lat", "angry"]; write only some of {kinds}.',
    ]

"""What is written down of a defect: once each, and not more than a folder can hold."""

from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.crash import KEPT, CrashFile
from tests.rig import MovingClock


@pytest.fixture
def crashes(tmp_path: Path) -> CrashFile:
    return CrashFile(tmp_path / "crashes", MovingClock())


def caught(words: str, kind: type[Exception] = ValueError) -> Exception:
    """Return an error that was raised at this place."""
    with pytest.raises(kind) as raised:
        raise kind(words)
    return raised.value


def defect(number: int) -> Exception:
    """Return an error of a kind of its own."""
    return caught("again", type(f"Defect{number}", (Exception,), {}))


def test_a_loop_that_fails_for_ever_leaves_one_report(crashes: CrashFile) -> None:
    sentences = {crashes.write(caught(f"try {number}")) for number in range(50)}
    (report,) = crashes.folder.iterdir()
    assert sentences == {f"An error nobody foresaw (ValueError); please report {report}, which holds no secrets."}
    assert "ValueError: try 0" in report.read_text()


def test_errors_at_the_same_place_with_other_causes_are_told_apart(crashes: CrashFile) -> None:
    plain, caused, grouped = caught("x"), caught("x"), ExceptionGroup("x", [caught("x")])
    caused.__cause__ = caught("x", KeyError)
    for error in (plain, caused, grouped, caught("y")):
        crashes.write(error)
    assert len(list(crashes.folder.iterdir())) == 3


def test_an_error_that_is_its_own_context_is_written_all_the_same(crashes: CrashFile) -> None:
    one, other = caught("one"), caught("other")
    one.__context__, other.__context__ = other, one
    assert "please report" in crashes.write(one)


def test_only_the_newest_reports_are_kept_and_one_met_again_is_new(crashes: CrashFile, tmp_path: Path) -> None:
    crashes.folder.mkdir()
    (crashes.folder / "note.txt").write_text("not ours")
    clock = MovingClock()
    crashes.clock = clock
    for number in range(KEPT + 5):
        clock.now += timedelta(minutes=1)
        crashes.write(defect(number))
        crashes.write(defect(0))
    reports = [path.read_text() for path in crashes.folder.glob("crash-*.txt")]
    assert len(reports) == KEPT
    kept = {number for number in range(KEPT + 5) if any(f"Defect{number}:" in text for text in reports)}
    assert kept == {0, *range(6, KEPT + 5)}
    assert (crashes.folder / "note.txt").exists()

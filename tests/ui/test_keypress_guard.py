import pytest

from oncall_tui.ui.keypress_guard import KeypressGuard, Verdict


def guard_that_saw(*keys: tuple[str, float]) -> KeypressGuard:
    guard = KeypressGuard()
    for name, at in keys:
        guard.saw_key(name, at)
    return guard


def test_a_key_that_stands_alone_was_pressed() -> None:
    assert guard_that_saw(("j", 1.0), ("e", 1.2), ("k", 1.4)).judge("e") is Verdict.PRESSED


@pytest.mark.parametrize("gap", [0.0, 0.049])
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_key_too_close_to_another_was_typed_by_something_else(gap: float, order: str) -> None:
    other = 1.0 - gap if order == "before" else 1.0 + gap
    keys = sorted([("e", 1.0), ("x", other)], key=lambda key: key[1])
    assert guard_that_saw(*keys).judge("e") is Verdict.TYPED


def test_an_answer_of_the_terminal_does_not_count() -> None:
    burst = [(character, 1.0 + index / 1000) for index, character in enumerate("P!|7E565445")]
    assert guard_that_saw(*burst).judge("e") is Verdict.TYPED


def test_a_row_of_e_alone_is_one_press_however_its_case() -> None:
    guard = guard_that_saw(("e", 1.0), ("E", 1.01), ("e", 1.02))
    assert [guard.judge("e") for _ in range(3)] == [Verdict.PRESSED, Verdict.HELD, Verdict.HELD]


def test_a_key_that_may_repeat_counts_as_often_as_it_is_pressed_and_once_when_it_is_held_down() -> None:
    guard = guard_that_saw(("q", 1.0))
    verdicts = [guard.judge("q", may_repeat=True)]
    guard.saw_key("q", 1.2)
    verdicts.append(guard.judge("q", may_repeat=True))
    for at in (1.7, 1.73, 1.76):
        guard.saw_key("q", at)
    verdicts.append(guard.judge("q", may_repeat=True))
    assert verdicts == [Verdict.PRESSED, Verdict.PRESSED, Verdict.HELD]


def test_an_esc_that_came_late_belongs_to_what_was_typed_with_it() -> None:
    assert guard_that_saw(("4", 1.0), ("escape", 1.22)).judge("escape") is Verdict.TYPED
    assert guard_that_saw(("j", 1.0), ("escape", 1.4)).judge("escape") is Verdict.PRESSED


def test_a_key_held_down_is_one_press_and_a_later_one_is_another() -> None:
    guard = guard_that_saw(("e", 1.0))
    verdicts = [guard.judge("e")]
    for at in (1.66, 1.69, 1.72, 3.0):
        guard.saw_key("e", at)
        verdicts.append(guard.judge("e"))
    assert verdicts == [Verdict.PRESSED, Verdict.HELD, Verdict.HELD, Verdict.HELD, Verdict.PRESSED]


def test_after_an_ignored_burst_the_next_press_counts() -> None:
    guard = guard_that_saw(("e", 1.0), ("s", 1.0))
    assert guard.judge("e") is Verdict.TYPED
    guard.saw_key("e", 1.3)
    assert guard.judge("e") is Verdict.PRESSED


def test_a_key_beside_a_paste_does_not_count() -> None:
    guard = KeypressGuard()
    guard.saw_paste(1.0)
    guard.saw_key("e", 1.02)
    assert guard.judge("e") is Verdict.TYPED


def test_a_window_that_is_not_in_use_costs_one_press_and_locks_nobody_out() -> None:
    guard = guard_that_saw(("e", 1.0))
    guard.saw_focus(has_focus=False)
    assert guard.judge("e") is Verdict.UNFOCUSED
    guard.saw_key("e", 2.0)
    assert guard.judge("e") is Verdict.PRESSED

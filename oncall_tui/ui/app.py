"""The dashboard itself: places, keys that work everywhere, the one clock tick."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from rich.text import Text
from textual import events, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.reactive import reactive

from oncall_tui.clock import Clock, Stopwatch
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.ladder import EXHAUSTED_REMINDER
from oncall_tui.domain.milestones import Milestone
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui import belt
from oncall_tui.ui.answer_keys import AnswerKeys
from oncall_tui.ui.commands import KeysProvider
from oncall_tui.ui.desk_text import notices
from oncall_tui.ui.dialogs.leave import LeaveDialog, Leaving
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.escalation_text import on_strip
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.keypress_guard import KeypressGuard
from oncall_tui.ui.leaving_text import farewell
from oncall_tui.ui.milestone_words import MilestoneWords
from oncall_tui.ui.places import places
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.screens.queue import QueueScreen
from oncall_tui.ui.screens.reading import ReadingScreen, keys_page
from oncall_tui.ui.writes import WRITES, carry_out

LET_FINISH = 5.0
"""Seconds that quitting waits for what is being written."""
UNSEEN = 5
"""Seconds between two looks at the clock while the terminal has no focus."""
MENTIONED_FOR = 20
"""Seconds for which a milestone of the shift is shown."""
WIDE = 110
"""Columns from which the selected ticket stands beside the list."""


def defect_sentence(_error: BaseException) -> str:
    """Say that this program has a defect, without a word of what it was working on."""
    return "oncall-tui stopped because of a defect of its own. Start it again: what was stored is not lost."


def _nothing_known() -> Desk:
    return Desk(at=datetime.min.replace(tzinfo=UTC))


class OnCallApp(App[None]):
    """Shows the desk it is given, and calls the actions that keys ask for."""

    CSS_PATH = "app.tcss"
    TITLE = "oncall-tui"
    DEFAULT_MODE = "queue"
    ALLOW_SELECT = False
    """Textual 8.2.8 dies of a click on what is just going, because a selection begins there; with Shift the terminal
    selects by itself."""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares its type
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeysProvider}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,H", "go('handover')", "Handover", id="go.handover", tooltip="Hand over to the next person"),
        Binding(
            "x,X", "go('escalations')", "Escalations", id="go.escalations", tooltip="Every escalation, step by step"
        ),
        Binding("w,W", "go('rota')", "Rota", id="go.rota", tooltip="Who is on call in the next weeks"),
        Binding(
            "l,L",
            "journal",
            "Journal",
            show=False,
            id="go.journal",
            tooltip="What happened in this shift, the newest first",
        ),
        Binding("v,V", "notices", "Notices", show=False, id="app.notices", tooltip="Everything that is wrong with us"),
        Binding("f5", "refresh", "Refresh", show=False, id="app.refresh", tooltip="Ask every source to answer now"),
        Binding("q,Q", "leave", "Quit", show=False, id="app.quit", tooltip="Leave the dashboard"),
        Binding("ctrl+c", "quit", "Quit", show=False, tooltip="Leave the dashboard, as Q does"),
        Binding("question_mark", "keys", "Help", id="app.help", tooltip="Every key that works here"),
    ]

    desk: reactive[Desk] = reactive(_nothing_known, init=False, always_update=True, repaint=False)
    now: reactive[datetime] = reactive(lambda: datetime.min.replace(tzinfo=UTC), init=False, repaint=False)

    def __init__(
        self,
        actions: Actions,
        *,
        clock: Clock,
        stopwatch: Stopwatch,
        desk: Desk | None = None,
        on_crash: Callable[[BaseException], str] = defect_sentence,
        leave_watch: Callable[[], None] | None = None,
    ) -> None:
        belt.fasten()
        super().__init__()
        self._leave_watch = leave_watch
        self._actions, self._clock, self._stopwatch, self._on_crash = actions, clock, stopwatch, on_crash
        self._guard = KeypressGuard()
        self.arrival: Callable[[Message], float] = lambda _key: stopwatch()
        """Returns the seconds at which a key or a paste arrived."""
        self._stamped: deque[events.Key] = deque(maxlen=256)
        self._seconds = 0
        self.shown = asyncio.Event()
        """Set once the first frame is on the terminal."""
        self._milestones = MilestoneWords()
        self._rang_at: datetime | None = None
        self._rang = 0.0
        self._rang_for: set[EscalationId] = set()
        self.set_reactive(OnCallApp.desk, desk or Desk(at=clock()))
        self.set_reactive(OnCallApp.now, clock())
        self._keypress = keypress = Keypress(self, self._guard)
        escalate_key = EscalateKey(self, actions, keypress, lambda: self.desk)
        answer_keys = AnswerKeys(self, actions, keypress)
        self.add_mode("queue", lambda: QueueScreen(actions, escalate_key, keypress, answer_keys))
        for name, place in places(actions, escalate_key, keypress).items():
            self.add_mode(name, place)

    def on_mount(self) -> None:
        """Let the clock tick."""
        self._mention_the_end()
        self.set_interval(1, self._second)
        self.call_after_refresh(self.shown.set)

    def show(self, desk: Desk) -> None:
        """Show another desk."""
        self._tick()
        self.desk = desk
        self._ring()

    def _second(self) -> None:
        """Let a second pass; while nobody types here and nothing is escalated, show every fifth only."""
        self._seconds += 1
        if self.app_focus or self._seconds % UNSEEN == 0 or on_strip(self.desk.escalations):
            self._tick()

    def _tick(self) -> None:
        self.now = self._clock()
        self._ring()
        self._mention_the_end()

    def _ring(self) -> None:
        """Ring when an escalation has reached nobody, and again every quarter of an hour."""
        exhausted = {e.id for e in self.desk.escalations if e.state is EscalationState.EXHAUSTED}
        if exhausted - self._rang_for or (exhausted and not self._is_quiet()):
            self._rang_at, self._rang = self.now, self._stopwatch()
            self.bell()
        self._rang_for = exhausted

    def _mention_the_end(self) -> None:
        """Say once when the shift comes to an end; never with the bell, which is for bad news."""
        due = self._milestones.due(self.desk, self.now)
        if due is not None:
            milestone, sentence = due
            severity: SeverityLevel = "warning" if milestone is Milestone.OVER else "information"
            self.notify(sentence, severity=severity, timeout=MENTIONED_FOR, markup=False)

    def _is_quiet(self) -> bool:
        """Tell whether it rang lately by both clocks: one may be set back, the other stands still while we sleep."""
        if self._rang_at is None or self.now >= self._rang_at + EXHAUSTED_REMINDER:
            return False
        return self._stopwatch() < self._rang + EXHAUSTED_REMINDER.total_seconds()

    def post_message(self, message: Message) -> bool:
        """Note when keys arrive, before anything slow can stretch a burst of them."""
        match message:
            case events.Key() if not any(message is known for known in self._stamped):
                # A key that nobody handles bubbles up to here once more, and later: only its arrival counts.
                self._stamped.append(message)
                self._guard.saw_key(message.key, self.arrival(message))
            case events.Paste():
                self._guard.saw_paste(self.arrival(message))
            case events.AppBlur():
                self._guard.saw_focus(has_focus=False)
            case events.AppFocus():
                self._guard.saw_focus(has_focus=True)
        return super().post_message(message)

    async def action_go(self, mode: str) -> None:
        """Go to a place; the same key again leads back to the queue."""
        await self.switch_mode("queue" if mode == self.current_mode else mode)

    def action_refresh(self) -> None:
        """Ask every source to answer now."""
        carry_out(self, self._actions.refresh(), then="Asking every source now.")

    def action_keys(self) -> None:
        """Show the keys that work here."""
        self.push_screen(ReadingScreen("Keys", keys_page(self.screen.active_bindings.values())))

    def action_notices(self) -> None:
        """Show every lasting sentence about ourselves."""
        lines = notices(self.desk) or ("Nothing is wrong with us.",)
        self.push_screen(ReadingScreen("Notices", "\n\n".join(lines)))

    @work(group="journal", exclusive=True)
    async def action_journal(self) -> None:
        """Show what happened in this shift."""
        from oncall_tui.ui.journal_text import JournalPage  # noqa: PLC0415 - the first frame waits for none

        page = JournalPage(self.desk, self.now)
        try:
            async for lines in self._actions.journal():
                page.hear(lines)
        except OnCallError as error:
            self.notify(str(error), severity="error", timeout=15, markup=False)
            return
        text = page.text(self._actions.attending.breathing())
        self.push_screen(ReadingScreen("Journal of this shift", text))

    def action_leave(self) -> None:
        """Leave by a letter, which a terminal's answer may type; ctrl+q and ctrl+c, which none types, act at once."""
        self._keypress.when_pressed("q", self._quit, otherwise="Not left", may_repeat=True)

    def _quit(self) -> None:
        self.call_later(self.action_quit)

    async def action_quit(self) -> None:
        """Leave; while an escalation waits for somebody only after asking, and asked again is answered."""
        said = farewell(self.desk)
        if isinstance(self.screen, LeaveDialog):
            self.screen.dismiss(result=Leaving.LEAVE)
        elif said is None:
            await self._leave(Leaving.LEAVE)
        else:
            may_watch = said.may_be_watched and self._leave_watch is not None
            self.push_screen(LeaveDialog(said.sentences, self._keypress, may_watch=may_watch), self._leave)

    async def _leave(self, answer: Leaving | None) -> None:
        if answer not in {Leaving.LEAVE, Leaving.WATCH}:
            return
        if answer is Leaving.WATCH and self._leave_watch is not None:
            self._leave_watch()
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.keep()
        writes = [worker for worker in self.workers if worker.group == WRITES and not worker.is_finished]
        if writes:
            await asyncio.wait([asyncio.ensure_future(worker.wait()) for worker in writes], timeout=LET_FINISH)
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """End with one sentence: Textual's own report prints local variables, secrets among them."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.panic(Text(self._on_crash(error)))

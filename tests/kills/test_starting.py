"""What a person sees, and what a key or an end does, between the start and the first frame of the dashboard."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from oncall_tui.domain.events import EscalationArmed
from tests.kills.dashboard import Dashboard
from tests.kills.evidence import recorded
from tests.kills.leader import Leaders
from tests.kills.scene import Scene

pytestmark = pytest.mark.anyio

STARTING = "oncall-tui is starting"
RESTORED = "\x1b[?1049l"


@pytest.fixture
async def leaders() -> AsyncIterator[Leaders]:
    async with Leaders() as leaders:
        yield leaders


async def seen_before(folder: Path, leaders: Leaders) -> Scene:
    """Let a dashboard be left that showed a ticket; the next one waits for a secret until somebody writes it."""
    scene = Scene(folder, leaders.url)
    scene.write()
    number = scene.open_ticket()
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.draws(number)
        await dashboard.draws("helpdesk 0 s ago")
        dashboard.type("\x11")
        assert await dashboard.end() == 0
    finally:
        dashboard.stop()
    os.mkfifo(folder / "secret")
    hook = f'acknowledgements = "{leaders.url}/receipts/{{key}}"\n'
    text = scene.config.read_text()
    scene.config.write_text(text.replace(hook, f'{hook}token = {{ command = ["cat", "{folder}/secret"] }}\n', 1))
    return scene


def tell_the_secret(scene: Scene) -> None:
    (scene.folder / "secret").write_text("open sesame")


@asynccontextmanager
async def starting(scene: Scene) -> AsyncIterator[Dashboard]:
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.shows_first("Login fails at site")
        yield dashboard
    finally:
        dashboard.stop()


async def test_the_last_list_is_there_before_anything_is_loaded_with_its_age(tmp_path: Path, leaders: Leaders) -> None:
    scene = await seen_before(tmp_path, leaders)
    async with starting(scene) as dashboard:
        assert STARTING in dashboard.first_sight
        assert "As it stood" in dashboard.first_sight
        tell_the_secret(scene)
        await dashboard.draws("helpdesk 0 s ago")
        dashboard.type("\x11")
        assert await dashboard.end() == 0
        assert dashboard.left_behind() == []


async def test_no_key_typed_at_it_does_anything(tmp_path: Path, leaders: Leaders) -> None:
    scene = await seen_before(tmp_path, leaders)
    async with starting(scene) as dashboard:
        dashboard.type("eeqE\n")
        tell_the_secret(scene)
        await dashboard.draws("helpdesk 0 s ago")
        dashboard.type("\x11")
        assert await dashboard.end() == 0
    assert not any(isinstance(line.event, EscalationArmed) for line in await recorded(scene))


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_whatever_ends_it_then_leaves_the_terminal_as_it_was(
    tmp_path: Path, leaders: Leaders, end: signal.Signals
) -> None:
    scene = await seen_before(tmp_path, leaders)
    async with starting(scene) as dashboard:
        dashboard.send(end)
        assert await dashboard.end() == (130 if end is signal.SIGINT else -end)
        assert dashboard.left_behind() == []
        assert "Traceback" not in dashboard.text


async def test_stopping_it_gives_the_terminal_back_and_going_on_shows_the_dashboard(
    tmp_path: Path, leaders: Leaders
) -> None:
    scene = await seen_before(tmp_path, leaders)
    async with starting(scene) as dashboard:
        dashboard.send(signal.SIGTSTP)
        await dashboard.writes(RESTORED)
        dashboard.send(signal.SIGCONT)
        tell_the_secret(scene)
        await dashboard.draws("helpdesk 0 s ago")


async def test_a_mistake_in_the_config_is_said_on_the_usual_screen(tmp_path: Path, leaders: Leaders) -> None:
    scene = await seen_before(tmp_path, leaders)
    scene.config.write_text(scene.config.read_text().replace('people = ["sam"]', 'people = ["nobody"]'))
    async with starting(scene) as dashboard:
        assert await dashboard.end() == 2
        assert "nobody" in dashboard.text.partition(STARTING)[2]
        assert dashboard.left_behind() == []


@pytest.mark.parametrize("kept", ["glimpse.json", "last-known.json"])
async def test_a_disk_that_never_answers_holds_up_neither_start_nor_leaving(
    tmp_path: Path, leaders: Leaders, kept: str
) -> None:
    scene = Scene(tmp_path, leaders.url)
    scene.write()
    number = scene.open_ticket()
    os.mkfifo(tmp_path / kept)  # whoever opens it waits for somebody who never comes
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.draws(number)
        await dashboard.draws("helpdesk 0 s ago")
        dashboard.type("\x11")
        assert await dashboard.end() == 0
        assert dashboard.left_behind() == []
    finally:
        dashboard.stop()


async def test_an_empty_list_is_nothing_to_show_first(tmp_path: Path, leaders: Leaders) -> None:
    scene = Scene(tmp_path, leaders.url)
    scene.write()
    (tmp_path / "tickets.json").write_text("[]")
    for _ in range(2):
        dashboard = Dashboard.start(scene)
        try:
            await dashboard.draws("Nothing is waiting")
            dashboard.type("\x11")
            assert await dashboard.end() == 0
            assert dashboard.first_sight == ""
        finally:
            dashboard.stop()
    assert (tmp_path / "glimpse.json").exists()

"""What the first request of a process loads, and where."""

import json
import subprocess
import sys
from pathlib import Path

PROBE = """
import asyncio, json, sys, threading

from oncall_tui.clock import utc_now
from oncall_tui.http_client import Remote, client, fetch
from tests.servers.http import http_server, reply

REMOTE = Remote(name="helpdesk", table="[[sources]]", clock=utc_now)
on_the_loop, beside_it = [], []

def note(event, arguments):
    if event == "import":
        is_main = threading.current_thread() is threading.main_thread()
        (on_the_loop if is_main else beside_it).append(arguments[0])

async def main():
    async with http_server() as server, client(server.url) as one, client(server.url) as other:
        server.answer(reply({}))
        await asyncio.to_thread(int)  # threads themselves are loaded late
        sys.addaudithook(note)
        answers = await asyncio.gather(*(fetch(http, REMOTE, "x") for http in (one, one, other)))
        found = [name for name in on_the_loop if name in sys.modules]
        print(json.dumps([found, beside_it, [answer.status for answer in answers]]))

asyncio.run(main())
"""


def test_the_first_requests_of_a_process_load_nothing_on_the_event_loop() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    on_the_loop, beside_it, answers = json.loads(done.stdout)
    assert on_the_loop == []
    assert beside_it.count("httpcore") == 1
    assert answers == [200, 200, 200]

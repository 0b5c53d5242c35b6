"""How fast a vendor is asked, whoever else asks it."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from oncall_tui.http_client import Allowance, Limits, Meter, Pace, client
from tests.rig import MovingClock

SECOND = timedelta(seconds=1)
METER = Meter(total="X-Total", left="X-Left", resets="X-Resets", used="X-Used")


class Vendor:
    """Is asked at a pace, by a clock that moves when the pace sleeps."""

    def __init__(self, limits: Limits) -> None:
        self.clock = MovingClock()
        self.pace = Pace(self.clock, limits)
        self.pace.sleep = self.sleep
        self.http = client()
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.clock.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    async def ask(self, url: str = "list", **headers: object) -> float:
        """Ask for a page of a list and return how long that had to wait."""
        async with self.pace.unhurried(self.http):
            return await self.ask_at_once(url, **headers)

    async def ask_at_once(self, url: str = "ticket", **headers: object) -> float:
        began = self.clock.now
        await self.pace.turn(self.http, url)
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.pace.heard(self.http, url, httpx.Headers(named))
        return round((self.clock.now - began).total_seconds(), 1)


@pytest.mark.anyio
async def test_a_list_takes_half_of_what_is_allowed_and_waits_for_the_next_minute() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=6)))
    assert [await vendor.ask() for _ in range(7)] == [0, 0, 0, 60, 0, 0, 60]


@pytest.mark.anyio
async def test_what_somebody_waits_for_goes_at_once_and_the_list_waits_the_longer() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=4)))
    assert [await vendor.ask_at_once() for _ in range(5)] == [0] * 5
    assert await vendor.ask() == 60


@pytest.mark.anyio
async def test_a_limit_of_one_address_holds_for_that_one_only() -> None:
    search = Allowance(requests=2, within=10 * SECOND, only="search")
    vendor = Vendor(Limits(whole=Allowance(requests=100), parts=(search,)))
    assert [await vendor.ask("tickets/search?page=1"), await vendor.ask("tickets/search?page=2")] == [0, 10]
    assert await vendor.ask("tickets/7") == 0


@pytest.mark.anyio
async def test_what_counts_for_more_is_counted_so() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=20), meter=METER, dear={"tickets": 5}))
    assert [await vendor.ask("tickets") for _ in range(3)] == [0, 0, 60]
    assert await vendor.ask("tickets", X_Used=9) == 0
    assert await vendor.ask("contacts/7") == 60


@pytest.mark.anyio
async def test_a_request_that_never_fits_has_its_turn_alone() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=4), dear={"tickets": 5}))
    assert [await vendor.ask("tickets") for _ in range(3)] == [0, 60, 60]


@pytest.mark.anyio
async def test_an_answer_tells_of_a_larger_or_a_smaller_plan() -> None:
    lists = Allowance(requests=2, only="tickets", by_total={400: 10})
    vendor = Vendor(Limits(whole=Allowance(requests=200), parts=(lists,), meter=METER))
    assert [await vendor.ask("tickets", X_Total=700) for _ in range(6)] == [0, 0, 0, 0, 0, 60]
    assert await vendor.ask("users", X_Total=2) == 0
    assert await vendor.ask("users") == 60


@pytest.mark.anyio
async def test_where_little_is_left_a_list_makes_it_last_for_the_others() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=100), meter=METER))
    assert [await vendor.ask(X_Left=60), await vendor.ask(X_Left=40)] == [0, 0]
    assert await vendor.ask(X_Left=4) == 3  # half of 40 spread over a minute
    assert await vendor.ask(X_Left=0) == 30
    assert await vendor.ask() == 60


@pytest.mark.anyio
@pytest.mark.parametrize("unit", ["seconds", "unix", "iso", "odd"])
async def test_what_is_left_is_spread_until_the_vendor_counts_anew(unit: str) -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=100), meter=METER))
    at = vendor.clock.now + 20 * SECOND
    says = {"seconds": "20", "unix": f"{at.timestamp():.1f}", "iso": at.isoformat(), "odd": "soon"}[unit]
    await vendor.ask(X_Left=0, X_Resets=says)
    assert await vendor.ask() == (60 if unit == "odd" else 20)


@pytest.mark.anyio
async def test_a_vendor_that_documents_nothing_is_paced_by_what_it_answers() -> None:
    vendor = Vendor(Limits(meter=METER))
    assert [await vendor.ask() for _ in range(100)] == [0] * 100
    await vendor.ask(X_Total=10, X_Left=9)
    assert [await vendor.ask() for _ in range(6)] == [0, 0, 0, 0, 0, 60]


@pytest.mark.anyio
@pytest.mark.parametrize("odd", ["", "-3", "none", "1e9", "99999999999999999999", "nan", "\u0663"])
async def test_headers_that_mean_nothing_stop_nothing(odd: str) -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=10), meter=METER))
    headers = httpx.Headers([(name, odd.encode()) for name in (b"X-Total", b"X-Left", b"X-Resets")])
    vendor.pace.heard(vendor.http, "list", headers)
    assert await vendor.ask() == 0


@pytest.mark.anyio
async def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=2), meter=METER))
    await vendor.ask(X_Left=0)
    vendor.clock.set(timedelta(hours=-5))
    assert await vendor.ask() == 0


@pytest.mark.anyio
async def test_each_step_of_a_list_is_told_with_the_wait_before_it() -> None:
    vendor = Vendor(Limits(whole=Allowance(requests=2)))
    steps: list[tuple[int, float]] = []
    vendor.pace.on_step(lambda found, wait: steps.append((found, round(wait.total_seconds()))))
    async with vendor.pace.unhurried(vendor.http):
        await vendor.ask_at_once("list")
        vendor.pace.found(100)
        await vendor.ask_at_once("list")
    await vendor.ask_at_once("ticket")  # which is no step of it
    assert steps == [(0, 0), (100, 0), (100, 60), (100, 0)]

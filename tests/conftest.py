"""What every test may use."""

from collections.abc import Iterator

import pytest

from tests.servers.rt import RealRt, real_rt
from tests.servers.rt_desk import Seeded, seed


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutines on asyncio only: Textual knows nothing else."""
    return "asyncio"


@pytest.fixture(scope="session")
def rt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRt]:
    """Return one Request Tracker for the whole run; it starts when the first test asks for it."""
    with real_rt(tmp_path_factory.mktemp("rt")) as running:
        yield running


@pytest.fixture(scope="session")
def rt_desk(rt: RealRt) -> Seeded:
    """Return that Request Tracker with forty tickets in it; a test that changes them uses tickets of its own."""
    return seed(rt)

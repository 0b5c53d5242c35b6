"""What every test may use."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run coroutines on asyncio only: Textual knows nothing else."""
    return "asyncio"

"""What is written in a help desk is what its vendor describes; ``../shared/specs`` has to lie beside the repository."""

from collections.abc import Callable

import pytest

from tests.servers.http import http_server
from tests.sources.test_writing import NOTE, REPLY, SOLVE, TAKE
from tests.sources.writers.chatwoot import Chatwoot
from tests.sources.writers.intercom import Intercom
from tests.sources.writers.vendor import VendorDesk
from tests.specs.descriptions import OpenApi
from tests.specs.test_desks_described import as_request

pytestmark = pytest.mark.anyio

DESCRIBED: dict[type[VendorDesk], Callable[[], OpenApi]] = {
    Chatwoot: lambda: OpenApi("chatwoot-application.openapi.yaml", prefix=""),
    Intercom: lambda: OpenApi("intercom-2.15.openapi.yaml", prefix=""),
}


@pytest.mark.parametrize("kind", DESCRIBED, ids=lambda kind: kind.__name__.lower())
async def test_every_answer_is_as_the_vendor_describes_it(kind: type[VendorDesk]) -> None:
    described, desk = DESCRIBED[kind](), kind()
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        for answer in (REPLY, NOTE, TAKE, SOLVE):
            await source.write(answer)
        requests = [as_request(asked) for asked in server.asked]
    assert [one.method for one in requests].count("GET") < len(requests) - 3
    assert [(one.path, problem) for one in requests for problem in described.problems(one)] == []

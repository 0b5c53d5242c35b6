"""Every request of a source, held against what was published of its vendor's interface.

The descriptions of Zendesk are pages cut apart, in which most references lead nowhere, and that of Freshdesk was made
by others: only paths, and the names of parameters they do describe, can be held against them.
"""

import re
from collections.abc import Mapping, Sequence

import pytest

from tests.servers.http import Asked, http_server
from tests.sources.test_contract import KINDS, LONG, Kind
from tests.specs.descriptions import FOLDER

pytestmark = pytest.mark.anyio

KIND = {kind.name: kind for kind in KINDS}
ZENDESK = tuple(f"zendesk-{part}.openapi.yaml" for part in ("search", "tickets", "users", "organizations", "views"))

UNDESCRIBED = {
    "page[after]": "described under cursor pagination, for every list",
    "page[size]": "the same",
    "ids": "behind a reference that leads nowhere",
    "include": "described under side-loading, for every list; of Freshdesk in the vendor's own text",
    "order_by": "in the vendor's own text",
    "order_type": "in the vendor's own text",
    "updated_since": "in the vendor's own text",
    "type": "in the vendor's own text, for ticket_fields",
}


def described(names: Sequence[str]) -> Mapping[tuple[str, str], set[str]]:
    """Return the names of the parameters of each method and path, or skip where a description is not there."""
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the descriptions and is not here")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[tuple[str, str], set[str]] = {}
    for name in names:
        if not (FOLDER / name).exists():
            pytest.skip(f"../shared/specs/{name} is not here")
        whole = yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=loader)
        shared = whole.get("components", {}).get("parameters", {})
        for path, methods in whole["paths"].items():
            for method in methods.keys() & {"get", "post"}:
                ones = [*methods.get("parameters", []), *methods[method].get("parameters", [])]
                resolved = [shared.get(one["$ref"].rpartition("/")[2], {}) if "$ref" in one else one for one in ones]
                found[method.upper(), path] = {one["name"] for one in resolved if "name" in one}
    return found


def problems(asked: Asked, operations: Mapping[tuple[str, str], set[str]], prefix: str) -> list[str]:
    """Return what a request has that nobody described."""
    path = asked.path.removesuffix(".json")
    for (method, template), names in operations.items():
        pattern = re.sub(r"\\\{.+?\\\}", "[0-9]+", re.escape(prefix + template))
        if re.fullmatch(pattern, path) and asked.method == method:
            known = names | UNDESCRIBED.keys()
            return [f"{path}: {name} is not described" for name in asked.params if name not in known]
    return [f"nothing is described at {asked.method} {path}"]


async def requests_of(kind: Kind) -> list[Asked]:
    async with http_server(kind.list_of(*(kind.pages or ("hostile",)))) as server:
        await kind.make(server.url, LONG).open_tickets()
        return [asked for asked in server.asked if not asked.path.endswith("/oauth/tokens")]


@pytest.mark.parametrize(
    ("name", "descriptions", "prefix"),
    [
        ("zendesk", ZENDESK, ""),
        ("zendesk-view", ZENDESK, ""),
        ("freshdesk", ("freshdesk-v2-thirdparty.openapi.yaml",), "/api/v2"),
    ],
)
async def test_every_request_goes_where_the_vendor_describes_one(
    name: str, descriptions: Sequence[str], prefix: str
) -> None:
    operations = described(descriptions)
    asked = await requests_of(KIND[name])
    assert len(asked) > 3
    assert [problem for one in asked for problem in problems(one, operations, prefix)] == []

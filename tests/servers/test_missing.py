"""A server that is not installed is told of, and never quietly passes."""

import pytest

from tests.servers import program


def test_a_missing_server_skips_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ONCALL_TUI_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"no-such-server \(package none\) is not here"):
        program("no-such-server", "package none")


def test_a_missing_server_fails_where_servers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCALL_TUI_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="no-such-server"):
        program("no-such-server", "package none")

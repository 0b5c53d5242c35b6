"""What each vendor documents as a refusal, and whether trying again is any use."""

from dataclasses import replace

import pytest

from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from tests.channels.make import a_message
from tests.channels.trial import canned, trial

pytestmark = pytest.mark.anyio


def slack(error: str) -> dict[str, object]:
    return {"ok": False, "error": error}


FOR_GOOD: list[tuple[str, int, dict[str, object]]] = [
    ("pushover", 400, {"status": 0, "user": "invalid", "errors": ["user identifier is not valid"]}),
    ("pushover", 400, {"status": 0, "token": "invalid", "errors": ["application token is invalid"]}),
    ("telegram", 400, {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}),
    ("telegram", 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}),
    ("telegram", 400, {"ok": False, "error_code": 400, "parameters": {"migrate_to_chat_id": -1004711}}),
    ("pagerduty", 400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["routing_key"]}),
    ("ntfy", 400, {"code": 40009, "http": 400, "error": "invalid request: topic invalid"}),
    ("ntfy", 401, {"code": 40101, "http": 401, "error": "unauthorized"}),
    ("ntfy", 403, {"code": 40301, "http": 403, "error": "forbidden"}),
    ("ntfy", 413, {"code": 41301, "http": 413, "error": "attachment too large"}),
    ("slack", 200, slack("channel_not_found")),
    ("slack", 200, slack("is_archived")),
    ("slack", 200, slack("invalid_auth")),
    ("slack", 200, slack("account_inactive")),
    ("slack", 200, slack("token_revoked")),
    ("slack", 200, slack("msg_too_long")),
    ("slack", 200, slack("no_text")),
    ("slack", 200, slack("missing_scope")),
    ("twilio-sms", 400, {"code": 21211, "message": "invalid number", "status": 400}),
    ("twilio-sms", 400, {"code": 21610, "message": "recipient has opted out", "status": 400}),
    ("twilio-sms", 400, {"code": 21408, "message": "region not enabled", "status": 400}),
    ("twilio-voice", 404, {"code": 20404, "message": "no such flow", "status": 404}),
    ("matrix", 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "unknown token"}),
    ("matrix", 403, {"errcode": "M_FORBIDDEN", "error": "not in the room"}),
    ("jsm-ops", 422, {"message": "Request body is not processable", "took": 0.0, "requestId": "r-1"}),
    ("mattermost", 400, {"id": "api.post.create_post.app_error", "message": "too long", "status_code": 400}),
    ("mattermost", 401, {"id": "api.context.session_expired.app_error", "message": "expired", "status_code": 401}),
    ("mattermost", 403, {"id": "api.context.permissions.app_error", "message": "no", "status_code": 403}),
    ("discord", 401, {"message": "401: Unauthorized", "code": 0}),
    ("discord", 403, {"message": "Missing Permissions", "code": 50013}),
    ("discord", 404, {"message": "Unknown Channel", "code": 10003}),
    ("incident-io", 401, {"type": "authentication_error", "status": 401, "errors": []}),
    ("incident-io", 422, {"type": "validation_error", "status": 422, "errors": [{"code": "is_required"}]}),
]
LATER: list[tuple[str, int, dict[str, object]]] = [
    ("pushover", 429, {"status": 0, "errors": ["application is over its quota"]}),
    ("telegram", 429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 3}}),
    ("pagerduty", 429, {"status": "throttle exceeded", "message": "Requests are being throttled"}),
    ("ntfy", 429, {"code": 42901, "http": 429, "error": "limit reached: too many requests"}),
    ("slack", 429, slack("ratelimited")),
    ("twilio-sms", 429, {"code": 20429, "message": "Too Many Requests", "status": 429}),
    ("twilio-voice", 429, {"code": 20429, "message": "Too Many Requests", "status": 429}),
    ("matrix", 429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests"}),
    ("goalert", 429, {}),
    ("jsm-ops", 429, {"message": "You are making too many requests!"}),
    ("mattermost", 429, {"id": "api.rate_limit", "message": "limit exceeded", "status_code": 429}),
    ("discord", 429, {"message": "You are being rate limited.", "retry_after": 0.35, "global": True}),
    ("incident-io", 429, {"type": "too_many_requests", "status": 429}),
]
IN_TROUBLE: list[tuple[str, int, dict[str, object]]] = [
    ("slack", 200, slack("internal_error")),
    ("slack", 200, slack("fatal_error")),
    ("slack", 200, slack("service_unavailable")),
    ("slack", 200, slack("team_added_to_org")),
    ("ntfy", 507, {"code": 50701, "http": 507, "error": "cannot publish to UnifiedPush topic"}),
    ("telegram", 502, {"ok": False, "error_code": 502, "description": "Bad Gateway"}),
]


@pytest.mark.parametrize(
    ("kind", "status", "body", "error"),
    [
        *((*refusal, Rejected) for refusal in FOR_GOOD),
        *((*refusal, NotSent) for refusal in LATER),
        *((*refusal, OutcomeUnknown) for refusal in IN_TROUBLE),
    ],
)
async def test_a_documented_refusal_says_whether_trying_again_is_any_use(
    kind: str, status: int, body: dict[str, object], error: type[Exception]
) -> None:
    async with trial(kind) as at:
        at.sink.taken = replace(canned(body), status=status)
        with pytest.raises(error, match=str(status)):
            await at.channel.send(a_message())

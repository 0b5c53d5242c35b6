"""The rule by which two writers of one stream notice each other."""

from oncall_tui.domain.events import StreamId
from oncall_tui.errors import StreamMoved
from oncall_tui.text_safety import clean


def check_version(stream: StreamId, *, found: int, expected: int | None) -> None:
    """Raise ``StreamMoved`` unless the stream stands where the writer's decision was taken."""
    if expected is not None and found != expected:
        raise StreamMoved(
            f"Somebody else recorded something about “{clean(stream, limit=120)}” first: look at it again and decide "
            f"again (it stands at {found}, the decision was taken at {expected})."
        )

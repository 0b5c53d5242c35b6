"""What a handover that arrived as a file is read with."""

from oncall_tui.store.parcels import read as read_handover_file

__all__ = ["read_handover_file"]

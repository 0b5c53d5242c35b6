"""Reads keys, and outlives a byte that is none."""

from textual.drivers.linux_driver import LinuxDriver


class SteadyDriver(LinuxDriver):
    """Textual's own, except that a byte which is not UTF-8 loses what came with it, and not the whole dashboard."""

    def run_input_thread(self) -> None:
        """Read keys until the dashboard ends."""
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except UnicodeDecodeError:
                continue  # a new reader starts with the next byte

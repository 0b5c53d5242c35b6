"""What the dashboard knows and decides: pure values and functions, no I/O, no clock, no asyncio."""

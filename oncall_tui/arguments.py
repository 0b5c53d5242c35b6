"""The command line."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from oncall_tui import __version__


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for; ends the process with exit code 2 on bad use."""
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="oncall-tui",
        description="A terminal dashboard for the person who is on call for customers this weekend.",
        epilog="Without a command: the dashboard.",
    )
    parser.add_argument("--version", action="version", version=f"oncall-tui {__version__}")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the config file to use")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _demo(commands)
    _connect(commands)
    _check(commands)
    _list(commands)
    _escalate(commands)
    _rota(commands)
    _handover(commands)
    _accept(commands)
    shifts = commands.add_parser("shifts", help="past shifts with their figures")
    shifts.add_argument("--json", action="store_true", help="print JSON")
    commands.add_parser("watch", help="the same loops without a screen, for a server")
    commands.add_parser("status", help="one short line for a tmux or shell status bar")
    return parser


def _demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="a made-up Friday night; nothing leaves the machine")
    demo.add_argument("--at", type=_instant, metavar="T", help="when the night begins, such as 2026-11-20T22:05-05:00")
    demo.add_argument("--seed", type=int, default=7, metavar="N", help="another night")
    demo.add_argument("--tickets", type=_count, default=15, metavar="N", help="how many tickets are open at first")


def _connect(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    connect = commands.add_parser("connect", help="set a help desk or a channel up by question and answer")
    connect.add_argument(
        "kind", nargs="?", metavar="KIND", help="such as rt, zendesk, pushover; left out: you are asked"
    )


def _check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser("check", help="try the config, the rota, every source and every channel for real")
    check.add_argument(
        "--send-test",
        action="store_true",
        help="send a test to everybody on a level or on call, and wait for the acknowledgement",
    )
    check.add_argument("--json", action="store_true", help="print JSON")


def _list(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    listing = commands.add_parser("list", help="the open tickets, grouped as on the screen")
    listing.add_argument("--json", action="store_true", help="print JSON")
    listing.add_argument("--at", type=_instant, metavar="T", help="as if it were then")


def _escalate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    escalate = commands.add_parser(
        "escalate",
        help="the same escalation as the key E, from a script",
        epilog="Exit codes: 0 a provider took it (with --wait: somebody acknowledged); 1 neither; 2 bad use; "
        "3 only with --wait: a provider took it, and nobody acknowledged.",
    )
    escalate.add_argument("ticket", metavar="SOURCE:ID")
    escalate.add_argument("--why", default="", metavar="TEXT", help="why now; the leader reads it")
    escalate.add_argument("--wait", action="store_true", help="go on until somebody has acknowledged it")


def _rota(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rota = commands.add_parser("rota", help="who is on call when, gaps and problems")
    rota.add_argument("--from", dest="start", type=_day, metavar="D", help="first day, such as 2026-11-20")
    rota.add_argument("--weeks", type=_count, default=8, metavar="N", help="how many weeks (8)")
    form = rota.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--ics", action="store_true", help="print a calendar for Google, Outlook or Apple")
    form.add_argument("--overrides", action="store_true", help="print covers and swaps as [[rota.overrides]]")
    rota.add_argument("--person", metavar="ID", help="with --ics: only this person's shifts")
    rota.add_argument("--at", type=_instant, metavar="T", help="as if it were then")


def _handover(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    handover = commands.add_parser("handover", help="the handover as it stands now")
    form = handover.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown, which is also the default")
    form.add_argument("--json", action="store_true", help="print JSON")


def _accept(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    accept = commands.add_parser("accept", help="take over from a handover that arrived as a file")
    accept.add_argument("file", type=Path, metavar="FILE", help="the .json that lies beside the handover")
    accept.add_argument("--reds", metavar="TEXT", help="the red tickets in your own words")
    accept.add_argument("--first", metavar="TEXT", help="what you do first")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date; write it like 2026-11-20") from None


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no instant; write it like 2026-11-20T22:05-05:00") from None
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} names no offset; write for instance {text}Z or {text}+01:00")
    return at.astimezone(UTC)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)

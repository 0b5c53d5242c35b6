"""A disk whose power is cut: what a program wrote and synced, and what may be left of it at any moment.

A write is safe once its file was synced after it, and a name in the folder once the folder was. Of what is not safe
yet, a cut keeps what chance decides, in sectors.
"""

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECTOR = 512
_CALLS = "openat,pwrite64,write,fsync,fdatasync,unlink,unlinkat,ftruncate"
_CALL = re.compile(r"^(?:\d+ +)?(?P<name>\w+)\((?P<rest>.*)\) += (?P<result>-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_OPEN_FILE = re.compile(r"^\d+<(.*?)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing the program asked of the disk, or said."""

    name: str
    path: str = ""
    data: bytes = b""
    offset: int = 0


def calls_of(*command: str) -> Sequence[Call]:
    """Run a Python module to its end, and return what it asked of the disk."""
    tracer = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", "/dev/stderr"]
    done = subprocess.run([*tracer, sys.executable, "-m", *command], cwd=ROOT, capture_output=True, check=True)
    return list(_calls(done.stderr.decode()))


def _calls(trace: str) -> Iterator[Call]:
    for line in trace.splitlines():
        assert "<unfinished" not in line, "two threads asked at once, so the order is not known"
        found = _CALL.match(line)
        if found is None or int(found["result"]) < 0:
            continue
        yield _call(found["name"], found["rest"])


def _call(name: str, rest: str) -> Call:
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(rest)]
    numbers = [int(number) for number in re.findall(r", (\d+)(?=,|$)", rest)]
    opened = _OPEN_FILE.match(rest)
    path = _path(opened[1]) if opened else texts[0].decode() if texts else ""
    match name:
        case "pwrite64":
            return Call(name=name, path=path, data=texts[0], offset=numbers[-1])
        case "write":
            return Call(name=name, path=path, data=texts[0] if texts else b"")
        case "ftruncate":
            return Call(name=name, path=path, offset=numbers[-1])
        case "openat" if "O_CREAT" in rest:
            return Call(name="create", path=texts[-1].decode())
        case "unlinkat":
            return Call(name="unlink", path=texts[-1].decode())
        case _:
            return Call(name="sync" if name in {"fsync", "fdatasync"} else name, path=path)


def _path(written: str) -> str:
    return bytes.fromhex(written.replace("\\x", "")).decode() if written.startswith("\\x") else written


@dataclass
class File:
    """What is safe of one file, and what is not yet."""

    safe: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Where something was written; None where the file was cut off."""

    def sync(self) -> None:
        for offset, data in self.waiting:
            _put(self.safe, offset, data)
        self.waiting.clear()

    def left(self, chance: random.Random) -> bytes:
        """Return what a cut leaves of it."""
        kept = bytearray(self.safe)
        for offset, data in self.waiting:
            for start, sector in _sectors(offset, data):
                if chance.random() < 0.5:
                    _put(kept, start, sector)
        return bytes(kept)


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _sectors(offset: int, data: bytes | None) -> Iterator[tuple[int, bytes | None]]:
    if data is None:
        yield offset, None
        return
    for start in range(0, len(data), SECTOR):
        yield offset + start, data[start : start + SECTOR]


@dataclass
class Disk:
    """One folder."""

    folder: Path
    names: dict[str, File] = field(default_factory=dict)
    safe_names: dict[str, File] = field(default_factory=dict)
    waiting: list[tuple[str, File | None]] = field(default_factory=list)
    """Names that were given or taken since the folder was synced."""
    said: int = 0
    """How often the program said that something is recorded."""

    @classmethod
    def of(cls, folder: Path, copy: Path) -> "Disk":
        """Return a disk on which a folder is safe as a copy of it is."""
        files = {path.name: File(safe=bytearray(path.read_bytes())) for path in copy.iterdir() if path.is_file()}
        return cls(folder, dict(files), dict(files))

    def take(self, call: Call) -> None:
        """Do what the program asked for."""
        place = Path(call.path)
        if call.name == "write" and call.data.startswith(b"recorded"):
            self.said += 1
        elif place == self.folder and call.name == "sync":
            self.safe_names, self.waiting = dict(self.names), []
        elif place.parent == self.folder:
            self._take_of_file(call, place.name)

    def _take_of_file(self, call: Call, name: str) -> None:
        match call.name:
            case "create" if name not in self.names:
                self.names[name] = File()
                self.waiting.append((name, self.names[name]))
            case "unlink":
                del self.names[name]
                self.waiting.append((name, None))
            case "pwrite64" | "ftruncate":
                self.names[name].waiting.append((call.offset, call.data if call.name == "pwrite64" else None))
            case "sync":
                self.names[name].sync()

    def cut(self, into: Path, chance: random.Random, *, is_in_order: bool) -> None:
        """Write down what is left when the power goes now.

        Args:
            into: An empty folder.
            chance: What decides.
            is_in_order: Whether names reach the disk in the order in which they were given and taken.
        """
        names = dict(self.safe_names)
        until = chance.randint(0, len(self.waiting))
        for place, (name, file) in enumerate(self.waiting):
            if place < until if is_in_order else chance.random() < 0.5:
                names.pop(name, None) if file is None else names.update({name: file})
        for name, file in names.items():
            (into / name).write_bytes(file.left(chance))


def may_watch() -> bool:
    """Tell whether a program can be watched where strace is."""
    return subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0

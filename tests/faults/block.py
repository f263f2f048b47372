"""A block device of our own: an NBD server in a process of its own, made a file by nbdfuse and a disk by a loop device.

    python -m tests.faults.block SOCKET IMAGE [LOG]

It reads one command a line on stdin: "delay SECONDS" (each flush takes that long), "stall SECONDS" (from now on nothing is written or
flushed for so long), "waited 0" (it says how long writes and flushes had to wait: seconds in all, and of one at the longest). LOG: every
write and flush, in order, as _RECORD and the written bytes.
"""

import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.faults.disks import Disk, blank, mounted

PROGRAMS = ("nbdfuse", "fusermount3", "losetup", "mkfs.ext4")
RECORD = struct.Struct("<BQI")
"""Of the log: kind, offset, length."""
WRITE, FLUSH = 1, 3
_READ, _BYE = 0, 2
_OLD_STYLE = struct.Struct(">8sQQI124x")
_REQUEST, _REPLY = struct.Struct(">IHHQQI"), struct.Struct(">IIQ")
_ASKED, _ANSWERED = 0x25609513, 0x67446698
_HAS_FLAGS, _SENDS_FLUSH = 1, 4


class Server:
    """image: the bytes. log: where each write and flush is put down, None = nowhere."""

    def __init__(self, image: Path, log: Path | None) -> None:
        self._file = os.open(image, os.O_RDWR)
        self._size = image.stat().st_size
        self._log = log.open("wb") if log else None
        self._delay = self._stall = self._until = 0.0
        self._waited = self._longest = 0.0

    def obey(self, commands: IO[str]) -> None:
        """Take commands until there are no more: then the process ends."""
        for line in commands:
            word, seconds = line.split()
            match word:
                case "delay":
                    self._delay = float(seconds)
                case "stall":
                    self._stall, self._until = float(seconds), 0.0  # it begins with the next write
                case _:
                    print(self._waited, self._longest, flush=True)
        os._exit(0)

    def serve(self, connection: socket.socket) -> None:
        """One client, until it says goodbye."""
        flags = _HAS_FLAGS | _SENDS_FLUSH
        connection.sendall(_OLD_STYLE.pack(b"NBDMAGIC", 0x00420281861253, self._size, flags))
        with connection, connection.makefile("rb") as stream:
            while len(head := stream.read(_REQUEST.size)) == _REQUEST.size:
                magic, _, kind, cookie, offset, length = _REQUEST.unpack(head)
                assert magic == _ASKED
                if kind == _BYE:
                    return
                data = self._do(kind, offset, length, stream)
                connection.sendall(_REPLY.pack(_ANSWERED, 0, cookie) + data)

    def _do(self, kind: int, offset: int, length: int, stream: IO[bytes]) -> bytes:
        if kind == _READ:
            return os.pread(self._file, length, offset).ljust(length, b"\0")
        data = stream.read(length) if kind == WRITE else b""
        if self._stall:
            self._stall, self._until = 0.0, time.monotonic() + self._stall
        self._wait(max(0.0, self._until - time.monotonic()) + (self._delay if kind == FLUSH else 0.0))
        if kind == WRITE:
            os.pwrite(self._file, data, offset)
        if self._log is not None:
            self._log.write(RECORD.pack(kind, offset, len(data)) + data)
            self._log.flush()
        return b""

    def _wait(self, seconds: float) -> None:
        time.sleep(seconds)
        self._waited, self._longest = self._waited + seconds, max(self._longest, seconds)


@dataclass
class Block:
    """A disk with a server behind it. disk: the mounted file system; log: what was written to it."""

    disk: Disk
    server: "subprocess.Popen[str]"
    log: Path
    stalled: float = field(default=0.0)

    def tell(self, word: str, seconds: float) -> None:
        """ "delay" or "stall", from now on."""
        assert self.server.stdin is not None
        self.server.stdin.write(f"{word} {seconds}\n")
        self.server.stdin.flush()

    def waited(self) -> tuple[float, float]:
        """Seconds that writes and flushes had to wait so far, in all and one at the longest."""
        self.tell("waited", 0)
        assert self.server.stdout is not None
        in_all, longest = self.server.stdout.readline().split()
        return float(in_all), float(longest)


@contextmanager
def block(folder: Path, megabytes: int = 512, *, logged: bool = False) -> Iterator[Block]:
    """An ext4 of so many MB on a device of our own, mounted at folder/disk."""
    image, way, place, log = folder / "block.img", folder / "socket", folder / "device", folder / "log"
    blank(image, megabytes)
    place.mkdir()
    words = [
        sys.executable,
        "-m",
        "tests.faults.block",
        str(way),
        str(image),
        *([str(log)] if logged else []),
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        _there(way)
        with subprocess.Popen(["nbdfuse", place / "nbd", "--unix", way]) as fuse:
            try:
                _there(place / "nbd")
                disk = Disk(place / "nbd", "ext4", folder / "disk")
                disk.make()
                with mounted(disk):
                    yield Block(disk, server, log)
            finally:
                subprocess.run(["fusermount3", "-u", "-z", place], check=False, capture_output=True)
                with suppress(subprocess.TimeoutExpired):
                    fuse.wait(60)
                fuse.kill()
                server.kill()


def _there(path: Path) -> None:
    until = time.monotonic() + 120  # a loaded machine starts a process late
    while not path.exists():
        assert time.monotonic() < until, f"{path} does not come"
        time.sleep(0.02)


def main(way: str, image: str, log: str = "") -> None:
    """Serve until stdin ends."""
    server = Server(Path(image), Path(log) if log else None)
    threading.Thread(target=server.obey, args=(sys.stdin,), daemon=True).start()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(way)
        listening.listen()
        while True:
            server.serve(listening.accept()[0])


if __name__ == "__main__":
    main(*sys.argv[1:])

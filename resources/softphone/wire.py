"""The two ways in and out of the softphone program: JSON lines on stdin and stdout, and samples on a loopback socket."""

import json
import os
import queue
import select
import socket
import sys
import threading
from collections import deque

FRAME = 320
"""Bytes of 20 ms: 160 samples, int16 little-endian, 8000 Hz, one channel."""
KEEP = 5
"""Frames of the near side's sound that may wait (100 ms); older ones are dropped: a late voice is worse than a gap."""
EASY = 50
"""Frames (a second) in which more than SPARE frames always waited: then one is let go, so that a clock that runs a little faster than
ours does not make the voice later and later."""
SPARE = 1


class Wire:
    """JSON lines. commands: what came in, in order; None when the other side has closed or died."""

    def __init__(self) -> None:
        # A C library may print: it shall not be able to write into our lines. From now on its stdout is stderr.
        self._out = os.dup(1)
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self.commands: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def say(self, event: str, **values: object) -> None:
        """One line out. BrokenPipeError when nobody is there."""
        line = json.dumps({"event": event, **values}, ensure_ascii=True).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._out, line) :]

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            try:
                command = json.loads(line)
            except ValueError:
                command = {"do": "garbage"}
            self.commands.put(command if isinstance(command, dict) else {"do": "garbage"})
        self.commands.put(None)


class Sound:
    """Samples to and from the other side. The engine's clock calls take() and give() every 20 ms, from a thread of its own."""

    def __init__(self, host: str, port: int, token: str) -> None:
        """Connect and show the token. OSError when nobody listens there."""
        self._socket = socket.create_connection((host, port), timeout=5)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(token.encode("ascii") + b"\n")
        self._socket.setblocking(False)
        self._near: deque[bytes] = deque(maxlen=KEEP)
        self._unsent = b""
        self._easy = 0
        threading.Thread(target=self._read, name="near sound", daemon=True).start()

    def take(self) -> bytes:
        """20 ms of the near side; b"" when it has nothing to say."""
        waiting = len(self._near)
        if waiting == 0:
            self._easy = 0
            return b""
        frame = self._near.popleft()
        self._easy = self._easy + 1 if waiting > SPARE else 0
        if self._easy >= EASY and self._near:
            self._easy = 0
            frame = self._near.popleft()
        return frame

    def give(self, samples: bytes) -> None:
        """What the far side says. Dropped when nobody has fetched a second's worth of it; never cut within a sample."""
        if self._unsent:
            self._unsent = self._unsent[self._send(self._unsent) :]
            if self._unsent:
                return
        self._unsent = samples[self._send(samples) :]
        if len(self._unsent) == len(samples):
            self._unsent = b""

    def forget(self) -> None:
        """A new call: nothing of the last one is said into it."""
        self._near.clear()

    def _send(self, samples: bytes) -> int:
        try:
            return self._socket.send(samples)
        except OSError:  # full, or gone: the command line will tell
            return 0

    def _read(self) -> None:
        rest = b""
        try:
            while select.select([self._socket], [], []) and (data := self._socket.recv(16 * FRAME)):
                rest += data
                whole = len(rest) // FRAME * FRAME
                self._near.extend(rest[at : at + FRAME] for at in range(0, whole, FRAME))
                rest = rest[whole:]
        except OSError:
            return

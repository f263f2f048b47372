"""What both emulated devices share: the command line of V.250, answers with their moment, and the faults."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Faults:
    """How the device misbehaves. Patterns are matched against the whole command line.

    keeps_echo: goes on echoing after ATE0. delay: pattern → ms until the answer.
    mute: patterns that are never answered. chunk: bytes a
    read hands over (0: all; answers only, sound comes whole). garbage: bytes before each answer. chatter: an unsolicited
    line before each answer. refuse: patterns that are
    answered with ERROR. dead: answers nothing at all.
    """

    keeps_echo: bool = False
    delay: dict[str, int] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)
    refuse: set[str] = field(default_factory=set)
    chunk: int = 0
    garbage: bytes = b""
    chatter: str = ""
    dead: bool = False


class Device:
    """An AT device. now: the clock in ms. said: every command line it was given."""

    def __init__(self, now: Callable[[], int], faults: Faults | None = None) -> None:
        self.now, self.faults = now, faults or Faults()
        self.echo = True
        self.said: list[str] = []
        self._line = b""
        self._due: list[tuple[int, int, bytes]] = []
        self._order = 0
        self._ready = b""
        self._later: list[tuple[int, int, Callable[[], None]]] = []

    def receive(self, data: bytes) -> None:
        """Bytes from the computer."""
        self.tick()
        for byte in data:
            self.byte(byte)

    def byte(self, byte: int) -> None:
        """One byte in command mode."""
        char = bytes([byte])
        if self.echo or self.faults.keeps_echo:
            self.put(char)
        if char == b"\r":
            line, self._line = self._line.decode("latin-1").strip(), b""
            self.command(line)
        elif char != b"\n":
            self._line += char

    def take(self) -> bytes:
        """Bytes for the computer that are due now."""
        self.tick()
        size = self.faults.chunk if self.faults.chunk and len(self._ready) < 200 else len(self._ready)
        ready, self._ready = self._ready[:size], self._ready[size:]
        return ready

    def tick(self) -> None:
        """Let what is due happen."""
        now = self.now()
        while self._later and min(self._later)[0] <= now:
            first = min(self._later, key=lambda each: each[:2])
            self._later.remove(first)
            first[2]()
        for due in sorted(each for each in self._due if each[0] <= now):
            self._due.remove(due)
            self._ready += due[2]

    def put(self, data: bytes, after: int = 0) -> None:
        """Bytes to the computer."""
        self._order += 1
        self._due.append((self.now() + after, self._order, data))

    def later(self, after: int, what: Callable[[], None]) -> None:
        """Do something in so many ms."""
        self._order += 1
        self._later.append((self.now() + after, self._order, what))

    def say(self, *lines: str, after: int = 0) -> None:
        """Lines in the format of ATV1."""
        for line in lines:
            self.put(f"\r\n{line}\r\n".encode("latin-1"), after)

    def command(self, line: str) -> None:
        """A whole command line."""
        if not line:
            return
        if self.faults.dead:
            self.said.append(line)
            return
        if not line.upper().startswith("AT"):
            return  # noise: a modem waits for AT
        self.said.append(line)
        if self.faults.garbage:
            self.put(self.faults.garbage)
        if self.faults.chatter:
            self.say(self.faults.chatter)
        if self._is(line, self.faults.mute):
            return
        delay = next((ms for pattern, ms in self.faults.delay.items() if re.fullmatch(pattern, line)), 0)
        if self._is(line, self.faults.refuse):
            self.say("ERROR", after=delay)
        elif delay:
            self.later(delay, lambda: self._answer(line))
        else:
            self._answer(line)

    def _answer(self, line: str) -> None:
        answer = self.execute(line[2:])
        if answer is not None:
            self.say(*answer)

    def execute(self, body: str) -> list[str] | None:
        """Do what stands behind AT. Returns the answer's lines, None when it comes later."""
        raise NotImplementedError

    @staticmethod
    def _is(line: str, patterns: set[str]) -> bool:
        return any(re.fullmatch(pattern, line) for pattern in patterns)

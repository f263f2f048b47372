"""The AT dialogue (ITU-T V.250, 3GPP 27.007) without a port: bytes in, bytes out, and a clock.

One command is in flight at a time, and each has its own time-out. Whatever else the device says is told apart: echoes (even of ATE0),
unsolicited lines, garbage, and answers that come after their command was given up. Such a late answer must not pass for the answer to
the command that is in flight now, see `_final`.
"""

import re
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from hardware.wire_log import Clock, WireLog

PLAIN = ("OK", "ERROR", "+CME ERROR", "+CMS ERROR", "COMMAND NOT SUPPORT")
"""Result codes that end every command."""
PROGRESS = (
    "NO CARRIER",
    "BUSY",
    "NO ANSWER",
    "NO DIALTONE",
    "NO DIAL TONE",
    "DELAYED",
    "BLACKLISTED",
    "VCON",
)
"""Result codes that end a dial command, and unsolicited lines otherwise: the call has ended, or begun."""
STREAM = "CONNECT"
"""The result code behind which the voice stream begins."""

HOLD = 1000
"""Milliseconds an answer waits for a second one while an earlier command still owes its own."""
OWED = 10_000
"""Milliseconds a command that was given up may still answer."""
_LONGEST_LINE = 2048
_BREAK = re.compile(rb"[\r\n]")
_NOISE = re.compile(rb"[^\x20-\x7e]")


@dataclass(frozen=True, slots=True)
class Ask:
    """A command. timeout: ms until it is given up. finals: result codes that end it. wants: what its information lines begin with; an OK
    without such a line is then not its own. raw: bytes to send instead of text and a carriage return (signs into a voice stream)."""

    text: str
    timeout: int = 3000
    finals: tuple[str, ...] = PLAIN
    wants: str = ""
    raw: bytes = b""

    @property
    def prefix(self) -> str:
        """What its information lines begin with when the device names them: "+CSQ" for AT+CSQ and AT+CSQ=?."""
        found = re.match(r"AT([+^*$][A-Z0-9]+)", self.text.upper())
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command brought. final: the result code as received, "" when none came in time. lines: what stood before it."""

    final: str
    lines: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """The device did it."""
        return self.final in ("OK", "VCON") or self.final.startswith(STREAM)

    @property
    def silent(self) -> bool:
        """No result code came in time."""
        return not self.final


@dataclass(frozen=True, slots=True)
class Pause:
    """A step of a dialogue that only waits. ms: how long."""

    ms: int


Dialogue = Generator[Ask | Pause, Reply, None]
"""A conversation with the device, one step after the other."""


def code(line: str, codes: tuple[str, ...]) -> str:
    """Which of the result codes this line is, with or without something behind it ("+CME ERROR: 10", "CONNECT 115200")."""
    return next((each for each in codes if line == each or line.startswith((each + ":", each + " "))), "")


class AtEngine:
    """The dialogue's state. send: puts bytes on the wire. unsolicited: beginnings of lines that belong to no command.

    asking: the command in flight. in_data: the voice stream is running, and feed() hands its bytes back.
    """

    def __init__(
        self, send: Callable[[bytes], None], clock: Clock, log: WireLog, unsolicited: tuple[str, ...]
    ) -> None:
        self._send, self._clock, self._log = send, clock, log
        self._unsolicited = unsolicited
        self.forget()

    def forget(self) -> None:
        """The device is another one, or was started anew: nothing is in flight and nothing is owed."""
        self.asking: Ask | None = None
        self.in_data = False
        self._deadline = 0
        self._lines: list[str] = []
        self._held: tuple[Reply, int] | None = None
        self._reply: Reply | None = None
        self._owed: list[tuple[Ask, int]] = []
        self._foreign = False
        self._heard: list[str] = []
        self._buffer = b""
        self._skip_newline = False
        self._sent: deque[str] = deque(maxlen=16)

    def ask(self, ask: Ask) -> None:
        """Send a command. RuntimeError while another is in flight."""
        if self.asking is not None:
            raise RuntimeError(f"{self.asking.text} is in flight")
        self.asking, self._lines, self._reply, self._held = ask, [], None, None
        self._foreign = False
        self._deadline = self._clock.mono() + ask.timeout
        self._sent.append(ask.text.upper())
        self._log("out", ask.text)
        self._send(ask.raw or ask.text.encode("ascii") + b"\r")

    def hasten(self, timeout: int, raw: bytes = b"") -> None:
        """Give the command in flight at most `timeout` ms more. raw: sent at once; any byte ends dialling (V.250 5.6.1)."""
        if self.asking is not None:
            self._deadline = min(self._deadline, self._clock.mono() + timeout)
            if raw:
                self._log("note", "the command in flight is broken off")
                self._send(raw)

    def take(self) -> Reply | None:
        """The reply to the last command, once; None while it is in flight or when there was none."""
        reply, self._reply = self._reply, None
        return reply

    def heard(self) -> list[str]:
        """Unsolicited and unknown lines since last asked, oldest first."""
        heard, self._heard = self._heard, []
        return heard

    def feed(self, data: bytes) -> bytes:
        """Take in what the device sent. Returns what of it belongs to the voice stream."""
        if self._skip_newline and data:
            self._skip_newline = False
            data = data.removeprefix(b"\n")
        if self.in_data:
            return data
        self._buffer += data
        while found := _BREAK.search(self._buffer):
            raw, self._buffer = self._buffer[: found.start()], self._buffer[found.end() :]
            if self._line(_NOISE.sub(b"", raw).decode("ascii").strip()):
                stream, self._buffer = self._buffer, b""
                self._skip_newline = not stream
                return stream.removeprefix(b"\n")
        if len(self._buffer) > _LONGEST_LINE:
            self._log("note", f"{len(self._buffer)} bytes without an end of line: dropped")
            self._buffer = b""
        return b""

    def leave_data(self, rest: bytes = b"") -> None:
        """The voice stream is over; rest: what came behind its end."""
        self.in_data = False
        self.feed(rest)

    def tick(self) -> None:
        """Look at the clock: a held answer may be the right one, a command may be out of time."""
        now = self._clock.mono()
        self._owed = [each for each in self._owed if each[1] > now]
        if self._held is not None and (now >= self._held[1] or not self._owed):
            self._complete(self._held[0])
        elif self.asking is not None and now >= self._deadline and self._held is None:
            self._log("note", f"no answer to {self.asking.text}")
            self._owed.append((self.asking, now + OWED))
            self._complete(Reply("", tuple(self._lines)))

    def _line(self, line: str) -> bool:
        """A whole line. Returns whether the voice stream begins behind it."""
        if not line:
            return False
        if line.upper() in self._sent:
            return False  # an echo; it says nothing, and may come from before ATE0
        self._log("in", line)
        finals = self.asking.finals if self.asking else PLAIN
        if code(line, (*finals, *PLAIN)):
            self._final(line)
        elif code(line, PROGRESS) or self.asking is None:
            self._heard.append(line)
        else:
            self._information(self.asking, line)
        return self.in_data

    def _information(self, asking: Ask, line: str) -> None:
        """A line before a result code: the command's own, an unsolicited one, or part of a late answer."""
        own = asking.prefix
        if own and line.upper().startswith(own):
            self._lines.append(line)
        elif any(ask.prefix and line.upper().startswith(ask.prefix) for ask, _ in self._owed):
            self._foreign = True
        elif line.startswith(self._unsolicited):
            self._heard.append(line)
        else:
            self._lines.append(line)

    def _final(self, line: str) -> None:
        """A result code: whose is it?

        While an earlier command owes an answer, devices that answer in order give that one first. So an answer is held for a moment:
        if a second one follows, the first was the late one. A query's answer shows itself by its information line.
        """
        asking = self.asking
        if asking is None:
            self._log("note", "an answer to nothing")
            self._owed = self._owed[1:]
            return
        reply = Reply(line, tuple(self._lines))
        plain = code(line, PLAIN)
        named = asking.wants and any(each.startswith(asking.wants) for each in self._lines)
        late = self._foreign or (plain == "OK" and asking.wants and not named)
        if plain and late:
            self._log("note", "a late answer to an earlier command")
            self._owed, self._foreign = self._owed[1:], False
        elif plain and self._owed and not named:
            if self._held is not None:
                self._owed = self._owed[1:]
            self._held, self._lines = (reply, self._clock.mono() + HOLD), []
            if not self._owed:
                self._complete(reply)
        else:
            self._complete(reply)

    def _complete(self, reply: Reply) -> None:
        self.asking, self._held, self._reply = None, None, reply
        if reply.final.startswith(STREAM):
            self.in_data = True

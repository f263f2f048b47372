"""A serial port that lives in threads of its own, is found again after it was pulled, and never blocks whoever uses it.

Facts behind it (pyserial 3.5): only the thread that reads may close, or the other gets a TypeError; `is_open` stays True after an unplug;
an unplug comes as SerialException, OSError or a reply of nothing; Windows needs every handle closed before the port works again
(pyserial #331); modem-control lines and cancel_read are missing on some ports; reading without a time-out burns a core.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Protocol

import serial
from serial.tools import list_ports

TROUBLE = (serial.SerialException, OSError, TypeError, ValueError)
"""What a port raises when it is gone, taken or misnamed."""
_READ_FOR = 0.2
_RETRY_AFTER = 1.0
_FAREWELL_GAP = 0.3


@dataclass(frozen=True, slots=True)
class Opened:
    """The port is open. name: under which name it was found."""

    name: str


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes came."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """The port is gone, or cannot be opened; it is looked for again. reason: for the team lead; taken: another program has it."""

    reason: str
    taken: bool = False


Arrival = Opened | Received | Lost


class Port(Protocol):
    """Bytes to and from a device. All methods return at once."""

    def take(self) -> Sequence[Arrival]:
        """What came since last asked, oldest first."""

    def write(self, data: bytes) -> None:
        """Send, in order. What cannot be sent because the port is gone is dropped."""

    def waiting(self) -> int:
        """Bytes that have not been handed to the device yet."""

    def reopen(self) -> None:
        """Close and open again: the last means against a device that does not react. A modem hangs up when DTR falls."""

    def close(self, farewell: Sequence[bytes] = ()) -> None:
        """Send the last bytes, a third of a second apart, and close."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a USB device keeps when its port gets another name. interface: which of its several ports; empty when unknown."""

    vid: int
    pid: int
    serial: str
    interface: str = ""

    @classmethod
    def of(cls, found: "PortInfo") -> "Identity | None":
        """The identity of a listed port; None when it is not USB (or does not say so: pyserial #145)."""
        if found.vid is None or found.pid is None:
            return None
        interface = (found.location or "").partition(":")[2]
        return cls(found.vid, found.pid, found.serial_number or "", interface)


class PortInfo(Protocol):
    """What pyserial's list says of a port."""

    @property
    def device(self) -> str:
        """Its name."""

    @property
    def description(self) -> str | None:
        """For people."""

    @property
    def vid(self) -> int | None:
        """USB vendor."""

    @property
    def pid(self) -> int | None:
        """USB product."""

    @property
    def serial_number(self) -> str | None:
        """USB serial number."""

    @property
    def location(self) -> str | None:
        """Where it is plugged in, and which interface: "1-1:1.2"."""


def listed() -> list[PortInfo]:
    """The ports of this computer. An error while listing is an empty list: drivers of virtual ports are known to break it."""
    try:
        found: list[PortInfo] = [*list_ports.comports()]
        return sorted(found, key=lambda each: each.device)
    except Exception:  # noqa: BLE001 — whatever the platform's lister raises, enumerating is never fatal
        return []


def whereabouts(name: str, identity: Identity | None, ports: Iterable[PortInfo]) -> str:
    """The name under which the device is to be found now: its old name while that is still this device, else by its identity.

    Without identity, or while the device is away, its old name.
    """
    if identity is None:
        return name
    names = [port.device for port in ports if Identity.of(port) == identity]
    return name if name in names or not names else names[0]


Opener = Callable[[str, int], serial.Serial]


def opened(name: str, baud: int) -> serial.Serial:
    """Open a port by name or pyserial URL. Raises one of TROUBLE. 8N1, RTS/CTS off: the line drivers keep to the modem's own clock."""
    if "://" in name:
        port: serial.Serial = serial.serial_for_url(name, baud, timeout=_READ_FOR, write_timeout=1.0)
        return port
    # exclusive: on POSIX a second program gets a clean error instead of half of the bytes.
    return serial.Serial(
        name, baud, timeout=_READ_FOR, write_timeout=1.0, exclusive=True if os.name == "posix" else None
    )


class SerialPort:
    """A Port over pyserial. name: "COM5", "/dev/ttyACM0", a pyserial URL. One thread reads and opens and closes, one writes."""

    def __init__(
        self,
        name: str,
        baud: int,
        *,
        open_port: Opener = opened,
        list_ports: Callable[[], Sequence[PortInfo]] = listed,
        retry_after: float = _RETRY_AFTER,
    ) -> None:
        self._name, self._baud = name, baud
        self._open, self._list, self._retry_after = open_port, list_ports, retry_after
        self._identity: Identity | None = None
        self._arrivals: deque[Arrival] = deque()
        self._outgoing: deque[bytes] = deque()
        self._stop, self._again, self._send = Event(), Event(), Event()
        self._device: serial.Serial | None = None
        self._reader = Thread(target=self._read_on, name=f"read {name}", daemon=True)
        self._writer = Thread(target=self._write_on, name=f"write {name}", daemon=True)
        self._farewell: tuple[bytes, ...] = ()
        self._reader.start()
        self._writer.start()

    def take(self) -> Sequence[Arrival]:
        """See Port."""
        taken = []
        while self._arrivals:
            taken.append(self._arrivals.popleft())
        return taken

    def write(self, data: bytes) -> None:
        """See Port."""
        self._outgoing.append(data)
        self._send.set()

    def waiting(self) -> int:
        """See Port."""
        return sum(map(len, tuple(self._outgoing)))

    def reopen(self) -> None:
        """See Port."""
        self._again.set()

    def close(self, farewell: Sequence[bytes] = ()) -> None:
        """See Port. Waits up to two seconds for the threads, so that a program that ends has hung up."""
        self._farewell = tuple(farewell)
        self._stop.set()
        self._send.set()
        self._writer.join(2.0)
        self._reader.join(2.0)

    def _read_on(self) -> None:
        told = ""
        while not self._stop.is_set():
            device = None
            try:
                device = self._device = self._opened()
                self._arrivals.append(Opened(self._name))
                told = ""
                self._read_from(device)
                reason = "the port was closed to start the device anew"
            except TROUBLE as error:
                reason = f"{type(error).__name__}: {error}"
            finally:
                self._device = None
                self._outgoing.clear()
                _quietly_closed(device)
            if not self._stop.is_set():
                if reason != told:
                    told = reason
                    self._arrivals.append(Lost(f"{self._name}: {reason}", taken=_taken(reason)))
                self._stop.wait(self._retry_after)

    def _opened(self) -> serial.Serial:
        ports = self._list()
        self._name = whereabouts(self._name, self._identity, ports)
        device = self._open(self._name, self._baud)
        self._identity = self._identity or next(
            (Identity.of(port) for port in ports if port.device == self._name), None
        )
        self._again.clear()
        return device

    def _read_from(self, device: serial.Serial) -> None:
        """Until the port is to be closed. An empty read means nothing: Windows returns early (pyserial #267)."""
        while not self._again.is_set():
            if data := device.read(device.in_waiting or 1):
                self._arrivals.append(Received(data))
            if self._stop.is_set() and not self._writer.is_alive():
                return

    def _write_on(self) -> None:
        while not self._stop.is_set():
            self._send.wait(0.5)
            self._send.clear()
            self._write_all()
        for last in self._farewell:
            self._outgoing.append(last)
            self._write_all()
            time.sleep(_FAREWELL_GAP)

    def _write_all(self) -> None:
        while self._outgoing:
            device = self._device
            try:
                data = self._outgoing.popleft()
                if device is not None:
                    device.write(data)
            except serial.SerialTimeoutException:
                # The device does not take what we send: stale sound is dropped, and the dialogue above times out by itself.
                self._outgoing.clear()
            except (*TROUBLE, IndexError):
                return  # the reader sees the same unplug, and only the reader may close


def _quietly_closed(device: serial.Serial | None) -> None:
    """Let go of every handle at once, or Windows keeps the port dead (pyserial #331)."""
    if device is not None:
        try:
            device.close()
        except TROUBLE:
            return


def _taken(reason: str) -> bool:
    """Another program has the port: "exclusively lock" on POSIX, "Access is denied" or PermissionError on Windows."""
    return any(sign in reason for sign in ("exclusively lock", "PermissionError", "denied", "Errno 16"))

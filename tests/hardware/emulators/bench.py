"""A port that leads straight to an emulated device on a virtual clock: no threads, no waiting. It can be pulled and plugged in again."""

from collections.abc import Sequence

from hardware.serial_port import Arrival, Lost, Opened, Received
from tests.hardware.emulators.device import Device


class DirectPort:
    """A Port. cut(): the cable is pulled; join(device): one is plugged in, perhaps under another name."""

    def __init__(self, device: Device | None, name: str = "COM5") -> None:
        self.device, self.name = device, name
        self._arrivals: list[Arrival] = [Opened(name) if device else Lost(f"{name}: no such port")]
        self.reopened = 0
        self.closed_with: Sequence[bytes] | None = None

    def take(self) -> Sequence[Arrival]:
        arrivals, self._arrivals = self._arrivals, []
        if self.device is not None and self.closed_with is None:
            while data := self.device.take():
                arrivals.append(Received(data))
        return arrivals

    def write(self, data: bytes) -> None:
        if self.device is not None:
            self.device.receive(data)

    def waiting(self) -> int:
        return 0

    def reopen(self) -> None:
        """The device stays; DTR falls and rises."""
        self.reopened += 1
        self._arrivals.append(Lost(f"{self.name}: the port was closed to start the device anew"))
        if self.device is not None:
            self._arrivals.append(Opened(self.name))

    def close(self, farewell: Sequence[bytes] = ()) -> None:
        for last in farewell:
            self.write(last)
        self.closed_with = farewell

    def cut(self) -> None:
        self.device = None
        self._arrivals.append(Lost(f"{self.name}: SerialException: device reports readiness to read"))

    def join(self, device: Device, name: str = "") -> None:
        self.device, self.name = device, name or self.name
        self._arrivals.append(Opened(self.name))

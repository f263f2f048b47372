"""An emulated device behind a pty, so that programs that want a serial port can use it. POSIX only."""

import contextlib
import os
import select
import tty
from threading import Event, Thread
from typing import Self

from tests.hardware.emulators.device import Device


class Pty:
    """A device at `name`. pull(): the other end is gone, as when the plug is drawn."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        self._stop = Event()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                if select.select([self._master], [], [], 0.01)[0]:
                    self.device.receive(os.read(self._master, 4096))
                if data := self.device.take():
                    os.write(self._master, data)

    def pull(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join(5)
            os.close(self._slave)
            os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.pull()

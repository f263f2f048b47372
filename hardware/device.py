"""What a driver of a device behind a serial port says: how it is prepared, dialled, heard and hung up. The line does the rest."""

from collections.abc import Generator, Sequence

from hardware.at import Ask, Dialogue, Pause, Reply


class Device:
    """The part of a line that differs from device to device; SerialLine calls it."""

    def prepare(self) -> Generator[Ask | Pause, Reply, str]:
        """Make a device that answers to AT ready for calls. Returns what is wrong, "" when nothing is."""
        raise NotImplementedError

    def dialling(self, number: str) -> Dialogue:
        """Dial; calls alerting(), answered() or release() as the device tells."""
        raise NotImplementedError

    def hanging_up(self) -> Generator[Ask | Pause, Reply, bool]:
        """End the call. Returns whether the device confirmed it."""
        raise NotImplementedError

    def press(self, digits: str) -> None:
        """Send keys into the connected call."""
        raise NotImplementedError

    def unsolicited(self, line: str) -> None:
        """The device said something on its own."""
        raise NotImplementedError

    def stream(self, data: bytes) -> None:
        """Bytes of the voice stream."""
        raise NotImplementedError

    def quiet(self) -> None:
        """Nothing is being said: the moment to look how the call stands."""

    def gone(self) -> None:
        """The call is over, or the device is gone: let go of its sound."""

    def farewell(self) -> Sequence[bytes]:
        """The last bytes before the port closes while a call is on."""
        return ()

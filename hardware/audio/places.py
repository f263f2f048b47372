"""All places where a device belongs (microphone, line, ear …): opened by name, watched, given up when dead, opened again when back.

Two callers: watch() is light and called every few ms; mend() may take seconds, or hang for ever in a sound system that hangs (opening,
closing, asking what is there, renewing PortAudio's list), and runs on a thread of its own. Neither is called by two threads at once.
"""

from collections.abc import Callable

from hardware.audio.devices import Cards, plain
from hardware.audio.place import Place

SILENT = 400
"""ms without a block after which a device is told to be lost. Blocks come every 5 or 10 ms; a busy machine held them for 310."""

UNANSWERED = 3000
"""ms after which a device is told not to answer: it was opened and no block came, or opening it, or renewing the list, takes so long."""

_AGAIN = 1000  # ms between two attempts to open a device
_LOOK = 2000  # ms between two looks at who is connected
_STUBBORN = 5  # failures of a device that PortAudio believes to know
_RENEW = 2000  # ms until the list is renewed again when it did not help; twice as long after each
_RENEW_MOST = 60_000
_SLOW = 3000
"""ms of one round of mending that are worth a line in the log: a device that is back waits for the next round."""

Tell = Callable[[str, str, bool], None]
"""(what, value, good) of a Condition."""

Log = Callable[[str, str], None]
"""(direction, text): "<" what the device did, ">" what we did to it, "!" what went wrong."""


class Places:
    """All places of a workplace and the one sound system behind them. idle: whether no call is on (then a renewal costs nothing)."""

    def __init__(
        self, places: list[Place], cards: Cards, mono: Callable[[], int], tell: Tell, log: Log
    ) -> None:
        self._places, self._cards, self._mono = places, cards, mono
        self._tell, self._log = tell, log
        self._last_watch = mono()
        self._last_look = mono() - _LOOK
        self._next_renewal, self._patience = mono(), _RENEW
        self.idle = True

    def watch(self) -> None:
        """Light: notice who has fallen silent, does not answer, or speaks again. Whatever mend() hangs in."""
        now = self._mono()
        elapsed, self._last_watch = now - self._last_watch, now
        for place in self._places:
            place.look(elapsed)
            running = place.alive and place.stream is not None
            if place.overdue:
                place.give_up()
            if place.quiet >= (SILENT if running else UNANSWERED) and not place.trouble:
                self._trouble(place, "lost" if running else "does not answer")
            elif place.alive and place.quiet == 0 and place.trouble and place.stream is not None:
                self._well(place)

    def mend(self) -> None:
        """Slow: give up what is dead, open what is not open, look whether somebody is there again or somewhere else."""
        now = self._mono()
        for place in self._places:
            if place.dead:
                self._log("!", f"{place.what}: no block for {place.quiet} ms, closing")
                place.shut()
            if place.stream is None and now >= place.next_attempt:
                self._try(place)
        if now - self._last_look >= _LOOK:
            self._last_look = now
            self._who_is_connected()
            self._who_is_back()
        if (took := self._mono() - now) >= _SLOW:
            self._log("!", f"the sound system was busy with it for {took} ms")

    def close(self) -> None:
        """Close everything."""
        for place in self._places:
            place.shut()

    def _try(self, place: Place) -> None:
        place.next_attempt = self._mono() + _AGAIN
        try:
            place.open(self._cards)
        except Exception as error:  # noqa: BLE001 — whatever a driver throws, the other places want to be opened too
            place.failures += 1
            if place.failures == 1:
                self._log("!", f"{place.what}: {error}")
            if not place.trouble:
                self._trouble(place, "not there")
        else:
            self._log(">", f"{place.what}: opened {place.wanted or 'the usual device'} {place.peer}".rstrip())

    def _who_is_connected(self) -> None:
        """A sound server may have moved a stream to another device without a word: that is not what is to be recorded."""
        for place in self._places:
            whose = place.stream.whose() if place.stream is not None else ""
            if whose and not place.peer:
                place.peer = whose
                self._log(">", f"{place.what}: connected to {whose}")
            elif whose and whose != place.peer:
                self._log("!", f"{place.what}: moved from {place.peer} to {whose}, closing")
                self._trouble(place, f"moved to {whose}")
                place.shut()

    def _who_is_back(self) -> None:
        """PortAudio does not see what was plugged in after it started. Its list is renewed when somebody missing is there again, or when
        nobody would notice; all streams are closed for that time and opened again."""
        missing = [place for place in self._places if place.stream is None and place.failures]
        if not missing:
            self._patience = _RENEW
            return
        now = self._mono()
        if now < self._next_renewal or not self._worth_renewing(missing):
            return
        self._next_renewal, self._patience = now + self._patience, min(2 * self._patience, _RENEW_MOST)
        self._log(">", "renewing the list of sound devices")
        for place in self._places:
            place.shut()
        try:
            self._cards.rescan()
        except Exception as error:  # noqa: BLE001 — whatever the sound system throws, the next look tries again
            self._log("!", f"renewing failed: {error}")
            return
        for place in self._places:
            self._try(place)

    def _worth_renewing(self, missing: list[Place]) -> bool:
        """With open streams in a call, only when a fresh look finds somebody whom PortAudio does not know."""
        if self.idle or not any(place.stream is not None for place in self._places):
            return True
        known = frozenset(plain(device.name) for device in self._cards.devices())
        if all(_among(place.wanted, known) for place in missing if place.wanted) and not any(
            place.failures >= _STUBBORN for place in missing
        ):
            return False
        there = self._cards.present()
        return there is not None and any(
            _among(place.wanted, there) if place.wanted else bool(there - known) for place in missing
        )

    def _trouble(self, place: Place, text: str) -> None:
        place.trouble = text
        self._tell(place.what, text, False)

    def _well(self, place: Place) -> None:
        place.trouble = ""
        self._tell(place.what, "good", True)


def _among(wanted: str, there: frozenset[str]) -> bool:
    """Whether a device of this name is in the list of what is there; names may be cut after 31 characters."""
    name = plain(wanted)
    return any(
        name == each or name.startswith(f"{each}, ") or (len(each) >= 29 and name.startswith(each))
        for each in there
    )

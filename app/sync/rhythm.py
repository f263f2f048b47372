"""When the desk sends by itself: no thread, no clock and no network, only what was told when.

Every so many minutes, soon after a case was closed, and after a failure with growing pauses; never begun while somebody is on the line,
unless nothing has gone for so long that the room would lose its leases. Pauses have a random part: a room's desks must not all come back
at once. Whoever begins an interview in a nearly full quota cell tells the others so at once, also beside the call: only the counts, a few
hundred bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.interview.screen import SendingView

FIRST_PAUSE = 30_000
"""ms after the first failure; each further one doubles it, up to four times the usual interval."""
LONGEST_QUIET = 15 * 60_000
"""ms without a round after which one begins also beside a call: a lease is two hours, a witness waits for news."""
SOON = 2_000
"""ms after a closed case: the next one is on screen by then."""
_SPREAD = 0.2


@dataclass
class Rhythm:
    """interval: ms between rounds. now: ms of the monotonic clock at the start. random: uniform in [0, 1)."""

    interval: int
    now: int
    random: Callable[[], float]
    view: SendingView = field(default_factory=SendingView)
    _due: int = field(init=False)
    _last: int = field(init=False)
    _counts: int | None = None
    _busy: bool = False
    _failures: int = 0

    def __post_init__(self) -> None:
        self._last = self.now
        self._due = self.now + self._spread(min(self.interval, FIRST_PAUSE))

    def on_line(self, busy: bool) -> None:  # noqa: FBT001 — the one thing that is said
        """Somebody is being called, or not any more."""
        self._busy = busy

    def closed(self, now: int) -> None:
        """A case was closed: what it left is sent soon. Not while central is known to be away: then the pause holds."""
        if not self._failures:
            self._due = min(self._due, now + self._spread(SOON))

    def scarce(self, now: int) -> None:
        """An interview begins in a nearly full cell: the counts go soon. Not while central is known to be away."""
        if not self._failures:
            self._counts = now + self._spread(SOON)

    def wait(self, now: int) -> int:
        """ms until a round begins, or the counts go, 0 = now; while somebody is on the line, until it begins all the same."""
        first = self._whole if self._counts is None else min(self._whole, self._counts)
        return max(0, first - now)

    def counts_only(self, now: int) -> bool:
        """What is due is not a whole round."""
        return self._counts is not None and self._whole > now

    def counted(self) -> None:
        """The counts went; or they did not, and go with the next round."""
        self._counts = None

    @property
    def _whole(self) -> int:
        return max(self._due, self._last + LONGEST_QUIET) if self._busy else self._due

    def sent(self, now: int, wall: int, waiting: int) -> None:
        """A round went through. wall: ms since 1970; waiting: sealed files that came in meanwhile."""
        self._failures, self._last, self._counts = 0, now, None
        self._due = now + self._spread(self.interval)
        self.view = SendingView(wall, wall, waiting)

    def failed(self, now: int, wall: int, *, waiting: int, refused: str = "", word: str = "") -> None:
        """It did not. refused: what central, or this workstation, said; "" = central was not reached. word: its code."""
        self._failures, self._last, self._counts = self._failures + 1, now, None
        pause = min(FIRST_PAUSE * 2 ** min(self._failures - 1, 20), 4 * self.interval)
        self._due = now + self._spread(pause)
        since = self.view.since or wall
        self.view = SendingView(wall, self.view.last, waiting, since, refused, word)

    def _spread(self, pause: int) -> int:
        return round(pause * (1 - _SPREAD / 2 + _SPREAD * self.random()))

"""The way through an interview: its stops in order, which of them are relevant, and how far one is."""

from collections.abc import Callable, Iterator

from app.questionnaire import walk
from app.questionnaire.form import Kind
from app.questionnaire.state import State
from app.questionnaire.walk import Stop

_UNCOUNTED = frozenset({Kind.NOTE, Kind.REPEAT})


class Route:
    """stops: all, relevant or not. numbers: how many stops that want an answer lie before each place, and in all."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._shape = -1
        self.stops: list[Stop] = []
        self.numbers = [0]
        self._endings: list[int] = []
        self.lay_out()

    def lay_out(self) -> bool:
        """The stops anew, when instances of repeats came or went. True when they did."""
        if self._shape == self._state.shape:
            return False
        self._shape = self._state.shape
        self.stops = walk.stops(self._state)
        self._endings = [place for place, stop in enumerate(self.stops) if stop.question.ends]
        self.numbers = [0]
        for stop in self.stops:
            self.numbers.append(self.numbers[-1] + (stop.question.kind not in _UNCOUNTED))
        return True

    def find(self, wanted: Callable[[Stop], bool], otherwise: int) -> int:
        """The first place whose stop is wanted."""
        return next((place for place, stop in enumerate(self.stops) if wanted(stop)), otherwise)

    def relevant(self) -> Iterator[int]:
        """Places of relevant stops, up to and with the first note that ends the interview."""
        for place, stop in enumerate(self.stops):
            if stop.on:
                yield place
                if stop.question.ends:
                    return

    def following(self, place: int) -> int:
        """The first relevant place from this one on; behind the last when a note before it ended the interview."""
        if any(ending < place and self.stops[ending].on for ending in self._endings):
            return len(self.stops)
        return next((p for p in range(place, len(self.stops)) if self.stops[p].on), len(self.stops))

    def is_later(self, name: str, place: int) -> bool:
        """A relevant question of this name comes after a place."""
        return any(stop.question.name == name and stop.on for stop in self.stops[place + 1 :])

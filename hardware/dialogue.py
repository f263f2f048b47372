"""Conversations with a device, one after the other, each a generator that yields commands and gets their replies."""

from collections import deque
from collections.abc import Callable

from hardware.at import Ask, AtEngine, Dialogue, Pause, Reply
from hardware.wire_log import Clock


class Agenda:
    """What is still to be said to the device, in order. silence: what to do when a command got no answer: the dialogue to go on with."""

    def __init__(self, engine: AtEngine, clock: Clock, silence: Callable[[Dialogue, Ask], Dialogue]) -> None:
        self._engine, self._clock, self._silence = engine, clock, silence
        self._now: Dialogue | None = None
        self._next: deque[Dialogue] = deque()
        self._asked: Ask | None = None
        self._pause_until: int | None = None

    @property
    def empty(self) -> bool:
        """Nothing is being said, and nothing is to be said."""
        return self._now is None and not self._next and self._engine.asking is None

    def add(self, dialogue: Dialogue, *, first: bool = False) -> None:
        """Have this conversation after the others, or before those that have not begun."""
        if first:
            self._next.appendleft(dialogue)
        else:
            self._next.append(dialogue)

    def drop(self, *, waiting_only: bool = False) -> None:
        """Forget what has not begun, and break off what has. A command in flight stays so; its reply goes nowhere.

        May be called from within the running dialogue: that one ends at its next step.
        """
        self._next.clear()
        if not waiting_only:
            self._now = self._asked = self._pause_until = None

    def advance(self) -> None:
        """Go on as far as the device's answers and the clock reach."""
        while True:
            if self._pause_until is not None:
                if self._clock.mono() < self._pause_until:
                    return
                self._pause_until = None
            elif self._engine.asking is not None:
                return
            reply, asked = self._engine.take() or Reply(""), self._asked
            self._asked = None
            if self._now is None:
                if not self._next:
                    return
                self._now = self._next.popleft()
                self._step(self._now, None)
            elif asked and reply.silent and (other := self._silence(self._now, asked)) is not self._now:
                self._now = other
                self._step(other, None)
            else:
                self._step(self._now, reply)

    def _step(self, dialogue: Dialogue, reply: Reply | None) -> None:
        try:
            step = next(dialogue) if reply is None else dialogue.send(reply)
        except StopIteration:
            if self._now is dialogue:
                self._now = None
            return
        if self._now is not dialogue:  # it was dropped from within
            dialogue.close()
        elif isinstance(step, Pause):
            self._pause_until = self._clock.mono() + step.ms
        else:
            self._engine.ask(step)
            self._asked = step


def continued(interrupted: Dialogue) -> Dialogue:
    """Go on with a dialogue whose last command got no answer."""
    try:
        step = interrupted.send(Reply(""))
        while True:
            step = interrupted.send((yield step))
    except StopIteration:
        return

"""The telephone on the desk: the line worker, and what the desk shows of the device between and during calls."""

from collections.abc import Iterable
from dataclasses import replace

from app.interview.telephone_views import ConditionView, DeviceView
from app.line.contract import Heard, Report, Worker
from hardware.base import (
    Capability,
    Condition,
    DeviceBack,
    DeviceLost,
    Dialing,
    Ended,
    Fault,
    HeadsetKey,
    LineEvent,
)

ON_HOOK, OFF_HOOK = "on_hook", "off_hook"


class Telephone:
    """by_hand: the interviewer dials the number himself, so he must see it."""

    def __init__(self, worker: Worker, *, by_hand: bool = False) -> None:
        self._worker = worker
        self._view = DeviceView(by_hand=by_hand)
        self._keys: list[str] = []

    @property
    def view(self) -> DeviceView:
        """What is shown of it."""
        can = self._worker.capabilities
        marks = bool(can) and Capability.ANSWER_SUPERVISION not in can
        return replace(self._view, marks_answer=marks)

    def sift(self, reports: Iterable[Report]) -> list[Report]:
        """The reports that concern a call; what concerns the device is taken in."""
        return [report for report in reports if not (isinstance(report, Heard) and self._took(report.event))]

    def pressed(self) -> list[str]:
        """Keys of the headset since the last look: ON_HOOK and OFF_HOOK."""
        keys, self._keys = self._keys, []
        return keys

    def mark_answered(self) -> None:
        """Somebody took the call, the interviewer says. Only for a line that cannot tell."""
        if self.view.marks_answer:
            self._worker.mark_answered()

    def send_dtmf(self, digits: str) -> None:
        """Press keys into the call: 0-9 * #; others are not sent."""
        wanted = "".join(digit for digit in digits if digit in "0123456789*#")
        if wanted:
            self._worker.send_dtmf(wanted)

    def mute(self, *, on: bool) -> None:
        """The respondent (and the recording) does not hear the interviewer while on. Not on a telephone that the interviewer dials by hand:
        its own handset carries his voice, so only the recording would go deaf on his side."""
        if self._view.by_hand:
            return
        self._worker.mute(on=on)
        self._view = replace(self._view, muted=on)

    def _took(self, event: LineEvent) -> bool:
        match event:
            case Condition(what=what, value=value, good=good):
                self._upsert(ConditionView(what, value, good))
            case Fault(text=text):
                self._upsert(ConditionView("fault", text, good=False))
            case DeviceLost():
                self._view = replace(self._view, present=False)
                return not event.call_id  # in a call the desk shows it as line trouble too
            case DeviceBack():
                self._view = replace(self._view, present=True)
                self._drop("fault")
            case HeadsetKey(key="mute"):
                self.mute(on=not self._view.muted)
            case HeadsetKey(key=key):
                self._keys += [key] if key in (ON_HOOK, OFF_HOOK) else []
            case Dialing():
                self._drop("fault")  # it did not keep the line from dialling again
                self._view = replace(
                    self._view, muted=False
                )  # a new call is never muted, whatever was pressed before it
                return False
            case Ended():
                self._view = replace(self._view, muted=False)
                return False
            case _:
                return False
        return True

    def _upsert(self, condition: ConditionView) -> None:
        known = {each.what: each for each in self._view.conditions}
        self._view = replace(self._view, conditions=tuple({**known, condition.what: condition}.values()))

    def _drop(self, what: str) -> None:
        left = tuple(each for each in self._view.conditions if each.what != what)
        self._view = replace(self._view, conditions=left)

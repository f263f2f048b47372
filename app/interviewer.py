"""An interviewer who knows only the screen: works through cases on a rehearsal line. Used by the demo and by fault tests."""

from app.desk import Desk
from app.interview.screen import Asking, Notice, Page, PracticeView, Query, QuestionView

RINGS_AT_MOST = 35
"""Seconds of ringing before giving up (method: at least 30 s before "no answer")."""


class Interviewer:
    """step() makes at most one move, as soon as the screen calls for one."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk, self._name = desk, name

    def step(self) -> bool:
        """One move. False: nothing to do now; let time pass."""
        desk, screen = self._desk, self._desk.screen
        match screen.page:
            case Page.SIGN_IN:
                desk.sign_in(self._name)
            case Page.READY if screen.notice is not Notice.NO_CASES:
                desk.next_case()
            case Page.CASE:
                desk.dial()
            case Page.DIALING if screen.elapsed >= RINGS_AT_MOST:
                desk.hang_up()
            case Page.INTERVIEW if screen.query is not None:
                self._settle(screen.query)
            case Page.INTERVIEW if screen.question is not None and screen.question.error:
                desk.hang_up()  # the same again would be refused for ever: this interview cannot be brought to its end
            case Page.INTERVIEW if screen.practice is not None and screen.question is not None:
                self._type(screen.question, screen.practice)
            case Page.OUTCOME:
                note = (
                    "演练 +60"
                    if any(o.key == screen.proposed and o.note_required for o in screen.outcomes)
                    else ""
                )
                desk.choose_outcome(screen.proposed, note)
            case _:
                return False
        return True

    def _settle(self, query: Query) -> None:
        if query.asking is Asking.UNMET:
            self._desk.hang_up()
        else:
            self._desk.confirm("演练")

    def _type(self, question: QuestionView, heard: PracticeView) -> None:
        if heard.value == "refuse":
            self._desk.hang_up()
        elif question.kind == "note" or (question.kind == "select_one" and not question.options):
            self._desk.answer("")
        elif heard.value == "dk":
            self._desk.answer(question.dk)
        else:
            self._desk.answer(heard.value or heard.text)

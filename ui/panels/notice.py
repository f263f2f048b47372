"""What the desk has to say beside the page: a strip below the status, large and red when the desk has stopped."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.interview.screen import Entered, Notice, Page, Screen, UnsavedView
from ui.desk_thread import IN_CALL
from ui.labels import sentence
from ui.layout import column, framed, label, row
from ui.notices import notice_tone, notice_word
from ui.panels.device import trouble
from ui.theme import mark

_SAID_BY_THE_PAGE = (Notice.NONE, Notice.NO_CASES)


class NoticePanel(QWidget):
    """One notice; hidden when all is well or the page itself says it."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._detail = label("notice_text", wrap=True), label("detail", wrap=True)
        self._paper = label("notice_text", wrap=True)
        for text in (self._detail, self._paper):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines = column(self._text, self._paper, self._detail, spacing=4)
        self._frame = framed(lines, "notice")
        self.setLayout(row(self._frame))

    def show_screen(self, screen: Screen) -> None:
        """Draw the notice; where the page says it, what is wrong with the telephone has the place."""
        notice, device = screen.notice, ""
        said = notice in _SAID_BY_THE_PAGE or (
            notice is Notice.INTERVIEW_RESUMES and screen.page is Page.CASE
        )
        if said:
            device = trouble(screen.device)
        text, detail = (device, "") if device else self._words(screen)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._paper.setText(self._to_copy(screen.unsaved))
        self._paper.setVisible(bool(screen.unsaved))
        for part in (self._frame, self._text, self._paper, self._detail):
            mark(part, tone="warning" if device else notice_tone(notice))
        self.setVisible(not said or bool(screen.unsaved or device))

    def _words(self, screen: Screen) -> tuple[str, str]:
        """The notice, and what stands below it in small letters."""
        notice, detail = screen.notice, screen.notice_text
        if notice is Notice.NOTE_REQUIRED and screen.correcting:
            return self.tr("Say in a few words why it is corrected."), ""
        if notice is Notice.NO_ROOM:
            return notice_word(notice).replace("%1", detail), ""
        if notice in (Notice.SAVED, *_SAID_BY_THE_PAGE) or not detail:
            return notice_word(notice), ""
        if notice in (Notice.NOT_ACCEPTED, Notice.GIVEN):
            return notice_word(notice), detail
        said = notice_word(notice, in_call=screen.line in IN_CALL)
        return said, self.tr("For the supervisor: {detail}").format(detail=sentence(detail))

    def _to_copy(self, unsaved: tuple[UnsavedView, ...]) -> str:
        """What stands nowhere but on the screen, for paper."""
        if not unsaved:
            return ""
        lines = [self.tr("Not saved. Copy this to paper now and give it to your supervisor:")]
        for each in unsaved:
            match each.what:
                case Entered.ANSWER:
                    line = self.tr("case {case}, question {name}: {value}")
                case Entered.OUTCOME:
                    line = self.tr("case {case}, outcome {name} {value}")
                case Entered.REMARK:
                    line = self.tr("case {case}, remark: {value}")
            lines.append(line.format(case=each.case, name=each.name, value=each.value).rstrip())
        return "\n".join(lines)

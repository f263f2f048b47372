"""What the desk has to say beside the page: a strip below the status, large and red when the desk has stopped."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.interview.screen import Notice, Page, Screen
from ui.layout import column, framed, label, row
from ui.notices import notice_tone, notice_word
from ui.theme import mark

_SAID_BY_THE_PAGE = (Notice.NONE, Notice.NO_CASES)


class NoticePanel(QWidget):
    """One notice; hidden when all is well or the page itself says it."""

    def __init__(self) -> None:
        super().__init__()
        self._text, self._detail = label("notice_text", wrap=True), label("detail", wrap=True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines = column(self._text, self._detail, spacing=4)
        lines.setContentsMargins(28, 10, 28, 10)
        self._frame = framed(lines, "notice")
        self.setLayout(row(self._frame))

    def show_screen(self, screen: Screen) -> None:
        """Draw the notice."""
        notice = screen.notice
        self._text.setText(notice_word(notice))
        detail = screen.notice_text if notice is not Notice.SAVED else ""
        own = (
            detail
            if notice is Notice.NOT_ACCEPTED
            else self.tr("For the supervisor: {detail}").format(detail=detail)
        )
        self._detail.setText(own if detail else "")
        self._detail.setVisible(bool(detail))
        for part in (self._frame, self._text, self._detail):
            mark(part, tone=notice_tone(notice))
        said = notice in _SAID_BY_THE_PAGE or (
            notice is Notice.INTERVIEW_RESUMES and screen.page is Page.CASE
        )
        self.setVisible(not said)

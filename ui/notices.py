"""The words and the tone of what the desk has to say beside the page."""

from app.interview.screen import Notice
from ui.labels import word
from ui.noop import QT_TRANSLATE_NOOP

_NOTICE = {
    Notice.NO_CASES: QT_TRANSLATE_NOOP("Words", "No case can be dialled right now."),
    Notice.RESUMED_AFTER_CRASH: QT_TRANSLATE_NOOP(
        "Words",
        "The program ended unexpectedly last time. What was entered is all there; the interrupted call is on record.",
    ),
    Notice.SAVED: QT_TRANSLATE_NOOP("Words", "Saved. Ready for the next case."),
    Notice.INTERVIEW_RESUMES: QT_TRANSLATE_NOOP(
        "Words",
        "This interview was broken off. After the call is answered it goes on at the stored question.",
    ),
    Notice.NOTE_REQUIRED: QT_TRANSLATE_NOOP(
        "Words", "This outcome needs a note: say in a few words what happened."
    ),
    Notice.NOT_ACCEPTED: QT_TRANSLATE_NOOP(
        "Words",
        "This outcome does not fit the call: only an interview asked to its end counts as complete. Choose another.",
    ),
    Notice.LINE_LOST: QT_TRANSLATE_NOOP(
        "Words",
        "The line program failed and is being started again. Whatever was recorded and entered is kept; a call that was on is over.",
    ),
    Notice.TIME_NEEDED: QT_TRANSLATE_NOOP(
        "Words", "When? Write the time in the note: 1830, 明天 1830, 12-05 18:30 or +30 (minutes)."
    ),
    Notice.AFTER_FIELD: QT_TRANSLATE_NOOP(
        "Words",
        "The field period is over by then. Agree on an earlier time, or choose the outcome for who is away until its end.",
    ),
    Notice.QUOTA_FULL: QT_TRANSLATE_NOOP(
        "Words",
        "No place is left in this resident's quota cell. Thank him and hang up; do not begin with the questions.",
    ),
    Notice.CALLED_BACK: QT_TRANSLATE_NOOP(
        "Words", "This is the resident's case. Call back now, whatever its delay."
    ),
    Notice.GIVEN: QT_TRANSLATE_NOOP("Words", "Your team lead gives you this case. Call it next."),
    Notice.NOT_DRAWN: QT_TRANSLATE_NOOP(
        "Words", "This number was not drawn. Thank the caller; nobody can be added to the sample by calling."
    ),
    Notice.WITHDRAWN: QT_TRANSLATE_NOOP(
        "Words", "This case was taken out while it was on screen. It is not called; take the next one."
    ),
    Notice.CORRECTING: QT_TRANSLATE_NOOP(
        "Words",
        "Choose the right outcome and say why. Enter leaves it as it is, Ctrl+Z goes to the call before.",
    ),
    Notice.CORRECTED: QT_TRANSLATE_NOOP(
        "Words", "Corrected. The earlier outcome stays on record, with your reason."
    ),
    Notice.TOO_LATE: QT_TRANSLATE_NOOP(
        "Words", "Too late to correct this outcome here. Tell your supervisor; nothing was changed."
    ),
    Notice.NOT_COVERED: QT_TRANSLATE_NOOP(
        "Words",
        "The recording does not cover this interview: sound is missing. Choose the outcome as usual, tell your supervisor.",
    ),
    Notice.NO_ROOM: QT_TRANSLATE_NOOP(
        "Words",
        "The disk is full. This call can be recorded for only %1 more min: come to its end now; after that it is ended by itself.",
    ),
    Notice.STOPPED: QT_TRANSLATE_NOOP(
        "Words",
        "The desk has stopped. Everything entered before is saved. Do not dial on; tell your supervisor.",
    ),
}
_STOPPED_IN_CALL = QT_TRANSLATE_NOOP(
    "Words",
    "The desk has stopped and is ending the call. Everything entered before is saved. Do not dial on; tell your supervisor.",
)

_TONE = {
    Notice.SAVED: "fine",
    Notice.STOPPED: "danger",
    Notice.NOTE_REQUIRED: "warning",
    Notice.NOT_ACCEPTED: "warning",
    Notice.RESUMED_AFTER_CRASH: "warning",
    Notice.LINE_LOST: "warning",
    Notice.TIME_NEEDED: "warning",
    Notice.AFTER_FIELD: "warning",
    Notice.QUOTA_FULL: "warning",
    Notice.CALLED_BACK: "fine",
    Notice.GIVEN: "fine",
    Notice.NOT_DRAWN: "warning",
    Notice.WITHDRAWN: "warning",
    Notice.NOT_COVERED: "danger",
    Notice.CORRECTING: "warning",
    Notice.CORRECTED: "fine",
    Notice.TOO_LATE: "warning",
    Notice.NO_ROOM: "danger",
}


def notice_word(notice: Notice, *, in_call: bool = False) -> str:
    """What the desk has to say; "" for NONE. in_call: a call is on, which a stopped desk ends."""
    if notice is Notice.STOPPED and in_call:
        return word(_STOPPED_IN_CALL)
    return word(_NOTICE[notice]) if notice in _NOTICE else ""


def notice_tone(notice: Notice) -> str:
    """The style sheet's tone of a notice: info, fine, warning or danger."""
    return _TONE.get(notice, "info")

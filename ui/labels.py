"""The words for the desk's codes: Enums, groups, parts and errors. Pages and actions keep their own sentences.

Source texts are English, marked for Qt Linguist, looked up when they are shown. An unknown code is shown as it is, never hidden.
"""

from PySide6.QtCore import QCoreApplication

from app.errors import (
    EvidenceError,
    FangxinError,
    LineError,
    SealError,
    StorageError,
    StudyError,
    SyncError,
    UsageError,
)
from app.interview.screen import LineView, OutcomeView, RecordingView, Screen
from app.interview.telephone_views import HeardView
from ui.inputs.entry import Why
from ui.noop import QT_TRANSLATE_NOOP

_LINE = {
    LineView.IDLE: QT_TRANSLATE_NOOP("Words", "Line idle"),
    LineView.DIALING: QT_TRANSLATE_NOOP("Words", "Dialling"),
    LineView.RINGING: QT_TRANSLATE_NOOP("Words", "Ringing"),
    LineView.TALKING: QT_TRANSLATE_NOOP("Words", "In call"),
    LineView.ENDED: QT_TRANSLATE_NOOP("Words", "Call ended"),
    LineView.TROUBLE: QT_TRANSLATE_NOOP("Words", "Line trouble"),
}

_RECORDING = {
    RecordingView.OFF: QT_TRANSLATE_NOOP("Words", "Not recording"),
    RecordingView.ON: QT_TRANSLATE_NOOP("Words", "Recording"),
    RecordingView.CLOSED: QT_TRANSLATE_NOOP("Words", "Recording sealed"),
    RecordingView.TROUBLE: QT_TRANSLATE_NOOP("Words", "Recording trouble"),
}

_HEARD = {
    "announcement": QT_TRANSLATE_NOOP("Words", "Recorded announcement heard, {confidence}%"),
    "busy": QT_TRANSLATE_NOOP("Words", "Busy tone heard, {confidence}%"),
    "congestion": QT_TRANSLATE_NOOP("Words", "Congestion tone heard, {confidence}%"),
    "vacant": QT_TRANSLATE_NOOP("Words", "Vacant-number tone heard, {confidence}%"),
    "fax": QT_TRANSLATE_NOOP("Words", "Fax or modem heard, {confidence}%"),
    "machine": QT_TRANSLATE_NOOP("Words", "This may be an answering machine"),
    "assistant": QT_TRANSLATE_NOOP("Words", "This may be a call assistant, not a person"),
}

_GROUP = {
    "interview": QT_TRANSLATE_NOOP("Words", "Interview"),
    "line": QT_TRANSLATE_NOOP("Words", "Line and network"),
    "nobody": QT_TRANSLATE_NOOP("Words", "Nobody answered"),
    "refusal": QT_TRANSLATE_NOOP("Words", "Reached, not interviewed"),
    "appointment": QT_TRANSLATE_NOOP("Words", "Call back, away"),
    "not_eligible": QT_TRANSLATE_NOOP("Words", "Not eligible"),
}

_PART = {
    "intro": QT_TRANSLATE_NOOP("Words", "Introduction"),
    "screening": QT_TRANSLATE_NOOP("Words", "Screening"),
    "items": QT_TRANSLATE_NOOP("Words", "Questions"),
    "close": QT_TRANSLATE_NOOP("Words", "Closing"),
}

_WHY = {
    Why.NOT_A_CODE: QT_TRANSLATE_NOOP("Words", "This key is no answer here."),
    Why.UNFINISHED: QT_TRANSLATE_NOOP("Words", "First finish “{typed}”: {keys}. Backspace clears it."),
    Why.DECIMAL: QT_TRANSLATE_NOOP("Words", "Whole points only. Probe:"),
    Why.LATE_DECIMAL: QT_TRANSLATE_NOOP(
        "Words",
        "No decimals: the key before the point is already stored. If it is wrong, press F7 and ask again.",
    ),
    Why.NOTHING: QT_TRANSLATE_NOOP("Words", "Enter an answer first."),
    Why.DIGITS_ONLY: QT_TRANSLATE_NOOP("Words", "Digits only here."),
    Why.CLEAR_FIRST: QT_TRANSLATE_NOOP(
        "Words", "Something is typed already: Enter stores it, or clear it first."
    ),
    Why.NO_DONT_KNOW: QT_TRANSLATE_NOOP("Words", "This question has no “Don’t know”."),
    Why.NO_REFUSED: QT_TRANSLATE_NOOP("Words", "This question has no “Refused”."),
    Why.HANG_UP_AGAIN: QT_TRANSLATE_NOOP(
        "Words", "Press F5 once more to hang up; any other key goes on with the interview."
    ),
    Why.SAVING: QT_TRANSLATE_NOOP("Words", "Saving, one moment please …"),
    Why.NOTHING_FOUND: QT_TRANSLATE_NOOP("Words", "No option matches: type less, or something else."),
    Why.PLACED: QT_TRANSLATE_NOOP(
        "Words", "This option has its place already. Backspace takes the last one back."
    ),
    Why.NOT_ALL_PLACED: QT_TRANSLATE_NOOP(
        "Words", "Every option needs a place: ask for the rest of the order."
    ),
    Why.ONE_POINT: QT_TRANSLATE_NOOP("Words", "There is a decimal point already."),
    Why.UNFINISHED_NUMBER: QT_TRANSLATE_NOOP("Words", "The number is not finished."),
    Why.NO_SUCH_MOMENT: QT_TRANSLATE_NOOP("Words", "There is no such date or time: check the last digit."),
    Why.UNFINISHED_MOMENT: QT_TRANSLATE_NOOP("Words", "Digits are missing: type all that the pattern shows."),
    Why.TOO_LONG: QT_TRANSLATE_NOOP(
        "Words", "This text is too long to store: shorten it to 10,000 characters."
    ),
    Why.CUT: QT_TRANSLATE_NOOP("Words", "Only the beginning was taken: a text may have 10,000 characters."),
    Why.NO_OPTIONS: QT_TRANSLATE_NOOP(
        "Words", "Nothing can be chosen here. Press F7 and check the answers before, or F8 and write a note."
    ),
    Why.NO_VAGUE: QT_TRANSLATE_NOOP(
        "Words", "This question has no rule for vague words. F2 shows a neutral probe."
    ),
    Why.WHOLE_NUMBER: QT_TRANSLATE_NOOP("Words", "A whole number, please: no decimals here."),
    Why.TOO_EARLY: QT_TRANSLATE_NOOP(
        "Words", "Typed too early: nothing of it was taken. Read the screen, then type it again."
    ),
    Why.READ_ONLY: QT_TRANSLATE_NOOP("Words", "This is shown only and cannot be changed. Enter goes on."),
}

_SPOKEN = {
    Why.DECIMAL: QT_TRANSLATE_NOOP("Spoken", "Please give a whole number, without a decimal."),
}

_NEUTRAL = QT_TRANSLATE_NOOP("Spoken", "Could you tell me a little more exactly?")

_ERROR = {
    StorageError: QT_TRANSLATE_NOOP("Words", "The disk or the local data cannot be used"),
    LineError: QT_TRANSLATE_NOOP("Words", "The line or the sound cannot be used"),
    StudyError: QT_TRANSLATE_NOOP("Words", "The study package cannot be used"),
    EvidenceError: QT_TRANSLATE_NOOP("Words", "The journal does not hold"),
    SealError: QT_TRANSLATE_NOOP("Words", "A sealed file cannot be used"),
    SyncError: QT_TRANSLATE_NOOP("Words", "Central cannot be used"),
    UsageError: QT_TRANSLATE_NOOP("Words", "A setting cannot be used"),
}


def word(source: str) -> str:
    """A text of the "Words" context in the window's language."""
    return QCoreApplication.translate("Words", source)


def sentence(text: str) -> str:
    """What an error says, in the window's language; as it is, where it has no words in that."""
    return QCoreApplication.translate("Sentences", text)


def line_word(line: LineView) -> str:
    """What the line does."""
    return word(_LINE[line])


def recording_word(recording: RecordingView) -> str:
    """What the recording does."""
    return word(_RECORDING[recording])


def heard_word(heard: HeardView) -> str:
    """What the line seems to say."""
    source = _HEARD.get(heard.what)
    return word(source).format(confidence=heard.confidence) if source else heard.what


def group_word(group: str) -> str:
    """A group of outcomes."""
    return word(_GROUP[group]) if group in _GROUP else group


def part_word(part: str) -> str:
    """A part of the questionnaire; the study's own word where it is none of ours."""
    return word(_PART[part]) if part in _PART else part


def why_word(why: Why) -> str:
    """Why a key was not taken."""
    return word(_WHY[why])


def probe(why: Why) -> str:
    """The source text of the scripted probe that belongs to a refused key ("" = none), context "Spoken"."""
    return _SPOKEN.get(why, "")


def probe_of_ours() -> str:
    """The source text of the neutral probe for questions to which the study gives none, context "Spoken"."""
    return _NEUTRAL


def error_word(error: FangxinError) -> str:
    """The kind of a fault, as a heading above its own sentence."""
    known = next((kind for kind in type(error).__mro__ if kind in _ERROR), None)
    return (
        word(_ERROR[known]) if known in _ERROR else word(QT_TRANSLATE_NOOP("Words", "Fangxin cannot go on"))
    )


def outcome_word(outcome: OutcomeView, language: str) -> str:
    """An outcome's label in the window's language."""
    return outcome.label_zh if language == "zh" else outcome.label_en


def named_outcome(screen: Screen, key: str, language: str) -> str:
    """The label of an outcome by its key; the key itself when the menu does not have it."""
    found = next((outcome for outcome in screen.outcomes if outcome.key == key), None)
    return outcome_word(found, language) if found else key


def clock_word(seconds: int) -> str:
    """125 → 02:05; above an hour 1:02:05."""
    minutes, second = divmod(max(0, seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def language_name(iso: str) -> str:
    """A language in its own name."""
    return {"zh": "中文", "en": "English"}.get(iso, iso)


def sentences(*parts: str) -> str:
    """One sentence after another. Chinese ones have no space between them: their full stop is as wide as a character."""
    return " ".join(filter(None, parts)).replace("。 ", "。")

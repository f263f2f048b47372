"""Every key of the desk in one table (notes/method.md §7): a key means the same thing everywhere, and is shown only where it works."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from app.interview.screen import Page, Screen
from ui.noop import QT_TRANSLATE_NOOP
from ui.works import (
    can_go_back,
    can_remove,
    everywhere,
    has_clip,
    has_vague_rule,
    in_interview,
    marks_answer,
    may_mute,
    may_pause,
    may_probe,
    offers_dk,
    offers_refused,
    proposes,
)


class Act(Enum):
    """What a key does."""

    GO = "go"
    HELP = "help"
    HANG_UP = "hang_up"
    ANSWERED = "answered"
    AUTO_DIAL = "auto_dial"
    HEAR_AGAIN = "hear_again"
    MUTE = "mute"
    LEAD = "lead"
    REFUSED = "refused"
    BACK = "back"
    PROBE = "probe"
    CALLED_BACK = "called_back"
    VAGUE = "vague"
    GO_TO = "go_to"
    REMOVE = "remove"
    NOTE = "note"
    DONT_KNOW = "dont_know"
    FIND = "find"
    WINDOW_LANGUAGE = "window_language"
    INTERVIEW_LANGUAGE = "interview_language"
    APPEARANCE = "appearance"
    CORRECT = "correct"
    SIGN_OUT = "sign_out"


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the table.

    keys: first the one that is shown. label: on the key bar. help: in the help panel. works: where it does something.
    shortcut: the window listens for it everywhere; else the page or field itself takes the key.
    always: it may be pressed while an answer is being stored or a new screen still takes no keys.
    """

    act: Act
    keys: tuple[str, ...]
    label: str
    help: str
    works: Callable[[Screen], bool]
    shortcut: bool = True
    always: bool = False


ACTIONS: tuple[Action, ...] = (
    Action(
        Act.GO,
        ("Enter",),
        QT_TRANSLATE_NOOP("Actions", "Go on"),
        QT_TRANSLATE_NOOP("Actions", "Take the step on the large button; store what is typed"),
        lambda screen: screen.page is not Page.DIALING or proposes(screen),
        shortcut=False,
    ),
    Action(
        Act.HELP,
        ("F1",),
        QT_TRANSLATE_NOOP("Actions", "Keys"),
        QT_TRANSLATE_NOOP("Actions", "Show this list; again: its next part, or hide it"),
        everywhere,
        always=True,
    ),
    Action(
        Act.PROBE,
        ("F2",),
        QT_TRANSLATE_NOOP("Actions", "Probe"),
        QT_TRANSLATE_NOOP("Actions", "Show the next neutral probe to read aloud; its use goes on record"),
        may_probe,
    ),
    Action(
        Act.VAGUE,
        ("Shift+F2",),
        QT_TRANSLATE_NOOP("Actions", "Vague"),
        QT_TRANSLATE_NOOP(
            "Actions",
            "A vague word was said: first a probe; pressed again, the code that the study has fixed",
        ),
        has_vague_rule,
    ),
    Action(
        Act.GO_TO,
        ("F3",),
        QT_TRANSLATE_NOOP("Actions", "Go to"),
        QT_TRANSLATE_NOOP("Actions", "Go to a question that was answered; F3 again or Esc closes the list"),
        can_go_back,
    ),
    Action(
        Act.CALLED_BACK,
        ("F4",),
        QT_TRANSLATE_NOOP("Actions", "Caller"),
        QT_TRANSLATE_NOOP(
            "Actions", "A resident calls the centre: find his case by his number and call back at once"
        ),
        lambda screen: screen.page is Page.READY,
    ),
    Action(
        Act.HANG_UP,
        ("F5",),
        QT_TRANSLATE_NOOP("Actions", "Hang up"),
        QT_TRANSLATE_NOOP("Actions", "End the call; during the interview press it twice"),
        lambda screen: screen.page is Page.DIALING or in_interview(screen),
        always=True,
    ),
    Action(
        Act.ANSWERED,
        ("Space",),
        QT_TRANSLATE_NOOP("Actions", "Answered"),
        QT_TRANSLATE_NOOP("Actions", "You hear a person: this line cannot tell it by itself"),
        marks_answer,
        shortcut=False,
    ),
    Action(
        Act.AUTO_DIAL,
        ("Ctrl+D",),
        QT_TRANSLATE_NOOP("Actions", "Pause dialling"),
        QT_TRANSLATE_NOOP("Actions", "After this case dial the next one by itself, or wait for Enter"),
        may_pause,
    ),
    Action(
        Act.HEAR_AGAIN,
        ("Shift+F5",),
        QT_TRANSLATE_NOOP("Actions", "Hear again"),
        QT_TRANSLATE_NOOP("Actions", "Play the last five seconds of what the line said"),
        lambda screen: screen.page in (Page.DIALING, Page.OUTCOME) and has_clip(screen),
    ),
    Action(
        Act.MUTE,
        ("Ctrl+M",),
        QT_TRANSLATE_NOOP("Actions", "Mute"),
        QT_TRANSLATE_NOOP(
            "Actions", "The respondent does not hear you until you press it again; the recording runs on"
        ),
        may_mute,
        always=True,
    ),
    Action(
        Act.REFUSED,
        ("F6",),
        QT_TRANSLATE_NOOP("Actions", "Refused"),
        QT_TRANSLATE_NOOP("Actions", "The respondent does not want to answer this question"),
        offers_refused,
    ),
    Action(
        Act.BACK,
        ("F7",),
        QT_TRANSLATE_NOOP("Actions", "Back"),
        QT_TRANSLATE_NOOP("Actions", "One question back; Enter keeps its answer"),
        can_go_back,
    ),
    Action(
        Act.REMOVE,
        ("Ctrl+Del",),
        QT_TRANSLATE_NOOP("Actions", "Remove"),
        QT_TRANSLATE_NOOP("Actions", "Remove this person or entry from the list; asks first"),
        can_remove,
    ),
    Action(
        Act.NOTE,
        ("F8",),
        QT_TRANSLATE_NOOP("Actions", "Note"),
        QT_TRANSLATE_NOOP("Actions", "Write a remark for the supervisor; no names in it"),
        lambda screen: in_interview(screen) or screen.page is Page.OUTCOME,
    ),
    Action(
        Act.DONT_KNOW,
        ("F9", "-"),
        QT_TRANSLATE_NOOP("Actions", "Don’t know"),
        QT_TRANSLATE_NOOP("Actions", "The respondent does not know or cannot say"),
        offers_dk,
    ),
    Action(
        Act.FIND,
        ("/",),
        QT_TRANSLATE_NOOP("Actions", "Search"),
        QT_TRANSLATE_NOOP("Actions", "Find an outcome by a word"),
        lambda screen: screen.page is Page.OUTCOME,
        shortcut=False,
    ),
    Action(
        Act.INTERVIEW_LANGUAGE,
        ("F11",),
        QT_TRANSLATE_NOOP("Actions", "Interview: {language}"),
        QT_TRANSLATE_NOOP("Actions", "Ask in the other language from here on"),
        lambda screen: screen.page in (Page.CASE, Page.DIALING) or in_interview(screen),
    ),
    Action(
        Act.WINDOW_LANGUAGE,
        ("F10",),
        QT_TRANSLATE_NOOP("Actions", "Window: {language}"),
        QT_TRANSLATE_NOOP("Actions", "Show the window in the other language; the interview is not touched"),
        everywhere,
        always=True,
    ),
    Action(
        Act.APPEARANCE,
        ("Ctrl+T",),
        QT_TRANSLATE_NOOP("Actions", "Light or dark"),
        QT_TRANSLATE_NOOP("Actions", "Switch between light and dark colours"),
        everywhere,
        always=True,
    ),
    Action(
        Act.LEAD,
        ("F12",),
        QT_TRANSLATE_NOOP("Actions", "Team lead"),
        QT_TRANSLATE_NOOP("Actions", "Field report and sample design, for the team lead who has signed in"),
        lambda screen: screen.page is Page.READY and screen.lead,
    ),
    Action(
        Act.CORRECT,
        ("Ctrl+Z",),
        QT_TRANSLATE_NOOP("Actions", "Correct outcome"),
        QT_TRANSLATE_NOOP("Actions", "Put the outcome of your last call right; again: of the call before"),
        lambda screen: screen.correcting or (screen.page is Page.READY and screen.correctable),
    ),
    Action(
        Act.SIGN_OUT,
        ("Ctrl+Q",),
        QT_TRANSLATE_NOOP("Actions", "Sign out"),
        QT_TRANSLATE_NOOP("Actions", "End the shift"),
        lambda screen: screen.page is Page.READY,
    ),
)


def on(screen: Screen) -> tuple[Action, ...]:
    """The actions that do something on this screen, in the table's order."""
    return tuple(action for action in ACTIONS if action.works(screen))


def action_word(source: str) -> str:
    """A label or help text of the table in the window's language."""
    return QCoreApplication.translate("Actions", source)


def key_word(action: Action) -> str:
    """The key as it stands on the keyboard."""
    words = {"Enter": _ENTER, "Space": _SPACE}
    return " ".join(action_word(words[key]) if key in words else key for key in action.keys)


UNMUTE = QT_TRANSLATE_NOOP("Actions", "Unmute")
"""What the key says while the interviewer is muted."""
RESUME_DIALLING = QT_TRANSLATE_NOOP("Actions", "Dial on by itself")
"""What the key says while dialling is paused."""
CALL_BEFORE = QT_TRANSLATE_NOOP("Actions", "The call before")
"""What the key says while an outcome is being corrected."""
REASON = QT_TRANSLATE_NOOP("Actions", "Reason")
"""What the key of the note says then: the note is why it is corrected."""
REASON_HELP = QT_TRANSLATE_NOOP("Actions", "Write the reason for the correction; no names in it")
"""What the list of keys says of it then."""
_ENTER = QT_TRANSLATE_NOOP("Actions", "Enter")
_SPACE = QT_TRANSLATE_NOOP("Actions", "Space")

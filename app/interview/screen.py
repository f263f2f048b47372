"""What the desk shows: one immutable value per moment. A page draws it and keeps no truth of its own.

The words are those of the study (in the interview's language) or codes (Enums, outcome keys); ui/labels.py names the codes.
"""

from dataclasses import dataclass, field
from enum import Enum

from app.interview.telephone_views import DeviceView, HeardView


class Page(Enum):
    """Which page of the desk is on."""

    SIGN_IN = "sign_in"
    READY = "ready"
    CASE = "case"
    DIALING = "dialing"
    INTERVIEW = "interview"
    OUTCOME = "outcome"


class LineView(Enum):
    """The line as the interviewer sees it."""

    IDLE = "idle"
    DIALING = "dialing"
    RINGING = "ringing"
    TALKING = "talking"
    ENDED = "ended"
    TROUBLE = "trouble"


class RecordingView(Enum):
    """The recording as the interviewer sees it. It cannot be switched off."""

    OFF = "off"
    ON = "on"
    CLOSED = "closed"
    TROUBLE = "trouble"


class Notice(Enum):
    """What the desk has to say beside the page; NONE when all is well."""

    NONE = "none"
    NO_CASES = "no_cases"
    RESUMED_AFTER_CRASH = "resumed_after_crash"
    SAVED = "saved"
    INTERVIEW_RESUMES = "interview_resumes"
    NOTE_REQUIRED = "note_required"
    NOT_ACCEPTED = "not_accepted"
    STOPPED = "stopped"
    LINE_LOST = "line_lost"
    TIME_NEEDED = "time_needed"
    AFTER_FIELD = "after_field"
    QUOTA_FULL = "quota_full"
    CALLED_BACK = "called_back"
    GIVEN = "given"
    NOT_DRAWN = "not_drawn"
    WITHDRAWN = "withdrawn"
    NOT_COVERED = "not_covered"
    CORRECTING = "correcting"
    CORRECTED = "corrected"
    TOO_LATE = "too_late"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case at hand. number is masked (138****0000) on every page but for manual dialling."""

    case: str
    number: str
    unit: str
    attempts: int
    resumes: bool = False
    begun_elsewhere: bool = False
    """An interview was broken off at another desk, where its answers lie sealed: here it begins anew."""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One answer option: the code that is typed, and its label. read: it is read aloud."""

    code: str
    label: str
    read: bool = True


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A question by name, with its text and what was answered ("" = nothing yet; for choices the labels)."""

    name: str
    text: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """Which instance of a repeat a question stands in. label: the repeat's ("" = it has none). name: as Session.remove takes it, "" when
    the number of instances is fixed."""

    label: str
    place: int
    total: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class ProbeView:
    """A neutral probe to read aloud. number of total: which of the study's; total 0: the study has none, read our own. code: what
    the answer becomes when it stays vague ("" = no vague word was heard)."""

    text: str
    number: int = 0
    total: int = 0
    code: str = ""


class Asking(Enum):
    """What the desk asks the interviewer before it goes on."""

    VOIDS = "voids"
    SOFT = "soft"
    REMOVE = "remove"
    UNMET = "unmet"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the interviewer. value: the answer it is about; text: what the study says; count: how many places there are in
    all (the first ones are named)."""

    asking: Asking
    value: str = ""
    text: str = ""
    places: tuple[PlaceView, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class QuestionView:
    """The question on screen. kind: "integer", "text", "select_one", "note" …; read_aloud: the text to read; instruction: never read.

    value: the stored answer ("" = none yet), or what stands there by default. scale: (lowest, highest) of a scored item, else None.
    dk/refused: codes ("" = not offered). ends: outcome key when this note ends the interview. error: why the last value was not
    taken ("" = fine). bounds: start, end and step of a range. readonly: it is shown and cannot be changed. guidance: longer advice,
    never read. seconds: target reading time (0 = none). vague: words for which the vague-word rule holds. instance: in a repeat.
    together: all questions of this screen, when it has several; title: of that screen.
    """

    name: str
    kind: str
    read_aloud: str
    instruction: str = ""
    options: tuple[OptionView, ...] = ()
    value: str = ""
    required: bool = False
    scale: tuple[int, int] | None = None
    dk: str = ""
    refused: str = ""
    ends: str = ""
    part: str = ""
    error: str = ""
    number: int = 0
    total: int = 0
    bounds: tuple[str, str, str] | None = None
    readonly: bool = False
    guidance: str = ""
    seconds: int = 0
    vague: tuple[str, ...] = ()
    instance: InstanceView | None = None
    together: tuple[PlaceView, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One line of the outcome menu. group: "interview", "line", "nobody", "refusal", "appointment", "not_eligible"."""

    key: str
    label_zh: str
    label_en: str
    group: str
    note_required: bool = False


@dataclass(frozen=True, slots=True)
class PracticeView:
    """What the practice resident has just said (rehearsal only). value: what it means as an answer ("refuse" = he declines)."""

    text: str
    value: str


class Entered(Enum):
    """What an interviewer enters."""

    ANSWER = "answer"
    OUTCOME = "outcome"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class UnsavedView:
    """Something that was entered and that the disk did not take: she writes it on paper. case: its id. name: of the question, or the
    outcome's key. value: the answer, or the words that go with the outcome."""

    what: Entered
    case: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Today at this desk."""

    dials: int = 0
    completes: int = 0


@dataclass(frozen=True, slots=True)
class SendingView:
    """How the sending to central stands, at `at`. last: when a round last went through; since: since when none has; ms wall, 0 = never.
    waiting: sealed files still to go. refused: why, where it is not that central cannot be reached; word: central's code for it or "".
    alarm: what a person must hear of central, though the sending goes on: the desk adds it, and it stays until the program ends."""

    at: int = 0
    last: int = 0
    waiting: int = 0
    since: int = 0
    refused: str = ""
    word: str = ""
    alarm: str = ""

    @property
    def stop(self) -> bool:
        """This desk's records contradict what it sent before: nobody is to be interviewed here until that is cleared up."""
        return self.word == "fork"


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that is visible. elapsed: seconds of the call so far. language: ISO code of the interview language ("zh", "en").

    query: what must be settled before the script goes on; probe: to be read now; places: the answered questions, while asked for.
    unsaved: what is on this screen only, because the disk refused it.
    auto_dial: the next case is dialled by itself; False = paused, None = not allowed here. lead: a team lead of the roster is signed in.
    sending: None = not by itself. correctable: an outcome of this shift may be put right; correcting: that is being done.
    scarce: the resident on the line takes one of the last places of his quota cell.
    """

    page: Page = Page.SIGN_IN
    study: str = ""
    interviewer: str = ""
    rehearsal: bool = True
    language: str = "zh"
    case: CaseView | None = None
    line: LineView = LineView.IDLE
    recording: RecordingView = RecordingView.OFF
    elapsed: int = 0
    question: QuestionView | None = None
    outcomes: tuple[OutcomeView, ...] = ()
    proposed: str = ""
    heard: HeardView | None = None
    notice: Notice = Notice.NONE
    notice_text: str = ""
    unsaved: tuple[UnsavedView, ...] = ()
    practice: PracticeView | None = None
    query: Query | None = None
    probe: ProbeView | None = None
    places: tuple[PlaceView, ...] | None = None
    counts: Counts = field(default_factory=Counts)
    device: DeviceView = field(default_factory=DeviceView)
    auto_dial: bool | None = None
    lead: bool = False
    sending: SendingView | None = None
    correctable: bool = False
    correcting: bool = False
    scarce: bool = False

"""What a questionnaire is made of, as values: questions, groups, choices, and what the form sets itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.questionnaire.xpath import Compiled

Texts = Mapping[str, str]
"""Language (as in the XLSForm: "中文 (zh)") → text."""
Template = tuple[str | Compiled, ...]
"""A text in pieces: fixed ones and expressions whose value is put in."""


class Kind(Enum):
    """What kind of answer a question takes. CALCULATE and HIDDEN are never shown; REPEAT asks whether there is another one."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    ACKNOWLEDGE = "acknowledge"
    NOTE = "note"
    REPEAT = "repeat"
    CALCULATE = "calculate"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer option. name: the code that is typed and stored; extras: further columns of the choices sheet."""

    name: str
    labels: Texts
    extras: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Items:
    """Where a question's choices come from when they depend on the interview. nodeset: XPath; value, label: columns of its rows.

    random: in an order drawn for the case; seed: XPath of the seed, "" = the case's own.
    """

    nodeset: str
    value: str = "name"
    label: str = "label"
    random: bool = False
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A value that the form sets itself: at the first load, in each new instance of a repeat, or when `source` is answered."""

    target: str
    value: str
    first: bool = False
    new: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, note or calculation. Texts may hold ${expression} where a value is put in. Rules are XPath ("" = none).

    default: at the start; fresh: the default in a new instance of a repeat.
    choices: all that can ever be offered by a list of the form; items: how they are picked and put in order, if they are.
    bounds: start, end and step of a range. preload: what the program fills in ("timestamp start").

    type: the XForm data type ("int", "string" …). hints: instructions, never read aloud. cati: telephone columns (design in
    resources/docs), e.g. read, scale, dk, refused, ends, part, seconds, weight, aspect.
    """

    name: str
    path: str
    kind: Kind
    type: str = "string"
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    guidance: Texts = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    relevant: str = ""
    constraint: str = ""
    calculate: str = ""
    required: str = ""
    constraint_messages: Texts = field(default_factory=dict)
    required_messages: Texts = field(default_factory=dict)
    default: str = ""
    fresh: str = ""
    cati: Mapping[str, str] = field(default_factory=dict)
    readonly: str = ""
    items: Items | None = None
    bounds: tuple[str, str, str] | None = None
    preload: str = ""
    appearance: str = ""

    @property
    def asked(self) -> bool:
        """It appears on screen."""
        return self.kind not in {Kind.CALCULATE, Kind.HIDDEN}

    @property
    def ends(self) -> str:
        """Outcome key with which reaching this note ends the interview; "" = it goes on."""
        return self.cati.get("ends", "")

    @property
    def reads_text(self) -> bool:
        """The text is read aloud (cati:read is not "no")."""
        return self.cati.get("read", "text") != "no"

    @property
    def reads_options(self) -> bool:
        """The options are read aloud too (cati:read is "yes")."""
        return self.cati.get("read", "text") == "yes"

    @property
    def dk(self) -> str:
        """Code for "does not know"; "" = not offered."""
        return self.cati.get("dk", "")

    @property
    def refused(self) -> str:
        """Code for "declines to answer"; "" = not offered."""
        return self.cati.get("refused", "")

    @property
    def scale(self) -> tuple[int, int] | None:
        """Lowest and highest score of a scored item ("0-10"); None for other questions."""
        low, dash, high = self.cati.get("scale", "").partition("-")
        return (int(low), int(high)) if dash else None

    @property
    def seconds(self) -> int:
        """How long reading it aloud should take; 0 = not stated."""
        return int(self.cati.get("seconds", "") or 0)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of questions: its `relevant` holds for all below it.

    repeats: it can occur several times; count: XPath of how often ("" = as often as there are); initial: instances at the start;
    fresh: in a new instance of the repeat around it.
    one_screen: its questions are shown together (field-list).
    """

    name: str
    path: str
    relevant: str = ""
    labels: Texts = field(default_factory=dict)
    repeats: bool = False
    count: str = ""
    initial: int = 1
    fresh: int = 0
    one_screen: bool = False
    cati: Mapping[str, str] = field(default_factory=dict)

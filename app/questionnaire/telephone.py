"""The telephone columns of a questionnaire (body::cati:… and bind::cati:…): what may stand in them, and what they mean.

Described for authors in resources/docs/questionnaire.md. form.py keeps a question's columns as they are written (Question.cati);
everything here is a pure function of them. Soft checks and critical rules look at an interview through Session's public face.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.errors import AnswerError
from app.questionnaire.form import Group, Kind, Question
from app.questionnaire.session import Session
from app.questionnaire.shapes import EXPRESSIONS, PER_LANGUAGE, SHAPES, fits, known
from app.questionnaire.values import to_number, to_truth

__all__ = [
    "EXPRESSIONS",
    "PER_LANGUAGE",
    "SHAPES",
    "Probe",
    "SoftCheck",
    "Telephone",
    "Vague",
    "counts",
    "fits",
    "item_response",
    "known",
    "meant",
    "take",
    "unmet",
]

_VAGUE = re.compile(r"(?P<words>[^=]+)=(?P<code>-?\d{1,4})")


class SoftCheck(AnswerError):  # noqa: N818 - a question back, not a mistake
    """An unlikely answer: ask once whether it is right; it may be kept with a reason (take() with one)."""


class Probe(SoftCheck):
    """A vague word: read a neutral probe once; when the answer stays at that, take() with a reason enters the rule's code."""


@dataclass(frozen=True, slots=True)
class Vague:
    """The vague-word rule: on one of these words read a neutral probe once; if it stays at that, enter the code."""

    words: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Telephone:
    """The telephone columns of one question or group, typed. cati: as in Question.cati."""

    cati: Mapping[str, str]

    @property
    def counts(self) -> frozenset[str]:
        """Which of "dk" and "refused" count as answered in item response; neither is ever scored."""
        return frozenset(self.cati.get("counts", "").split()) - {"no"}

    @property
    def suffices(self) -> frozenset[str]:
        """Which of them a required question takes for its answer: both, unless the column says which count."""
        return self.counts if "counts" in self.cati else frozenset({"dk", "refused"})

    def probes(self, iso: str) -> tuple[str, ...]:
        """Neutral follow-up questions that may be read out, in the order of use."""
        return tuple(text.strip() for text in self.cati.get(f"probe-{iso}", "").split("|") if text.strip())

    @property
    def vague(self) -> Vague | None:
        """The rule for answers like "还行", or None."""
        found = _VAGUE.fullmatch(self.cati.get("vague", "").strip())
        if not found:
            return None
        return Vague(tuple(word.strip() for word in found["words"].split("|") if word.strip()), found["code"])

    def vague_code(self, said: str) -> str:
        """The code to enter when the answer stays at this word after the probe; "" when it is not one of the vague words."""
        rule = self.vague
        return rule.code if rule and said.strip() in rule.words else ""

    @property
    def soft(self) -> str:
        """Soft check: an expression that a usual answer makes true ("" = none)."""
        return self.cati.get("soft", "")

    def soft_message(self, iso: str) -> str:
        """What the interviewer asks back when the soft check fails; "" = the program's own words."""
        return self.cati.get(f"soft-{iso}", "")

    @property
    def critical(self) -> str:
        """Critical rule: the interview is not complete before this expression is true ("" = none)."""
        return self.cati.get("critical", "")

    def critical_message(self, iso: str) -> str:
        """Why the interview cannot be completed yet; "" = the program's own words."""
        return self.cati.get(f"critical-{iso}", "")

    @property
    def quota(self) -> str:
        """The quota variable that this answer fills ("county"); "" = none."""
        return self.cati.get("quota", "")

    @property
    def random_block(self) -> bool:
        """On a group: its children come in an order drawn for each case."""
        return self.cati.get("block", "") == "random"


_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "probe": "请追问一次：{probe}追问后仍是这个说法的，再记一次，按 {code} 计。",
        "neutral": "请照原题再念一遍。",
        "insufficient": "这一题一定要有明确的回答，不能记“不了解”或“拒答”。",
        "soft": "这个回答少见，请再核对一遍。核对无误的，写明原因后保留。",
        "critical": "“{name}”还不符合完成访问的条件。",
    },
    "en": {
        "probe": "Probe once: {probe} If the answer stays at that, enter it again; it then counts as {code}.",
        "neutral": "Read the question out again.",
        "insufficient": "This question needs a real answer; neither code for no answer will do.",
        "soft": "This answer is unusual: please check it. If it is right, keep it and say why.",
        "critical": '"{name}" does not meet the condition for a completed interview yet.',
    },
}


def iso_of(language: str) -> str:
    """The ISO code of a form's language: "zh" for "中文 (zh)"; without a code "zh" for Chinese names, else "en"."""
    found = re.search(r"\(([A-Za-z]{2,3})\)\s*$", language)
    if found:
        return found[1].lower()
    return "zh" if "中" in language else "en"


def take(session: Session, value: str, reason: str = "") -> None:
    """Answer the current question as Session.answer does, with the telephone columns kept: vague words, what counts, soft check.

    Raises Probe for a vague word and SoftCheck when the soft check fails, and leaves the interview as it was, when no reason is
    given: ask once, then call again with the interviewer's reason (which the caller records). Raises AnswerError as Session.answer does.
    """
    question = session.current
    if question is None or question.kind is Kind.REPEAT:
        session.answer(value)
        return
    code = meant(question, value)
    if code != value and not reason.strip():
        raise Probe(_probe(question, iso_of(session.language), code))
    value = code
    special = _special(question, value)
    if special and special not in Telephone(question.cati).suffices and session.requires(question.name):
        raise AnswerError(_say(iso_of(session.language), "insufficient"))
    rule = Telephone(question.cati).soft
    if not rule or reason.strip():
        session.answer(value)
        return
    trial = Session(
        session.form, session.stored, question.name, session.language, given=session.made, world=session.world
    )
    trial.answer(value)
    given = trial.stored.get(question.name, "")
    if given not in {"", question.dk, question.refused} and not _holds(rule, question, trial):
        iso = iso_of(session.language)
        raise SoftCheck(Telephone(question.cati).soft_message(iso) or _say(iso, "soft"))
    session.answer(value)


def meant(question: Question, said: str) -> str:
    """What is entered for what was said: the vague-word rule's code for one of its words, else what was said itself."""
    return Telephone(question.cati).vague_code(said) or said


def counts(question: Question, value: str) -> bool:
    """The value is an answer in the sense of item response: there is one, and a code for no answer counts only where it is said so."""
    special = _special(question, value)
    return bool(value) and (not special or special in Telephone(question.cati).counts)


def item_response(session: Session) -> tuple[int, int]:
    """Of the relevant questions that want an answer (notes do not), how many have one that counts, and how many there are."""
    wanted = [stop for stop in session.wanted if stop.kind not in {Kind.NOTE, Kind.REPEAT, Kind.ACKNOWLEDGE}]
    given = session.answers
    return sum(counts(each, given.get(each.name, "")) for each in wanted), len(wanted)


def _special(question: Question, value: str) -> str:
    """ "dk" or "refused" for the question's codes for no answer, else ""."""
    plain = unicodedata.normalize("NFKC", value).strip()
    return next((name for name in ("dk", "refused") if plain and plain == getattr(question, name)), "")


def _probe(question: Question, iso: str, code: str) -> str:
    probes = Telephone(question.cati).probes(iso)
    return _say(iso, "probe", probe=probes[0] if probes else _say(iso, "neutral"), code=code)


def unmet(session: Session) -> tuple[tuple[str, str], ...]:
    """The critical rules that do not hold now, as (question name, message): with any of them the interview is not complete.

    A rule of a question that is not relevant does not count.
    """
    iso, found = iso_of(session.language), []
    for question in session.form.questions:
        columns = Telephone(question.cati)
        if columns.critical and is_on(session, question) and not _holds(columns.critical, question, session):
            found.append(
                (question.name, columns.critical_message(iso) or _say(iso, "critical", name=question.name))
            )
    return tuple(found)


def _say(iso: str, key: str, **values: str) -> str:
    return _WORDS["zh" if iso == "zh" else "en"][key].format(**values)


def is_on(session: Session, question: Question | Group) -> bool:
    """The question or group is relevant now (in at least one instance, inside a repeat)."""
    return to_number(session.evaluate(f"count({question.path})")) > 0


def _holds(rule: str, question: Question, session: Session) -> bool:
    """Raises StudyError when the rule cannot be read; study check finds that before anyone dials."""
    return to_truth(session.evaluate(rule, question.name))

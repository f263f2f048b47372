"""What a case came to in the end, from its history of calls: the precedence of notes/method.md §1.3.

"Eligible if ever eligible" (McCarty): a later no-answer never erases a refusal. queXS counts appointments as refusals; we do not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.errors import StudyError
from app.sample.case import Attempt
from app.sample.outcome import Category, Outcome, When, category_of


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a history. code: AAPOR code, perhaps with a letter of our own behind it (A appointment, H hung up, X hard refusal).
    day: any number that counts calendar days. voids: a review that cancels the interview before it. counts: false when the line refused
    the call or it was cut off: it says nothing while there is any other."""

    code: str
    day: int
    voids: bool = False
    counts: bool = True

    @property
    def aapor(self) -> str:
        """The code without our letters."""
        return self.code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Disposition:
    """A final code and its class."""

    aapor: str
    category: Category


NOT_DIALLED = Disposition("3.11", Category.UH)
"""Released but never dialled: stays in the denominators."""

_AMBIGUOUS = "3.16"
"""One announcement of a dead number is not enough: 3.161, ambiguous operator's message."""

# Highest first. Machine-made ineligibility (fax, announcement, changed number) stands below every human contact: a number at
# which somebody once answered was a working number of somebody.
_PRECEDENCE = (
    ("1.1",),
    ("1.2",),
    ("4.1", "4.5", "4.7", "4.8", "4.9"),
    ("2.1",),
    ("2.3", "2.9"),
    ("2.2",),
    ("3.2", "3.3", "3.9"),
    ("4.2", "4.3", "4.4"),
    ("3.1",),
)


def final_disposition(history: Sequence[Step | str]) -> Disposition:
    """The final code of a history, oldest call first. A bare code stands for a call on a day of its own. Raises ValueError for an
    unknown code."""
    given = [step if isinstance(step, Step) else Step(step, day) for day, step in enumerate(history)]
    steps = [step for step in given if step.counts] or given
    if not steps:
        return NOT_DIALLED
    last_void = max((n for n, step in enumerate(steps) if step.voids), default=-1)
    interviewed_again = any(step.aapor.startswith("1.") for step in steps[last_void + 1 :])
    if last_void >= 0 and not interviewed_again:
        return _disposition(steps[last_void].aapor)
    best = min(
        reversed(_settle_announcements(steps)), key=lambda step: _rank(step.aapor)
    )  # the latest among equals
    return _disposition(best.aapor)


def step(key: str, aapor: str, day: int, outcomes: Mapping[str, Outcome]) -> Step:
    """A call as a step: its outcome key ("" = cut off before one was given), and the AAPOR code it has in this case. Raises StudyError on
    an outcome that the table does not know: leaving it out would change the rates."""
    if not key:
        return Step(_AMBIGUOUS, day, counts=False)
    if key not in outcomes:
        raise StudyError(f"The outcome {key} is not in the outcome table")
    outcome = outcomes[key]
    return Step(aapor, day, outcome.voids, outcome.attempt or outcome.voids)


def disposition(
    attempts: Sequence[Attempt], outcomes: Mapping[str, Outcome], facts: Collection[When] = ()
) -> Disposition:
    """The final code of a case. facts: what gives its outcomes another code. Raises StudyError on an unknown outcome."""
    return final_disposition(
        [
            step(
                a.outcome,
                outcomes[a.outcome].coded(facts)[0] if a.outcome in outcomes else "",
                a.day,
                outcomes,
            )
            for a in attempts
        ]
    )


def _disposition(aapor: str) -> Disposition:
    return Disposition(aapor, category_of(aapor))


def _rank(aapor: str) -> int:
    for rank, prefixes in enumerate(_PRECEDENCE):
        if aapor.startswith(prefixes):
            return rank
    raise ValueError(f"no AAPOR telephone code: {aapor!r}")


def _settle_announcements(steps: Sequence[Step]) -> list[Step]:
    """Announcements of a dead number (4.3x) that a later ring has cancelled, or that were heard on one day only, do not count as such.

    A suspended number (4.33) counts when it was the last that the line said; any other needs two days."""
    alive = max(
        (n for n, step in enumerate(steps) if not step.aapor.startswith(("4.3", "3.11", "3.16"))), default=-1
    )
    standing = [step for step in steps[alive + 1 :] if step.aapor.startswith("4.3")]
    confirmed = bool(standing) and (standing[-1].aapor == "4.33" or len({step.day for step in standing}) > 1)
    return [
        step if not step.aapor.startswith("4.3") or (n > alive and confirmed) else Step(_AMBIGUOUS, step.day)
        for n, step in enumerate(steps)
    ]

"""What the simulated campaign takes for granted about residents and seats."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Assumed:
    """What is believed about residents and seats. answers: chance that a live number is answered, by sort of slice (workday morning,
    afternoon, evening; rest day the same), of somebody who works by day; at_home: of somebody who is at home. repeat: factor for
    each earlier try in the same sort of slice (diminishing returns). Times in seconds.

    Published (notes/method.md §2.2) are orders, not these levels: workday evenings and rest days far above workday days, at first and
    later calls (Weeks, Kulka and Pierson 1987), and less each time in the same good slice (JOS 1988). The levels were set so that a
    complete costs about Jinan's 8.6 dials; Guizhou had 9 to 14."""

    answers: tuple[float, ...] = (0.19, 0.2, 0.45, 0.37, 0.39, 0.47)
    at_home: tuple[float, ...] = (0.45, 0.44, 0.45, 0.43, 0.42, 0.45)
    repeat: float = 0.8
    share_at_home: float = 0.3
    dead: float = 0.13
    off: float = 0.06
    busy: float = 0.05
    hangs_up: float = 0.18
    refuses: float = 0.18
    not_eligible: float = 0.08
    later: float = 0.08
    kept: float = 0.7
    interview: float = 360.0
    ring: float = 32.0
    told: float = 9.0
    spoken: float = 25.0
    by_key: float = 4.0
    by_hand: float = 22.0


ASSUMED = Assumed()
JINAN = 8.6
"""Dials a complete in Jinan's published field work."""


def in_words() -> Iterator[tuple[str, str]]:
    """(what, how much) of all that is assumed."""
    sorts = ("workday morning", "afternoon", "evening", "rest day morning", "afternoon", "evening")
    for who, answers in (("works by day", ASSUMED.answers), ("at home", ASSUMED.at_home)):
        yield (
            f"answers who {who}",
            ", ".join(f"{sort} {p:.0%}" for sort, p in zip(sorts, answers, strict=True)),
        )
    yield (
        "again in the same slice",
        f"{ASSUMED.repeat:g} of it each time; {ASSUMED.share_at_home:.0%} are at home",
    )
    yield "the number is", f"dead {ASSUMED.dead:.0%}, switched off {ASSUMED.off:.0%}, busy {ASSUMED.busy:.0%}"
    who = (
        f"hangs up {ASSUMED.hangs_up:.0%}, refuses {ASSUMED.refuses:.0%}, not eligible {ASSUMED.not_eligible:.0%}, "
        f"later {ASSUMED.later:.0%} (kept {ASSUMED.kept:.0%})"
    )
    yield "who answers", who
    times = (
        f"interview {ASSUMED.interview:g}, ring {ASSUMED.ring:g}, announcement {ASSUMED.told:g}, other talk {ASSUMED.spoken:g}, "
        f"between calls by key {ASSUMED.by_key:g}, by hand {ASSUMED.by_hand:g}"
    )
    yield "seconds", times

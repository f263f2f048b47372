"""What the ear recognises of the generated corpus: confusion, recall by seconds heard, time to the proposal, CPU.

python -m tests.benchmarks.hearing [--trials N] [--seed S]
"""

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hardware.base import RATE, Announcement, ToneHeard
from hardware.listen import CHUNK, Listener
from tests.benchmarks.hearing_corpus import ANSWERS, PEOPLE, SAID, SNRS, Trial, library, trials
from tests.benchmarks.row import Row, machine, table
from tests.hardware import corpus, spandsp

SECONDS = (3, 4, 5, 6, 8, 12, 16)
MEANT = frozenset(
    {
        "busy",
        "congestion",
        "vacant",
        "fax",
        "dial",
        "ringback",
        "notice",
        "waiting",
        "music",
        "machine",
        "assistant",
    }
)
"""Tones that would be wrong where they are not the truth; "speech" is said of voices and claims nothing."""


@dataclass(slots=True)
class Heard:
    """said: label or tone, and seconds heard until then, counted from where the sound begins; in order."""

    trial: Trial
    said: list[tuple[str, float]] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """What was said that is not so."""
        return [label for label, _ in self.said if label != self.trial.truth]

    @property
    def after(self) -> float | None:
        """Seconds until the truth was said."""
        return next((seconds for label, seconds in self.said if label == self.trial.truth), None)


def hear(trial: Trial) -> Heard:
    """Play one trial to a fresh listener, chunk by chunk."""
    listener, heard = Listener("trial", library(trial.library)), Heard(trial)
    if trial.answered:
        listener.answered()
    sound = corpus.whole(trial.sound).tobytes()
    for at in range(0, len(sound), 2 * CHUNK):
        for event in listener.feed(sound[at : at + 2 * CHUNK]):
            seconds = (at // 2 + CHUNK) / RATE - trial.lead
            if isinstance(event, Announcement):
                heard.said.append((event.label, seconds))
            elif isinstance(event, ToneHeard) and event.tone in MEANT:
                heard.said.append((event.tone, seconds))
    return heard


def confusion(results: Iterable[Heard]) -> dict[str, Counter[str]]:
    """Kind → what was said of it (first), "–" for nothing."""
    matrix: dict[str, Counter[str]] = defaultdict(Counter)
    for each in results:
        matrix[each.trial.kind][each.said[0][0] if each.said else "–"] += 1
    return dict(matrix)


def recall(results: Sequence[Heard], seconds: float) -> float:
    """Share that was said rightly by then."""
    return float(np.mean([each.after is not None and each.after <= seconds for each in results]))


def measure(seed: int, count: int) -> tuple[list[Row], list[Heard]]:
    """All numbers, and the trials they are from."""
    spent, heard, results = 0.0, 0.0, []
    for trial in trials(seed, count):
        began = time.process_time()
        result = hear(trial)
        spent += time.process_time() - began
        heard += len(trial.sound) / RATE
        result.trial = replace(trial, sound=corpus.silence(0))  # two thousand sounds are gigabytes
        results.append(result)
    wrong = [each for each in results if each.wrong]
    rows = [
        Row(
            "wrong labels",
            f"{len(wrong)} of {len(results)}",
            f"95 % bound {_bound(len(wrong), len(results)):.2f} %",
        )
    ]
    for kind, said in sorted(confusion(results).items()):
        told = ", ".join(f"{label} {count}" for label, count in said.most_common())
        rows.append(Row(f"  {kind}", told, f"{sum(said.values())} trials"))
    rows += _recalls(results) + _times(results) + _peer()
    rows.append(
        Row(
            "CPU of the ear",
            f"{1000 * spent / heard:.1f} ms a second of sound",
            f"{heard:.0f} s heard, 32 recordings known",
        )
    )
    return rows, results


def _peer() -> list[Row]:
    """Tones that are said to be in voices, by us and by libspandsp."""
    if not spandsp.present():
        return [Row("tones said to be in voices", "libspandsp2 is not installed")]
    talk = np.concatenate(
        [corpus.spoken(text, *voice) for voice in PEOPLE for text in (*ANSWERS, *SAID.values())]
    )
    ours = hear(Trial("voices", "", talk, "none", 99, 0.0)).wrong
    theirs = spandsp.votes(corpus.whole(talk)).total()
    return [
        Row(
            "tones said to be in voices",
            f"{len(ours)}",
            f"libspandsp super_tone_rx: {theirs}, in the same {len(talk) / RATE:.0f} s",
        )
    ]


def _recalls(results: Sequence[Heard]) -> list[Row]:
    rows = []
    for what, belongs in (("tones", _is_tone), ("announcements", _is_announced)):
        for codec in ("a_law", "gsm"):
            for snr in SNRS:
                some = [e for e in results if belongs(e) and (e.trial.codec, e.trial.snr) == (codec, snr)]
                told = "  ".join(f"{s} s {100 * recall(some, s):.0f}" for s in SECONDS)
                rows.append(Row(f"recall of {what}, {codec} {snr} dB, %", told, f"{len(some)} trials"))
    return rows


def _times(results: Sequence[Heard]) -> list[Row]:
    rows = []
    for kind in sorted({each.trial.kind for each in results if each.trial.truth}):
        after = [each.after for each in results if each.trial.kind == kind and each.after is not None]
        if after:
            p50, p90 = np.percentile(after, [50, 90])
            rows.append(
                Row(f"from its first sound to the proposal, {kind}", f"p50 {p50:.1f} s, p90 {p90:.1f} s")
            )
    return rows


def _is_tone(each: Heard) -> bool:
    return each.trial.truth in MEANT and each.trial.truth != "music"


def _is_announced(each: Heard) -> bool:
    return each.trial.truth.isdigit()


def _bound(wrong: int, of: int) -> float:
    """Upper 95 % bound of a share in per cent (Wilson)."""
    z, share = 1.645, wrong / of
    middle, spread = share + z * z / (2 * of), z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return float(100 * (middle + spread) / (1 + z * z / of))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=12340)
    chosen = parser.parse_args()
    rows, results = measure(chosen.seed, chosen.trials)
    print(f"machine  {machine()}\nseed     {chosen.seed}\n\n{table(rows)}")
    for each in results:
        if each.wrong:
            print("WRONG", each.trial.kind, each.trial.codec, each.trial.snr, each.said)


if __name__ == "__main__":
    main()

"""Every way in which somebody may tamper with an archive is named, under the right verdict, with its place and what would settle it."""

import pytest

from app.canonical import decode
from app.evidence.verify import verify
from tests.evidence.archive import Made
from tests.evidence.tampering import NOTES, TAMPERINGS, chained, named, write_lines


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_named_under_the_right_verdict(made: Made, name: str) -> None:
    tamper, kind, rule = TAMPERINGS[name]
    tamper(made)
    verdict = verify(made.archive)
    assert rule in named(verdict, kind), verdict.text()
    assert not verdict.ok
    for finding in (*verdict.integrity, *verdict.completeness):
        assert finding.needed or not finding.spoils, finding.text()
        assert finding.at.file or finding.needed.startswith("journals/") or not finding.spoils, finding.text()


@pytest.mark.parametrize(
    "name",
    ["recording gone", "extra object", "journal of an older day", "device key gone", "study gone"],
)
def test_what_is_only_missing_does_not_count_as_altered(made: Made, name: str) -> None:
    TAMPERINGS[name][0](made)
    assert verify(made.archive).integrity_ok


def test_lines_that_are_left_below_the_only_signature_are_not_called_unaltered(made: Made) -> None:
    """Who has no key cuts below the only checkpoint that he leaves and writes what remains anew: no signature speaks of it."""
    for folder in ("checkpoints", "receipts"):
        (made.archive / NOTES / folder / "000000000030.note").unlink()
    assert verify(made.archive).integrity_ok
    write_lines(made, chained([*map(decode, made.lines[:9]), *map(decode, made.lines[10:20])]))
    head = verify(made.archive).text().split("\n")[1]
    assert head.startswith("Integrity: NOT PROVEN"), head


def test_a_finding_says_where_it_is_and_what_would_settle_it(made: Made) -> None:
    call = made.calls["finished"]
    gone = made.object("rec.close", "sha256", call)
    gone.unlink()
    (finding,) = [each for each in verify(made.archive).completeness if each.spoils]
    number = 1 + next(n for n, line in enumerate(made.lines) if decode(line).get("sha256") == gone.name)
    assert str(finding.at) == f"{NOTES}/journal.jsonl, line {number}, call {call}"
    assert finding.needed == f"objects/{gone.name}"
